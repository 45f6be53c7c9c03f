"""The last line: the commands that are used most, made from their records; one that cannot be used now is faint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from state.clicking import by_click
from state.commands import COMMANDS, Command, command
from tui.bound_keys import NO_KEY, keys_of, why_not
from tui.keys import shown_key
from tui.spans import Span, Spans, cut, spans, width_of
from tui.widgets.one_line import OneLine
from tui.wording import FILTER_KEYS, kept

if TYPE_CHECKING:
    from state.runs.view import View

_GAP = 2
_ALWAYS = 2
"""Entries that are shown however narrow the line is."""


class KeyLine(OneLine):
    """Keys and words; a click on one does what its key does, unless that orders something."""

    class Chosen(Message):
        """The user clicked a command."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    class Withheld(Message):
        """The user clicked a command that no click gives."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries: list[tuple[str, Spans]] = []

    def show(self, view: View, commands: Sequence[Command] = COMMANDS) -> None:
        """Show the footer's commands as they stand in this view, or the keys of what is typed."""
        if view.place == "filter":
            self._entries = [("", spans((key, "key"), (f" {word}", "dim"))) for key, word in FILTER_KEYS]
            self._entries += [("", spans((kept(view.shown, view.total), "faint")))]
        elif view.place in ("form", "edit"):
            self._entries = []  # letters are typed there; the line above says what enter, tab and esc do
        else:
            self._entries = [(command.id, key_and_word(command, view)) for command in commands if _stands(command)]
        self.say(tuple(span for _, shown in self._entries for span in shown))

    def arranged(self, left: Spans, right: Spans, width: int) -> Spans:
        """Show whole entries only; where not all fit, the last ones stay, which are help and quit."""
        return cut(tuple(span for _, entry in self._fitting(width) for span in (Span(" "), *entry, Span(" "))), width)

    def _fitting(self, width: int) -> list[tuple[str, Spans]]:
        kept = list(self._entries)
        while len(kept) > _ALWAYS and sum(width_of(entry) + _GAP for _, entry in kept) > width:
            del kept[-_ALWAYS - 1]
        return kept

    def on_click(self, event: events.Click) -> None:
        """Tell which command was clicked."""
        end = 0
        for name, entry in self._fitting(self.size.width):
            end += width_of(entry) + _GAP
            if event.x < end and name:
                self.post_message(self.Chosen(name) if by_click(command(name)) else self.Withheld(name))
                return


def key_and_word(command: Command, view: View) -> Spans:
    """Give a command's first key and its word."""
    usable, keys = why_not(command, view) is None, keys_of(command)
    return (
        Span(shown_key(keys[0]) if keys else NO_KEY, "key" if keys and usable else "faint"),
        Span(f" {command.footer}", "dim" if usable else "faint"),
    )


def _stands(command: Command) -> bool:
    """Say whether a command has a place here: not without a key, unless it decides or asks twice."""
    return bool(command.footer) and (bool(keys_of(command)) or command.danger != "none")
