"""What a run is likely to cost and take before it begins, from runs of its kind; and afterwards how far off that was.

A range of the middle half, with how many runs it rests on; where there is no history, nothing is said but that. The
seconds are those from a run's first record to its last, in which it may have waited for a human.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from state.money.accounts import Estimated
from state.money.task_class import TaskClass, task_class

ENOUGH = 5
"""Runs from which on a group is used; below it a coarser one is, and of all there are, whatever there is is said."""
_CENTS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Past:
    """One run that is over: what it was, what it came to in USD (None: nothing has a price), and how long it took.

    `at_least` says that a part of its cost has no price.
    """

    run: str
    role: str | None
    lane: str | None
    kind: TaskClass | None
    usd: Decimal | None
    at_least: bool = False
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Likely:
    """What a run is likely to cost and take: P25 and P75 of `n` runs, which `basis` names.

    None where there was no history of it. `unpriced` counts those of them whose cost is not wholly known, so that the
    range is a lower bound.
    """

    n: int = 0
    basis: str = ""
    usd: tuple[Decimal, Decimal] | None = None
    seconds: tuple[float, float] | None = None
    unpriced: int = 0

    @property
    def few(self) -> bool:
        """Say whether it rests on too few runs to go by."""
        return self.n < ENOUGH

    def of(self, run: str, at: float) -> Estimated:
        """Give it as it is kept with the run that began."""
        low, high = self.usd or (None, None)
        soon, late = self.seconds or (None, None)
        return Estimated(run, at, self.n, self.basis, low, high, soon, late, self.unpriced)


@dataclass(frozen=True, slots=True)
class History:
    """The runs of this repository that are over."""

    past: tuple[Past, ...] = field(default=())

    def likely(self, role: str | None, lane: str | None, task: str | None) -> Likely:
        """Estimate a run of this role and lane on this task."""
        return estimate(self.past, role, lane, task)


NO_HISTORY = History()


def estimate(history: Iterable[Past], role: str | None, lane: str | None, task: str | None) -> Likely:
    """Give the middle half of the finest group that has enough runs, else of every run, else nothing.

    The groups: role, lane and task class; role and lane; role; all. What is not known of the run makes no group.
    """
    past, kind = tuple(history), task_class(task)
    groups: list[tuple[str, Callable[[Past], bool]]] = []
    if role and lane and kind:
        whole = (role, lane, kind)
        groups.append(
            (f"{kind} tasks of role {role} in lane {lane}", lambda one: (one.role, one.lane, one.kind) == whole)
        )
    if role and lane:
        groups.append((f"role {role} in lane {lane}", lambda one: (one.role, one.lane) == (role, lane)))
    if role:
        groups.append((f"role {role}", lambda one: one.role == role))
    for basis, belongs in groups:
        chosen = [one for one in past if belongs(one)]
        if len(chosen) >= ENOUGH:
            return _middle(chosen, basis)
    return _middle(past, "every run here") if past else Likely()


def _middle(runs: Sequence[Past], basis: str) -> Likely:
    costs = sorted(one.usd for one in runs if one.usd is not None)
    times = sorted(Decimal(one.seconds) for one in runs if one.seconds is not None)
    unpriced = sum(one.usd is None or one.at_least for one in runs)
    usd = (_at(costs, 1).quantize(_CENTS), _at(costs, 3).quantize(_CENTS)) if costs else None
    seconds = (float(round(_at(times, 1))), float(round(_at(times, 3)))) if times else None
    return Likely(len(runs), basis, usd, seconds, unpriced)


def _at(ordered: Sequence[Decimal], quarter: int) -> Decimal:
    """Give a quartile of sorted values, between two of them in proportion (type 7 of Hyndman and Fan 1996)."""
    place = Decimal(quarter) / 4 * (len(ordered) - 1)
    below, share = int(place), place - int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * share


@dataclass(frozen=True, slots=True)
class Off:
    """How far off one estimate was: what it came to as a multiple of the range's middle, and whether inside."""

    run: str
    ratio: Decimal
    inside: bool


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How far off estimates were: the median multiple of the middle, the share inside the range, of `n` runs.

    None without any.
    """

    n: int = 0
    ratio: Decimal | None = None
    inside: Decimal | None = None


def cost_off(told: Estimated, usd: Decimal | None) -> Off | None:
    """Compare a run's cost with its estimate; None where one of them is not known."""
    return _off(told.run, told.usd_low, told.usd_high, usd)


def time_off(told: Estimated, seconds: float | None) -> Off | None:
    """Compare the time that a run took with its estimate; None where one of them is not known."""
    low, high = (None if one is None else Decimal(str(one)) for one in (told.seconds_low, told.seconds_high))
    return _off(told.run, low, high, None if seconds is None else Decimal(str(seconds)))


def accuracy(told: Iterable[Off | None]) -> Accuracy:
    """Sum up how far off estimates were; those of which nothing can be said are left out."""
    known = [one for one in told if one is not None]
    if not known:
        return Accuracy()
    inside = Decimal(sum(one.inside for one in known)) / len(known)
    return Accuracy(len(known), median(one.ratio for one in known), inside)


def _off(run: str, low: Decimal | None, high: Decimal | None, came_to: Decimal | None) -> Off | None:
    if low is None or high is None or came_to is None or low + high <= 0:
        return None
    return Off(run, came_to / ((low + high) / 2), low <= came_to <= high)
