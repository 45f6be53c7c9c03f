"""The last line: the commands that are used most, made from their records; one that cannot be used now is faint."""

from rich.cells import cell_len
from textual import events
from textual.message import Message

from state.commands import COMMANDS, Command
from state.runs.view import View
from tui.keys import shown_key
from tui.spans import Span
from tui.widgets.one_line import OneLine

_GAP = 2


class KeyLine(OneLine):
    """Keys and words; a click on one does what its key does."""

    class Chosen(Message):
        """The user clicked a command."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ends: list[tuple[int, str]] = []

    def show(self, view: View) -> None:
        """Show the footer's commands as they stand in this view."""
        parts: list[Span] = [Span(" ")]
        self._ends = []
        at = 1
        for command in COMMANDS:
            if command.footer:
                shown = key_and_word(command, view)
                parts += [*shown, Span(" " * _GAP)]
                at += sum(cell_len(span.text) for span in shown) + _GAP
                self._ends.append((at, command.id))
        self.say(tuple(parts))

    def on_click(self, event: events.Click) -> None:
        """Tell which command was clicked."""
        hit = next((name for end, name in self._ends if event.x < end), None)
        if hit:
            self.post_message(self.Chosen(hit))


def key_and_word(command: Command, view: View) -> tuple[Span, Span]:
    """Give a command's first key and its word."""
    usable = command.unavailable(view) is None
    return (
        Span(shown_key(command.keys[0]), "key" if usable else "faint"),
        Span(f" {command.footer}", "dim" if usable else "faint"),
    )
