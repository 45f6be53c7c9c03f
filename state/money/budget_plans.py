"""What was set of budgets, as values: ladders, plans, pools, windows. They load no validation: boards need none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import get_args

from state.money.accounts import Step

STEPS: tuple[Step, ...] = get_args(Step)
SENIOR = frozenset({"planner", "reviewer", "security", "release"})
"""Roles that a limit of the shipped settings never pauses or stops: to starve judgement saves the wrong thing."""
Ladder = tuple[tuple[Decimal, Step], ...]
"""Rungs, the lowest first: from which share of the ceiling on, in percent, which step is taken."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one budget is given, in USD; None: it is not limited. `unit` is what it buys, at `per_unit` USD each."""

    usd: Decimal | None = None
    ladder: Ladder = ()
    unit: str = ""
    per_unit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """A budget that several runs share: those of its roles, owners or branches; an empty list names all."""

    plan: Plan
    roles: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    branches: tuple[str, ...] = ()

    def holds(self, role: str | None, owner: str | None, branch: str | None) -> bool:
        """Say whether a run with these words draws on it."""
        if (self.roles and role not in self.roles) or (self.owners and owner not in self.owners):
            return False
        return not self.branches or any(fnmatchcase(branch or "", one) for one in self.branches)


@dataclass(frozen=True, slots=True)
class Window:
    """An approved stretch of high leverage: until it is over or its own ceiling is reached, its roles are only warned.

    `since` and `until` in seconds since 1970.
    """

    name: str
    roles: tuple[str, ...]
    since: float
    until: float
    usd: Decimal
    by: str


@dataclass(frozen=True, slots=True)
class Budgets:
    """Everything that was set of budgets. `band` is the person's: its floor and its ceiling a month."""

    currency: str = "USD"
    band_name: str = "senior_parallel"
    band: tuple[Decimal, Decimal] | None = None
    envelope: Plan = field(default_factory=Plan)
    roles: Mapping[str, Plan] = field(default_factory=dict[str, Plan])
    person: Plan = field(default_factory=Plan)
    task: Plan = field(default_factory=Plan)
    run: Plan = field(default_factory=Plan)
    senior_roles: bool = False
    """Whether a run's own limit may pause and stop a run of a senior role."""
    pools: Mapping[str, Pool] = field(default_factory=dict[str, Pool])
    windows: tuple[Window, ...] = ()
