"""New complete lines of one growing file, and how to know that it is still the same file.

A line counts when its newline is there, so a half-written one waits. Only a whole JSON object at the end of a file
counts without one: no whole object is the beginning of a longer one, and dead writers leave such lines. The file is
known again by its inode and by digests of its first bytes and of the bytes before the offset, because file systems
give a freed inode to the next file.
"""

import os
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import msgspec

from adapters import blocks
from adapters.anchor import Anchor, Restarted, anchored, bytes_before, digest, known_again
from adapters.opening import Unreadable, opened, unreadable
from state.ports import LogMark

CHUNK = 4 << 20
"""Bytes of lines given at once, about."""
LONGEST = 16 << 20
"""A line with more bytes than this is skipped and counted."""
FIRST_LINES = 256 << 10

Line: TypeAlias = tuple[int, bytes]
"""The byte offset at which a line begins, and the line without its newline."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Bytes that are no line anyone can use: a line that is too long, or a hole with what was torn by it."""

    offset: int
    size: int
    why: Literal["too_long", "hole"]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A long line without an end yet: the byte up to which no newline stands, and a digest of the bytes before it."""

    scanned: int
    digest: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next lines of a file in file order, and the mark that describes the file after exactly these.

    `unfinished` is handed to the next `read_on`. `more` says that what stood in the file was not all read. `hollow`
    counts the bytes of a hole at the end, which wait unread because something may be written behind them.
    """

    pieces: tuple[Line | Skipped, ...]
    mark: LogMark
    unfinished: Unfinished | None = None
    more: bool = False
    hollow: int = 0


Heard: TypeAlias = Literal["nothing", "some", "all"]
"""How many of the lines that one asked for a file holds: growth can add to "nothing" and to "some"."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first complete lines of a file, and what the system says of it."""

    lines: tuple[bytes, ...]
    found: os.stat_result
    heard: Heard


def read_on(
    path: str, mark: LogMark, unfinished: Unfinished | None = None, most: int = CHUNK
) -> Chunk | Restarted | Unreadable:
    """Read the complete lines after `mark.offset`, about `most` bytes of them.

    Costs the new bytes, not the file's size: `unfinished` keeps a long line from being searched again at each wake.
    """
    try:
        with opened(path) as (descriptor, found):
            known = known_again(descriptor, found, mark)
            if isinstance(known, Restarted):
                return known
            reading = _Reading(descriptor, found.st_size, mark.offset, known)
            reading.scanned = _scanned(descriptor, mark.offset, unfinished)
            reading.run(most)
            return _chunk(reading, found, mark)
    except OSError as error:
        return unreadable(error)


def first_lines(path: str, most: int = FIRST_LINES) -> Beginning | Unreadable:
    """Read the complete lines among the first `most` bytes; with FIRST_LINES the first line though it be longer."""
    try:
        with opened(path) as (descriptor, found):
            block = os.pread(descriptor, most, 0)
            if len(block) == most == FIRST_LINES and b"\n" not in block:
                end = blocks.find_end(descriptor, most, min(found.st_size, LONGEST))
                block = blocks.read_fully(descriptor, 0, end.at + 1) if end.newline else b""
    except OSError as error:
        return unreadable(error)
    lines = tuple(line.removesuffix(b"\r") for line in block.split(b"\n")[:-1])
    if len(block) >= most or found.st_size > LONGEST:
        return Beginning(lines, found, "all")
    return Beginning(lines, found, "some" if lines else "nothing")


def _scanned(descriptor: int, offset: int, unfinished: Unfinished | None) -> int:
    """Give the byte up to which no newline stands; the bytes behind the offset may have been rewritten since."""
    if unfinished is None:
        return offset
    before = bytes_before(descriptor, unfinished.scanned)
    return unfinished.scanned if before and digest(before) == unfinished.digest else offset


@dataclass(slots=True)
class _Reading:
    """One pass over the new bytes of an open file."""

    descriptor: int
    size: int
    at: int
    anchor: Anchor
    scanned: int = 0
    pieces: list[Line | Skipped] = field(default_factory=list[Line | Skipped])
    more: bool = False
    hollow: int = 0

    def run(self, most: int) -> None:
        """Take pieces until about `most` bytes of lines are held or nothing complete is left."""
        held = 0
        while self.at < self.size and not self.more:
            if held >= most:
                self.more = True
                return
            taken = self._take()
            if taken is None:
                return
            held += taken

    def _take(self) -> int | None:
        """Take the next lines; their bytes, or None when there are none for now."""
        if self.scanned > self.at:
            return self._take_long()
        data = blocks.next_data(self.descriptor, self.at)
        if data is None:
            return self._wait_before_hole(self.at)
        if data - self.at >= blocks.HOLE:
            return self._jump(data)
        block = os.pread(self.descriptor, min(blocks.BLOCK, self.size - self.at), self.at)
        end = block.rfind(b"\n") + 1
        if end:
            return self._split(block[:end])
        self.scanned = self.at + len(block)
        return self._take_long()

    def _take_long(self) -> int | None:
        """Take one line that is longer than a block, or was unfinished before."""
        end = blocks.find_end(self.descriptor, self.scanned, self.size)
        self.scanned = end.at
        if end.data is not None:
            return self._jump(end.data)
        if end.newline:
            return self._take_to(end.at + 1)
        self.more = end.at < self.size and blocks.next_data(self.descriptor, end.at) is not None
        if self.more:
            return None
        return self._take_last(end.at) or self._wait_before_hole(end.at)

    def _take_last(self, end: int) -> int | None:
        """Take what stands at the end without a newline if it is a whole JSON object."""
        length = end - self.at
        if end != self.size or not 2 <= length <= LONGEST or os.pread(self.descriptor, 1, end - 1) != b"}":
            return None
        line = blocks.read_fully(self.descriptor, self.at, length)
        if len(line) != length or not is_object(line):
            return None
        self.pieces.append((self.at, line))
        self.anchor.took(line)
        self.at = end
        return length

    def _take_to(self, end: int) -> int | None:
        length = end - self.at
        if length - 1 > LONGEST:
            return self._skip(end, "too_long")
        line = blocks.read_fully(self.descriptor, self.at, length)
        return self._split(line) if len(line) == length and line.endswith(b"\n") else None

    def _split(self, block: bytes) -> int:
        at = self.at
        for line in block[:-1].split(b"\n"):
            self.pieces.append((at, line.removesuffix(b"\r")))
            at += len(line) + 1
        self.anchor.took(block)
        self.at = at
        return len(block)

    def _jump(self, data: int) -> int:
        """Go on behind a hole; the NUL bytes that fill the rest of its last page belong to it."""
        page = os.pread(self.descriptor, min(blocks.BLOCK, self.size - data), data)
        return self._skip(data + len(page) - len(page.lstrip(b"\0")), "hole")

    def _skip(self, end: int, why: Literal["too_long", "hole"]) -> int:
        self.pieces.append(Skipped(self.at, end - self.at, why))
        self.at = end
        self.anchor = anchored(self.descriptor, end)
        return 0

    def _wait_before_hole(self, at: int) -> None:
        if os.fstat(self.descriptor).st_size >= self.size:
            self.hollow = self.size - at


def is_object(line: bytes) -> bool:
    """Say whether a line is one whole JSON object."""
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _chunk(reading: _Reading, found: os.stat_result, mark: LogMark) -> Chunk:
    after = replace(
        mark,
        device=found.st_dev,
        inode=found.st_ino,
        # What was not all read must not look unchanged to the next life, which compares sizes before it opens a file.
        size=reading.at if reading.more else found.st_size,
        modified_ns=found.st_mtime_ns,
        offset=reading.at,
        head=reading.anchor.head,
        tail=reading.anchor.tail,
    )
    unfinished = None
    if reading.scanned - reading.at >= blocks.BLOCK:
        unfinished = Unfinished(reading.scanned, digest(bytes_before(reading.descriptor, reading.scanned)))
    return Chunk(tuple(reading.pieces), after, unfinished, reading.more, reading.hollow)
