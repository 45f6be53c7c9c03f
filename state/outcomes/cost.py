"""What accepted work cost: money of every task that was decided, over the diffs of them that were accepted."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from state.money.spending import NOTHING, Cost
from state.outcomes.closing import Accepted, Closed
from state.outcomes.figure import Figure, Instance
from state.outcomes.making import Parts, amount, median, quotient, unknown
from state.outcomes.period import Period, doubtful, of_diff, of_task, seconds
from state.outcomes.quality import defects_of

NO_ATTENTION = "no attention was recorded yet"
UNIT = 500
"""Changed lines of one unit (research/economics.md 5.1)."""
_NO_DOLLARS = Decimal(0)


def spend(period: Period) -> Figure:
    """All money of the window, and how much of it went to tasks that are decided by now, open, or of no task."""
    whole, named = NOTHING, {"decided": NOTHING, "open": NOTHING, "no task": NOTHING}
    found: dict[str, Cost] = {}
    for one in period.paid_here():
        whole += one.cost
        found[one.run] = found.get(one.run, NOTHING) + one.cost
    for run, cost in found.items():
        named[_kind(period, run)] += cost
    instances = (_of_run(period, run, cost) for run, cost in sorted(found.items(), key=lambda one: -one[1].usd))
    parts = tuple((name, cost.known) for name, cost in named.items())
    head = ("spend", "spent in the window", "usd")
    note = "" if whole.known is not None or not found else "nothing of it has a price"
    return amount(head, whole.known if found else 0, len(found), instances=instances, parts=parts,
                  at_least=doubtful(whole), note=note)  # fmt: skip


def unattributed(period: Period) -> Figure:
    """Money of runs of which nobody named a task: it is beside every cost per accepted diff, and in none."""
    found = {one.run: period.spent(one.run) for one in period.paid_here() if _kind(period, one.run) == "no task"}
    whole = sum(found.values(), NOTHING)
    instances = (_of_run(period, run, cost) for run, cost in found.items())
    head = ("unattributed", "spent on no task that is known", "usd")
    timeless = period.journal.timeless
    note = f"besides, calls without a time cost {timeless.usd:.2f} USD" if timeless.usd else ""
    return amount(head, whole.known if found else 0, len(found), instances=instances, at_least=doubtful(whole),
                  note=note)  # fmt: skip


def per_accepted(period: Period) -> Figure:
    """All money of the tasks decided in the window, by the accepted diffs of these tasks."""
    cost, attention = _cohort(period, period.decided)
    parts = (*_billed(period, cost), ("attention, beside it", attention))
    return quotient(
        ("cost_per_accepted", "cost per accepted diff", "usd"), cost.usd, len(period.accepted), of="accepted diff",
        instances=(*_tasks(period, period.decided), *map(of_diff, period.accepted)), parts=parts,
        at_least=doubtful(cost),
    )  # fmt: skip


def median_per_accepted(period: Period) -> Figure:
    """The middle of what each task with an accepted diff cost, by its accepted diffs: one dear task moves it little."""
    tasks = [task for task in period.decided if _diffs(period, task)]
    each = {task.task: period.cost(task.runs) for task in tasks}
    values = [each[task.task].usd / len(_diffs(period, task)) for task in tasks]
    found = median(values)
    head = ("median_cost_per_accepted", "median cost of a task with an accepted diff, a diff", "usd")
    instances = (of_task(task, value) for task, value in zip(tasks, values, strict=True))
    return amount(head, found, len(tasks), instances=instances, at_least=any(map(doubtful, each.values())),
                  note="" if tasks else "no accepted diff in this window")  # fmt: skip


def per_shipped(period: Period) -> Figure:
    """The same with the attention after accepting, by diffs whose evidence the human had opened before they merged."""
    head = ("cost_per_shipped", "cost per reviewed and shipped change", "usd")
    if "attention" not in period.journal.kept:
        return unknown(head, NO_ATTENTION, len(period.accepted))
    shipped = [one for one in period.accepted if reviewed(one)]
    cost, _ = _cohort(period, period.decided)
    after = sum((period.dollars(_after(period, task)) for task in period.decided), _NO_DOLLARS)
    parts = (*_billed(period, cost), ("attention after accepting", after))
    return quotient(
        head, cost.usd + after, len(shipped), of="reviewed and shipped change",
        instances=(*_tasks(period, period.decided), *map(of_diff, shipped)), parts=parts,
        at_least=True, note="attention is measured, which is the least there was",
    )  # fmt: skip


def per_survived(period: Period) -> Figure:
    """Money of the tasks whose thirty days ended in the window, by their accepted diffs without a defect."""
    diffs = [diff for task in period.matured for diff in task.accepted]
    survived = [diff for diff in diffs if not defects_of(period, diff)]
    cost, _ = _cohort(period, period.matured)
    return quotient(
        ("cost_per_survived", "cost per accepted diff that survived 30 days", "usd"), cost.usd, len(survived),
        of="diff whose 30 days ended", instances=(*_tasks(period, period.matured), *map(of_diff, survived)),
        at_least=doubtful(cost), note="of the tasks that were decided 30 days earlier",
    )  # fmt: skip


def per_unit(period: Period) -> Figure:
    """The same money by units of 500 changed lines, so that many small diffs are not cheaper than one large."""
    sizes = [(diff, period.lines(diff)) for diff in period.accepted]
    units = [(diff, max(1, -(-lines // UNIT))) for diff, lines in sizes if lines is not None]
    cost, _ = _cohort(period, period.decided)
    left = len(sizes) - len(units)
    return quotient(
        ("cost_per_unit", f"cost per {UNIT} changed lines of accepted diffs", "usd"),
        cost.usd, sum(count for _, count in units), of="accepted diff whose lines are known", n=len(units),
        instances=(*_tasks(period, period.decided), *(_of_units(*one) for one in units)), at_least=doubtful(cost),
        note=f"{left} accepted diffs whose lines are not known are left out" if left else "",
    )  # fmt: skip


def fully_loaded(period: Period) -> Figure:
    """Money and attention at the rate, by accepted diffs."""
    head = ("cost_fully_loaded", "cost per accepted diff with attention", "usd")
    if "attention" not in period.journal.kept:
        return unknown(head, NO_ATTENTION, len(period.accepted))
    cost, attention = _cohort(period, period.decided)
    parts = (*_billed(period, cost), ("attention", attention), ("rework", None))
    note = f"attention at {period.measure.rate} USD an hour; no task is linked as the rework of another"
    spent = (_attention_of(period, task) for task in period.decided)
    return quotient(
        head, cost.usd + (attention or _NO_DOLLARS), len(period.accepted), of="accepted diff",
        instances=(*_tasks(period, period.decided), *(one for one in spent if one), *map(of_diff, period.accepted)),
        parts=parts, at_least=True, note=note,
    )  # fmt: skip


def reviewed(diff: Accepted) -> bool:
    """Say whether the human had opened the evidence of what they accepted, as the decision declares."""
    return diff.decision is not None and diff.decision.body.get("opened") is True and diff.package is not None


def _cohort(period: Period, tasks: Iterable[Closed]) -> tuple[Cost, Decimal | None]:
    """Give what tasks cost, and what the attention to them did; None where none was ever recorded."""
    tasks = tuple(tasks)
    cost = sum((period.cost(task.runs) for task in tasks), NOTHING)
    if "attention" not in period.journal.kept:
        return cost, None
    return cost, sum((period.dollars(period.seconds(task.task)) for task in tasks), _NO_DOLLARS)


def _billed(period: Period, cost: Cost) -> Parts:
    """Split money into what models and what tools came to."""
    tools = period.tools(run for task in period.decided for run in task.runs)
    return (("model", None if cost.known is None else cost.known - tools), ("tools", tools))


def _tasks(period: Period, tasks: Iterable[Closed]) -> list[Instance]:
    return [of_task(task, period.cost(task.runs).known) for task in tasks]


def _attention_of(period: Period, task: Closed) -> Instance | None:
    spent = period.seconds(task.task)
    if not spent:
        return None
    text = f"{task.title}: {spent / 60:.1f} minutes of attention"
    return Instance(text, f"attention of task {task.task}", task.at, task=task.task, amount=period.dollars(spent))


def _of_units(diff: Accepted, units: int) -> Instance:
    told = of_diff(diff)
    return replace(told, text=f"{told.text}, {units} unit{'s' * (units != 1)}")


def _diffs(period: Period, task: Closed) -> list[Accepted]:
    return [diff for diff in task.accepted if diff.merged.at < period.until]


def _after(period: Period, task: Closed) -> Decimal:
    diffs = _diffs(period, task)
    return period.seconds(task.task, min(one.accepted_at for one in diffs)) if diffs else seconds(0)


def _kind(period: Period, run: str) -> str:
    known = period.runs.get(run)
    if known is None or not known.task:
        return "no task"
    return "decided" if known.task in period.closed_before else "open"


def _of_run(period: Period, run: str, cost: Cost) -> Instance:
    known = period.runs.get(run)
    text = f"{known.title or 'no task'} ({known.agent})" if known is not None else f"run {run}"
    source = known.source if known is not None else f"run {run}"
    return Instance(text, source, known.seen if known is not None else None, run, known.task if known else None,
                    cost.known)  # fmt: skip
