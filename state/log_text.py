"""A run's log as it is read on the screen: record by record, at any byte, however large the file is.

The screen holds a window of records and never the file. A record is told by the agent's own reader, as the story is;
the whole of it is laid out on demand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from state.board import CallLine
    from state.reading import Wanted

Sort = Literal["call", "failure"]
"""Kinds of records that can be gone to."""

RAW = "raw"
"""The kind of a line that is the record itself, because the agent's reader tells nothing of it."""


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A line of a record that is laid out. `label` names the field, `like` is the name of a file of the same language.

    `depth` counts how many fields it lies within.
    """

    text: str
    label: str = ""
    depth: int = 0
    like: str = ""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record: bytes `begin` to before `end`, what it tells, and its body where it was asked for whole."""

    begin: int
    end: int
    told: tuple[CallLine, ...]
    body: tuple[BodyLine, ...] = ()

    def is_a(self, sort: Sort) -> bool:
        """Say whether it begins a tool call, or tells of a failure."""
        if sort == "call":
            return any(line.kind == "tool" for line in self.told)
        return any(line.failed and line.kind in ("result", "error", "unread") for line in self.told)


@dataclass(frozen=True, slots=True)
class Whole:
    """Which records are shown whole: those of `but`, or where `every` says so all but those. Named by their bytes."""

    every: bool = False
    but: frozenset[int] = frozenset()

    def holds(self, begin: int) -> bool:
        """Say whether the record at that byte is shown whole."""
        return (begin in self.but) != self.every

    def turned(self, begin: int) -> Whole:
        """Give the same with that record the other way."""
        return Whole(self.every, self.but ^ {begin})


@dataclass(frozen=True, slots=True)
class LogWindow:
    """Records that follow each other, and what is wrong with the file. `size` is the file's own, in bytes.

    `first` and `last` say that nothing stands before and behind them. `notice` is one sentence on a file that is not
    the one that was read before; `problem` one that says why nothing can be read: then there are no records.
    """

    records: tuple[LogRecord, ...] = ()
    size: int = 0
    first: bool = True
    last: bool = True
    notice: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search came to: the byte at which the record begins, None where there is none, or what went wrong."""

    begin: int | None = None
    problem: str = ""


class RunLog(Protocol):
    """One log that is open for reading. Nothing here blocks the loop, and a file that is gone is told, not raised."""

    path: str
    file: str | None
    """The file that a pager can show as it is; None where the log is no file of its own."""

    async def window(self, at: int | None, lines: int, whole: Whole) -> LogWindow:
        """Give the record that holds byte `at` (None: the last one), with about `lines` lines before and behind."""
        ...

    async def find(
        self, what: Wanted | Sort, at: int, told: Callable[[float], None], *, forward: bool, here: bool
    ) -> Sought:
        """Look for a record beyond the one at byte `at`, that one too where `here` says so.

        `told` hears the fraction of the file that was looked through. May be cancelled, and then reads no further.
        """
        ...

    async def grown(self) -> int:
        """Give a number that differs where the file does: cheap enough to be asked twice a second."""
        ...

    async def place_of(self, offset: int) -> int:
        """Give the byte of the record that the story names by `offset`."""
        ...

    async def bytes_of(self, begin: int, end: int) -> bytes:
        """Give these bytes of the log, fewer where they are gone."""
        ...


class RunLogs(Protocol):
    """Opens logs."""

    def open(self, path: str, agent: str) -> RunLog:
        """Give the log at `path`, as that agent writes it; nothing is read yet."""
        ...
