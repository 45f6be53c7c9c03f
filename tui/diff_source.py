"""Where a diff on the screen comes from: a package that is decided on, or a run's worktree as it lies there now."""

import time
from dataclasses import dataclass, field
from typing import Protocol

from state.board import BoardReader, BoardUnreadable
from state.evidence.diffs import Diffs
from state.evidence.package import Package
from state.evidence.proposal import FileDiff
from state.text import clean
from tui import wording_review as words
from tui.panes.diff import hunk_ids


@dataclass(frozen=True, slots=True)
class Text:
    """What was read. `known` are the hunks that were there at the last decision, `loose` paths that are not committed.

    `seen` are the hunks that a human has seen, None where whoever opened the diff knew that already. `told` says what
    was compared and what was not.
    """

    files: tuple[FileDiff, ...]
    known: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    seen: frozenset[str] | None = None
    told: str = ""


class DiffSource(Protocol):
    """Reads one diff as often as it is asked."""

    @property
    def run(self) -> str:
        """The run whose change it is."""
        ...

    @property
    def live(self) -> bool:
        """Whether it is what lies in a worktree, and no package's."""
        ...

    async def read(self, diffs: Diffs | None) -> Text | str:
        """Give the text; a sentence says why there is none."""
        ...


@dataclass(frozen=True, slots=True)
class PackageSource:
    """The change of a package; `before` is the package that was decided on last."""

    package: Package
    before: Package | None = None
    live: bool = field(default=False, init=False)

    @property
    def run(self) -> str:
        """The run whose change it is."""
        return self.package.run

    async def read(self, diffs: Diffs | None) -> Text | str:
        """Read it from the authority store."""
        found = await diffs.diff_of(self.package) if diffs else words.NO_AUTHORITY
        if diffs is None or isinstance(found, str):
            return clean(str(found))
        known = await diffs.diff_of(self.before) if self.before is not None else ()
        return Text(found, frozenset(() if isinstance(known, str) else hunk_ids(known)))


@dataclass(frozen=True, slots=True)
class LiveSource:
    """What a run's worktree holds beside its base, whether it is committed or not."""

    run: str
    worktree: str
    branch: str
    reader: BoardReader
    live: bool = field(default=True, init=False)

    async def read(self, diffs: Diffs | None) -> Text | str:
        """Take a snapshot, and the marks that a human has set on its hunks."""
        found = await diffs.live(self.run, self.worktree) if diffs else words.NO_AUTHORITY
        if isinstance(found, str):
            return clean(found)
        try:
            seen = (await self.reader.change(self.run)).seen
        except BoardUnreadable as unreadable:
            return clean(str(unreadable))
        clock = time.strftime("%H:%M:%S", time.localtime(found.at))
        told = words.live_told(self.branch, found.base_ref, clock, len(found.loose), found.unread)
        return Text(found.files, loose=found.loose, seen=seen, told=told)
