"""The lines of one pane of the detail, or of a sheet such as the help, wrapped or cut to the width."""

from collections.abc import Hashable, Sequence

from tui.panes.line import Line, laid
from tui.spans import Span, Spans
from tui.widgets.lines import Lines

_MARGIN = 1


class PaneLines(Lines):
    """Lines of which some take several rows; the cursor moves by lines and shows only while it has the focus."""

    def __init__(self, *, id: str | None = None, cursor: bool = True) -> None:
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()
        self._rows: list[tuple[int, Spans]] = []
        self._firsts: list[int] = []
        self._laid_for = -1
        self._top: int | None = None
        """The line at the top before the width changed, until the rows of the new one are scrolled to it."""
        self._wraps = True
        self._follows = False
        self._has_cursor = cursor
        self._cursor = 0

    def show(self, lines: Sequence[Line], *, wrap: bool, follow: bool, anew: bool) -> None:
        """Show these lines; `follow` keeps the end in sight while the user has not moved away from it.

        `anew` says that they are other lines than before, so that the cursor begins at the top, or at the end.
        """
        at_end = self._cursor >= len(self._lines) - 1
        self._lines, self._wraps, self._follows = lines, wrap, follow
        last = max(len(lines) - 1, 0)
        if anew:
            self._cursor = last if follow else 0
        else:
            self._cursor = last if follow and at_end else min(self._cursor, last)
        self._laid_for = -1
        self.repaint()
        if anew or follow:
            self._show_cursor(anew)

    def move(self, step: int) -> None:
        """Move the cursor by lines, or the window by rows where there is no cursor."""
        if not self._has_cursor:
            self.scroll_to(y=self.scroll_offset.y + step, animate=False, force=True)
            return
        self.put_cursor(self._cursor + step)

    def put_cursor(self, line: int) -> None:
        """Put the cursor on a line."""
        self._cursor = max(0, min(line, len(self._lines) - 1))
        self.reveal()
        self.repaint()

    def page(self) -> int:
        """Give the number of lines of a page."""
        return max(self.size.height - 1, 1)

    def line_at(self, row: int) -> int:
        """Give the line that a row belongs to."""
        return self._laid()[row][0]

    @property
    def lines(self) -> Sequence[Line]:
        """The lines that are shown."""
        return self._lines

    @property
    def at(self) -> int:
        """The number of the line under the cursor."""
        return self._cursor

    @property
    def at_end(self) -> bool:
        """Whether the cursor stands on the last line of lines whose end is what counts."""
        return self._follows and self._cursor >= len(self._lines) - 1

    def current(self) -> Line | None:
        """Give the line under the cursor."""
        return self._lines[self._cursor] if self._cursor < len(self._lines) else None

    def cursor_row(self) -> int | None:
        """Give the first row of the cursor's line."""
        self._laid()
        if not self._has_cursor or self._cursor >= len(self._firsts):
            return None
        return self._firsts[self._cursor]

    def count(self) -> int:
        """Give the number of rows."""
        return len(self._laid())

    def key(self, line: int) -> Hashable:
        """Give what the row says and the ground that it stands on."""
        return self._laid()[line][1], self.ground(line)

    def spans(self, line: int) -> Spans:
        """Give the row with a margin."""
        return (Span(" " * _MARGIN), *self._laid()[line][1])

    def ground(self, line: int) -> str | None:
        """Give the cursor's ground to all rows of its line."""
        return "cursor" if self._has_cursor and self.has_focus and self.line_at(line) == self._cursor else None

    def on_resize(self) -> None:
        """Keep the line at the top there however its rows wrap now, and the end in sight where the end counts."""
        self._laid()
        top, self._top = self._top, None
        if top is not None and top < len(self._firsts):
            self.scroll_to(y=self._firsts[top], animate=False, force=True)
            self.reveal()
        if self._follows:
            self._show_cursor(False)

    def _laid(self) -> list[tuple[int, Spans]]:
        """Give the rows of all lines for the width that there is."""
        if self._laid_for != self.size.width:
            at = self.scroll_offset.y
            if self._laid_for > 0 and self._top is None and at < len(self._rows):
                self._top = self._rows[at][0]
            self._laid_for = self.size.width
            self._rows, self._firsts = [], []
            width = max(self.size.width - 2 * _MARGIN, 1)
            for number, line in enumerate(self._lines):
                self._firsts.append(len(self._rows))
                self._rows += [(number, row) for row in laid(line, width, self._wraps)]
        return self._rows

    def _show_cursor(self, anew: bool) -> None:
        if anew and not self._follows:
            self.scroll_to(y=0, animate=False, force=True)
        elif self._follows and self._cursor >= len(self._lines) - 1:
            self.scroll_to(y=max(self.count() - self.size.height, 0), animate=False, force=True)
