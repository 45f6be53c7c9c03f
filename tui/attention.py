"""How long the human looked at what on this board: told by keys and the mouse alone, and by nothing that is on a timer.

The time between two of them belongs to what was in focus; a pause longer than the cut-off belongs to nothing. What was
attended is handed to the core half a minute after the first key that was not, and at the end; it never leaves the
machine.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from state.attention.limits import MOST
from tui.screens.board import BoardScreen

if TYPE_CHECKING:
    from state.money.accounts import Surface
    from state.runs.card import Card

EVERY = 30.0
"""Seconds that are lost at the most where the board is killed."""
LATELY = 60.0
"""Seconds after a key for which the human is taken to look at the screen."""
SHORTEST = 1.0
"""Seconds below which nothing was looked at."""
_TOLD = ("since", "until", "keys", "idle")


@dataclass(frozen=True, slots=True)
class Focus:
    """What is looked at: a run and its task, "" where none is, on which part of the board."""

    run: str = ""
    task: str = ""
    surface: Surface = "other"


@dataclass(slots=True)
class _Stretch:
    focus: Focus
    since: float
    until: float
    keys: int = 0
    idle: float = 0.0


class Recorder:
    """Keeps the stretches of one board until they are handed over by `give`. Times are seconds since 1970."""

    def __init__(self, cutoff: float, give: Callable[[dict[str, str]], Awaitable[object]]) -> None:
        self.board = uuid.uuid4().hex
        self.cutoff, self._give = cutoff, give
        self._kept: list[_Stretch] = []
        self._last: float | None = None

    def pressed(self, focus: Focus, now: float) -> None:
        """Take note of a key or the mouse, pressed at `now` while `focus` was in view."""
        last, self._last = self._last, now
        if last is None or not now - last >= 0:
            return
        newest = self._kept[-1] if self._kept else None
        if now - last > self.cutoff:
            if newest is not None and newest.until == last:
                newest.idle = now - last
            return
        if len(self._kept) >= MOST:
            return
        if newest is None or newest.focus != focus or newest.until != last:
            newest = _Stretch(focus, last, last)
            self._kept.append(newest)
        newest.until, newest.keys = now, newest.keys + 1

    def in_front(self, screens: Sequence[Screen[Any]], cards: Mapping[str, Card], now: float) -> str:
        """Name the run that is looked at, "" where no key was pressed lately, so that perhaps nobody is there."""
        attends = self._last is not None and 0 <= now - self._last < LATELY
        return focus_of(screens, cards).run if attends else ""

    async def hand_over(self) -> None:
        """Hand over what was attended; nothing where nothing was."""
        kept, self._kept = self._kept, []
        if sum(one.until - one.since for one in kept) >= SHORTEST:
            rows = [{**asdict(one.focus), **{name: getattr(one, name) for name in _TOLD}} for one in kept]
            await self._give({"board": self.board, "stretches": json.dumps(rows)})


def focus_of(screens: Sequence[Screen[Any]], cards: Mapping[str, Card]) -> Focus:
    """Say what is looked at, by the screens from the lowest to the topmost: a sheet shows what lies beneath it."""
    if not screens or isinstance(screens[-1], BoardScreen):  # most keys, and no other screen is loaded for them
        return _focus(*_looked_at(screens[-1]), cards) if screens else Focus()
    from tui.screens.clash import ClashScreen
    from tui.screens.diff import DiffScreen
    from tui.screens.range_diff import RangeDiffScreen
    from tui.screens.sheet import Sheet

    surface: Surface | None = None
    for screen in reversed(screens):
        if isinstance(screen, DiffScreen | RangeDiffScreen):
            surface = surface or "diff"
            continue
        if isinstance(screen, Sheet) and not isinstance(screen, ClashScreen):
            continue
        run, here = _looked_at(screen)
        return _focus(run, surface or here, cards)
    return Focus()


def _focus(run: str | None, surface: Surface, cards: Mapping[str, Card]) -> Focus:
    card = cards.get(run or "")
    return Focus(card.id if card else "", (card.task_id or "") if card else "", surface)


def _looked_at(screen: Screen[Any]) -> tuple[str | None, Surface]:
    if isinstance(screen, BoardScreen):
        view = screen.view
        return view.selected, "detail" if view.place == "detail" else "board"
    from tui.screens.change import ChangeScreen
    from tui.screens.clash import ClashScreen
    from tui.screens.conflicts import ConflictsScreen
    from tui.screens.decide import DecideScreen

    match screen:
        case DecideScreen():
            return (screen.asking.run if screen.asking else None), "decide"
        case ChangeScreen():
            run = screen.view.run
            return (run.id if run else None), "change"
        case ConflictsScreen() | ClashScreen():
            return None, "conflicts"
        case _:
            return None, "other"
