"""Reads a run's log for the screen: a window of records around any byte, and what is looked for in it.

Every look costs the records that it gives and no more, whatever the size of the file; it is taken in a thread.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping

from adapters.agents.agent import Agent
from adapters.agents.known import agents_of
from adapters.log_places import LogUnreadable, Place, place_at
from adapters.log_seeking import place_of_words
from adapters.log_telling import Teller
from adapters.pieces import Pieces
from adapters.record_text import LARGEST, laid_out
from state.log_text import LogRecord, LogWindow, Sort, Sought, Whole
from state.reading import Wanted

MOST_BYTES = 64 << 20
"""Bytes of records on each side of a window, however few records that makes."""
_WARM = 16
"""Records before a window that are read to know what its first ones refer to."""
_WARM_BYTES = 256 << 10
_TOLD_EVERY = 32 << 20
_BATCH = 64
_STOPPED = Sought()


class LogFiles:
    """Opens logs as the agents of `environment` write them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._agents: Mapping[str, Agent] | None = None

    def open(self, path: str, agent: str) -> "OpenLog":
        """Give the log at `path`; nothing is read yet."""
        if self._agents is None:
            self._agents = {one.name: one for one in agents_of(self._environment)}
        return OpenLog(place_at(path), self._agents.get(agent))


class OpenLog:
    """One log that is open for reading."""

    def __init__(self, place: Place, agent: Agent | None) -> None:
        self.place, self._agent = place, agent
        self.path, self.file = place.path, place.file

    async def window(self, at: int | None, lines: int, whole: Whole) -> LogWindow:
        """Give the record that holds byte `at` (None: the last one), with about `lines` lines before and behind."""
        return await asyncio.to_thread(self.window_now, at, lines, whole)

    def window_now(self, at: int | None, lines: int, whole: Whole) -> LogWindow:
        """Do the same in this thread."""
        try:
            with self.place.pieces() as (pieces, notice):
                return _window(pieces, self._teller(pieces), at, lines, whole, notice)
        except LogUnreadable as why:
            return LogWindow(problem=str(why))

    async def find(
        self, what: Wanted | Sort, at: int, told: Callable[[float], None], *, forward: bool, here: bool
    ) -> Sought:
        """Look for a record beyond the one at byte `at`; when cancelled, the thread ends at its next block."""
        ended = threading.Event()
        loop = asyncio.get_running_loop()

        def hear(fraction: float) -> None:
            loop.call_soon_threadsafe(told, fraction)

        try:
            return await asyncio.to_thread(self.find_now, what, at, hear, ended, forward=forward, here=here)
        finally:
            ended.set()

    def find_now(
        self,
        what: Wanted | Sort,
        at: int,
        told: Callable[[float], None],
        ended: threading.Event,
        *,
        forward: bool,
        here: bool,
    ) -> Sought:
        """Do the same in this thread, until `ended` is set."""
        try:
            with self.place.pieces() as (pieces, _):
                if not pieces.size:
                    return _STOPPED
                begin = pieces.begin_of(min(at, pieces.size - 1))
                going = _Going(told, ended, pieces.size)
                if isinstance(what, Wanted):
                    return _found_words(pieces, what, begin, going, forward=forward, here=here)
                return self._found_sort(pieces, what, begin, going, forward=forward)
        except LogUnreadable as why:
            return Sought(problem=str(why))

    async def grown(self) -> int:
        """Give a number that differs where the file does."""
        return await asyncio.to_thread(self.place.grown)

    async def place_of(self, offset: int) -> int:
        """Give the byte of the record that the story names by `offset`."""
        return self.place.place_of(offset)

    async def bytes_of(self, begin: int, end: int) -> bytes:
        """Give these bytes of the log, fewer where they are gone."""
        return await asyncio.to_thread(self._bytes_now, begin, end)

    def _bytes_now(self, begin: int, end: int) -> bytes:
        try:
            with self.place.pieces() as (pieces, _):
                return pieces.bytes_of(begin, min(end, pieces.size)) if begin < pieces.size else b""
        except LogUnreadable:
            return b""

    def _teller(self, pieces: Pieces) -> Teller:
        return Teller(self._agent, self.path, pieces)

    def _found_sort(self, pieces: Pieces, sort: Sort, begin: int, going: "_Going", *, forward: bool) -> Sought:
        """Tell records until one is of the sort: forward one after the other, backward by batches."""
        teller = self._teller(pieces)
        if forward:
            teller.heard(begin)
            at = pieces.end_of(begin)
            while at < pieces.size and going(at):
                record = teller.record(at)
                if record.is_a(sort):
                    return Sought(at)
                at = record.end
            return _STOPPED
        while begin > 0 and going(begin):
            begins = _begins_before(pieces, begin, _BATCH)
            told = _told(pieces, self._teller(pieces), begins)
            found = [one.begin for one in told if one.is_a(sort)]
            if found:
                return Sought(found[-1])
            begin = begins[0]
        return _STOPPED


class _Going:
    """Tells how far a search is, seldom, and whether it still goes on."""

    def __init__(self, told: Callable[[float], None], ended: threading.Event, size: int) -> None:
        self._told, self._ended, self._size = told, ended, size
        self._last: int | None = None

    def __call__(self, at: int) -> bool:
        if self._last is None or abs(at - self._last) >= _TOLD_EVERY:
            if self._last is not None:
                self._told(at / max(self._size, 1))
            self._last = at
        return not self._ended.is_set()


def _found_words(pieces: Pieces, wanted: Wanted, begin: int, going: _Going, *, forward: bool, here: bool) -> Sought:
    if forward:
        low, high = begin if here else pieces.end_of(begin), pieces.size
    else:
        low, high = 0, pieces.end_of(begin) if here else begin
    found = place_of_words(pieces, wanted, low, high, going, forward=forward)
    return _STOPPED if found is None else Sought(pieces.begin_of(found))


def _window(pieces: Pieces, teller: Teller, at: int | None, lines: int, whole: Whole, notice: str) -> LogWindow:
    if not pieces.size:
        return LogWindow(size=0, notice=notice)
    middle = pieces.begin_of(pieces.size - 1 if at is None else min(at, pieces.size - 1))
    before = _begins_before(pieces, middle, lines)
    told = _told(pieces, teller, [*before, middle])
    above: list[LogRecord] = []
    height = 0
    for record in reversed(told[:-1]):
        if height >= lines:
            break
        above.append(_with_body(pieces, record, whole))
        height += _height(above[-1])
    below = [_with_body(pieces, told[-1], whole)]
    height, spent = 0, 0
    while below[-1].end < pieces.size and height < lines and spent < MOST_BYTES:
        below.append(_with_body(pieces, teller.record(below[-1].end), whole))
        height += _height(below[-1])
        spent += below[-1].end - below[-1].begin
    records = (*reversed(above), *below)
    return LogWindow(records, pieces.size, records[0].begin == 0, records[-1].end >= pieces.size, notice)


def _begins_before(pieces: Pieces, begin: int, most: int) -> list[int]:
    """Give the places of the records before the one at `begin`, the first of them first."""
    begins: list[int] = []
    at = begin
    while at > 0 and len(begins) < most and begin - at < MOST_BYTES:
        at = pieces.begin_of(at - 1)
        begins.append(at)
    return begins[::-1]


def _told(pieces: Pieces, teller: Teller, begins: list[int]) -> list[LogRecord]:
    """Tell these records, after a few before them were heard."""
    warm: list[int] = []
    at = begins[0]
    while at > 0 and len(warm) < _WARM and begins[0] - at < _WARM_BYTES:
        at = pieces.begin_of(at - 1)
        warm.append(at)
    for one in reversed(warm):
        teller.heard(one)
    return [teller.record(one) for one in begins]


def _with_body(pieces: Pieces, record: LogRecord, whole: Whole) -> LogRecord:
    if not whole.holds(record.begin):
        return record
    data = pieces.bytes_of(record.begin, min(record.end, record.begin + LARGEST + 1))
    return LogRecord(record.begin, record.end, record.told, laid_out(data))


def _height(record: LogRecord) -> int:
    return len(record.told) + len(record.body)
