"""Reads which branch a work tree has checked out, without git. Source: gitrepository-layout(5)."""

from adapters.hook.house import git_dir_of, line_of


def branch_of(worktree: str) -> str | None:
    """Give the full ref that is checked out, None where it is detached or cannot be read."""
    git_dir = git_dir_of(worktree)
    head = "" if git_dir is None else line_of(f"{git_dir}/HEAD")
    return head.removeprefix("ref: ") if head.startswith("ref: refs/") else None
