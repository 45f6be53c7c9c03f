"""The first line of the screen: does anything need me, and what does the rest do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from tui.glance_parts import Part, fitted, parts
from tui.spans import Spans, spans
from tui.widgets.one_line import OneLine
from tui.wording import NOT_READ_YET

if TYPE_CHECKING:
    from state.board import Snapshot
    from state.runs.card import Card
    from tui.moneys import Purse
    from tui.needs import Need


class Glance(OneLine):
    """How many need the human and the first of them, the runs by state, money, conflicts, stale ones and hooks."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts: tuple[Part, ...] = ()

    def show(
        self, cards: Collection[Card], board: Snapshot | None, found: Sequence[Need], purse: Purse | None, now: float
    ) -> None:
        """Say what holds; without a board nothing has been read yet, and nothing is claimed."""
        if board is None:
            shown = (Part(0, (spans((f" {NOT_READ_YET}", "dim")),)),)
        else:
            shown = parts(cards, board, found, purse, now)
        if shown != self._parts:
            self._parts = shown
            self.refresh()

    def arranged(self, left: Spans, right: Spans, width: int) -> Spans:
        """Give as many parts as there is room for."""
        return fitted(self._parts, width)
