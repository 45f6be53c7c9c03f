"""A page of text over the board: the help and the problems are two of them."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from tui.keys import bindings
from tui.panes.line import Line
from tui.spans import spans
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines
from tui.wording import CLOSE_HINT

_MOVES = ("down", "up", "first", "last", "page_down", "page_up")


class Sheet(Screen[None], inherit_bindings=False):
    """A title, lines that scroll, and a way back."""

    CSS_PATH = "help.tcss"
    BINDINGS = [*bindings(only=_MOVES), Binding("escape,q,question_mark,enter,exclamation_mark", "close", id="close")]
    AUTO_FOCUS = "PaneLines"
    heading = ""
    hint = CLOSE_HINT

    def compose(self) -> ComposeResult:
        """Give the title and the lines."""
        yield OneLine(id="heading")
        yield PaneLines(id="sheet", cursor=False)

    def on_mount(self) -> None:
        """Fill in the text."""
        self.query_one("#heading", OneLine).say(
            spans((f" {self.heading}", "strong")), spans((f"{self.hint} ", "faint"))
        )

    def on_resize(self) -> None:
        """Lay the text out for the width."""
        self.query_one(PaneLines).show(self.lines(self.size.width), wrap=True, follow=False, anew=False)

    def lines(self, width: int) -> Sequence[Line]:
        """Give the text for a width."""
        raise NotImplementedError

    def action_close(self) -> None:
        """Go back to the board."""
        self.dismiss()

    def action_command(self, name: str) -> None:
        """Scroll."""
        lines = self.query_one(PaneLines)
        page = lines.page()
        steps = {"down": 1, "up": -1, "first": -(10**9), "last": 10**9, "page_down": page, "page_up": -page}
        lines.move(steps.get(name, 0))
