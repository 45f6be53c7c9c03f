"""The questions that Headgate asks git about a worktree: one process and one parsed answer each.

What reads a work tree takes the place of a shadow; the rest takes the repository's git directory. All raise
`GitFailed`, also when git's answer is not understood.
"""

import os
from collections.abc import Sequence

from adapters.git import door, porcelain
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.porcelain import Difference, Listed, Status


async def worktrees(place: Place, limit: float) -> tuple[Listed, ...]:
    """Name the worktrees of a repository; paths are raw."""
    answer = await door.ask(place, "worktree", "list", "--porcelain", "-z", limit=limit)
    try:
        return porcelain.worktrees(answer.out)
    except ValueError as error:
        raise _not_understood(place, error) from None


async def heads(place: Place, ref: str, base_ref: str | None, limit: float) -> tuple[str | None, str | None]:
    """Resolve what is checked out and the base branch in one go; None for a branch without a commit.

    `rev-parse --revs-only` ends at the first name that is unknown, so where the first is None, so is the second.
    """
    asked = (ref, base_ref) if base_ref else (ref,)
    answer = await door.ask(place, "rev-parse", "--revs-only", *asked, limit=limit)
    found = answer.out.decode("ascii", "replace").split()
    return found[0] if found else None, found[1] if len(found) > 1 else None


async def status(shadow: Place, limit: float) -> Status:
    """Ask what is not committed, what is untracked, and how many commits head and base are apart."""
    asked = ("--porcelain=v2", "--branch", "--ahead-behind", "--untracked-files=all", "-z")
    answer = await door.ask(shadow, "status", *asked, limit=limit)
    try:
        return porcelain.status(answer.out)
    except ValueError as error:
        raise _not_understood(shadow, error) from None


async def merge_base(shadow: Place, one: str, other: str, limit: float) -> str | None:
    """Give the best common ancestor of two commits, None for unrelated histories."""
    answer = await door.ask(shadow, "merge-base", one, other, limit=limit, fine=(0, 1))
    return answer.out.decode("ascii", "replace").strip() or None


async def differences(shadow: Place, against: str, limit: float) -> tuple[Difference, ...]:
    """Compare the work tree with a commit or tree; without line counts where a partial clone lacks the contents."""
    try:
        answer = await door.ask(shadow, "diff", "--raw", "--numstat", "-z", against, limit=limit)
    except GitFailed as failed:
        if failed.reason != "exit":
            raise
        answer = await door.ask(shadow, "diff", "--raw", "-z", against, limit=limit)
    try:
        return porcelain.difference(answer.out)
    except ValueError as error:
        raise _not_understood(shadow, error) from None


async def names_between(shadow: Place, one: str, other: str, limit: float) -> tuple[str, ...]:
    """Name the files (raw paths) in which two commits differ."""
    answer = await door.ask(shadow, "diff", "--name-only", "-z", one, other, limit=limit)
    return tuple(os.fsdecode(name) for name in answer.out.split(b"\0") if name)


async def lines(shadow: Place, against: str, paths: Sequence[str], most: int, limit: float) -> tuple[bytes, bool]:
    """Give the changed lines of these files (raw paths) without context, and whether more than `most` bytes were cut.

    `--text`: an attribute that the agent wrote hides no file. Empty where a partial clone lacks the contents.
    """
    asked = ("-p", "-U0", "--text", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", against, "--", *paths)
    try:
        answer = await door.ask(shadow, "diff", *asked, limit=limit, enough=most)
    except GitFailed as failed:
        if failed.reason != "exit":
            raise
        return b"", True
    return (answer.out[:most].rpartition(b"\n")[0], True) if len(answer.out) > most else (answer.out, False)


def _not_understood(place: Place, error: ValueError) -> GitFailed:
    return GitFailed("exit", place.directory, f"git was not understood: {error}", "use git 2.36 or newer")
