"""A change as the authority store holds it: which bytes would be merged into which branch, and how they differ.

Nothing here was read from the agent's own repository without having been hashed anew on its way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from state.runs.run import RunKey

Status = Literal["added", "modified", "deleted", "mode", "type"]
"""`mode`: only the permission changed; `type`: a file became a link or a submodule, or the other way round. A rename
is shown as one deletion and one addition, because both paths change."""
Nature = Literal["text", "binary", "symlink", "submodule"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path that differs between `Proposal.base` and what would be merged.

    Modes are six octal digits, blobs whole object ids, each "" where the path is not there. `target` is what a new
    symlink names. Lines are None where they cannot be counted. `renamed_from` is a hint only.
    """

    path: str
    status: Status
    nature: Nature = "text"
    old_mode: str = ""
    new_mode: str = ""
    old_blob: str = ""
    new_blob: str = ""
    added: int | None = None
    deleted: int | None = None
    target: str | None = None
    renamed_from: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One run's change as it would be merged. Commits and trees are whole object ids of the authority store.

    `target` is the full ref of the protected branch and `base` the commit that it is at; `fork` is the merge base of
    `base` and `head`. `tree` is what the merge commit would hold, None where the two conflict (`conflicts` names the
    paths). `patch_id` is `git patch-id --verbatim` of fork..head, `diff_sha` the SHA-256 of the text of base..tree.
    `files` are all paths that differ between base and tree, sorted. `commits` counts fork..head. `uncommitted` names
    what lies in the worktree and is no part of the change, fifty paths at most (`uncommitted_count` counts all).
    Where base and head conflict, `files` and `diff_sha` are those of fork..head. Each path is printable and exact: a
    backslash stands doubled, any byte that is not printable UTF-8 as `\\x` and two hexadecimal digits.
    """

    run: RunKey
    branch: str
    target: str
    base: str
    fork: str
    head: str
    base_tree: str
    head_tree: str
    tree: str | None
    patch_id: str
    diff_sha: str
    files: tuple[FileChange, ...] = ()
    commits: int = 0
    conflicts: tuple[str, ...] = ()
    uncommitted: tuple[str, ...] = ()
    uncommitted_count: int = 0

    @property
    def added(self) -> int:
        """Lines that were added, in files whose lines can be counted."""
        return sum(one.added or 0 for one in self.files)

    @property
    def deleted(self) -> int:
        """Lines that were deleted, in files whose lines can be counted."""
        return sum(one.deleted or 0 for one in self.files)


LineKind = Literal["same", "added", "deleted", "note"]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a diff as safe text. Numbers are None on the side where it does not stand.

    `note` is git's own word on a line, such as that no newline ends the file, or one of ours at the head of a hunk,
    such as that white space is all that differs.
    """

    kind: LineKind
    text: str
    old: int | None = None
    new: int | None = None


@dataclass(frozen=True, slots=True)
class Hunk:
    """A region that differs. `id` is a digest of its changed lines and path, the same after a clean rebase."""

    id: str
    header: str
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """How one path differs. `left_out` says what is not shown and why, "" where all of it is."""

    change: FileChange
    hunks: tuple[Hunk, ...] = ()
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """What is to be merged: exactly `tree`, onto `target` where it still is at `base`, with this message."""

    target: str
    base: str
    head: str
    tree: str
    message: str
    author: str
    """NAME <ADDRESS> of the human who approved it."""
    at: float


@dataclass(frozen=True, slots=True)
class Merged:
    """The commit that was made, and whether the branch is at it now; `text` says what was done or why not.

    `seen` says that a worktree which has the branch checked out was brought forward as well.
    """

    commit: str
    moved: bool
    text: str
    seen: bool = False


class Authority(Protocol):
    """The private store in which what is shown, checked, approved and merged is one tree. A sentence says why not.

    `diff`, `since`, `content` and `paths` raise it as a `ValueError`.
    """

    async def propose(self, run: RunKey, worktree: str, branch: str | None) -> Proposal | str:
        """Take a run's branch in, hashing each object anew, and say what merging it would change."""
        ...

    async def diff(self, proposal: Proposal, paths: Sequence[str] = ()) -> tuple[FileDiff, ...]:
        """Give the text of base..tree, of `paths` or of all."""
        ...

    async def since(self, before: Proposal, now: Proposal) -> tuple[str, ...]:
        """Give `git range-diff` between two states of a change, as safe lines."""
        ...

    async def content(self, tree: str, path: str, most: int = 1 << 20) -> bytes | None:
        """Give the first `most` bytes of a file of a tree of the store, None where it is not there or no file."""
        ...

    async def paths(self, tree: str) -> tuple[str, ...]:
        """Name every path of a tree."""
        ...

    async def export(self, tree: str, folder: Path) -> None:
        """Write a tree's files into an empty folder, following nothing that lies in it. Raises `OSError`."""
        ...

    async def make(self, merge: Merge) -> str:
        """Make the merge commit in the store, the same one each time it is asked. Gives its id. Raises `ValueError`."""
        ...

    async def deliver(self, merge: Merge, commit: str) -> Merged:
        """Bring the commit into the user's repository and move the branch by compare-and-swap."""
        ...

    async def tip(self, target: str) -> str | None:
        """Give the commit that a branch of the user's repository is at now, None where it has none or git fails."""
        ...
