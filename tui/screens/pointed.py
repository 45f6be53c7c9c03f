"""What the mouse points at on the board: each part of the header, a tab, a fact below the table does what its key does.

Nothing here orders anything of the core. What a part is, is told by its words, so that a click means what is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from state.runs.view import PANES, Pane
from tui.marks import STATES, Mark
from tui.screens.shown import ShownScreen
from tui.widgets.one_line import OneLine
from tui.wording import PANE_TITLES

if TYPE_CHECKING:
    from tui.spans import Span

_HEADER = (("$", "money"), ("burn", "money"), ("left", "money"), ("conflict", "conflicts"))
_STANDING = {"warn": "problems", "key": "filter", "faint": "sort"}


class PointedScreen(ShownScreen, inherit_bindings=False):
    """The board as far as the mouse goes beyond its rows and its keys."""

    @on(OneLine.Pointed)
    async def _pointed(self, event: OneLine.Pointed) -> None:
        self.touched = True
        match event.line.id:
            case "tabs" if (pane := pane_in(event.span)) is not None:
                await self.run_command(f"pane_{pane}")
            case "glance" if (state := state_in(event.span)) is not None:
                from tui.widgets.filter_line import FilterLine

                self.query_one(FilterLine).input.value = "" if self._filter == state else state
            case "glance" if (name := command_in(event.span)) is not None:
                await self.run_command(name)
            case "status" if event.right and event.span.role in _STANDING:
                await self.run_command(_STANDING[event.span.role])
            case _:
                pass


def pane_in(span: Span) -> Pane | None:
    """Give the pane that a piece of the tabs names, by its number or its word."""
    said = span.text.strip()
    if said.isdigit() and 0 < int(said) <= len(PANES) and span.role in ("key", "faint"):
        return PANES[int(said) - 1]
    return next((pane for pane in PANES if PANE_TITLES[pane] == said), None)


def state_in(span: Span) -> str | None:
    """Give the state whose runs a piece of the header counts."""
    said = span.text.strip()
    return next((state for state, mark in STATES.items() if said and _names(said, mark)), None)


def _names(said: str, mark: Mark) -> bool:
    return said in (mark.word, mark.glyph) or (said[:1] == mark.glyph and said[1:].strip().isdigit())


def command_in(span: Span) -> str | None:
    """Give the command that a piece of the header stands for: where it shows who waits, the way there."""
    if span.role in ("badge", "strong") or span.text.strip() == "w":
        return "next_waiting"
    if span.text.strip() == "D":
        return "decide"
    return next((name for word, name in _HEADER if word in span.text), None)
