"""How money stands now, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from state.money.accounts import BudgetStands
from state.money.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Purse:
    """How money stands now: each budget, what the month is likely to end at, and alarms as sentences, gravest first."""

    budgets: tuple[BudgetStands, ...] = ()
    forecast: Forecast = field(default_factory=Forecast)
    alarms: tuple[str, ...] = ()
    repositories: Mapping[str, str] = field(default_factory=dict[str, str])
    """The repository of each budget by the budget's name; empty where there is one only."""
