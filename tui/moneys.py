"""What the money screen asks: history by any dimension, cost over time, budgets, and outcomes."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from state.money.accounts import BudgetStands
from state.money.spending import Cost
from state.money.spent import Dimension, Spent
from state.outcomes.figure import Outcomes


class MoneyUnreadable(Exception):
    """History cannot be read now; the text is one sentence on why."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the month is likely to end at, in USD: the middle half of the last working days, over the days left.

    None where there are too few days to say; `days` is how many it rests on.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Purse:
    """How money stands now: each budget, what the month is likely to end at, and alarms as sentences, gravest first."""

    budgets: tuple[BudgetStands, ...] = ()
    forecast: Forecast = field(default_factory=Forecast)
    alarms: tuple[str, ...] = ()


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
