"""How changes were reviewed: how long they waited, with what before the human, and what was merged without."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from state.outcomes.closing import Accepted, Outside
from state.outcomes.figure import Figure, Instance
from state.outcomes.journal import Entered
from state.outcomes.making import Head, quotient, rank, unknown
from state.outcomes.period import Period, of_diff, seconds

GRAVE = ("high", "critical")
REVIEWING = ("decide", "change", "diff")
"""Surfaces of the board on which a change is reviewed."""
OPENS, CLOSES = 9, 17
"""Hours of a working day, Monday to Friday."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One diff that was put before a human and decided. Times are seconds since 1970; `first` is the first action."""

    decision: Entered
    package: Entered | None
    ready: float
    first: float
    decided: float


def first_action(period: Period) -> Figure:
    """How long a diff waits for the first look of a human, from when it was put up for review."""
    head: Head = ("review_first_action", "review latency to the first look", "seconds")
    return _latency(period, head, [(one.ready, one.first, one) for one in reviews(period)])


def decision(period: Period) -> Figure:
    """How long a diff waits for its decision, from when it was put up for review."""
    head: Head = ("review_decision", "review latency to the decision", "seconds")
    return _latency(period, head, [(one.ready, one.decided, one) for one in reviews(period)])


def with_evidence(period: Period) -> Figure:
    """Diffs that had a complete evidence package of just this state when they were decided, by diffs decided."""
    found = reviews(period)
    good = [one for one in found if _complete(period, one)]
    waived = sum(one.package is not None and one.package.body.get("complete") is not True for one in found)
    return quotient(
        ("evidence_share", "reviewed with a complete evidence package", "share"), len(good), len(found),
        of="reviewed diff", instances=(*(_shown(one) for one in good), *(_shown(one, below=True) for one in found)),
        parts=(("with an incomplete package", Decimal(waived)),),
    )  # fmt: skip


def re_reviewed(period: Period) -> Figure:
    """Changes that were decided on more than once because their content had changed, by changes decided."""
    runs = {one.decision.run for one in reviews(period)}
    again = [run for run in sorted(runs) if len(_patches(period, run)) > 1]
    instances = (one for run in again for one in _decisions(period, run))
    return quotient(
        ("re_reviewed", "re-reviewed diffs", "share"), len(again), len(runs), of="reviewed diff",
        instances=(_of_decision(one) for one in instances), note="lines that were shown again are not counted",
    )  # fmt: skip


def named_approval(period: Period) -> Figure:
    """Merged diffs of high risk that a named human approved with their evidence, by all merged diffs of high risk.

    What was merged beside Headgate counts as without.
    """
    good, bad = list[Instance](), list[Instance]()
    for diff in period.accepted:
        if (diff.package.word("risk") if diff.package is not None else diff.run.risk) in GRAVE:
            named = diff.decision is not None and bool(diff.decision.actor) and diff.package is not None
            (good if named else bad).append(of_diff(diff))
    bad += [_beside(one) for one in _outside(period) if one.run.risk in GRAVE]
    return quotient(
        ("high_risk_named", "high-risk merges with a named approval", "share"), len(good), len(good) + len(bad),
        of="merged high-risk diff", instances=(*good, *bad), at_least=False,
        note="a squash or rebase outside Headgate is known by its unaltered change alone",
    )  # fmt: skip


def version_recorded(period: Period) -> Figure:
    """Accepted diffs with the models, the agent's version and the context's digest on record, by accepted diffs."""
    good = [diff for diff in period.accepted if _recorded(diff)]
    return quotient(
        ("version_recorded", "accepted diffs with model and context version", "share"), len(good), len(period.accepted),
        of="accepted diff",
        instances=(*(of_diff(one, "numerator") for one in good), *map(of_diff, period.accepted)),
    )  # fmt: skip


def reviews(period: Period) -> list[Reviewed]:
    """Give the diffs that were decided in the window: a human's approval or refusal at the merge gate."""
    return [_reviewed(period, one) for one in period.told("decision") if _decides(one)]


def working_seconds(since: float, until: float, zone: tzinfo | None) -> Decimal:
    """Give how much of a stretch lies in working hours, Monday to Friday, in a zone (None: the machine's own)."""
    begin, end = (datetime.fromtimestamp(at, zone) for at in (since, until))
    day, whole = begin.replace(hour=0, minute=0, second=0, microsecond=0), 0.0
    while day < end:
        if day.weekday() < 5:
            opens, closes = day.replace(hour=OPENS), day.replace(hour=CLOSES)
            whole += max(0.0, (min(end, closes) - max(begin, opens)).total_seconds())
        day += timedelta(days=1)
    return seconds(whole)


def _latency(period: Period, head: Head, waits: list[tuple[float, float, Reviewed]]) -> Figure:
    name, title, unit = head
    if not waits:
        return unknown(head, "no diff was reviewed in this window")
    all_day = [seconds(max(0.0, end - begin)) for begin, end, _ in waits]
    at_work = [working_seconds(begin, max(begin, end), period.measure.zone) for begin, end, _ in waits]
    parts = (
        ("P50", rank(all_day, "0.5")),
        ("P90", rank(all_day, "0.9")),
        ("P50 in working hours", rank(at_work, "0.5")),
        ("P90 in working hours", rank(at_work, "0.9")),
    )
    instances = tuple(_shown(one, amount) for (_, _, one), amount in zip(waits, all_day, strict=True))
    note = "the value is the median; ready is when its evidence was put before the human"
    return Figure(name, title, unit, parts[0][1], len(waits), note=note, parts=parts, instances=instances)


def _reviewed(period: Period, said: Entered) -> Reviewed:
    opened, decided = said.body.get("opened_ms"), said.body.get("at_ms")
    end = decided / 1000 if isinstance(decided, int) else said.at
    ready = opened / 1000 if isinstance(opened, int) else end
    looks = [at for run, at in period.journal.looks if run == said.run and ready <= at <= end]
    for one in period.journal.attended:
        if one.run == said.run and one.surface in REVIEWING and one.until > ready and one.since <= end:
            looks.append(max(ready, one.since))
    return Reviewed(said, _package(period, said), ready, min([*looks, end]), end)


def _package(period: Period, said: Entered) -> Entered | None:
    told = period.entries.get(said.run, ())
    return next((one for one in told if one.kind == "evidence" and one.word("package") == said.word("sha")), None)


def _complete(period: Period, one: Reviewed) -> bool:
    """Say whether its package was complete, and no newer one was there when it was decided."""
    if one.package is None or one.package.body.get("complete") is not True:
        return False
    told = period.entries.get(one.decision.run, ())
    return not any(each.kind == "evidence" and one.package.seq < each.seq < one.decision.seq for each in told)


def _decides(one: Entered) -> bool:
    return (one.actor_kind, one.word("gate")) == ("human", "merge") and one.word("answer") in ("approve", "deny")


def _decisions(period: Period, run: str) -> Iterator[Entered]:
    return (one for one in period.entries.get(run, ()) if one.kind == "decision" and _decides(one))


def _patches(period: Period, run: str) -> set[str]:
    packages = (_package(period, one) for one in _decisions(period, run))
    return {one.word("patch_id") for one in packages if one is not None}


def _recorded(diff: Accepted) -> bool:
    package = diff.package
    return package is not None and bool(
        package.body.get("models") and package.word("context_version") and diff.run.version
    )


def _outside(period: Period) -> Iterator[Outside]:
    return (one for task in period.decided for one in task.outside if one.at < period.until)


def _beside(one: Outside) -> Instance:
    how = f" ({one.why})" if one.why else ""
    text = f"{one.run.title}: merged outside Headgate, without an approval{how}"
    return Instance(text, one.source, one.at, one.run.run, one.run.task, part="denominator")


def _shown(one: Reviewed, amount: Decimal | None = None, *, below: bool = False) -> Instance:
    told = _of_decision(one.decision)
    return Instance(told.text, told.source, told.at, told.run, None, amount, "denominator" if below else "numerator")


def _of_decision(one: Entered) -> Instance:
    return Instance(f"{one.word('answer')} by {one.actor}: {one.word('text')}", one.source, one.at, one.run)
