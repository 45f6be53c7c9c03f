"""How money stands now, in one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from state.money.forecast import Forecast

if TYPE_CHECKING:
    from state.money.accounts import BudgetStands


@dataclass(frozen=True, slots=True)
class Purse:
    """How money stands now: each budget, what the month is likely to end at, and alarms as sentences, gravest first."""

    budgets: tuple[BudgetStands, ...] = ()
    forecast: Forecast = field(default_factory=Forecast)
    alarms: tuple[str, ...] = ()
    repositories: Mapping[str, str] = field(default_factory=dict[str, str])
    """The repository of each budget by the budget's name; empty where there is one only."""
    about: Mapping[str, str] = field(default_factory=dict[str, str])
    """What an alarm is about, by its sentence: a budget's name or a run's id."""
