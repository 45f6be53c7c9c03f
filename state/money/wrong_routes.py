"""Wrong routes, over-routes and how lanes did: what should be routed differently, always with how many tasks say so.

Source: research/economics.md 8. A task counts once, with the direction of its first correction; a correction counts
only after work was done under the old route: a file edited, or 10 cents spent. What an agent switches by itself is no
correction, because nobody judged the route.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from state.figures import money
from state.findings.finding import LEVELS, RiskLevel
from state.money.accounts import Routed
from state.outcomes.figure import FEW

Direction = Literal["up", "down", "across"]
Cause = Literal["human", "stop", "restart", "floor"]
"""(a) and (e) a human's word, (b) a stop rule whose higher lane was then accepted, (c) the task begun again on another
model or agent, (d) its change riskier than its lane takes."""
WORTH = Decimal("0.10")
"""USD after which a change of the route counts, where no file was edited yet."""
SMALL_LINES = 50
_EFFORTS = ("minimal", "low", "medium", "high", "xhigh", "max")
PLANNED = "planned"
"""A change of the route whose reason begins with this word is no correction."""


@dataclass(frozen=True, slots=True)
class RoutedRun:
    """What is known of one run that was routed. `routes` are its rows of the table, the oldest first.

    `task` is the same for every run of one task, `kind` its class. `since` and `until` are its first and last datum.
    `accepted` says that its own change was accepted; `first_try` that no run of the task was before it. `cost` is its
    model cost in USD, `attention` what a human's attention on it came to. None: unknown.
    """

    run: str
    task: str
    routes: tuple[Routed, ...]
    agent: str = ""
    role: str | None = None
    kind: str | None = None
    since: float | None = None
    until: float | None = None
    accepted: bool = False
    corrections: int = 0
    risk: RiskLevel | None = None
    lines: int | None = None
    edits: int = 0
    cost: Decimal | None = None
    at_least: bool = False
    attention: Decimal | None = None

    @property
    def first(self) -> Routed | None:
        """The route that it began with."""
        return self.routes[0] if self.routes else None

    @property
    def last(self) -> Routed | None:
        """The route that it ended with."""
        return self.routes[-1] if self.routes else None


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes as they are ordered, the lowest first, and the highest risk that each may take."""

    order: tuple[str, ...] = ()
    max_risk: Mapping[str, RiskLevel] | None = None

    def direction(self, old: Routed, new: Routed) -> Direction:
        """Say whether a change of the route goes up, down, or across: by lane, else by effort."""
        for was, now, order in ((old.lane, new.lane, self.order), (old.effort, new.effort, _EFFORTS)):
            if was in order and now in order and was != now:
                return "up" if order.index(now) > order.index(was) else "down"
        return "across"

    def above(self, lane: str | None, risk: RiskLevel | None) -> bool:
        """Say whether a risk is above what a lane may take."""
        most = (self.max_risk or {}).get(lane or "")
        return most is not None and risk is not None and LEVELS.index(risk) > LEVELS.index(most)


@dataclass(frozen=True, slots=True)
class WrongRoute:
    """A task's first correction of its route. `cost` is what was spent on the abandoned route, attention included.

    None: nothing of it is known. `lane` and `to` are the lanes before and after, None where not known.
    """

    task: str
    run: str
    at: float
    direction: Direction
    cause: Cause
    text: str
    lane: str | None = None
    to: str | None = None
    kind: str | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OverRoute:
    """A task that a lower lane might have done: top lane, accepted at the first try, low risk, small, uncorrected."""

    task: str
    run: str
    lane: str
    kind: str | None
    lines: int
    cost: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class LaneRecord:
    """How the tasks of one class did that began in one lane: `n` of them, `held` accepted without another lane.

    `accepted` counts those that were accepted in whichever lane. `cost` is USD of all of their runs, `at_least` where a
    part of it has no price.
    """

    kind: str | None
    lane: str
    n: int
    held: int
    accepted: int
    cost: Decimal
    at_least: bool = False

    @property
    def success(self) -> Decimal | None:
        """The share of tasks that were accepted in the lane they began in."""
        return Decimal(self.held) / self.n if self.n else None

    @property
    def per_accepted(self) -> Decimal | None:
        """What an accepted task cost that began here, failed ones included."""
        return self.cost / self.accepted if self.accepted else None


@dataclass(frozen=True, slots=True)
class Reroute:
    """One sentence on what should be routed differently, with the figures of both lanes."""

    kind: str | None
    now: LaneRecord
    rather: LaneRecord
    text: str


def routed_tasks(runs: Iterable[RoutedRun]) -> int:
    """Count the tasks that were routed: the denominator of the corrections."""
    return len({one.task for one in runs if one.routes})


def wrong_routes(runs: Iterable[RoutedRun], lanes: Lanes) -> tuple[WrongRoute, ...]:
    """Give each task's first correction, the oldest first."""
    found: list[WrongRoute] = []
    for group in _by_task(runs).values():
        told = [one for place, run in enumerate(group) for one in _of_run(run, group[place + 1 :], lanes)]
        if told:
            found.append(min(told, key=lambda one: (one.at, one.run)))
    return tuple(sorted(found, key=lambda one: (one.at, one.task)))


def over_routes(runs: Iterable[RoutedRun], lanes: Lanes, top: Sequence[str] = ("top",)) -> tuple[OverRoute, ...]:
    """Give what a lower lane might have done; a list for a human to look at, and never counted as wrong."""
    found: list[OverRoute] = []
    for group in _by_task(runs).values():
        run, lane = group[0], group[0].first.lane if group[0].first else None
        small = run.lines is not None and run.lines < SMALL_LINES
        clean = run.accepted and not run.corrections and run.risk == "low" and not _of_run(run, group[1:], lanes)
        if lane in top and lane is not None and small and clean and len({one.lane for one in run.routes}) == 1:
            text = f"{run.lines} lines of low risk, accepted at the first try in the lane {lane}"
            found.append(OverRoute(run.task, run.run, lane, run.kind, run.lines or 0, run.cost, text))
    return tuple(found)


def lane_records(runs: Iterable[RoutedRun]) -> tuple[LaneRecord, ...]:
    """Give for each task class and first lane how its tasks did, by class and then by lane."""
    kept: dict[tuple[str, str], list[list[RoutedRun]]] = {}
    for group in _by_task(runs).values():
        first = next((one.first for one in group if one.first is not None and one.first.lane), None)
        if first is not None and first.lane is not None:
            kept.setdefault((group[0].kind or "", first.lane), []).append(group)
    return tuple(_record(kind or None, lane, groups) for (kind, lane), groups in sorted(kept.items()))


def reroutes(records: Iterable[LaneRecord], lanes: Lanes) -> tuple[Reroute, ...]:
    """Say what should be routed differently: of two lanes of one class, only where each has ten tasks.

    A lane is better where an accepted task costs less in it and as many tasks or more hold at the first try.
    """
    enough = [one for one in records if one.n >= FEW and one.lane in lanes.order]
    found: list[Reroute] = []
    for now in enough:
        better = [one for one in enough if one.kind == now.kind and one is not now and _better(one, now)]
        if better:
            rather = min(better, key=lambda one: (one.per_accepted or Decimal(0), one.lane))
            found.append(Reroute(now.kind, now, rather, _advice(now, rather)))
    return tuple(found)


def _by_task(runs: Iterable[RoutedRun]) -> dict[str, list[RoutedRun]]:
    found: dict[str, list[RoutedRun]] = {}
    for run in sorted(runs, key=lambda one: (one.since if one.since is not None else float("inf"), one.run)):
        if run.routes:
            found.setdefault(run.task or run.run, []).append(run)
    return found


def _of_run(run: RoutedRun, later: Sequence[RoutedRun], lanes: Lanes) -> list[WrongRoute]:
    found = [*_changes(run, later, lanes), *_restart(run, later, lanes), *_floor(run, lanes)]
    return sorted(found, key=lambda one: one.at)


def _changes(run: RoutedRun, later: Sequence[RoutedRun], lanes: Lanes) -> Iterable[WrongRoute]:
    """Give what a human or a stop rule changed of the route after work was done under it."""
    for old, new in pairwise(run.routes):
        if not _worked(new.spent, new.edits) or _same(old, new) or new.chosen_by == "agent":
            continue
        if new.chosen_by == "human" and not new.why.casefold().startswith(PLANNED):
            yield _wrong(run, old, new, lanes.direction(old, new), "human")
        if new.chosen_by == "rule" and lanes.direction(old, new) == "up" and _accepted_in(new.lane, (run, *later)):
            yield _wrong(run, old, new, "up", "stop")


def _restart(run: RoutedRun, later: Sequence[RoutedRun], lanes: Lanes) -> Iterable[WrongRoute]:
    """Give the task's next run where it began on another model or agent once this one was over, and was not accepted.

    Runs that overlap were begun to be compared, and a run of another role is the next step of the work.
    """
    old, over = run.last, run.until
    following = [one for one in later if one.role == run.role and over is not None and (one.since or 0.0) >= over]
    if old is None or run.accepted or not following or not _worked(run.cost, run.edits):
        return
    new = following[0].first
    if new is not None and (following[0].agent != run.agent or not _same(old, new)):
        why = f"begun again as run {following[0].run} with {following[0].agent or 'another agent'}"
        cost = _sum((run.cost, run.attention))
        yield WrongRoute(
            run.task,
            run.run,
            new.at,
            lanes.direction(old, new),
            "restart",
            f"{_named(old)}, then {_named(new)}: {why}",
            old.lane,
            new.lane,
            run.kind,
            cost,
        )


def _floor(run: RoutedRun, lanes: Lanes) -> Iterable[WrongRoute]:
    """Give that a run's change is riskier than its lane may take, which its task did not tell."""
    old = run.last
    if old is not None and run.edits and lanes.above(old.lane, run.risk):
        at = run.until if run.until is not None else old.at
        text = f"its change is of {run.risk} risk, and the lane {old.lane} does not take that"
        cost = _sum((run.cost, run.attention))
        yield WrongRoute(run.task, run.run, at, "up", "floor", text, old.lane, None, run.kind, cost)


def _wrong(run: RoutedRun, old: Routed, new: Routed, direction: Direction, cause: Cause) -> WrongRoute:
    text = f"{_named(old)}, then {_named(new)}: {new.why}"
    share = run.attention if new.spent is not None and new.spent == run.cost else None
    spent = _sum((new.spent, share))
    return WrongRoute(run.task, run.run, new.at, direction, cause, text, old.lane, new.lane, run.kind, spent)


def _record(kind: str | None, lane: str, groups: Sequence[Sequence[RoutedRun]]) -> LaneRecord:
    taken = [any(run.accepted for run in group) for group in groups]
    held = [
        any(run.accepted for run in group) and {one.lane for run in group for one in run.routes if one.lane} == {lane}
        for group in groups
    ]
    every = [run for group in groups for run in group]
    cost = sum((run.cost for run in every if run.cost is not None), Decimal(0))
    lacks = any(run.at_least or run.cost is None for run in every)
    return LaneRecord(kind, lane, len(groups), sum(held), sum(taken), cost, lacks)


def _better(one: LaneRecord, now: LaneRecord) -> bool:
    if one.per_accepted is None or one.at_least or now.at_least or one.success is None or now.success is None:
        return False
    return one.success >= now.success and (now.per_accepted is None or one.per_accepted < now.per_accepted)


def _advice(now: LaneRecord, rather: LaneRecord) -> str:
    of = f"{now.kind} tasks" if now.kind else "tasks of no known class"
    return (
        f"{of}: rather {rather.lane} than {now.lane}: {rather.held} of {rather.n} held at the first lane against "
        f"{now.held} of {now.n}, and an accepted one cost {_usd(rather.per_accepted)} against {_usd(now.per_accepted)}"
    )


def _worked(spent: Decimal | None, edits: int) -> bool:
    return edits > 0 or (spent is not None and spent >= WORTH)


def _same(old: Routed, new: Routed) -> bool:
    """Say whether a route is the same; what one of two does not tell is no difference."""
    told = ((old.lane, new.lane), (old.model, new.model), (old.effort, new.effort))
    return all(was == now or was is None or now is None for was, now in told)


def _accepted_in(lane: str | None, runs: Iterable[RoutedRun]) -> bool:
    return any(run.accepted and run.last is not None and run.last.lane == lane for run in runs)


def _named(route: Routed) -> str:
    return " ".join(part for part in (route.lane, route.model, route.effort) if part) or "an unknown route"


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    known = [one for one in parts if one is not None]
    return sum(known, Decimal(0)) if known else None


def _usd(value: Decimal | None) -> str:
    return money(value) if value is not None else "nothing known"
