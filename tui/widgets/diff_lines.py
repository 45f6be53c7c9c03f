"""A diff that scrolls: rows are wrapped by counting and painted only where they stand in the window."""

import re
from bisect import bisect_right
from collections.abc import Collection, Hashable, Sequence
from itertools import accumulate, pairwise

from rich.cells import chop_cells

from state.evidence.proposal import FileDiff, Hunk
from tui.marks import EXACT
from tui.panes import diff as rows_of
from tui.panes.code import Stretch, language_of
from tui.panes.colours import Colours
from tui.panes.diff import Laid, Row
from tui.panes.foreign import shown
from tui.panes.words import Part, changed_words, pairs_of
from tui.spans import Span, Spans, plain, spans, steady
from tui.widgets.lines import Lines
from tui.wording_review import FILES_TITLE, MORE_MARK

_MARGIN = 1
_HIDDEN = re.compile("⦃U\\+[0-9A-F]{4,6}⦄|[\u2400-\u241f\u2421]")
_NARROW = re.compile("[\x00-\x7f\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u2010-\u2026\u2400-\u2426\u2983\u2984]*")
"""Text of which each character takes one cell, so that it is cut without looking at each."""
_ROLES = {"same": "text", "added": "text", "deleted": "text", "note": "faint"}
_GROUNDS = {"added": "added", "deleted": "deleted"}
_SIGN_ROLES = {"added": "plus", "deleted": "minus"}


class DiffLines(Lines):
    """The rows of one change with a cursor that moves by rows."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._diffs: Sequence[FileDiff] = ()
        self._laid = Laid()
        self._seen: Collection[str] = frozenset()
        self._cursor = 0
        self._counts = Counted((), Laid(), -1)
        self._hunks: dict[tuple[int, int], tuple[Colours, dict[int, int]]] = {}

    def show(self, diffs: Sequence[FileDiff], laid: Laid, seen: Collection[str], counted: "Counted") -> None:
        """Show a change; the cursor stays where it was as far as there are rows. `counted` are its lines."""
        self._diffs, self._laid, self._seen, self._counts = diffs, laid, seen, counted
        self._hunks.clear()
        self._cursor = min(self._cursor, max(len(laid.rows) - 1, 0))
        self.repaint()
        self.reveal()

    def mark(self, seen: Collection[str]) -> None:
        """Show other marks on the same change."""
        self._seen = seen
        self.repaint()

    @property
    def at(self) -> Row | None:
        """The row under the cursor."""
        return self._laid.rows[self._cursor] if self._laid.rows else None

    @property
    def place(self) -> int:
        """The number of that row."""
        return self._cursor

    def move(self, step: int) -> None:
        """Move the cursor by rows."""
        self.put(self._cursor + step)

    def put(self, row: int, *, top: bool = False) -> None:
        """Put the cursor on a row, at the top of the window where `top` says so."""
        self._cursor = max(0, min(row, len(self._laid.rows) - 1))
        if top and (first := self.cursor_row()) is not None:
            self.scroll_to(y=first, animate=False, force=True)
        self.reveal()
        self.repaint()

    def page(self) -> int:
        """Give the number of rows of a page."""
        return max(self.size.height - 1, 1)

    def row_at(self, line: int) -> int:
        """Give the row that a line of the screen belongs to."""
        return bisect_right(self._counted(), line)

    # Laying out

    def count(self) -> int:
        """Give the number of lines."""
        ends = self._counted()
        return ends[-1] if ends else 0

    def cursor_row(self) -> int | None:
        """Give the first line of the cursor's row."""
        ends = self._counted()
        return (ends[self._cursor - 1] if self._cursor else 0) if ends else None

    def key(self, line: int) -> Hashable:
        """Give all that a line's look depends on."""
        row = self._laid.rows[self.row_at(line)]
        return line, row, self._marks(row), self.ground(line), id(self._diffs)

    def ground(self, line: int) -> str | None:
        """Give the ground of the cursor, else that of an added or a deleted line."""
        number = self.row_at(line)
        if self.has_focus and number == self._cursor:
            return "cursor"
        row = self._laid.rows[number]
        return _GROUNDS.get(self._hunk(row).lines[row.line].kind) if row.kind == "line" else None

    def spans(self, line: int) -> Spans:
        """Give the text of one line."""
        number = self.row_at(line)
        row, part = self._laid.rows[number], line - (self._counted()[number - 1] if number else 0)
        margin = Span(" " * _MARGIN)
        if row.kind != "line":
            pieces = _rows(self._whole(row), self._counts.room(row))
            return (margin, *pieces[part]) if part < len(pieces) else (margin,)
        return (margin, *self._gutter(row, part), *_rows(self._coded(row), self._counts.room(row))[part])

    def _counted(self) -> list[int]:
        """Give for each row the number of lines up to its end, for the width that there is."""
        if self._counts.width != self.size.width:
            self._counts = Counted(self._diffs, self._laid, self.size.width)
        return self._counts.ends

    def _hunk(self, row: Row) -> Hunk:
        return self._diffs[row.file].hunks[row.hunk]

    def _marks(self, row: Row) -> Hashable:
        if row.kind == "hunk":
            return self._hunk(row).id in self._seen
        if row.kind in ("file", "listed"):
            return sum(hunk.id in self._seen for hunk in self._diffs[row.file].hunks)
        return None

    def _whole(self, row: Row) -> Spans:
        return whole(self._diffs, row, self._seen)

    def _gutter(self, row: Row, part: int) -> Spans:
        line = self._hunk(row).lines[row.line]
        if part:
            return spans((" " * (2 * self._counts.digits + 2), "faint"), (f"{MORE_MARK} ", "warn"))
        sign = rows_of.SIGNS[line.kind]
        named = rows_of.numbers(line.old, line.new, self._counts.digits)
        return (named, *spans((f"{sign} ", _SIGN_ROLES.get(line.kind, "faint"))))

    def _coded(self, row: Row) -> Spans:
        """Give a line of a file with its colours, and the words that differ from the line that it replaces."""
        hunk = self._hunk(row)
        colours, pairs = self._read(row)
        line = hunk.lines[row.line]
        text = steady(line.text)
        changed: Sequence[Part] = ()
        if row.line in pairs:
            other = steady(hunk.lines[pairs[row.line]].text)
            both = changed_words(text, other) if line.kind == "deleted" else changed_words(other, text)
            changed = both[0 if line.kind == "deleted" else 1]
        return joined(text, _ROLES[line.kind], colours.of(row.line), changed, ends=line.kind in _GROUNDS)

    def _read(self, row: Row) -> tuple[Colours, dict[int, int]]:
        place = (row.file, row.hunk)
        if place not in self._hunks:
            hunk, language = self._hunk(row), language_of(self._diffs[row.file].change.path)
            self._hunks[place] = Colours(hunk, language), pairs_of(hunk.lines)
        return self._hunks[place]


class Counted:
    """How many lines each row of a change takes in a width; counting a huge change takes longer than a key may."""

    def __init__(self, diffs: Sequence[FileDiff], laid: Laid, width: int) -> None:
        self.width = width
        last = (line for one in diffs for hunk in one.hunks for line in hunk.lines[-1:])
        self.digits = max(len(str(max((line.new or line.old or 0 for line in last), default=0))), 3)
        self.ends = list(accumulate(self._height(diffs, row) for row in laid.rows))

    def room(self, row: Row) -> int:
        """Give the cells that the text of a row has."""
        gutter = 2 * self.digits + 4 if row.kind == "line" else 0
        return max(self.width - gutter - 2 * _MARGIN, 8)

    def _height(self, diffs: Sequence[FileDiff], row: Row) -> int:
        room = self.room(row)
        if row.kind == "line":
            return len(_parts(steady(diffs[row.file].hunks[row.hunk].lines[row.line].text), room))
        return 1 if row.kind in ("blank", "title") else len(_rows(whole(diffs, row, ()), room))


def whole(diffs: Sequence[FileDiff], row: Row, seen: Collection[str]) -> Spans:
    """Give the text of a row that is no line of a file."""
    match row.kind:
        case "title":
            return spans((FILES_TITLE, "title"))
        case "listed":
            return rows_of.listed(diffs[row.file], seen)
        case "file":
            return rows_of.file_heading(diffs[row.file], seen)
        case "hunk":
            hunk = diffs[row.file].hunks[row.hunk]
            return rows_of.hunk_heading(hunk.header, hunk.id in seen)
        case "note":
            return shown(row.text, row.role)
        case _:
            return ()


def joined(text: str, role: str, colours: Sequence[Stretch], changed: Sequence[Part], *, ends: bool = False) -> Spans:
    """Give a line as spans: a stretch that differs has the role of changed words besides its own.

    What stands for something that cannot be seen is marked as such, and where `ends` says so the blanks at the end.
    """
    marked = [(found.start(), found.end()) for found in _HIDDEN.finditer(text)]
    if ends and text.endswith(" "):
        changed = (*changed, (len(text.rstrip(" ")), len(text)))
    cuts = {
        0,
        len(text),
        *(min(at, len(text)) for start, end, *_ in (*colours, *changed, *marked) for at in (start, end)),
    }
    made: list[Span] = []
    for start, end in pairwise(sorted(cuts)):
        own = next((name for first, last, name in colours if first <= start < last), role)
        own = "warn" if _within(start, marked) else f"{own}+{EXACT}"
        made.append(Span(text[start:end], f"{own}+word" if _within(start, changed) else own))
    return tuple(made)


def _within(place: int, parts: Sequence[Part]) -> bool:
    return any(start <= place < end for start, end in parts)


def _parts(text: str, room: int) -> list[str]:
    """Break a text into pieces of at most `room` cells, wherever that falls: source text has no words to break at."""
    if _NARROW.fullmatch(text):
        return [text[at : at + room] for at in range(0, max(len(text), 1), room)]
    return chop_cells(text, room) or [""]


def _rows(pieces: Spans, room: int) -> list[Spans]:
    """Break spans into rows of at most `room` cells."""
    pieces = tuple(Span(steady(span.text), span.role) for span in pieces)
    rows: list[Spans] = []
    start = 0
    for part in _parts(plain(pieces), room):
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
