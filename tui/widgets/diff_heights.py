"""How many lines of the screen each row of a diff takes, counted by hunks: a huge change is never walked line by line.

A line of a file that is ASCII and fits is one line of the screen, which is told without looking at its letters.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from rich.cells import chop_cells

from state.evidence.proposal import FileDiff
from tui.panes.diff import Laid, Row, whole
from tui.spans import Span, Spans, plain, steady

MARGIN = 1
_NARROW = re.compile("[\x00-\x7f\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u2010-\u2026\u2400-\u2426\u2983\u2984]*")
"""Text of which each character takes one cell, so that it is cut without looking at each."""
_MOST_KEPT = 256


class Counted:
    """How many lines each row of a change takes in a width; where it does not wrap, each takes one."""

    def __init__(self, diffs: Sequence[FileDiff], laid: Laid, width: int, wraps: bool = True) -> None:
        self.width, self.wraps = width, wraps
        self._diffs, self._laid = diffs, laid
        last = (line for one in diffs for hunk in one.hunks for line in hunk.lines[-1:])
        self.digits = max(len(str(max((line.new or line.old or 0 for line in last), default=0))), 3)
        self._within: dict[int, Sequence[int]] = {}
        self._ends = laid.rows.ends if not wraps else list(accumulate(map(self._tall, laid.rows.blocks)))

    @property
    def total(self) -> int:
        """The number of lines of the screen."""
        return self._ends[-1] if self._ends else 0

    def row_at(self, line: int) -> int:
        """Give the row that a line of the screen belongs to."""
        block = bisect_right(self._ends, line)
        first, above = self._before(block)
        return first + bisect_right(self._lines_of(block), line - above)

    def first(self, row: int) -> int:
        """Give the first line of the screen that a row takes."""
        block, place = self._laid.rows.place(row)
        above = self._before(block)[1]
        return above + (self._lines_of(block)[place - 1] if place else 0)

    def room(self, row: Row) -> int:
        """Give the cells that the text of a row has."""
        gutter = 2 * self.digits + 4 if row.kind == "line" else 0
        return max(self.width - gutter - 2 * MARGIN, 8)

    def _before(self, block: int) -> tuple[int, int]:
        rows = self._laid.rows.ends
        return (rows[block - 1], self._ends[block - 1]) if block else (0, 0)

    def _tall(self, block: Row) -> int:
        room = self.room(block)
        if block.kind != "line":
            return 1 if block.kind in ("blank", "title") else len(rows_of(whole(self._diffs, block, ()), room))
        return sum(_height(line.text, room) for line in self._diffs[block.file].hunks[block.hunk].lines)

    def _lines_of(self, block: int) -> Sequence[int]:
        """Give where each row of a block ends, from the block's first line on; kept for the blocks looked at last."""
        if block not in self._within:
            if len(self._within) >= _MOST_KEPT:
                self._within.clear()
            row = self._laid.rows.blocks[block]
            self._within[block] = self._measured(row) if row.kind == "line" else [1 << 60]
        return self._within[block]

    def _measured(self, row: Row) -> Sequence[int]:
        lines, room = self._diffs[row.file].hunks[row.hunk].lines, self.room(row)
        if not self.wraps:
            return range(1, len(lines) + 1)
        return list(accumulate(_height(line.text, room) for line in lines))


def _height(text: str, room: int) -> int:
    if len(text) <= room and text.isascii() and text.isprintable():
        return 1
    return len(parts_of(steady(text), room))


def parts_of(text: str, room: int) -> list[str]:
    """Break a text into pieces of at most `room` cells, wherever that falls: source text has no words to break at."""
    if _NARROW.fullmatch(text):
        return [text[at : at + room] for at in range(0, max(len(text), 1), room)]
    return chop_cells(text, room) or [""]


def rows_of(pieces: Spans, room: int) -> list[Spans]:
    """Break spans into rows of at most `room` cells."""
    pieces = tuple(Span(steady(span.text), span.role) for span in pieces)
    rows: list[Spans] = []
    start = 0
    for part in parts_of(plain(pieces), room):
        rows.append(_slice(pieces, start, start + len(part)))
        start += len(part)
    return rows


def _slice(pieces: Spans, start: int, end: int) -> Spans:
    kept: list[Span] = []
    at = 0
    for span in pieces:
        if part := span.text[max(start - at, 0) : max(end - at, 0)]:
            kept.append(Span(part, span.role))
        at += len(span.text)
    return tuple(kept)
