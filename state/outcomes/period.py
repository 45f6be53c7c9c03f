"""One window over a journal: the tasks decided in it, their costs, and what its figures look up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from functools import cached_property
from typing import cast

from state.money.accounts import Attended, Intervention, Routed
from state.money.spending import NOTHING, Cost, added
from state.outcomes.closing import DAY, Accepted, Closed
from state.outcomes.figure import Instance
from state.outcomes.journal import Entered, Journal, Paid, Worked

SURVIVAL = 30 * DAY
"""Seconds that a change must stay without a defect to have survived (research/economics.md 5.1)."""
HOUR = Decimal(3600)


@dataclass(frozen=True, slots=True)
class Measure:
    """What figures are measured with. `rate` is what an hour of a human's attention costs, in USD.

    `zone` is where working hours are counted, None for the machine's own.
    """

    rate: Decimal = Decimal(200)
    zone: tzinfo | None = None
    lanes: tuple[str, ...] = ("cheap", "standard", "top", "human-gated")
    """The lanes of the settings, from the cheapest to the dearest."""


class Period:
    """A window, `since` to `until` in seconds since 1970, and the spans of the journal that were spent by its end."""

    def __init__(
        self, journal: Journal, closed: Iterable[Closed], since: float, until: float, span: int, measure: Measure
    ) -> None:
        """Look at a journal; `span` is `BEFORE` or `NOW`, the stretch that this window is."""
        self.journal, self.since, self.until, self.span, self.measure = journal, since, until, span, measure
        self._closed = tuple(closed)

    def holds(self, at: float | None) -> bool:
        """Say whether a time lies in the window."""
        return at is not None and self.since <= at < self.until

    @cached_property
    def decided(self) -> tuple[Closed, ...]:
        """The tasks that were closed in the window."""
        return tuple(one for one in self._closed if self.holds(one.at))

    @cached_property
    def matured(self) -> tuple[Closed, ...]:
        """The tasks closed thirty days before: those whose time to show a defect ended in the window."""
        return tuple(one for one in self._closed if self.holds(one.at + SURVIVAL))

    @cached_property
    def closed_before(self) -> frozenset[str]:
        """Name the tasks that were closed by the window's end."""
        return frozenset(one.task for one in self._closed if one.at < self.until)

    @cached_property
    def accepted(self) -> tuple[Accepted, ...]:
        """The accepted diffs of the tasks decided in it."""
        return tuple(diff for task in self.decided for diff in task.accepted if diff.merged.at < self.until)

    @cached_property
    def runs(self) -> Mapping[str, Worked]:
        """Every run by its id."""
        return {run.run: run for run in self.journal.runs}

    @cached_property
    def at_work(self) -> tuple[Worked, ...]:
        """The runs that made calls in the window or were heard of in it."""
        busy = {one.run for one in self.journal.busy if one.span == self.span}
        return tuple(run for run in self.journal.runs if run.run in busy or self.holds(run.seen))

    @cached_property
    def _paid(self) -> Mapping[str, list[Paid]]:
        found: dict[str, list[Paid]] = {}
        for one in self.journal.paid:
            if one.span <= self.span:
                found.setdefault(one.run, []).append(one)
        return found

    def cost(self, runs: Iterable[Worked]) -> Cost:
        """Give what runs cost in all, up to the window's end."""
        return total(one for run in runs for one in self._paid.get(run.run, ()))

    def spent(self, run: str) -> Cost:
        """Give what one run cost in the window itself."""
        return total(one for one in self._paid.get(run, ()) if one.span == self.span)

    def paid_here(self) -> Iterator[Paid]:
        """Give the sums that were spent in the window."""
        return (one for some in self._paid.values() for one in some if one.span == self.span)

    @cached_property
    def entries(self) -> Mapping[str, list[Entered]]:
        """The ledger's entries on each run up to the window's end, in their order."""
        found: dict[str, list[Entered]] = {}
        for entry in self.journal.entries:
            if entry.at < self.until:
                found.setdefault(entry.run, []).append(entry)
        return found

    def told(self, kind: str) -> Iterator[Entered]:
        """Give the entries of a kind in the window."""
        return (entry for entry in self.journal.entries if entry.kind == kind and self.holds(entry.at))

    @cached_property
    def attended(self) -> Mapping[str, list[Attended]]:
        """What humans looked at up to the window's end, by task."""
        found: dict[str, list[Attended]] = {}
        for one in self.journal.attended:
            if one.since < self.until:
                run = self.runs.get(one.run)
                found.setdefault(one.task or (run.task if run is not None else ""), []).append(one)
        return found

    @cached_property
    def interventions(self) -> Mapping[str, list[Intervention]]:
        """What humans said or did up to the window's end, by run."""
        found: dict[str, list[Intervention]] = {}
        for one in self.journal.interventions:
            if one.at is None or one.at < self.until:
                found.setdefault(one.run, []).append(one)
        return found

    @cached_property
    def routes(self) -> Mapping[str, list[Routed]]:
        """The lanes that were chosen up to the window's end, by run, in their order."""
        found: dict[str, list[Routed]] = {}
        for one in sorted(self.journal.routes, key=lambda route: route.at):
            if one.at < self.until:
                found.setdefault(one.run, []).append(one)
        return found

    @cached_property
    def _changes(self) -> Mapping[str, int]:
        return {sha: added + deleted for sha, added, deleted in self.journal.changes}

    def lines(self, diff: Accepted) -> int | None:
        """Give how many lines a diff adds and deletes, None where that is not known."""
        return self._changes.get(diff.package.word("package")) if diff.package is not None else None

    def seconds(self, task: str, after: float | None = None) -> Decimal:
        """Give how long humans attended to a task, or how long after a time."""
        stretches = self.attended.get(task, ())
        since = float("-inf") if after is None else after
        return sum((seconds(max(0.0, one.until - max(one.since, since))) for one in stretches), Decimal(0))

    def dollars(self, attention: Decimal) -> Decimal:
        """Give what seconds of attention cost at the rate."""
        return attention / HOUR * self.measure.rate


def total(paid: Iterable[Paid]) -> Cost:
    """Add costs up."""
    costs = [one.cost for one in paid]
    return added(costs) if costs else NOTHING


def seconds(number: float) -> Decimal:
    """Give seconds as a decimal, to the millisecond."""
    return Decimal(round(number * 1000)) / 1000


def doubtful(cost: Cost) -> bool:
    """Say whether a cost is a lower bound only."""
    return bool(cost.unpriced or cost.lower_bound or cost.unpriced_tokens)


def of_task(task: Closed, amount: Decimal | None, what: str = "") -> Instance:
    """Give a task that was closed as an event of a figure."""
    text = f"{task.title}: {task.how}, {len(task.runs)} run{'s' * (len(task.runs) != 1)}{what}"
    return Instance(text, task.source, task.at, task=task.task, amount=amount)


def of_diff(diff: Accepted, part: str = "denominator") -> Instance:
    """Give an accepted diff as an event of a figure."""
    text = f"{diff.run.title}: approved by {diff.by}, merged as {diff.commit[:12]}"
    where: tuple[str, float, str, str] = (diff.merged.source, diff.merged.at, diff.run.run, diff.run.task)
    return Instance(text, *where, None, "numerator" if part == "numerator" else "denominator")


def rule_of(request: Entered) -> str:
    """Name the first rule that a request was made by, "" without one."""
    rules = request.body.get("rules")
    first: object = cast("list[object]", rules)[0] if isinstance(rules, list) and rules else None
    return str(cast("dict[str, object]", first).get("rule") or "") if isinstance(first, dict) else ""
