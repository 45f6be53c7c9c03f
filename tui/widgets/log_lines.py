"""A window of a log that scrolls as if it were the whole: rows are laid out where they are seen, records come on.

It never knows how many lines there are. Its place is a record and a row in it; near an end of what it holds it asks for
more, and what could not be moved yet is moved when that has come.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from textual import events
from textual.message import Message

from state.log_text import LogRecord, LogWindow
from state.reading import Wanted
from tui.panes.line import Line, laid
from tui.panes.log_record import record_lines
from tui.panes.matched import with_matches
from tui.spans import Span, Spans, plain
from tui.widgets.lines import Lines

_MARGIN = 1
_WHEEL = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a record: the number of its line, and what it says."""

    line: int
    text: Spans


class LogLines(Lines):
    """Records with a cursor that moves by lines."""

    class Needed(Message):
        """Records beyond the window are needed, around the one at byte `at`."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    class Turned(Message):
        """The wheel was turned: so many lines."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.window = LogWindow()
        self._lines: list[list[Line] | None] = []
        self._rows: list[list[Row] | None] = []
        self._top, self._cursor = (0, 0), (0, 0)
        self._owed = 0
        self._asked: int | None = None
        """Where records were asked for last: asking for the same again would bring the same."""
        self._wraps, self._wanted = True, None
        self._seen: list[tuple[int, Row]] | None = None

    # What is held

    def show(self, window: LogWindow, *, at: int | None, line: int = 0, top: bool = False) -> None:
        """Hold these records; the cursor is put on the record at byte `at`, else it stays with its record.

        `line` is the line of the record to put it on; `top` puts it at the top of the screen.
        """
        before, place = self.record, self._cursor
        above = self._record_at(self._top[0])
        self.window = window
        self._lines, self._rows, self._seen = [None] * len(window.records), [None] * len(window.records), None
        if at is not None:
            self._cursor = (self._index(at), line)
        else:
            self._cursor = (self._index(before.begin), place[1]) if before else (0, 0)
        self._cursor = self._within(self._cursor)
        self._top = (self._index(above.begin), self._top[1]) if above and not top else (self._cursor[0], 0)
        owed, self._owed = self._owed, 0
        self.move(owed)

    def lay_out(self, *, wraps: bool, wanted: Wanted | None) -> None:
        """Show the same records another way."""
        if (wraps, wanted) != (self._wraps, self._wanted):
            self._wraps, self._wanted = wraps, wanted
            self._forget()

    @property
    def record(self) -> LogRecord | None:
        """The record under the cursor."""
        return self._record_at(self._cursor[0])

    @property
    def line(self) -> int:
        """The number of the line in that record."""
        return self._cursor[1]

    @property
    def current(self) -> Line | None:
        """The line under the cursor."""
        return self._lines_of(self._cursor[0])[self._cursor[1]] if self.window.records else None

    @property
    def at_end(self) -> bool:
        """Whether the cursor stands on the last line of the log."""
        records = self.window.records
        if not records or not self.window.last:
            return not records
        last = len(records) - 1
        return self._cursor == (last, len(self._lines_of(last)) - 1)

    def texts(self) -> list[str]:
        """Give the lines of the record under the cursor."""
        return [plain(line.body) for line in self._lines_of(self._cursor[0])] if self.window.records else []

    # Moving

    def move(self, step: int) -> None:
        """Move the cursor by lines as far as records are held; the rest is owed until more have come."""
        record, line = self._cursor
        while step and self.window.records:
            count = len(self._lines_of(record))
            if step > 0 and line + step >= count:
                if record + 1 >= len(self.window.records):
                    self._owe(line + step - count + 1, self.window.last)
                    line, step = count - 1, 0
                else:
                    step -= count - line
                    record, line = record + 1, 0
            elif step < 0 and line + step < 0:
                if record == 0:
                    self._owe(line + step, self.window.first)
                    line, step = 0, 0
                else:
                    step += line + 1
                    record -= 1
                    line = len(self._lines_of(record)) - 1
            else:
                line, step = line + step, 0
        self._cursor = (record, line)
        self._settle()

    def put_line(self, line: int) -> None:
        """Put the cursor on a line of its record."""
        self._cursor = self._within((self._cursor[0], line))
        self._settle()

    def put_row(self, row: int) -> None:
        """Put the cursor on the line of a row of the screen."""
        record, found = self._visible()[row]
        self._cursor = (record, found.line)
        self._settle()

    def page(self) -> int:
        """Give the number of lines of a page."""
        return max(self.size.height - 1, 1)

    def _owe(self, step: int, ended: bool) -> None:
        self._owed = 0 if ended else step

    def _settle(self) -> None:
        """Let the cursor be seen, paint what differs, and ask for records where the window's end is near."""
        if not self.window.records:
            self.repaint()
            return
        self._reveal_cursor()
        self.repaint()
        records, near = self.window.records, 2 * self.size.height
        index = self._cursor[0]
        below = sum(len(self._lines_of(one)) for one in range(index, min(index + near, len(records))))
        above = sum(len(self._lines_of(one)) for one in range(max(index - near, 0), index))
        lacking = (below < near and not self.window.last) or (above < near and not self.window.first)
        if lacking and self._asked != records[index].begin:
            self._asked = records[index].begin
            self.post_message(self.Needed(self._asked))

    def _reveal_cursor(self) -> None:
        rows = self._rows_of(self._cursor[0])
        first = next(number for number, row in enumerate(rows) if row.line == self._cursor[1])
        last = max(number for number, row in enumerate(rows) if row.line == self._cursor[1])
        height = max(self.size.height, 1)
        top = min(self._back((self._cursor[0], last), height - 1), (self._cursor[0], first))
        self._top = max(self._clamped(self._top), top)
        if self._top > (self._cursor[0], first):
            self._top = (self._cursor[0], first)
        end = len(self.window.records) - 1
        if self.window.last:
            self._top = min(self._top, self._back((end, len(self._rows_of(end)) - 1), height - 1))
        self._seen = None

    def _back(self, place: tuple[int, int], rows: int) -> tuple[int, int]:
        """Give the place so many rows before a place, as far as records are held."""
        record, row = place
        while rows > row and record > 0:
            rows -= row + 1
            record -= 1
            row = len(self._rows_of(record)) - 1
        return (record, max(row - rows, 0))

    # Painting

    def count(self) -> int:
        """Give the number of rows on the screen."""
        return len(self._visible())

    def key(self, line: int) -> Hashable:
        """Give what the row says and the ground that it stands on."""
        return self._visible()[line][1].text, self.ground(line)

    def spans(self, line: int) -> Spans:
        """Give the row with a margin."""
        return (Span(" " * _MARGIN), *self._visible()[line][1].text)

    def ground(self, line: int) -> str | None:
        """Give the cursor's ground to all rows of its line."""
        record, row = self._visible()[line]
        return "cursor" if self.has_focus and (record, row.line) == self._cursor else None

    def on_resize(self) -> None:
        """Lay the rows out for the new width."""
        self._forget()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.repaint()

    def on_blur(self) -> None:
        """Take the cursor's ground away."""
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move down."""
        event.stop()
        self.post_message(self.Turned(_WHEEL))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move up."""
        event.stop()
        self.post_message(self.Turned(-_WHEEL))

    def _forget(self) -> None:
        self._rows, self._seen = [None] * len(self.window.records), None
        self._top = (self._top[0], 0)
        self._settle()

    def _visible(self) -> list[tuple[int, Row]]:
        if self._seen is None:
            found: list[tuple[int, Row]] = []
            record, skipped = self._top
            while record < len(self.window.records) and len(found) < self.size.height:
                found += [(record, row) for row in self._rows_of(record)[skipped:]]
                record, skipped = record + 1, 0
            self._seen = found[: self.size.height]
        return self._seen

    def _lines_of(self, index: int) -> list[Line]:
        found = self._lines[index]
        if found is None:
            found = self._lines[index] = record_lines(self.window.records[index])
        return found

    def _rows_of(self, index: int) -> list[Row]:
        found = self._rows[index]
        if found is None:
            width = max(self.size.width - 2 * _MARGIN, 1)
            found = self._rows[index] = [
                Row(number, row)
                for number, line in enumerate(self._lines_of(index))
                for row in laid(_matched(line, self._wanted), width, self._wraps and line.what != "raw")
            ]
        return found

    def _index(self, at: int) -> int:
        """Give the place of the record that holds byte `at`, or of the one nearest to it."""
        records = self.window.records
        return max(sum(record.begin <= at for record in records) - 1, 0)

    def _within(self, place: tuple[int, int]) -> tuple[int, int]:
        if not self.window.records:
            return (0, 0)
        record = min(place[0], len(self.window.records) - 1)
        return record, max(0, min(place[1], len(self._lines_of(record)) - 1))

    def _clamped(self, place: tuple[int, int]) -> tuple[int, int]:
        record = min(place[0], len(self.window.records) - 1)
        return record, min(place[1], len(self._rows_of(record)) - 1)

    def _record_at(self, index: int) -> LogRecord | None:
        return self.window.records[index] if index < len(self.window.records) else None


def _matched(line: Line, wanted: Wanted | None) -> Line:
    if wanted is None:
        return line
    return Line(with_matches(line.body, wanted), line.label, gutter=line.gutter, what=line.what)
