"""A page of text over the board: the help and the problems are two of them."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult

from state.commands import command
from state.page_commands import PAGING
from state.screens import SCROLLS
from tui.bound_keys import keys_of
from tui.keys import bindings
from tui.panes.line import Line
from tui.screens.left_once import LeftOnce
from tui.spans import spans
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines
from tui.wording import CLOSE_HINT


class Sheet(LeftOnce[None], inherit_bindings=False):
    """A title, lines that scroll, and a way back."""

    CSS_PATH = "help.tcss"
    BINDINGS = [*bindings(only=SCROLLS), *bindings(PAGING)]
    AUTO_FOCUS = "PaneLines"
    heading = ""
    hint = CLOSE_HINT
    opened_by: Sequence[str] = ("help", "problems")
    """The commands that open such a page, whose keys close it again where they mean nothing else there."""

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

    def on_key(self, event: events.Key) -> None:
        """Close with the key that opened it."""
        if event.key not in self.active_bindings and any(event.key in keys_of(command(one)) for one in self.opened_by):
            event.stop()
            self.action_close()

    def action_close(self) -> None:
        """Go back to the board."""
        self.dismiss()

    async def action_command(self, name: str) -> None:
        """Close, or scroll."""
        if name in ("close_page", "close_figure"):
            self.action_close()
            return
        lines = self.query_one(PaneLines)
        page = lines.page()
        steps = {"down": 1, "up": -1, "first": -(10**9), "last": 10**9, "page_down": page, "page_up": -page}
        lines.move(steps.get(name, 0))
