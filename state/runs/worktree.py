"""One git worktree of the repository, as git last told it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["added", "modified", "deleted", "renamed", "copied", "type_changed", "unmerged", "untracked"]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file of a worktree that differs from the base. `added` and `deleted` are lines, None where git counts none.

    `written_at` is when it was last written, in seconds since 1970, None where it is gone.
    """

    path: str
    kind: Kind
    added: int | None = None
    deleted: int | None = None
    committed: bool = True
    written_at: float | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A rule that matched an added line: the rule, the file, the line's number in it.

    `tail` holds the last four letters of a secret, never more of it.
    """

    rule: str
    path: str
    line: int
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A fair sample of the hashed windows of added code: the smallest hashes, ascending, of `count` in all.

    For each one `places` gives the index of its file in `files` and its line. `cut`: not everything was read.
    """

    count: int
    hashes: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    files: tuple[str, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What the lines that a worktree adds to its base hold. `cut` says in words what of them was not read, "" if all.

    The lines themselves are never kept.
    """

    lines: int
    marks: tuple[Marked, ...] = ()
    sketch: Sketch | None = None
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Worktree:
    """A checkout: where it is, what it has checked out, and how it differs from its base.

    `path` is absolute and resolved. `branch` is short ("feat/x"), None when detached. `ahead` and `behind` count
    commits against `base_ref`, `base` is the merge base. None means not known; `problem` then says why. `read_at` is
    when these facts were read, in seconds since 1970.
    """

    path: str
    git_dir: str
    main: bool = False
    branch: str | None = None
    head: str | None = None
    base_ref: str | None = None
    base: str | None = None
    ahead: int | None = None
    behind: int | None = None
    files: tuple[ChangedFile, ...] | None = None
    content: Content | None = None
    locked: str | None = None
    missing: bool = False
    problem: str | None = None
    read_at: float | None = None
    base_changed: tuple[str, ...] | None = None
    """Files that the base branch has changed since the worktree left it; None where that is not known."""
