"""How a log is known again: digests of its first bytes and of the bytes before the offset that was reached.

An inode alone proves nothing, because file systems give a freed one to the next file; so identity is the inode together
with what was read.
"""

import hashlib
import os
from dataclasses import dataclass

from adapters.opening import opened
from state.ports import LogMark

_HEAD = 4096
_TAIL = 256


@dataclass(frozen=True, slots=True)
class Restarted:
    """The file is not the one that was read before; nothing was read of it. `why` is a clause: "it was cut short"."""

    why: str


@dataclass(slots=True)
class Anchor:
    """The first bytes of a file and the last ones before the offset, taken from what was read and not read again."""

    first: bytes
    last: bytes

    def took(self, data: bytes | memoryview) -> None:
        """Move on over bytes that follow the last ones."""
        if len(self.first) < _HEAD:
            self.first += data[: _HEAD - len(self.first)]
        self.last = bytes(data[-_TAIL:]) if len(data) >= _TAIL else (self.last + data)[-_TAIL:]

    @property
    def head(self) -> str:
        """The digest of the first bytes."""
        return digest(self.first)

    @property
    def tail(self) -> str:
        """The digest of the last bytes."""
        return digest(self.last)


def anchored(descriptor: int, offset: int) -> Anchor:
    """Read the first bytes of an open file and those before `offset`."""
    return Anchor(os.pread(descriptor, min(_HEAD, offset), 0), bytes_before(descriptor, offset))


def bytes_before(descriptor: int, offset: int) -> bytes:
    """Read the bytes just before `offset`."""
    length = min(_TAIL, offset)
    return os.pread(descriptor, length, offset - length)


def digest(data: bytes) -> str:
    """Give 32 hexadecimal digits that stand for `data`; nothing for nothing."""
    return hashlib.sha256(data).hexdigest()[:32] if data else ""


def known_again(descriptor: int, found: os.stat_result, mark: LogMark) -> Anchor | Restarted:
    """Say whether an open file is still the one that `mark` describes, and if so give its anchor.

    `found` is what the system says of the file. What happened behind the offset cannot be told, and need not be.
    """
    # The device alone may differ: file systems without a fixed number get another one at each boot.
    if mark.offset and found.st_ino != mark.inode:
        return Restarted("another file took its place")
    if found.st_size < mark.offset:
        return Restarted("it was cut short")
    anchor = anchored(descriptor, mark.offset)
    if mark.offset and (anchor.head, anchor.tail) != (mark.head, mark.tail):
        return Restarted("what had been read of it was rewritten")
    return anchor


def held_in(path: str, mark: LogMark) -> int | None:
    """Give the inode of the file at `path` if it begins with what `mark` was read from: the same log, moved."""
    try:
        with opened(path) as (descriptor, found):
            anchor = anchored(descriptor, mark.offset)
            same = found.st_size >= mark.offset > 0 and (anchor.head, anchor.tail) == (mark.head, mark.tail)
            return found.st_ino if same else None
    except OSError:
        return None


def same_beginning(path: str, other: str) -> bool:
    """Say whether one file's first bytes are the other's too: a copy, or a copy that has grown."""
    try:
        with opened(path) as (one, _), opened(other) as (two, _):
            first, second = os.pread(one, _HEAD, 0), os.pread(two, _HEAD, 0)
    except OSError:
        return False
    shorter = min(len(first), len(second))
    return shorter > 0 and first[:shorter] == second[:shorter]
