"""A scrolling list of one-row lines that repaints only the rows that look different: Textual's Line API.

What a row depends on is its key. A change asks each visible row for its key and refreshes those whose key is not the
one that was painted; so the cost of a change is the rows that it changes, however many there are.
"""

from collections.abc import Hashable
from typing import ClassVar, cast

from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from tui.spans import Spans, plain
from tui.widgets.paint import marked, painted

_STRIPS = 512


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """A list of lines with an optional cursor; subclasses say what the lines are."""

    fixed: ClassVar[int] = 0
    """How many lines at the top do not scroll."""

    class Clicked(Message):
        """The user clicked a line, counted from the first below the fixed ones."""

        def __init__(self, lines: "Lines", index: int, twice: bool, x: int = 0) -> None:
            super().__init__()
            self.lines = lines
            self.index = index
            self.twice = twice
            self.x = x

        @property
        def control(self) -> "Lines":
            """The list that was clicked."""
            return self.lines

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.auto_links = False  # no text here is a link, and looking for one repaints at each move of the mouse
        self._strips: LRUCache[Hashable, Strip] = LRUCache(_STRIPS)
        self._painted: dict[int, Hashable] = {}
        self._ground: Style | None = None
        self._paints = False

    def count(self) -> int:
        """Give the number of lines below the fixed ones."""
        raise NotImplementedError

    def key(self, line: int) -> Hashable:
        """Give all that the look of a line depends on; lines count from 0, the fixed ones included."""
        raise NotImplementedError

    def spans(self, line: int) -> Spans:
        """Give the text of a line."""
        raise NotImplementedError

    def ground(self, line: int) -> str | None:
        """Give the role of a line's ground."""
        return None

    def cursor_row(self) -> int | None:
        """Give the place of the cursor below the fixed lines."""
        return None

    def repaint(self) -> None:
        """Refresh the rows that look different from what was painted, and only these."""
        lines = self.count() + self.fixed
        self._count_anew(lines)
        (width, height), top = self.size, self.scroll_offset.y
        for y in range(height):
            line = y if y < self.fixed else y + top
            if self._painted.get(y, ...) != (self.key(line) if line < lines else None):
                self.refresh(Region(0, y, width, 1))

    def _count_anew(self, lines: int) -> None:
        """Let the scroll bar follow the number of lines; only where it comes or goes is the screen laid out anew.

        To lay it out paints the whole list, and takes longer than a key may.
        """
        before, height = self.virtual_size.height, self.size.height
        if before == lines or max(lines, before) <= height:
            return
        if min(lines, before) <= height or self.styles.is_auto_height:
            self.virtual_size = Size(1, lines)
        else:
            self.set_reactive(cast("Reactive[Size]", Lines.virtual_size), Size(1, lines))
            self._scroll_update(self.virtual_size)

    def reveal(self) -> None:
        """Scroll as little as shows the cursor; forced, because a list that just grew has no scroll bar yet."""
        row, room = self.cursor_row(), self.size.height - self.fixed
        if row is None or room <= 0:
            return
        top = self.scroll_offset.y
        if row < top:
            self.scroll_to(y=row, animate=False, force=True)
        elif row >= top + room:
            self.scroll_to(y=row - room + 1, animate=False, force=True)

    def row_is_visible(self, row: int) -> bool:
        """Say whether a row stands in the window."""
        return 0 <= row - self.scroll_offset.y < self.size.height - self.fixed

    def visible_rows(self) -> range:
        """Give the rows that stand in the window."""
        top = self.scroll_offset.y
        return range(top, min(top + max(self.size.height - self.fixed, 0), self.count()))

    @property
    def rich_style(self) -> Style:
        """The look that every row begins with, asked of all that lies around the list once for all its rows."""
        if self._ground is None:
            self._ground = super().rich_style
        return self._ground

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the strips that are painted: their place is asked for where the mouse points, and by no frame."""
        self._paints = True
        try:
            return super().render_lines(crop)
        finally:
            self._paints = False

    def render_line(self, y: int) -> Strip:
        """Give the strip of one row of the window, and remember what it shows."""
        line = self._line_at(y)
        key = self._painted[y] = self.key(line) if line < self.count() + self.fixed else None
        if key is None:
            return painted(self, (), self.size.width)
        cached = self._strips.get((key, self.size.width))
        if cached is None:
            cached = painted(self, self.spans(line), self.size.width, self.ground(line))
            self._strips[(key, self.size.width)] = cached
        strip = self._with_selection(cached, line)
        return strip if self._paints else strip.apply_offsets(0, line)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Give the text that the mouse selected."""
        whole, start, end = self.count() + self.fixed, selection.start, selection.end
        first, last = 0 if start is None else start.y, whole - 1 if end is None else min(end.y, whole - 1)
        lines = [plain(self.spans(line)).rstrip() for line in range(first, last + 1)]  # of a huge text no line more
        if not lines:
            return None
        lines[-1] = lines[-1] if end is None or end.y > last else lines[-1][: end.x]
        lines[0] = lines[0] if start is None else lines[0][start.x :]
        return "\n".join(lines), "\n"

    def notify_style_update(self) -> None:
        """Forget every strip, because the theme or a class has changed."""
        super().notify_style_update()
        self._strips.clear()
        self._ground = None

    def _with_selection(self, strip: Strip, line: int) -> Strip:
        selection = self.text_selection
        span = None if selection is None else selection.get_span(line)
        if span is None:
            return strip
        start, end = span
        return marked(
            strip, start, None if end == -1 else end, self.screen.get_component_rich_style("screen--selection")
        )

    def _line_at(self, y: int) -> int:
        return y if y < self.fixed else y + self.scroll_offset.y

    def on_resize(self) -> None:
        """Let the height follow the new width, and keep the cursor in the window."""
        self.repaint()
        self.reveal()

    def on_click(self, event: events.Click) -> None:
        """Tell which line was clicked."""
        offset = event.get_content_offset(self)
        row = -1 if offset is None else self._line_at(offset.y) - self.fixed
        if 0 <= row < self.count() and offset is not None and offset.y >= self.fixed:
            self.post_message(self.Clicked(self, row, event.chain == 2, offset.x))
