"""The port that shows the text of a change, for screens: it loads neither the core nor what the core works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from state.evidence.package import Package
    from state.evidence.proposal import FileChange, FileDiff


@dataclass(frozen=True, slots=True)
class LiveDiff:
    """How a worktree differed from where it left its base at the time `at`, in seconds since 1970.

    `base_ref` is the base branch's full ref, "" where there is none; `fork` the commit and `tree` the tree that were
    compared. `loose` are the paths, spelt as in `files`, whose difference is not all committed. `unread` says in words
    what was not looked into.
    """

    base_ref: str
    fork: str
    tree: str
    files: tuple[FileDiff, ...] = ()
    loose: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()
    at: float = 0.0


class Diffs(Protocol):
    """Shows a change from the authority store of its own repository. It blocks nobody, and says in words why not."""

    async def diff_of(self, package: Package) -> tuple[FileDiff, ...] | str:
        """Give every path that differs, with its text."""
        ...

    async def since(self, before: Package, now: Package) -> tuple[str, ...] | str:
        """Give `git range-diff` between two states of a change, as safe lines."""
        ...

    async def live(self, run: str, worktree: str) -> LiveDiff | str:
        """Give how a run's worktree differs from its base just now, what is not committed included."""
        ...

    async def content(self, run: str, change: FileChange, *, live: bool) -> bytes | str:
        """Give a file as it is after a change, as it was before where it is gone; `live` where `live` named it."""
        ...
