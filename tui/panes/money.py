"""What the money screen has read, and the lines of its parts: each line knows what it can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from state.money.accounts import BudgetStands
from state.money.spent import Dimension, Spent
from state.outcomes.figure import Figure, Outcomes
from state.outcomes.windows import HOURS, last_days
from state.runs.card import Card
from tui.panes.line import Line, heading, note
from tui.panes.money_bars import BLOCKS, Strokes
from tui.spans import Spans, cut, fit, spans, width_of
from tui.wording_money import READING

if TYPE_CHECKING:
    from state.money.spending import Cost
    from tui.moneys import Purse

Opens = Figure | BudgetStands | Spent | Card | None


@dataclass(frozen=True, slots=True)
class Row:
    """A line, and what opens where it is asked for: a figure's events, a budget's or a sum's facts, a run's row."""

    line: Line
    opens: Opens = None


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at: `since` to `until` in seconds since 1970, in stretches of so many `hours`."""

    since: float
    until: float
    hours: int
    days: int


_NARROWEST_NAME = 8
"""Cells that a name keeps before its repository gets any."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read so far. None: not read yet; a text: why it cannot be read."""

    cards: tuple[Card, ...] = ()
    purse: Purse | str | None = None
    spent: tuple[Spent, ...] | str | None = None
    times: tuple[tuple[float, Cost], ...] | str | None = None
    outcomes: Outcomes | str | None = None
    seen: bool = True
    """Whether the board has read its runs yet."""
    repositories: Mapping[str, str] = field(default_factory=dict[str, str])
    """The repository of each run; empty where there is one only."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How it is looked at: the room that there is, in cells, the characters, the window, the group, and the time."""

    width: int
    height: int
    now: float
    window: Window
    by: Dimension = "session"
    strokes: Strokes = field(default=BLOCKS)


def window_of(days: int, now: float) -> Window:
    """Give so many days up to the end of the stretch that holds `now`; stretches begin at whole hours of local time."""
    return Window(*last_days(days, now), HOURS[days], days)


def title(text: str, above: bool = True) -> list[Row]:
    """Give a heading, with a blank line above it."""
    return [*([Row(Line())] if above else []), Row(heading(text))]


def unread(told: str | None) -> list[Row]:
    """Say that something was not read yet, or why it cannot be."""
    return [Row(note(READING) if told is None else note(told, "warn"))]


def with_repository(name: Spans, repository: str, room: int) -> Spans:
    """Give a name in so many cells, with its repository behind it, where there are several and both have room."""
    told = spans((f" {repository}", "faint")) if repository else ()
    least = room - width_of(told)
    return fit((*cut(name, least), *told) if told and least >= _NARROWEST_NAME else name, room)
