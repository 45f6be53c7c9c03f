"""Where the filter is typed: it stands in the status line's place and acts with every letter."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.spans import spans
from tui.widgets.one_line import OneLine
from tui.widgets.prompt import Prompt
from tui.wording import FILTER_HINT


class FilterLine(Horizontal):
    """A slash and an input."""

    class Changed(Message):
        """The filter reads differently."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    class Submitted(Message):
        """The user keeps the filter as it is."""

    def compose(self) -> ComposeResult:
        """Give the parts."""
        yield OneLine(id="slash")
        field = Prompt(placeholder=FILTER_HINT, compact=True, id="wanted")
        field.cursor_blink = False
        yield field

    def on_mount(self) -> None:
        """Show the slash."""
        self.query_one(OneLine).say(spans((" /", "key")))

    @property
    def input(self) -> Input:
        """The input."""
        return self.query_one(Input)

    def clear(self) -> None:
        """Empty the input without telling, because the screen that asks knows."""
        with self.prevent(Input.Changed):
            self.input.value = ""

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())
