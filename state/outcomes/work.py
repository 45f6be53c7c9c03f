"""How the work went: what humans had to put right, how often a task was tried, loops, and changes of the model."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from state.money.accounts import Intervention
from state.outcomes.closing import Accepted, Closed
from state.outcomes.figure import Figure, Instance
from state.outcomes.journal import Answered, Worked
from state.outcomes.making import quotient, unknown
from state.outcomes.period import Period, of_diff, of_task, rule_of

CORRECTING = ("correction", "interrupt", "deny", "edit")
"""What a human had to put right. Gates and answers are counted apart, else good practice would look bad."""
GATES = ("gate", "answer")
NO_INTERVENTIONS = "no word of a human to a run was recorded yet"
LOOP = "repeated_failure"


def interventions(period: Period) -> Figure:
    """What humans had to put right between the approved plan and the accepted diff, by accepted diffs."""
    head = ("interventions_per_accepted", "human interventions per accepted diff", "ratio")
    if "intervention" not in period.journal.kept:
        return unknown(head, NO_INTERVENTIONS, len(period.accepted))
    found = [one for task in period.decided for one in _between(period, task)]
    parts = tuple((kind, _count(found, kind)) for kind in CORRECTING)
    return quotient(
        head, len(found), len(period.accepted), of="accepted diff",
        instances=(*map(_of_word, found), *map(of_diff, period.accepted)), parts=parts,
        note="a word without a time counts for none",
    )  # fmt: skip


def gate_touches(period: Period) -> Figure:
    """Decisions at gates and answers to what agents asked, in the tasks decided in the window, by accepted diffs."""
    runs = [run for task in period.decided for run in task.runs]
    decided = [one for run in runs for one in period.entries.get(run.run, ()) if _is_decision(one.kind, one.actor_kind)]
    words = [one for run in runs for one in period.interventions.get(run.run, ()) if one.kind in GATES]
    told = (
        Instance(f"{one.word('answer')} at the {one.word('gate')} gate by {one.actor}", one.source, one.at, one.run)
        for one in decided
    )
    parts = (("decisions", Decimal(len(decided))), *((kind, _count(words, kind)) for kind in GATES))
    note = "" if "intervention" in period.journal.kept else f"decisions alone: {NO_INTERVENTIONS}"
    return quotient(
        ("gate_touches_per_accepted", "gate touches per accepted diff", "ratio"), len(decided) + len(words),
        len(period.accepted), of="accepted diff", instances=(*told, *map(_of_word, words)), parts=parts, note=note,
        at_least=bool(note),
    )  # fmt: skip


def attempts(period: Period) -> Figure:
    """Runs of an implementer beyond the first one of a task, by the tasks that had any."""
    tried = {task.task: (task, [run for run in task.runs if run.role == "implementer"]) for task in period.decided}
    tasks = {name: both for name, both in tried.items() if both[1]}
    again = [run for _, runs in tasks.values() for run in runs[1:]]
    instances = (_of_run(run, f"attempt of {run.title}") for run in again)
    return quotient(
        ("attempts_per_task", "repeated attempts per task", "ratio"), len(again), len(tasks),
        of="task with an implementer's run", at_least=True,
        instances=(*instances, *(_as_denominator(of_task(task, None)) for task, _ in tasks.values())),
        note="a reset to the base within a run is not told apart",
    )  # fmt: skip


def loops(period: Period) -> Figure:
    """Runs in which the same tests failed the same way three times or more in a row, by the runs at work."""
    found = list(_loops(period))
    skimmed = sum(not run.read for run in period.at_work)
    note = f"{skimmed} runs were skimmed, and their tests not read" if skimmed else ""
    return quotient(
        ("failure_loops", "repeated-failure loops per run", "ratio"), len(found), len(period.at_work), of="run",
        instances=found, at_least=True, note=note or "a loop that ended unseen by a hook is not kept",
    )  # fmt: skip


def switches(period: Period) -> Figure:
    """Changes of the model in the main thread, within one role, by tasks decided in the window."""
    by_run: dict[str, list[Answered]] = {}
    for one in period.journal.answered:
        by_run.setdefault(one.run, []).append(one)
    found = [one for task in period.decided for one in _switches(task, by_run)]
    several = any(len(some) > 1 for some in by_run.values())
    return quotient(
        ("model_switches_per_task", "model switches per task", "ratio"), len(found), len(period.decided),
        of="task", instances=found, at_least=several,
        note="told by the hours in which a model answered first and last; there and back within them is one",
    )  # fmt: skip


def corrections(period: Period, diffs: list[Accepted], runs: tuple[Worked, ...]) -> Iterator[Intervention]:
    """Give what humans had to put right in runs between the plan that was approved, if any, and the last diff."""
    entries = [one for run in runs for one in period.entries.get(run.run, ())]
    end = max(diff.accepted_at for diff in diffs)
    plans = [one.at for one in entries if _is_plan(one.kind, one.actor_kind, one.word("gate"), one.word("answer"))]
    since = max((at for at in plans if at <= end), default=float("-inf"))
    for run in runs:
        for one in period.interventions.get(run.run, ()):
            if one.kind in CORRECTING and one.at is not None and since <= one.at <= end:
                yield one


def _between(period: Period, task: Closed) -> Iterator[Intervention]:
    diffs = [diff for diff in task.accepted if diff.merged.at < period.until]
    return corrections(period, diffs, task.runs) if diffs else iter(())


def _is_plan(kind: str, actor_kind: str, gate: str, answer: str) -> bool:
    return _is_decision(kind, actor_kind) and (gate, answer) == ("plan", "approve")


def _is_decision(kind: str, actor_kind: str) -> bool:
    return (kind, actor_kind) == ("decision", "human")


def _count(found: list[Intervention], kind: str) -> Decimal:
    return Decimal(sum(one.kind == kind for one in found))


def _of_word(one: Intervention) -> Instance:
    return Instance(f"{one.kind}: {one.text}", f"{one.log}:{one.offset}", one.at, one.run)


def _of_run(run: Worked, text: str) -> Instance:
    return Instance(text, run.source, run.began, run.run, run.task)


def _as_denominator(one: Instance) -> Instance:
    return replace(one, part="denominator")


def _loops(period: Period) -> Iterator[Instance]:
    """Give the loops that halted a run, by their requests, and those that a run's row still tells of."""
    halted: set[str] = set()
    for run in period.at_work:
        for one in period.entries.get(run.run, ()):
            if one.kind == "request" and rule_of(one) == LOOP and period.holds(one.at):
                halted.add(run.run)
                yield Instance(one.word("text"), one.source, one.at, run.run, run.task)
    for run in period.at_work:
        for one in run.findings:
            if one.kind == LOOP and run.run not in halted and (one.since is None or period.holds(one.since)):
                place = one.evidence[0] if one.evidence else None
                source = f"{place.log}:{place.offset}" if place is not None else run.source
                yield Instance(one.text, source, one.since, run.run, run.task)


def _switches(task: Closed, by_run: dict[str, list[Answered]]) -> Iterator[Instance]:
    roles: dict[str, list[Answered]] = {}
    for run in task.runs:
        roles.setdefault(run.role or "", []).extend(by_run.get(run.run, ()))
    sources = {run.run: run.source for run in task.runs}
    for role, models in roles.items():
        for before, after in pairwise(sorted(models, key=lambda one: (one.first, one.last))):
            if before.model != after.model:
                text = f"{role or 'unknown role'}: {before.model} to {after.model}"
                yield Instance(text, sources[after.run], after.first, after.run, task.task)
