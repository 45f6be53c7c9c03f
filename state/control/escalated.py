"""What stands on a run because it was escalated: a person who has not answered, a reviewer's claims; and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from state.findings.finding import Finding, Severity
from state.runs.origin import Origin, RunKey

if TYPE_CHECKING:
    from state.control.act import Act

OVERDUE = "escalation_overdue"
WAITING = "escalated"
REVIEW = "review"
TAKEN_BACK = "withdrawn"
"""Escalated to this, a person who has not answered is waited for no more; the fact of it says when."""
_WEIGHT: Mapping[str, Severity] = {"high": "warn", "medium": "warn", "low": "note"}


def findings_of(acts: Iterable[Act]) -> dict[RunKey, tuple[Finding, ...]]:
    """Give what each run's escalations say of it, the oldest first."""
    told: dict[RunKey, list[Finding]] = {}
    for act in sorted(acts, key=lambda one: one.at):
        if act.kind == "escalate" and act.run:
            told.setdefault(act.run, []).extend((*_of_person(act), *_of_review(act)))
    return {run: tuple(found) for run, found in told.items() if found}


def counts(acts: Iterable[Act]) -> Mapping[str, int]:
    """Count escalations: by where they went (lane, reviewer, person), `answered`, `overdue`, `failed` and `all`."""
    found: Counter[str] = Counter()
    for act in acts:
        if act.kind != "escalate":
            continue
        person = act.facts.get("to", "").partition(":")[0]
        found.update((person or "unknown", "all"))
        found["answered"] += person == "person" and act.state == "confirmed"
        found["overdue"] += "overdue" in act.facts
        found["failed"] += act.state == "failed" and TAKEN_BACK not in act.facts
    return dict(found)


def _of_person(act: Act) -> list[Finding]:
    if "person" not in act.facts or act.state != "under_way":
        return []
    if "overdue" in act.facts:
        return [Finding(OVERDUE, "stop", act.text, (), float(act.facts["overdue"]))]
    return [Finding(WAITING, "warn", act.text, (), act.at)]


def _of_review(act: Act) -> list[Finding]:
    from state.control.advice import of_fact

    who = act.facts.get("reviewer", "another model")
    origin = Origin(act.facts.get("reviewer_log", ""), 0, act.ended)
    at = act.ended
    return [
        Finding(REVIEW, _WEIGHT[one.grave], f"{who} claims: {one.grave}, {one.place}: {one.text}", (origin,), at)
        for one in of_fact(act.facts.get("advice"))
    ]
