"""What the money screen asks: history by any dimension, cost over time, budgets, and outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from state.money.purse import Purse
    from state.money.spending import Cost
    from state.money.spent import Dimension, Spent
    from state.outcomes.figure import Outcomes


class MoneyUnreadable(Exception):
    """History cannot be read now; the text is one sentence on why."""


class Moneys(Protocol):
    """Reads the history of a board's repositories. It blocks nobody. Each may raise `MoneyUnreadable`."""

    async def spent(self, by: Dimension, since: float | None, until: float | None) -> tuple[Spent, ...]:
        """Give what calls cost by a dimension, the dearest first; times are seconds since 1970."""
        ...

    async def over_time(self, since: float, until: float, hours: int) -> tuple[tuple[float, Cost], ...]:
        """Give what was spent in each stretch of so many hours, by when it begins, empty ones included."""
        ...

    async def purse(self) -> Purse:
        """Give how money stands now."""
        ...

    async def outcomes(self, since: float, until: float) -> Outcomes:
        """Give every figure on the work's outcome over a window, compared with the one before."""
        ...
