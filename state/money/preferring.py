"""What a start prefers, money or time, and the lane and envelope that it comes to: never below the floor by risk.

The lane that a human names holds; without one a preference's lane, else the role's own. Where the files that a task
names, or its class, are riskier than a preferred lane takes, the next one upwards is taken, and that is said.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from state.money.lane import Lane, too_risky
from state.money.task_class import AT_LEAST, task_class

ChosenBy = Literal["human", "prefer", "role"]


@dataclass(frozen=True, slots=True)
class Preference:
    """What a preference comes to: a lane, None for the role's own, and its run's envelope in USD, None for none."""

    lane: str | None = None
    envelope: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The lane that a start comes to, who chose it and why in one clause, and the envelope of its run in USD."""

    lane: str
    by: ChosenBy
    why: str
    envelope: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Choosing:
    """What can be chosen from: lanes, the lowest first; preferences; and which lane is usual for a role."""

    lanes: Mapping[str, Lane]
    preferences: Mapping[str, Preference]
    usual: Mapping[str, str]

    def choose(
        self, role: str, task: str, named: str, prefer: str, above: Callable[[Lane], str | None] = lambda lane: None
    ) -> Choice:
        """Choose for a start; `named` and `prefer` are "" where nothing was said.

        `above` says why a lane is below the floor by the files that the task names. Raises `ValueError`.
        """
        wanted = self.preferences.get(prefer)
        if prefer and wanted is None:
            raise ValueError(f"{prefer} is no preference: it is one of {', '.join(self.preferences)}")
        envelope = wanted.envelope if wanted else None
        usual = self.usual.get(role, "standard")
        if named:
            return Choice(named, "human", f"lane {named} was named", envelope)
        if wanted is None:
            return Choice(usual, "role", f"{usual} is the lane of role {role}")
        return self._preferred(wanted.lane or usual, prefer, task, envelope, above)

    def _preferred(
        self, lane: str, prefer: str, task: str, envelope: Decimal | None, above: Callable[[Lane], str | None]
    ) -> Choice:
        first = ""
        for name in self._upwards(lane):
            why = above(self.lanes[name]) or _above_class(self.lanes[name], task)
            if why is None:
                told = f"{prefer} is lane {name}" if not first else f"{prefer} would be lane {lane}, but {first}"
                return Choice(name, "prefer", told, envelope)
            first = first or why
        return Choice(lane, "prefer", f"{prefer} is lane {lane}", envelope)

    def _upwards(self, lane: str) -> list[str]:
        """Name a lane and those above it; one in which a human is asked first is taken only where it is preferred."""
        order = list(self.lanes)
        above = order[order.index(lane) :] if lane in order else []
        return [name for name in above if name == lane or not self.lanes[name].asks]


def _above_class(lane: Lane, task: str) -> str | None:
    kind = task_class(task)
    level = AT_LEAST.get(kind) if kind is not None else None
    return too_risky(lane, level, [f"the class of its task, {kind}"])
