"""A diff that scrolls: rows are wrapped by counting and painted only where they stand in the window."""

import re
from collections.abc import Collection, Hashable, Sequence
from itertools import pairwise

from state.evidence.proposal import FileDiff, Hunk
from state.reading import Wanted
from tui.marks import EXACT
from tui.panes import diff as panes
from tui.panes.code import Stretch, language_of
from tui.panes.colours import Colours
from tui.panes.diff import Laid, Row, whole
from tui.panes.matched import with_matches
from tui.panes.words import Part, changed_words, pairs_of
from tui.spans import Span, Spans, cut, spans, steady
from tui.widgets.diff_heights import MARGIN, Counted, rows_of
from tui.widgets.lines import Lines
from tui.wording_review import MORE_MARK

_HIDDEN = re.compile("⦃U\\+[0-9A-F]{4,6}⦄|[\u2400-\u241f\u2421]")
_ROLES = {"same": "text", "added": "text", "deleted": "text", "note": "faint"}
_MOST_READ = 256
"""Hunks whose colours are kept."""
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
        self._wanted: Wanted | None = None
        self._counts = Counted((), Laid(), -1)
        self._hunks: dict[tuple[int, int], tuple[Colours, dict[int, int]]] = {}

    def show(self, diffs: Sequence[FileDiff], laid: Laid, seen: Collection[str], counted: Counted) -> None:
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

    def mark_words(self, wanted: Wanted | None) -> None:
        """Mark these words wherever they stand."""
        self._wanted = wanted
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
        return self._counted().row_at(line)

    # Laying out

    def count(self) -> int:
        """Give the number of lines."""
        return self._counted().total

    def cursor_row(self) -> int | None:
        """Give the first line of the cursor's row."""
        return self._counted().first(self._cursor) if self._laid.rows else None

    def key(self, line: int) -> Hashable:
        """Give all that a line's look depends on."""
        row = self._laid.rows[self.row_at(line)]
        return line, row, self._marks(row), self.ground(line), id(self._counts), self._wanted

    def ground(self, line: int) -> str | None:
        """Give the ground of the cursor, else that of an added or a deleted line."""
        number = self.row_at(line)
        if self.has_focus and number == self._cursor:
            return "cursor"
        row = self._laid.rows[number]
        return _GROUNDS.get(self._hunk(row).lines[row.line].kind) if row.kind == "line" else None

    def spans(self, line: int) -> Spans:
        """Give the text of one line."""
        counted = self._counted()
        number = counted.row_at(line)
        row, part = self._laid.rows[number], line - counted.first(number)
        margin = Span(" " * MARGIN)
        if row.kind != "line":
            pieces = self._pieces(self._whole(row), row)
            return (margin, *pieces[part]) if part < len(pieces) else (margin,)
        return (margin, *self._gutter(row, part), *self._pieces(self._coded(row), row)[part])

    def _pieces(self, whole: Spans, row: Row) -> list[Spans]:
        room, whole = self._counts.room(row), with_matches(whole, self._wanted)
        return rows_of(whole, room) if self._counts.wraps else [cut(whole, room)]

    def _counted(self) -> Counted:
        """Give the number of lines of each row for the width that there is."""
        if self._counts.width != self.size.width:
            self._counts = Counted(self._diffs, self._laid, self.size.width, self._counts.wraps)
        return self._counts

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
        sign = panes.SIGNS[line.kind]
        named = panes.numbers(line.old, line.new, self._counts.digits)
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
            if len(self._hunks) >= _MOST_READ:
                self._hunks.clear()
            hunk, language = self._hunk(row), language_of(self._diffs[row.file].change.path)
            self._hunks[place] = Colours(hunk, language), pairs_of(hunk.lines)
        return self._hunks[place]


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
