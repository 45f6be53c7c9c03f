"""Every screen with the commands that have keys there: what help, palette, key map and docs are made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from state.change_commands import AUDITING, CHANGING, DIFFING
from state.commands import COMMANDS, DECIDING, command
from state.conflict_commands import CONFLICTING
from state.money_commands import COUNTING
from state.page_commands import CLASHING, FIGURING, PAGING
from state.reading_commands import LOGGING, PANING, READING

if TYPE_CHECKING:
    from state.command import Command

SCROLLS = ("down", "up", "first", "last", "page_down", "page_up")
"""Commands that move over any page."""
SHARED = (*SCROLLS, "palette", "help", "theme")
"""Commands of the board that every screen with keys of its own has, too."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """One screen. `own` are its commands; `common` those that mean the same on others."""

    name: str
    title: str
    own: tuple[Command, ...]
    common: tuple[Command, ...] = ()

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command that has a key there."""
        return (*self.own, *self.common)


def _named(names: Iterable[str]) -> tuple[Command, ...]:
    return tuple(command(name) for name in names)


_SHARED, _SCROLLS = _named(SHARED), _named(SCROLLS)
_ANSWERS = tuple(one for one in DECIDING if one.danger == "decides" and one.id != "approve_amount")

SCREENS: tuple[Keyed, ...] = (
    Keyed("board", "On the board", COMMANDS),
    Keyed("request", "At a request", DECIDING, _SHARED),
    Keyed("change", "At a change", CHANGING, (*_ANSWERS, command("live_diff"), *_SHARED)),
    Keyed("diff", "In a diff", (*DIFFING, *READING), _SHARED),
    Keyed("log", "In a run's log", (*READING, *LOGGING), _SHARED),
    Keyed("pane", "In a pane's text", (*READING, *PANING), _SHARED),
    Keyed("conflicts", "Where conflicts are shown", CONFLICTING, _SHARED),
    Keyed("ledger", "In the ledger", AUDITING, _SHARED),
    Keyed("money", "In the money", COUNTING, (*_SHARED, command("copy"))),
    Keyed("clash", "At one conflict", (*CLASHING, *PAGING), _SCROLLS),
    Keyed("figure", "In a figure", FIGURING, _SCROLLS),
    Keyed("page", "On a page of text", PAGING, _SCROLLS),
)


def screen(name: str) -> Keyed:
    """Give the screen of that name. Raises `KeyError`."""
    return {one.name: one for one in SCREENS}[name]
