"""One log that is followed: its mark, its reader, and what a pass over its new lines yields."""

import asyncio
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from adapters.agents.agent import Agent, LogPlace, LogReader
from adapters.document import read_document
from adapters.opening import Unreadable, unreadable
from adapters.relevance import introduce, introduced, may_say_more
from adapters.skim import skimmed
from adapters.tail import LONGEST, Chunk, Heard, Line, Restarted, Skipped, Unfinished, read_on
from state.ports import LogMark, Problem
from state.runs.event import Event, LineNotUnderstood
from state.runs.run import Origin, RunKey
from state.text import clean

GOES_ON = "it goes on after it was skimmed"
"""Why a log is read from its beginning that was skimmed and has grown."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one chunk of a log told; its `pieces` are let go. `since` is the byte at which the chunk began."""

    since: int
    chunk: Chunk
    events: list[Event]
    scars: list[Problem]


@dataclass(slots=True)
class KnownLog:
    """A log and how far it was read.

    `judged` is False until its first records were read, in this or an earlier life; `heard` is how much of them in this
    one. `found` is what the system last said of its file, `scars` are the `about`s of problems that stay with what was
    read.
    """

    agent: Agent
    place: LogPlace
    mark: LogMark
    judged: bool = False
    heard: Heard | None = None
    found: os.stat_result | None = None
    reader: LogReader | None = None
    unfinished: Unfinished | None = None
    scars: list[str] = field(default_factory=list[str])
    skims: bool = False
    """Whether it is to be skimmed first, where that can be done."""

    @property
    def path(self) -> str:
        """Where it lies."""
        return self.place.path

    def introduce(self) -> Unreadable | None:
        """Read its first records into the mark. A log that says another session than before belongs anew or not."""
        found = introduce(self.agent, self.place)
        if isinstance(found, Unreadable):
            return found
        before, self.mark = self.mark, introduced(self.mark, found)
        if before.session is not None and before.session != self.mark.session:
            self.mark = replace(self.mark, belongs=False)
        self.judged, self.heard = True, found.beginning.heard
        return None

    @property
    def waiting(self) -> int:
        """Bytes that stood in it unread when it was last looked at."""
        if self.place.rows is not None:
            return self.place.rows.waiting(self.mark) if self.found is not None else 0
        if self.found is None or not stat.S_ISREG(self.found.st_mode):
            return 0
        return max(0, self.found.st_size - self.mark.offset)

    @property
    def modified(self) -> float:
        """When it was last written to, in seconds since 1970."""
        return self.found.st_mtime if self.found else self.mark.modified_ns / 1e9

    def look(self) -> os.stat_result | Unreadable:
        """Ask the system about it: what `found` is to be."""
        if self.place.rows is not None:
            return self.place.rows.look()
        try:
            return os.lstat(self.path)
        except OSError as error:
            return unreadable(error)

    def looks_changed(self, found: os.stat_result) -> bool:
        """Say whether a log that belongs has to be opened."""
        mark = self.mark
        seen = (mark.device, mark.inode, mark.size, mark.modified_ns)
        return seen != (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    def must_be_judged(self, found: os.stat_result) -> bool:
        """Say whether a log that belongs nowhere is another file by now or may say more of itself."""
        return stat.S_ISREG(found.st_mode) and (
            not self.judged or found.st_ino != self.mark.inode or may_say_more(self.mark, found.st_size)
        )

    def read(self) -> Chunk | Restarted | Unreadable:
        """Read its next lines; the mark stays as it is until `take`."""
        if self.place.rows:
            outcome = self.place.rows.read_on(self.mark)
        elif self.place.form == "document":
            outcome = read_document(self.path, self.mark)
        else:
            outcome = read_on(self.path, self.mark, self.unfinished)
        if isinstance(outcome, Chunk) and outcome.pieces:
            reader = self._open_reader()
            if isinstance(reader, Unreadable):
                return reader
            if self.mark.offset and reader.run != self.mark.run:
                return Restarted("its records name another session by now")
        return outcome

    def take(self, chunk: Chunk) -> list[Event]:
        """Turn a chunk that `read` gave into events; the mark then describes the log after exactly these."""
        self.mark, self.unfinished = chunk.mark, chunk.unfinished
        reader = self.reader
        if reader is None or not chunk.pieces:
            return []
        events: list[Event] = []
        read, records = reader.read, 0
        for piece in chunk.pieces:
            if isinstance(piece, Skipped):
                events.append(_skipped(piece, reader.run, self.path))
                records += 1
                continue
            offset, line = piece
            if line and not line.isspace():
                events += read(line, offset)
                records += 1
        self.mark = replace(
            chunk.mark,
            run=reader.run,
            reader=reader.save(),
            records=chunk.mark.records + records,
            not_understood=chunk.mark.not_understood + _not_understood(events),
        )
        return events

    def advance(self) -> Told | Restarted | Unreadable:
        """Read its next lines and turn them into events; the mark then describes the log after exactly these."""
        if self.skims and (told := self._skim()) is not None:
            return told
        since = self.mark.offset
        if self.mark.skimmed and since:
            return Restarted(GOES_ON)
        outcome = self.read()
        if not isinstance(outcome, Chunk):
            return outcome
        events = self.take(outcome)
        return Told(since, replace(outcome, pieces=(), mark=self.mark), events, scars_of(self.path, outcome.pieces))

    def _skim(self) -> Told | None:
        found = skimmed(self.agent, self.place, self.mark)
        if found is None:
            return None
        skim, self.mark = found
        return Told(0, Chunk((), self.mark), list(skim.events), [])

    def follows(self, told: Told) -> bool:
        """Say whether what another process read of this log goes on where the mark ends."""
        mark = told.chunk.mark
        return (told.since, mark.generation) == (self.mark.offset, self.mark.generation)

    def adopt(self, told: Told) -> None:
        """Take over what another process read of this log."""
        # The directory that a run entered is noted by who places it.
        self.mark, self.unfinished = replace(told.chunk.mark, cwd=self.mark.cwd), told.chunk.unfinished
        self.reader = None

    def take_over(self, other: "KnownLog") -> None:
        """Go on where another reading of this log, from its beginning, has come to."""
        self.mark, self.reader, self.unfinished = other.mark, other.reader, other.unfinished
        self.scars = [*self.scars, *other.scars]

    def enter(self, cwd: str) -> None:
        """Remember the directory that the run entered last, for a later life."""
        self.mark = replace(self.mark, cwd=cwd)

    def begin_anew(self) -> None:
        """Forget what was read, so that it is read again as the next generation."""
        self.reader, self.unfinished, self.scars, self.skims = None, None, [], False
        self.mark = replace(
            self.mark,
            size=0,
            modified_ns=0,
            offset=0,
            generation=self.mark.generation + 1,
            head="",
            tail="",
            reader="",
            records=0,
            not_understood=0,
            skimmed=0,
        )

    def _open_reader(self) -> LogReader | Unreadable:
        if self.reader is None:
            found = introduce(self.agent, self.place)
            if isinstance(found, Unreadable):
                return found
            self.reader = self.agent.reader(self.place, found.head, self.mark.reader)
        return self.reader


async def read_apart(log: KnownLog) -> tuple[KnownLog, list[Event]] | None:
    """Read a log from its beginning beside whoever follows it; None where it cannot be read to its end now."""
    apart, events = KnownLog(log.agent, log.place, log.mark, judged=True), list[Event]()
    apart.begin_anew()
    while True:
        told = await asyncio.to_thread(apart.advance)
        if not isinstance(told, Told):
            return None
        events += told.events
        apart.scars += [scar.about for scar in told.scars]
        if not told.chunk.more:
            return apart, events


def scars_of(path: str, pieces: Sequence[Line | Skipped]) -> list[Problem]:
    """Say what of a log was skipped although the log can be read."""
    name, problems = clean(path), list[Problem]()
    for piece in pieces:
        if isinstance(piece, Skipped):
            about, text = f"{name} at byte {piece.offset}", f"{name}: {_what_was_skipped(piece)} was skipped"
            problems.append(Problem(about, text, "the lines before and after it were read; look at what wrote it"))
    return problems


def hollow_problem(path: str, hollow: int) -> Problem:
    """Say that a log ends in nothing."""
    name = clean(path)
    text = f"{name} ends in a hole of {hollow:,} bytes that holds nothing"
    return Problem(name, text, "what is written behind it will be read; look at what wrote the file")


def problem_of(path: str, unreadable: Unreadable) -> Problem:
    """Say that a log cannot be read at all."""
    name = clean(path)
    remedies = {
        "denied": "give your user the right to read it",
        "not_a_file": "put the log back, or remove what stands there; nothing was read from it",
        "gone": "what was read of it is kept",
        "failed": "look at the disk that it lies on; reading is tried again",
        "torn": "what was read of it before is kept, and it is read again when it changes",
    }
    return Problem(name, f"{name} cannot be read: {unreadable.why}", remedies[unreadable.kind])


def _what_was_skipped(piece: Skipped) -> str:
    if piece.why == "hole":
        return f"a hole of {piece.size:,} bytes at byte {piece.offset:,}, with the record that it tore,"
    return f"a line of {piece.size:,} bytes at byte {piece.offset:,}, longer than {LONGEST >> 20} MiB,"


def _skipped(piece: Skipped, run: RunKey, path: str) -> Event:
    kind = "too long" if piece.why == "too_long" else "hole"
    return LineNotUnderstood(run, Origin(path, piece.offset), kind, f"{_what_was_skipped(piece)} was skipped")


def _not_understood(events: Sequence[Event]) -> int:
    return sum(isinstance(event, LineNotUnderstood) for event in events)
