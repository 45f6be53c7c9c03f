"""What becomes of a run's plan: shown to the human, written into a file, and left by an edit that it does not name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from state.runs.claims import concerns
from state.runs.run import Plan, Run, Step, StepState
from state.runs.scope import names_in, within
from state.text import lines_of

if TYPE_CHECKING:
    from state.runs.event import PlanShown, PlanWritten, PromptGiven

MOST_UNPLANNED = 20
_MOST_STEPS = 200
_BOX = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+\[([ xX~-])\]\s+(\S.*)")
_BOXES: dict[str, StepState] = {
    " ": "pending",
    "x": "completed",
    "X": "completed",
    "~": "in_progress",
    "-": "cancelled",
}


def shown(plan: Plan, event: PlanShown) -> Plan:
    """Give the plan after it was shown or answered; an answer without prose leaves the prose as it was."""
    if event.text is None:
        return replace(plan, state=event.state)
    return replace(plan, state=event.state, text=event.text, sha=event.sha, path=None, names=names_in(event.text))


def written(plan: Plan, event: PlanWritten) -> Plan:
    """Give the plan after its file was written; its boxes are the steps, unless the agent keeps a list of its own."""
    steps = plan.steps if plan.listed else boxes(event.text)
    names = names_in(event.text)
    return Plan("proposed", event.text, steps, event.sha, event.path, plan.listed, names)


def widened(run: Run, event: PromptGiven) -> Run:
    """Give the run after a human spoke: what they ask for beyond an approved plan lies outside it by their wish."""
    shown_here = run.origins.get("plan") == event.origin
    if not run.plan.names or run.plan.path is not None or shown_here or run.plan.state == "proposed":
        return run
    return replace(run, plan=replace(run.plan, names=()))


def boxes(cleaned: str) -> tuple[Step, ...]:
    """Give the steps that cleaned Markdown lists with boxes to tick."""
    found = (box for line in lines_of(cleaned) if (box := _BOX.fullmatch(line)))
    return tuple(Step(box[2], _BOXES[box[1]]) for box in found)[:_MOST_STEPS]


def leaves_out(run: Run, path: str) -> bool:
    """Say whether an edit of this file is the first that the run's plan, which names files, does not name."""
    plan = run.plan
    if not plan.names or plan.state not in ("approved", "proposed") or path == plan.path:
        return False
    if not concerns(run, path) or len(run.unplanned) >= MOST_UNPLANNED:
        return False
    top = (run.worktree or run.cwd or "").rstrip("/")
    known = any(path == other for other, _ in run.unplanned)
    return not known and not within(path.removeprefix(top), plan.names)
