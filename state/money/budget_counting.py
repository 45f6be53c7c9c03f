"""Counts every budget: which runs draw on it, what they cost in its period, and how it stands with that. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from state.money.accounts import Accounts, BudgetStands
from state.money.budget import LIFE, SHARED_WINDOW, Counted, Limit, Period, ceiling_now, month_of, stands
from state.money.budget_plans import Budgets, Ladder
from state.money.budgeted import WINDOW_LADDER, Budgeted, Whose, budgeted, draws, ladder_of, limits, windows_of
from state.money.month import Months
from state.money.rates_seen import dearest
from state.money.spending import NOTHING, Cost, Rates
from state.runs.run import Run, RunKey

OUTLIVED_SECONDS = 31 * 86_400.0
"""How long a budget is kept whose run, task or period is over."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A run that draws on budgets: what it is, and whether it lives and may still spend."""

    run: Run
    who: Whose
    lives: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """Everything that one counting needs, at `now` in seconds since 1970."""

    drawing: Mapping[RunKey, Drawing]
    months: Months
    budgets: Budgets
    accounts: Accounts
    now: float
    rates: Mapping[str, Rates] = field(default_factory=dict[str, Rates])
    envelopes: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    """What starts chose for their runs, in USD."""
    freed: bool = False
    """A human said something of a run's role, owner or task: sums may have moved, and steps with them."""


def counted(sums: Sums) -> tuple[BudgetStands, ...]:
    """Give how every budget stands now, those that are as they were before among them."""
    windows = tuple(_windows(sums))
    known = Accounts({**sums.accounts.budgets, **{one.name: one for one in windows}}, sums.accounts.ceilings)
    now = budgeted(known, sums.budgets, sums.rates, sums.now, sums.envelopes)
    return (*windows, *_monthly(sums, now), *_of_tasks(sums, now), *_of_runs(sums, now))


def outlived(known: Iterable[BudgetStands], runs: Mapping[RunKey, Run], sums: Sums) -> Iterator[str]:
    """Name the budgets that are over: for a month, and of runs that ended at once where nothing ever came of theirs.

    Each counts anew where its run or task goes on. Something came of a budget that did anything, or that was raised.
    """
    since = sums.now - OUTLIVED_SECONDS
    seen = {one.who.task for one in sums.drawing.values() if one.lives or (one.run.seen or 0.0) >= since}
    raised = {one.budget for one in sums.accounts.ceilings}
    for stand in known:
        match stand.scope:
            case "run":
                run, drawing = runs.get(RunKey(stand.of)), sums.drawing.get(RunKey(stand.of))
                lives = drawing is not None and drawing.lives
                calm = stand.step == "ok" and stand.name not in raised
                over = run is None or (not lives and (calm or (run.seen or 0.0) < since))
            case "task":
                over = stand.of not in seen
            case _:
                over = stand.until is not None and stand.until < since
        if over:
            yield stand.name


def _monthly(sums: Sums, now: Budgeted) -> Iterator[BudgetStands]:
    month = month_of(sums.now)
    for limit in (*limits(sums.budgets), *_persons(sums)):
        shape = BudgetStands(limit.called, limit.scope, limit.of, None, None, limit.usd, Decimal(0), None, "ok", "")
        spared = now.windows.get(limit.of, "") if limit.scope == "role" else ""
        runs = [one for one in sums.drawing.values() if draws(sums.budgets, shape, one.who)]
        yield _stand(sums, limit, month, [(one, _within(sums, one, month)) for one in runs], spared)


def _persons(sums: Sums) -> Iterator[Limit]:
    plan = sums.budgets.person
    if plan.usd is not None:
        owners = {one.who.owner for one in sums.drawing.values() if one.who.owner is not None}
        for owner in sorted(owners):
            yield Limit("person", owner, plan.usd, plan.ladder)


def _of_tasks(sums: Sums, now: Budgeted) -> Iterator[BudgetStands]:
    """Count the tasks on which a run lives, over their whole lives."""
    plan = sums.budgets.task
    if plan.usd is None:
        return
    for task in sorted({one.who.task for one in sums.drawing.values() if one.lives and one.who.task is not None}):
        runs = [(one, one.run.cost) for one in sums.drawing.values() if one.who.task == task]
        yield _stand(sums, Limit("task", task, plan.usd, plan.ladder), LIFE, runs)


def _of_runs(sums: Sums, now: Budgeted) -> Iterator[BudgetStands]:
    """Count the runs that live and have spent anything, over their whole lives."""
    for key, one in sums.drawing.items():
        usd = sums.envelopes.get(key, sums.budgets.run.usd)
        if usd is not None and one.lives and one.run.cost != NOTHING:
            limit = Limit("run", key, usd, ladder_of(sums.budgets, "run", key, one.who.role))
            yield _stand(sums, limit, LIFE, [(one, one.run.cost)], now.windows.get(one.who.role or "", ""))


def _windows(sums: Sums) -> Iterator[BudgetStands]:
    """Count the windows that have begun and are not over."""
    for window in windows_of(sums.budgets, sums.accounts.ceilings):
        if window.since <= sums.now < window.until:
            limit = Limit("pool", window.name, window.usd, WINDOW_LADDER, f"{SHARED_WINDOW}:{window.name}")
            period = Period(window.since, window.until)
            runs = [one for one in sums.drawing.values() if one.who.role in window.roles]
            yield _stand(sums, limit, period, [(one, _within(sums, one, period)) for one in runs])


def _within(sums: Sums, one: Drawing, period: Period) -> Cost:
    if period.since is None or period.until is None:
        return one.run.cost
    return sums.months.of(one.run.key, period.since, period.until, one.run.seen)


def _stand(
    sums: Sums, limit: Limit, period: Period, parts: Iterable[tuple[Drawing, Cost]], spared: str = ""
) -> BudgetStands:
    told = list(parts)
    whole = Counted(sum((cost for _, cost in told), NOTHING), _dearest(sums, told))
    ceiling = ceiling_now(limit, period, sums.accounts.ceilings, sums.now)
    before = sums.accounts.budgets.get(limit.called)
    if before is not None and not _keeps(before, limit.ladder, freed=sums.freed):
        before = None
    return stands(limit, period, whole, ceiling, before, softened=spared)


def _keeps(before: BudgetStands, ladder: Ladder, *, freed: bool) -> bool:
    """Say whether a step that was reached holds although the sum says less: not after a human's word on whose it is."""
    return any(step == before.step for _, step in ladder) and not (freed and before.scope != "run")


def _dearest(sums: Sums, parts: Iterable[tuple[Drawing, Cost]]) -> Decimal | None:
    """Give the dearest rate seen of the providers of those runs that have tokens without a price."""
    lacking = [one.run for one, cost in parts if cost.unpriced_tokens > 0]
    found = [dearest(sums.rates, (*run.models, run.model), run.agent) for run in lacking]
    return max((rate for rate in found if rate is not None), default=None)
