"""A bar of one line: something at the left, something at the right, repainted only when either reads differently."""

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.spans import Span, Spans, cut, fit, width_of
from tui.widgets.paint import painted

_NARROWEST_RIGHT = 8


class OneLine(Widget):
    """A line that says what it is told; what stands at the left has the first right to the room."""

    ALLOW_SELECT = False

    class Pointed(Message):
        """The user clicked a piece of the line, at the right end of it or not."""

        def __init__(self, line: "OneLine", span: Span, right: bool) -> None:
            super().__init__()
            self.line, self.span, self.right = line, span, right

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: Spans = ()
        self._right: Spans = ()

    def say(self, left: Spans, right: Spans = ()) -> None:
        """Show this from now on."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Tell which piece was clicked."""
        end = 0
        for span in self.arranged(self._left, self._right, self.size.width):
            end += width_of((span,))
            if event.x < end:
                self.post_message(self.Pointed(self, span, span in self._right))
                return

    def render_line(self, y: int) -> Strip:
        """Give the line in the width that there is."""
        width = self.size.width
        if y:
            return painted(self, (), width)
        return painted(self, self.arranged(self._left, self._right, width), width)

    def arranged(self, left: Spans, right: Spans, width: int) -> Spans:
        """Give both ends in `width` cells, the right one cut or left out where there is no room for it."""
        room = width - width_of(left) - 2
        if not right or room < min(_NARROWEST_RIGHT, width_of(right)):
            return cut(left, width)
        shown = cut(right, room)
        return (*fit(left, width - width_of(shown)), *shown)
