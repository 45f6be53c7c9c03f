"""What the work took of humans, how often it tore them away, and how many runs really worked at a time."""

from collections.abc import Iterator
from decimal import Decimal

from state.money.accounts import Attended
from state.outcomes.cost import NO_ATTENTION
from state.outcomes.figure import Figure, Instance
from state.outcomes.making import amount, quotient, unknown
from state.outcomes.period import HOUR, Period, of_diff, seconds

NEAR = 300.0
"""Seconds after a task was taken up in which being called away from it counts (research/economics.md 5.3)."""


def per_accepted(period: Period) -> Figure:
    """Attention to the tasks decided in the window, by their accepted diffs."""
    head = ("attention_per_accepted", "attention per accepted diff", "seconds")
    if "attention" not in period.journal.kept:
        return unknown(head, NO_ATTENTION)
    stretches = [one for task in period.decided for one in period.attended.get(task.task, ())]
    whole = sum((period.seconds(task.task) for task in period.decided), Decimal(0))
    return quotient(
        head, whole, len(period.accepted), of="accepted diff", at_least=True,
        instances=(*map(_shown, stretches), *map(of_diff, period.accepted)),
        note="what the board saw: the least there was",
    )  # fmt: skip


def attended(period: Period) -> Figure:
    """All attention in the window; parts by where on the board it went."""
    head = ("attention", "attention", "seconds")
    if "attention" not in period.journal.kept:
        return unknown(head, NO_ATTENTION)
    found = _here(period)
    surfaces = dict.fromkeys(one.surface for one in found)
    parts = tuple((name, _long(one for one in found if one.surface == name)) for name in surfaces)
    return amount(head, _long(found), len(found), instances=map(_shown, found), parts=parts, at_least=True)


def interruptions(period: Period) -> Figure:
    """Switches to a task that a request called for, within five minutes of taking up another; by hours of attention."""
    head = ("interruptions", "interruptions per hour of attention", "ratio")
    if "attention" not in period.journal.kept:
        return unknown(head, NO_ATTENTION)
    found = list(_torn(period))
    hours = _long(_here(period)) / HOUR
    lost = sum((one.amount or Decimal(0) for one in found), Decimal(0))
    return quotient(
        head, len(found), hours, of="attention", n=len(found), instances=found,
        parts=(("minutes until back, estimated", lost / 60),),
    )  # fmt: skip


def concurrency(period: Period) -> Figure:
    """Runs that made calls, by hours in which any did; useful are those whose task came to an accepted diff."""
    busy = [one for one in period.journal.busy if one.span == period.span]
    wall = sum(period.since <= hour * 3600 < period.until for hour in period.journal.wall)
    worked = sum(one.hours for one in busy)
    accepted = {diff.run.task for diff in period.accepted}
    useful = sum(one.hours for one in busy if one.run in period.runs and period.runs[one.run].task in accepted)
    hours = _long(_here(period)) / HOUR
    parts = (
        ("useful", Decimal(useful) / wall if wall else None),
        ("hours of runs per hour of attention", worked / hours if hours else None),
    )
    instances = (_of_busy(period, one.run, one.hours) for one in busy)
    return quotient(
        ("concurrency", "effective concurrency", "ratio"), worked, wall, of="hour with a run at work", n=len(busy),
        instances=instances, parts=parts, note="counted in whole hours in which a run made a call",
    )  # fmt: skip


def _here(period: Period) -> list[Attended]:
    return [one for one in period.journal.attended if period.holds(one.since)]


def _long(stretches: "Iterator[Attended] | list[Attended]") -> Decimal:
    return sum((seconds(one.until - one.since) for one in stretches), Decimal(0))


def _torn(period: Period) -> Iterator[Instance]:
    """Give the switches that an alert forced, with the seconds until the human was back (none: never came back)."""
    runs = {run.run: run.task for run in period.journal.runs}
    asked = [one for one in period.told("request") if one.run in runs]
    for by in dict.fromkeys(one.by for one in _here(period)):
        line = sorted((one for one in _here(period) if one.by == by), key=lambda one: one.since)
        line = [one for one in line if _task(one, runs)]
        for number, now in enumerate(line[1:], 1):
            before = line[number - 1]
            task, other = _task(before, runs), _task(now, runs)
            began = line[_start(line, number - 1, runs)].since
            if task == other or now.since - began > NEAR:
                continue
            alert = next((one for one in asked if runs[one.run] == other and began <= one.at <= now.since), None)
            if alert is not None:
                back = next((one.since for one in line[number:] if _task(one, runs) == task), None)
                lost = None if back is None else seconds(back - before.until)
                yield Instance(f"called away by: {alert.word('text')}", alert.source, now.since, alert.run, task, lost)


def _start(line: list[Attended], number: int, runs: dict[str, str]) -> int:
    """Give the place at which the task that is looked at there was taken up, the last time after a pause."""
    while number and _task(line[number - 1], runs) == _task(line[number], runs):
        if line[number].since - line[number - 1].until > NEAR:
            break
        number -= 1
    return number


def _task(one: Attended, runs: dict[str, str]) -> str:
    return one.task or runs.get(one.run, "")


def _shown(one: Attended) -> Instance:
    spent = seconds(one.until - one.since)
    text = f"{spent / 60:.1f} minutes at the {one.surface} of {one.run or one.task or 'nothing'}"
    return Instance(text, f"attention {one.id}", one.since, one.run or None, one.task or None, spent)


def _of_busy(period: Period, run: str, hours: int) -> Instance:
    known = period.runs.get(run)
    title, source = (known.title or "no task", known.source) if known is not None else ("no task", f"run {run}")
    text = f"{title}: at work in {hours} hour{'s' * (hours != 1)}"
    return Instance(text, source, None, run, amount=Decimal(hours))
