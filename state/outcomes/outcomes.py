"""Makes every figure on the work's outcome of what the journal tells, over one window and the one before it."""

import math
from collections.abc import Callable
from dataclasses import replace

from state.outcomes import attention, cost, quality, review, routes, waste, work
from state.outcomes.closing import DAY, closings
from state.outcomes.figure import Figure, Outcomes
from state.outcomes.journal import BEFORE, NOW, Journal, Worked
from state.outcomes.period import Measure, Period

WINDOW = 28 * DAY
"""Seconds of the usual window, four weeks (research/economics.md 5.3)."""
USUAL = Measure()
BESIDE = (
    "a squash or rebase outside Headgate counts as merged where its change is that of an evidence package and came onto"
    " a branch that is watched; one that was altered on the way is not known again"
)
TOOLS = (
    "of tools only web searches have a price: what providers bill for others is unpriced, in no figure, and not zero"
)
Metric = Callable[[Period], Figure]
FAMILIES: tuple[tuple[str, tuple[Metric, ...]], ...] = (
    (
        "Cost of accepted work",
        (cost.per_accepted, cost.median_per_accepted, cost.per_shipped, cost.fully_loaded, cost.per_survived,
         cost.per_unit, cost.spend, cost.unattributed),
    ),
    ("How the work went", (work.interventions, work.gate_touches, work.attempts, work.loops, work.switches)),
    (
        "Lanes",
        (routes.wrong, routes.wrong_cost, routes.escalated, routes.first_lane, routes.lane_cost, routes.too_high,
         routes.otherwise),
    ),
    (
        "Review",
        (review.first_action, review.decision, review.with_evidence, review.named_approval, review.version_recorded,
         review.re_reviewed),
    ),
    ("What came of it", (quality.escaped, quality.seasoning, quality.improved, quality.unshipped)),
    (
        "Waste",
        (waste.abandoned, waste.duplicated, waste.cache_hit, waste.cache_net, waste.cache_breaks, waste.reread_tokens,
         waste.rereads, waste.explanations, waste.conflicting, waste.ownership),
    ),
    ("Attention", (attention.per_accepted, attention.attended, attention.interruptions, attention.concurrency)),
)  # fmt: skip
"""Every metric, in the order in which they are shown, by family. docs/metrics.md defines each of them."""


def outcomes(journal: Journal, since: float, until: float, measure: Measure = USUAL, at: float = math.inf) -> Outcomes:
    """Give every figure over `since` to `until`, each with its value over as long a time before that.

    Times are seconds since 1970, at whole hours, because spending is kept by the hour (`whole_hours`). `at` is the time
    now: a window may end later, and what only time will bring (a task left for two weeks, thirty days without a defect)
    has not come before.
    """
    end, earlier = min(until, at), 2 * since - until
    now = Period(journal, closings(journal, end), since, end, NOW, measure)
    before = Period(journal, closings(journal, since), earlier, since, BEFORE, measure)
    figures = tuple(_compared(metric(now), metric(before)) for _, metrics in FAMILIES for metric in metrics)
    return Outcomes(since, until, figures, tuple(_notes(now)))


def whole_hours(since: float, until: float) -> tuple[float, float]:
    """Give the window of whole hours that holds both times."""
    return since // 3600 * 3600, -(-until // 3600) * 3600


def families(found: Outcomes) -> tuple[tuple[str, tuple[Figure, ...]], ...]:
    """Give the figures by their family, in the order in which they are shown."""
    told = iter(found.figures)
    return tuple((name, tuple(next(told) for _ in metrics)) for name, metrics in FAMILIES)


def _compared(now: Figure, before: Figure) -> Figure:
    return replace(now, before=before.value, before_n=before.n)


def _notes(period: Period) -> list[str]:
    """Say what no figure can know."""
    notes = [BESIDE, TOOLS]
    perhaps = [task for task in period.decided if task.how == "idle" and any(_perhaps(one) for one in task.runs)]
    if perhaps:
        named = ", ".join(task.title for task in perhaps[:3])
        what = "task that counts" if len(perhaps) == 1 else "tasks that count"
        notes.append(f"{len(perhaps)} {what} as left may have been merged elsewhere: {named}")
    skimmed = sum(not run.read for run in period.at_work)
    if skimmed:
        what = "run was" if skimmed == 1 else "runs were"
        notes.append(f"{skimmed} {what} skimmed: their tests, plans and readings are not known")
    return notes


def _perhaps(run: Worked) -> bool:
    """Say whether a run wrote something and its branch has nothing that its base has not."""
    return run.role == "implementer" and run.ahead == 0
