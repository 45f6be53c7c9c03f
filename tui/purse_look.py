"""What the first line of the screen says of money: what burns beside what is left of the month's budget.

The purse is read at the board's news, one reading at a time and at most one in `PAUSE` seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.moneys import MoneyUnreadable

if TYPE_CHECKING:
    from state.money.purse import Purse
    from tui.moneys import Moneys

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
