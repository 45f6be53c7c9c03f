"""Parts bytes of any length into pieces at their newlines, from any place and in both directions alike.

A line is a piece. One so long that it holds a whole aligned block without a newline is cut behind each such block, so
that no piece is longer than two blocks and its ends can be found from the bytes near it alone: whoever comes from
below finds the same pieces as whoever comes from above, and neither has to read the file.
"""

from collections.abc import Callable

BLOCK = 2 << 20
"""A line with more bytes than this may be cut; one with more than twice as many is."""
_STEP = 1 << 16
_KEPT = 64
"""Steps that are kept, so that going back line by line reads each byte once."""

Read = Callable[[int, int], bytes]
"""Gives so many bytes from a place on, fewer where the file ends."""


class Pieces:
    """The pieces of what `read` gives, `size` bytes of it."""

    def __init__(self, read: Read, size: int, block: int = BLOCK) -> None:
        self._read, self.size, self._block = read, size, block
        self._step = min(_STEP, block)
        self._steps: dict[int, bytes] = {}
        self.bytes_read = 0

    def begin_of(self, at: int) -> int:
        """Give the first byte of the piece that holds byte `at`."""
        floor = at - at % self._block
        found = self._last_newline(floor, at)
        if found is None and floor:
            found = self._last_newline(floor - self._block, floor)
            return floor if found is None else found + 1
        return 0 if found is None else found + 1

    def end_of(self, begin: int) -> int:
        """Give the byte behind the piece that begins at `begin`, its newline included."""
        limit = min(begin + (-begin) % self._block + self._block, self.size)
        found = self._first_newline(begin, limit)
        return limit if found is None else found + 1

    def bytes_of(self, begin: int, end: int) -> bytes:
        """Give these bytes."""
        if end - begin > self._step:
            self.bytes_read += end - begin
            return self._read(begin, end - begin)
        steps = range(begin - begin % self._step, end, self._step)
        first = steps[0] if steps else begin
        return b"".join(self._at(one) for one in steps)[begin - first : end - first]

    def _last_newline(self, low: int, high: int) -> int | None:
        """Give the place of the last newline in `low` to before `high`."""
        while low < high:
            start = max(low, (high - 1) - (high - 1) % self._step)
            found = self.bytes_of(start, high).rfind(b"\n")
            if found >= 0:
                return start + found
            high = start
        return None

    def _first_newline(self, low: int, high: int) -> int | None:
        while low < high:
            stop = min(high, low - low % self._step + self._step)
            found = self.bytes_of(low, stop).find(b"\n")
            if found >= 0:
                return low + found
            low = stop
        return None

    def _at(self, step: int) -> bytes:
        if step not in self._steps:
            if len(self._steps) >= _KEPT:
                del self._steps[next(iter(self._steps))]
            found = self._steps[step] = self._read(step, min(self._step, self.size - step))
            self.bytes_read += len(found)
        return self._steps[step]
