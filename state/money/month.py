"""What each run's calls cost, by the hours of their own times: the sums that budgets of a month and windows count.

They are kept in mind beside the database, added to by what each commit counts, and only once that commit stands. A call
whose log tells no time counts for the month in which its run was last seen.
"""

from collections.abc import Iterable, Mapping

from state.money.spending import NOTHING, Cost
from state.runs.event import Event, UsageCounted
from state.runs.run import RunKey

HOUR = 3600
UNTIMED = -1
"""The hour of calls of which no time is known."""


class Months:
    """The sums of one core, from the beginning of the oldest stretch that any budget counts."""

    def __init__(self) -> None:
        self.since: float | None = None
        """From when on calls are kept, in seconds since 1970; None until `begin`."""
        self._hours: dict[RunKey, dict[int, Cost]] = {}
        self._sums: dict[RunKey, dict[tuple[float, float], Cost]] = {}
        self._held: list[UsageCounted] = []

    def begin(self, since: float, spent: Mapping[tuple[RunKey, int], Cost]) -> None:
        """Take up what the database knows from a time on, by run and hour."""
        self.since, self._hours, self._sums, self._held = since, {}, {}, []
        for (run, hour), cost in spent.items():
            self._hours.setdefault(run, {})[hour] = cost

    def hold(self, events: Iterable[Event]) -> None:
        """Take note of what a commit counts; it holds from `settle` on."""
        self._held = [one for one in events if isinstance(one, UsageCounted)]

    def settle(self) -> None:
        """Count what was held: its commit stands."""
        if self.since is not None:
            for one in self._held:
                self._count(one)
        self._held = []

    def runs(self) -> Iterable[RunKey]:
        """Give the runs of which anything is kept."""
        return self._hours.keys()

    def of(self, run: RunKey, since: float, until: float, seen: float | None = None) -> Cost:
        """Give what a run cost in a stretch, by whole hours; `seen` is when it was last seen."""
        kept, sums = self._hours.get(run, {}), self._sums.setdefault(run, {})
        if (since, until) not in sums:
            first, last = since // HOUR, until // HOUR
            sums[since, until] = sum((cost for hour, cost in kept.items() if first <= hour < last), NOTHING)
        if UNTIMED in kept and seen is not None and since <= seen < until:
            return sums[since, until] + kept[UNTIMED]
        return sums[since, until]

    def _count(self, one: UsageCounted) -> None:
        at = one.origin.at
        hour = UNTIMED if at is None else int(at // HOUR)
        if at is not None and self.since is not None and at < self.since - self.since % HOUR:
            return
        hours = self._hours.setdefault(one.run, {})
        hours[hour] = hours.get(hour, NOTHING) + one.cost
        self._sums.pop(one.run, None)
