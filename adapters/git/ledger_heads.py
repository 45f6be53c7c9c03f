"""Reads from merge commits which head of the ledger each was made on: `Ledger-Head` trailers of the base branch."""

from adapters.git import door
from adapters.git.command import git_directory
from adapters.git.failure import GitFailed
from adapters.git.repository import Repository
from state.ledger.anchors import TRAILER

MOST = 10_000
"""Merges that are read, the newest; an older head is below one of theirs."""


async def heads_in(repository: Repository) -> dict[str, str]:
    """Give the messages of the merges on the base branch that name a head, by commit. Empty without such a branch.

    Raises `GitFailed`.
    """
    if repository.base_ref is None:
        return {}
    asked = (
        "--first-parent",
        f"--max-count={MOST}",
        f"--grep=^{TRAILER}: ",
        "--format=%x00%H%n%B",
        "--no-commit-header",
    )
    try:
        answer = await door.ask(git_directory(repository.git_dir), "rev-list", *asked, repository.base_ref)
    except GitFailed as failed:
        if failed.reason == "exit":
            return {}
        raise
    told = (one.partition("\n") for one in answer.out.decode("utf-8", "replace").split("\0") if one.strip())
    return {commit.strip(): message for commit, _, message in told}
