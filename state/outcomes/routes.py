"""Whether work was given to the right lane: corrections by direction, escalations, and what may have gone too high.

What a wrong route is, is judged by `state.money.wrong_routes`; here the tasks decided in a window are given to it.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import get_args

from state.findings.finding import LEVELS
from state.money.accounts import Routed
from state.money.task_class import task_class
from state.money.wrong_routes import (
    Direction,
    LaneRecord,
    RoutedRun,
    WrongRoute,
    lane_records,
    over_routes,
    reroutes,
    wrong_routes,
)
from state.outcomes.closing import Accepted, Closed
from state.outcomes.figure import Figure, Instance
from state.outcomes.journal import Worked
from state.outcomes.making import Head, amount, quotient, unknown
from state.outcomes.period import Period, doubtful
from state.outcomes.work import CORRECTING

NO_ROUTES = "no route was recorded yet"


def wrong(period: Period) -> Figure:
    """Tasks whose route was changed after money or edits, by tasks with a route; each task counts once."""
    head: Head = ("wrong_route_corrections", "wrong-route corrections", "share")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    found = wrong_routes(_runs(period), period.measure.lanes)
    ways: tuple[Direction, ...] = get_args(Direction)
    parts = tuple((way, Decimal(sum(one.direction == way for one in found))) for way in ways)
    tasks = _routed(period)
    return quotient(head, len(found), len(tasks), of="routed task", parts=parts,
                    instances=(*map(_shown, found), *_below(tasks)))  # fmt: skip


def wrong_cost(period: Period) -> Figure:
    """What was spent on the routes that were left, with the attention to their runs."""
    head: Head = ("wrong_route_cost", "spent on routes that were left", "usd")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    found = wrong_routes(_runs(period), period.measure.lanes)
    known = [one.cost for one in found if one.cost is not None]
    left = len(known) < len(found)
    note = f"with the attention to them at {period.measure.rate} USD an hour{'; of some nothing is known' * left}"
    return amount(head, sum(known, Decimal(0)), len(found), instances=map(_shown, found), at_least=left,
                  note=note)  # fmt: skip


def escalated(period: Period) -> Figure:
    """Tasks that were moved to a higher lane or effort, whatever they had cost by then, by tasks with a route."""
    head: Head = ("escalation_rate", "escalation rate", "share")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    tasks = _routed(period)
    found = [moved for task in tasks if (moved := next(_raised(period, task), None)) is not None]
    return quotient(head, len(found), len(tasks), of="routed task", instances=(*found, *_below(tasks)))


def first_lane(period: Period) -> Figure:
    """Tasks that were accepted without another lane than the first, by tasks with a route; parts by class and lane."""
    head: Head = ("first_lane_success", "accepted in the first lane", "share")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    records = lane_records(_runs(period))
    parts = tuple((f"{_named(one)} {one.held}/{one.n}", one.success) for one in records)
    return quotient(
        head, sum(one.held for one in records), sum(one.n for one in records), of="task that began in a lane",
        parts=parts, instances=_below(_routed(period)), note="lanes compare from 10 tasks each on",
    )  # fmt: skip


def lane_cost(period: Period) -> Figure:
    """Money of the runs with a route, by their tasks that were accepted; parts by class and first lane."""
    head: Head = ("cost_by_lane", "cost per accepted task by its first lane", "usd")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    records = lane_records(_runs(period))
    parts = tuple((f"{_named(one)} {one.accepted}/{one.n}", one.per_accepted) for one in records)
    return quotient(
        head, sum((one.cost for one in records), Decimal(0)), sum(one.accepted for one in records),
        of="accepted task that began in a lane", parts=parts, at_least=any(one.at_least for one in records),
        instances=_below(_routed(period)), note="lanes compare from 10 tasks each on",
    )  # fmt: skip


def too_high(period: Period) -> Figure:
    """Tasks of the top lane that were small, safe and accepted at once: candidates for a cheaper lane, no verdict."""
    head: Head = ("over_route_candidates", "candidates for a cheaper lane", "count")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    found = over_routes(_runs(period), period.measure.lanes)
    sources = {run.run: run for task in period.decided for run in task.runs}
    instances = (
        Instance(f"{sources[one.run].title}: {one.text}", sources[one.run].source, None, one.run, one.task, one.cost)
        for one in found
    )
    return amount(head, len(found), len(_routed(period)), instances=instances, note="for a human to look at")


def otherwise(period: Period) -> Figure:
    """What should be routed differently: lanes of one class of tasks of which one did as well for less."""
    head: Head = ("route_differently", "what should be routed differently", "count")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    records = lane_records(_runs(period))
    found = reroutes(records, period.measure.lanes)
    enough = sum(one.n for one in records)
    instances = (Instance(one.text, "headgate report --figure cost_by_lane") for one in found)
    return amount(head, len(found), enough, instances=instances, note="said only where both lanes have 10 tasks")


def _routed(period: Period) -> list[Closed]:
    return [task for task in period.decided if any(period.routes.get(run.run) for run in task.runs)]


def _runs(period: Period) -> list[RoutedRun]:
    """Give the runs of the tasks decided in the window as the judgement of routes takes them."""
    return [
        _run(period, run, {diff.run.run: diff for diff in task.accepted if diff.merged.at < period.until})
        for task in _routed(period)
        for run in task.runs
    ]


def _run(period: Period, run: Worked, accepted: dict[str, Accepted]) -> RoutedRun:
    routes, cost, diff = tuple(period.routes.get(run.run, ())), period.cost([run]), accepted.get(run.run)
    lines = period.lines(diff) if diff is not None else run.lines
    risk = diff.package.word("risk") if diff is not None and diff.package is not None else run.risk
    words = (one for one in period.interventions.get(run.run, ()) if one.kind in CORRECTING)
    return RoutedRun(
        run.run, run.task, routes, run.agent, run.role, task_class(run.title), run.began, run.seen, diff is not None,
        sum(1 for _ in words), risk if risk in LEVELS else None, lines, _edits(run, routes),
        cost.known, doubtful(cost), _attention(period, run),
    )  # fmt: skip


def _edits(run: Worked, routes: tuple[Routed, ...]) -> int:
    """Give how many files a run had edited, as far as its routes or its change tell."""
    return max([*(one.edits for one in routes), int(bool(run.lines))])


def _attention(period: Period, run: Worked) -> Decimal | None:
    if "attention" not in period.journal.kept:
        return None
    return period.dollars(period.seconds_on(run))


def _raised(period: Period, task: Closed) -> Iterator[Instance]:
    lanes, last = period.measure.lanes, dict[str, Routed]()
    for run in task.runs:
        role, routes = run.role or "", period.routes.get(run.run, [])
        before = [last[role]] if role in last else []
        for old, new in pairwise([*before, *routes]):
            if lanes.direction(old, new) == "up":
                text = f"{old.lane or 'no lane'} to {new.lane or 'no lane'} by {new.chosen_by}: {new.why}"
                yield Instance(text, f"route of run {run.run}", new.at, run.run, task.task)
        if routes:
            last[role] = routes[-1]


def _named(one: LaneRecord) -> str:
    return f"{one.kind or 'no class'}, {one.lane}"


def _shown(one: WrongRoute) -> Instance:
    text = f"{one.direction}, by {one.cause}: {one.text}"
    return Instance(text, f"route of run {one.run}", one.at, one.run, one.task, one.cost)


def _below(tasks: list[Closed]) -> Iterator[Instance]:
    for task in tasks:
        yield Instance(f"{task.title}: {task.how}", task.source, task.at, task=task.task, part="denominator")
