"""What came of accepted work: defects that escaped, lasting things that were made of them, and what is still open."""

from collections.abc import Iterator

from state.outcomes.closing import IDLE, Accepted
from state.outcomes.figure import Figure, Instance
from state.outcomes.making import amount, quotient
from state.outcomes.period import SURVIVAL, Period, of_diff
from state.release.item import Item

_CONFIRMED = ("confirmed", "done")


def escaped(period: Period) -> Figure:
    """Accepted diffs with a defect within thirty days, by those whose thirty days ended in the window."""
    diffs = [diff for task in period.matured for diff in task.accepted]
    failed = [one for diff in diffs for one in defects_of(period, diff)[:1]]
    note = "reverts that git tells and defects that a human confirmed; a candidate that was refused is none"
    return quotient(
        ("escaped_defects", "escaped defects", "share"), len(failed), len(diffs), of="diff whose 30 days ended",
        instances=(*failed, *map(of_diff, diffs)), note=note,
    )  # fmt: skip


def seasoning(period: Period) -> Figure:
    """Accepted diffs that are younger than thirty days at the window's end: nobody knows yet whether they hold."""
    every = (diff for task in period.decided for diff in task.accepted)
    young = [one for one in every if one.merged.at < period.until <= one.merged.at + SURVIVAL]
    head = ("seasoning", "accepted diffs still within their 30 days", "count")
    return amount(head, len(young), len(young), instances=(of_diff(one, "numerator") for one in young))


def improved(period: Period) -> Figure:
    """Defects that a lasting thing was made of (a test, a runbook, a rule...), by the defects of the window."""
    every = (one for one in period.journal.items if one.kind == "defect" and one.state in _CONFIRMED)
    defects = [one for one in every if period.holds(one.at)]
    better = [(one, made) for one in defects if (made := _made(period, one)) is not None]
    instances = [Instance(f"{made.text}, after: {one.text}", made.source, made.at, made.run) for one, made in better]
    return quotient(
        ("incidents_improved", "defects that left a lasting thing", "share"), len(better), len(defects),
        of="confirmed defect", instances=(*instances, *(_of_item(one, "denominator") for one in defects)),
        note="a lasting thing that was named afterwards, for the same merge or for one of the same task",
    )  # fmt: skip


def unshipped(period: Period) -> Figure:
    """Changes that a human approved and that were not merged two weeks later."""
    merged = {entry.word("request") for entry in period.journal.entries if entry.kind == "merge"}
    found: list[Instance] = []
    for entry in period.journal.entries:
        if entry.kind == "approval" and period.holds(entry.at + IDLE) and entry.word("request") not in merged:
            text = f"approved by {entry.word('by')}, not merged in two weeks"
            found.append(Instance(text, entry.source, entry.at, entry.run))
    return amount(("accepted_unshipped", "approved and not shipped", "count"), len(found), len(found), instances=found)


def defects_of(period: Period, diff: Accepted) -> list[Instance]:
    """Give the defects of a diff within its thirty days: confirmed ones, and reverts that nobody refused."""
    end = min(diff.merged.at + SURVIVAL, period.until)
    return [
        _of_item(one)
        for one in period.journal.items
        if one.run == diff.run.run and one.merge == diff.commit and _is_defect(one) and one.at < end
    ]


def _is_defect(one: Item) -> bool:
    """Say whether it is a defect: a human said so, or git itself tells of a revert and no human refused it."""
    return one.kind == "defect" and (one.state in _CONFIRMED or (one.state == "candidate" and bool(one.source)))


def _made(period: Period, defect: Item) -> Item | None:
    return next(_artefacts(period, defect), None)


def _artefacts(period: Period, defect: Item) -> Iterator[Item]:
    task = period.runs[defect.run].task if defect.run in period.runs else ""
    for one in period.journal.items:
        if one.kind != "artefact" or one.text.partition(":")[0] in ("none", "not named") or one.at < defect.at:
            continue
        known = period.runs.get(one.run)
        if one.merge == defect.merge or (task and known is not None and known.task == task):
            yield one


def _of_item(one: Item, part: str = "numerator") -> Instance:
    text = f"{one.kind} ({one.state}): {one.text}"
    source = one.source or f"item {one.id}"
    return Instance(text, source, one.at, one.run, part="denominator" if part == "denominator" else "numerator")
