"""Whether work was given to the right lane: corrections by direction, escalations, and what may have gone too high."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from state.money.accounts import Routed
from state.outcomes.closing import Closed
from state.outcomes.figure import Figure, Instance
from state.outcomes.journal import Worked
from state.outcomes.making import amount, quotient, unknown
from state.outcomes.period import Period, of_task
from state.outcomes.work import corrections

LEAST_USD, LEAST_EDITS = Decimal("0.10"), 1
"""What a run must have cost or edited for a change of its route to mean that it was wrong (research/economics.md 8)."""
FEW_LINES = 50
NO_ROUTES = "no route was recorded yet"
FLOOR = "lane_floor"
Direction = Literal["up", "down", "aside"]


@dataclass(frozen=True, slots=True)
class Correction:
    """A route that was changed once the work had begun: which way, and what the lane that was left had cost."""

    run: str
    task: str
    at: float
    way: Direction
    text: str
    source: str
    lost: Decimal


def wrong(period: Period) -> Figure:
    """Tasks whose route was changed after money or edits, by tasks with a route; each task counts once."""
    head = ("wrong_route_corrections", "wrong-route corrections", "share")
    tasks = _routed(period)
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    first = [found[0] for task in tasks if (found := _corrections(period, task))]
    ways: tuple[Direction, ...] = ("up", "down", "aside")
    parts = tuple((way, Decimal(sum(one.way == way for one in first))) for way in ways)
    return quotient(head, len(first), len(tasks), of="routed task", parts=parts,
                    instances=(*map(_shown, first), *_below(tasks)))  # fmt: skip


def wrong_cost(period: Period) -> Figure:
    """What the lanes that were left had cost by then, in the tasks decided in the window."""
    head = ("wrong_route_cost", "spent on lanes that were left", "usd")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    found = [one for task in _routed(period) for one in _corrections(period, task)]
    return amount(head, sum((one.lost for one in found), Decimal(0)), len(found), instances=map(_shown, found))


def escalated(period: Period) -> Figure:
    """Tasks that were moved to a higher lane, whatever they had cost by then, by tasks with a route."""
    head = ("escalation_rate", "escalation rate", "share")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    tasks = _routed(period)
    found = [moved[0] for task in tasks if (moved := [one for one in _moves(period, task) if one.way == "up"])]
    return quotient(head, len(found), len(tasks), of="routed task", instances=(*map(_shown, found), *_below(tasks)))


def first_lane(period: Period) -> Figure:
    """Tasks accepted in the lane that they began in, at the first attempt, by tasks with a route; parts by lane."""
    head = ("first_lane_success", "accepted in the first lane, at the first attempt", "share")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    tasks = _routed(period)
    good = [task for task in tasks if _at_once(period, task)]
    lanes = dict.fromkeys(_lane(period, task) for task in tasks)
    return quotient(
        head, len(good), len(tasks), of="routed task",
        parts=tuple(_of_lane(period, lane, tasks, good) for lane in lanes),
        instances=(*(of_task(task, None) for task in good), *_below(tasks)), note="lanes compare from 10 tasks each on",
    )  # fmt: skip


def too_high(period: Period) -> Figure:
    """Tasks of the top lane that were small, safe and accepted at once: candidates for a cheaper lane, no verdict."""
    head = ("over_route_candidates", "candidates for a cheaper lane", "count")
    if "route" not in period.journal.kept:
        return unknown(head, NO_ROUTES)
    tasks = _routed(period)
    found = [task for task in tasks if _at_once(period, task) and _over(period, task)]
    note = f"top lane, accepted at once, low risk, under {FEW_LINES} lines, nothing to put right"
    return amount(head, len(found), len(tasks), instances=(of_task(task, None) for task in found), note=note)


def _routed(period: Period) -> list[Closed]:
    return [task for task in period.decided if any(period.routes.get(run.run) for run in task.runs)]


def _corrections(period: Period, task: Closed) -> list[Correction]:
    moves = [one for one in _moves(period, task) if one.lost >= LEAST_USD or one.text.endswith(_EDITED)]
    return sorted([*moves, *_classified(period, task)], key=lambda one: one.at)


_EDITED = "(after edits)"


def _moves(period: Period, task: Closed) -> Iterator[Correction]:
    """Give each change of lane, model or effort that a human or a rule made, in a run or from one to its next try."""
    last: dict[str, tuple[Worked, Routed]] = {}
    for run in task.runs:
        routes = period.routes.get(run.run, [])
        for before, after in pairwise(routes):
            yield from _changed(period, (run, before), (run, after))
        if routes:
            role = run.role or ""
            if role in last:
                yield from _changed(period, last[role], (run, routes[0]))
            last[role] = (run, routes[-1])


def _changed(period: Period, before: tuple[Worked, Routed], after: tuple[Worked, Routed]) -> Iterator[Correction]:
    (old_run, old), (run, new) = before, after
    restarted = old_run.run != run.run
    same = (old.lane, old.model, old.effort) == (new.lane, new.model, new.effort)
    if new.chosen_by == "agent" or (same and not (restarted and old_run.agent != run.agent)):
        return
    lost = period.cost([old_run]).usd if restarted else new.spent or Decimal(0)
    edited = bool(old_run.lines) if restarted else new.edits >= LEAST_EDITS
    who = f"{new.chosen_by}: {new.why}" if new.why else new.chosen_by
    text = f"{_said(old_run, old)} to {_said(run, new)} by {who}{f' {_EDITED}' if edited else ''}"
    source = f"route of run {run.run}"
    yield Correction(run.run, run.task, new.at, _way(period, old.lane, new.lane), text, source, lost)


def _classified(period: Period, task: Closed) -> Iterator[Correction]:
    """Give the runs whose risk turned out to be above what their lane may take: they were classed too low."""
    for run in task.runs:
        for one in run.findings:
            if one.kind == FLOOR and period.routes.get(run.run):
                at = one.since or run.seen or task.at
                yield Correction(run.run, run.task, at, "up", one.text, run.source, Decimal(0))


def _way(period: Period, old: str | None, new: str | None) -> Direction:
    lanes = period.measure.lanes
    if old not in lanes or new not in lanes or old == new:
        return "aside"
    return "up" if lanes.index(new) > lanes.index(old) else "down"


def _said(run: Worked, one: Routed) -> str:
    return " ".join(word for word in (one.lane or "no lane", one.model or run.agent, one.effort or "") if word)


def _at_once(period: Period, task: Closed) -> bool:
    diffs = [diff for diff in task.accepted if diff.merged.at < period.until]
    tries = [run for run in task.runs if run.role == "implementer"]
    return bool(diffs) and len(tries) <= 1 and not any(True for _ in _moves(period, task))


def _over(period: Period, task: Closed) -> bool:
    lines = [period.lines(diff) for diff in task.accepted]
    risks = {diff.package.word("risk") if diff.package is not None else "" for diff in task.accepted}
    small = all(one is not None and one < FEW_LINES for one in lines)
    top = period.measure.lanes[-2:][0] if len(period.measure.lanes) > 1 else ""
    quiet = not any(True for _ in corrections(period, list(task.accepted), task.runs))
    return small and risks == {"low"} and quiet and _lane(period, task) == top


def _lane(period: Period, task: Closed) -> str:
    """Name the lane that a task's work began in."""
    tries = [run for run in task.runs if run.role in ("implementer", None)] or list(task.runs)
    found = (routes[0].lane for run in tries if (routes := period.routes.get(run.run)))
    return next((lane for lane in found if lane), "no lane")


def _of_lane(period: Period, lane: str, tasks: list[Closed], good: list[Closed]) -> tuple[str, Decimal]:
    here, well = (sum(_lane(period, task) == lane for task in some) for some in (tasks, good))
    return f"{lane} {well}/{here}", Decimal(well) / here


def _shown(one: Correction) -> Instance:
    return Instance(f"{one.way}: {one.text}", one.source, one.at, one.run, one.task, one.lost)


def _below(tasks: list[Closed]) -> Iterator[Instance]:
    for task in tasks:
        yield Instance(f"{task.title}: {task.how}", task.source, task.at, task=task.task, part="denominator")
