"""What the first line of the screen says of money: what burns beside what is left of the month's budget.

The purse is read at the board's news, one reading at a time and at most one in `PAUSE` seconds.
"""

import asyncio
from collections.abc import Callable, Iterable

from state.runs.card import Card
from tui import wording_money as words
from tui.moneys import Moneys, MoneyUnreadable, Purse
from tui.panes.money_now import Burning, burn_of
from tui.spans import Spans, spans

PAUSE = 5.0
"""Seconds at the least between two readings."""


class PurseLook:
    """Keeps the purse as it was read last; None where it was not, or cannot be."""

    def __init__(self, moneys: Callable[[], Moneys | None], changed: Callable[[], object]) -> None:
        self._moneys, self._changed = moneys, changed
        self._asked = asyncio.Event()
        self.purse: Purse | None = None

    def want(self) -> None:
        """Ask for a reading; one that was asked for already serves both."""
        self._asked.set()

    async def run(self) -> None:
        """Read what is wanted, for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            moneys = self._moneys()
            if moneys is None:
                continue
            before = self.purse
            try:
                self.purse = await moneys.purse()
            except MoneyUnreadable:
                self.purse = None
            if self.purse != before:
                self._changed()
            await asyncio.sleep(PAUSE)


def money_brief(cards: Iterable[Card], purse: Purse | None, now: float) -> Spans:
    """Give what burns an hour and what is left; each is left out where it is not known."""
    total = sum((each for _, each in burn_of(cards, now)), Burning())
    burns = words.hourly_said(total.usd, total.at_least) if total.usd else ""
    left = words.left_said(purse.budgets) if purse else ""
    envelope = words.tightest(purse.budgets) if purse else None
    role = "dim" if envelope is None or envelope.step == "ok" else "warn"
    return spans((burns, "dim"), (" · " if burns and left else "", "faint"), (left, role))
