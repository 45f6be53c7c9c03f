"""Opens what a log is made of as bytes: a file as it is, a document or the rows of a database as the lines they hold.

A file is opened anew for each look, so that one that was rotated or replaced is noticed and none is held. A document
and rows are read whole, as their adapters do, at most `MOST_HELD` bytes of them.
"""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from adapters.agents.opencode_rows import OpenCodeStore
from adapters.document import LARGEST, read_document
from adapters.opening import Unreadable, opened, unreadable
from adapters.pieces import Pieces
from adapters.rows import Database, RowLog
from adapters.tail import Chunk
from state.ports import LogMark

MOST_HELD = LARGEST
_HEAD = 512
_ANOTHER = "another file stands in its place now; this is that one"
_SHORTER = "it was cut short since; this is what is left"
_REWRITTEN = "it was rewritten since; this is what stands there now"


class LogUnreadable(Exception):
    """The log cannot be read now. Its text is one sentence."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How a file looked: what tells it from another that takes its place."""

    device: int
    inode: int
    size: int
    head: bytes

    def differs(self, now: "Sight") -> str:
        """Say what became of it since, "" where it only grew."""
        if (self.device, self.inode) != (now.device, now.inode):
            return _ANOTHER
        if now.size < self.size:
            return _SHORTER
        return "" if now.head.startswith(self.head) else _REWRITTEN


class FilePlace:
    """A log that is a file of lines."""

    def __init__(self, path: str) -> None:
        self.path, self.file = path, path
        self._sight: Sight | None = None
        self.bytes_read = 0
        """Bytes read so far: what a screen of it costs."""

    @contextmanager
    def pieces(self) -> Generator[tuple[Pieces, str]]:
        """Give its pieces as they are now, and what became of it since the last look. Raises `LogUnreadable`."""
        try:
            with opened(self.path) as (descriptor, found):
                head = os.pread(descriptor, min(_HEAD, found.st_size), 0)
                sight = Sight(found.st_dev, found.st_ino, found.st_size, head)
                notice = self._sight.differs(sight) if self._sight else ""
                self._sight = sight
                pieces = Pieces(lambda at, length: os.pread(descriptor, length, at), found.st_size)
                try:
                    yield pieces, notice
                finally:
                    self.bytes_read += pieces.bytes_read
        except OSError as error:
            raise LogUnreadable(f"the log cannot be read: {unreadable(error).why}") from error

    def grown(self) -> int:
        """Give a number that differs where the file does."""
        try:
            found = os.lstat(self.path)
        except OSError as error:
            return -(error.errno or 1)
        return hash((found.st_ino, found.st_size, found.st_mtime_ns))

    def place_of(self, offset: int) -> int:
        """Give the byte at which the record stands that the story names by `offset`."""
        return offset


class HeldPlace:
    """A log whose records are no lines of a file; they stand in memory as if they were."""

    file: str | None = None
    bytes_read = 0

    def __init__(self, path: str) -> None:
        self.path = path
        self._stamp: int | None = None
        self._data = b""
        self._places: dict[int, int] = {}

    @contextmanager
    def pieces(self) -> Generator[tuple[Pieces, str]]:
        """Give its pieces, read again where it has changed. Raises `LogUnreadable`."""
        stamp = self.grown()
        if stamp != self._stamp:
            self._hold(self.lines())
            self._stamp = stamp
        data = self._data
        yield Pieces(lambda at, length: data[at : at + length], len(data)), ""

    def lines(self) -> Sequence[tuple[int, bytes]]:
        """Give every record with the number that the story names it by. Raises `LogUnreadable`."""
        raise NotImplementedError

    def grown(self) -> int:
        """Give a number that differs where the log does."""
        raise NotImplementedError

    def place_of(self, offset: int) -> int:
        """Give the byte at which the record stands that the story names by `offset`."""
        return self._places.get(offset, max(len(self._data) - 1, 0))

    def _hold(self, lines: Sequence[tuple[int, bytes]]) -> None:
        held = bytearray()
        self._places = {}
        for number, line in lines:
            self._places[number] = len(held)
            held += line.replace(b"\n", b" ") + b"\n"
        self._data = bytes(held)


class DocumentPlace(HeldPlace):
    """A log that is one JSON document."""

    def grown(self) -> int:
        """Give a number that differs where the document does."""
        return FilePlace(self.path).grown()

    def lines(self) -> Sequence[tuple[int, bytes]]:
        """Give the document's messages."""
        return _taken(read_document(self.path, LogMark(self.path, "")))


class RowsPlace(HeldPlace):
    """A log that is a session of a database."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        database, _, session = path.rpartition("#")
        self._database, self._rows = database, RowLog(Database(database, OpenCodeStore()), session)

    def grown(self) -> int:
        """Give a number that differs where the database or its WAL does."""
        return hash((FilePlace(self._database).grown(), FilePlace(f"{self._database}-wal").grown()))

    def lines(self) -> Sequence[tuple[int, bytes]]:
        """Give the session's rows in the story's order."""
        found: list[tuple[int, bytes]] = []
        mark, held, more = LogMark(self.path, ""), 0, True
        while more and held < MOST_HELD:
            chunk = self._rows.read_on(mark)
            found += _taken(chunk)
            if not isinstance(chunk, Chunk):
                break
            held += sum(len(line) for _, line in found)
            mark, more = chunk.mark, chunk.more
        return found


Place = FilePlace | HeldPlace


def place_at(path: str) -> Place:
    """Give what reads the log at `path`, told by its name: a session of a database has "#" and its name behind it."""
    if "#" in path.rpartition("/")[2]:
        return RowsPlace(path)
    return DocumentPlace(path) if path.endswith(".json") else FilePlace(path)


def _taken(chunk: object) -> list[tuple[int, bytes]]:
    """Give the lines of a chunk. Raises `LogUnreadable`."""
    if isinstance(chunk, Chunk):
        return [piece for piece in chunk.pieces if isinstance(piece, tuple)]
    why = chunk.why if isinstance(chunk, Unreadable) else "it changed while it was read"
    raise LogUnreadable(f"the log cannot be read: {why}")
