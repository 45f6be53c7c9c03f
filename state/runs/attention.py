"""How much a run needs the human, and the one thing that the human would do next.

The number orders the board; it is made of the state and of findings that say stop, so that a run never jumps about for
a reason nobody can see. In order: an open request at a gate (95 to 98, by its severity), a certain question (90), a run
at work that should not go on (80), blocked (75), an inferred question (65); from 60 on the run calls for the human.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from state.gates.queue import SEVERITIES

if TYPE_CHECKING:
    from state.findings.finding import Finding
    from state.gates.request import Request
    from state.runs.run import Run
    from state.runs.status import Status

NEEDS_YOU = 60
"""From this need on a run counts as waiting for the human."""

SHOULD_STOP = 80
"""The need of a run at work that should not go on: each minute costs, while a blocked one loses nothing."""

AT_A_GATE = 95
"""The need of a run with an open request, to which its severity adds up to three."""

LONG_AGO = 24 * 3600.0
"""Seconds without a sign after which a run no longer calls for the human."""


def at_the_gate(status: Status, asked: Request | None) -> Status:
    """Say that a run waits whose hook waits for the human: no log tells that, and the hook itself does."""
    if asked is None or not asked.listening:
        return status
    from state.runs.status import Status

    return Status("waiting", f"waits at the {asked.gate} gate: {asked.text}", asked.opened)


def need(
    status: Status, seen: float | None, now: float, findings: Sequence[Finding] = (), asked: Request | None = None
) -> int:
    """Give 0 to 100: how soon the human should look."""
    if asked is not None:
        return AT_A_GATE + SEVERITIES.index(asked.severity)
    if seen is None or now - seen > LONG_AGO:
        return 5 if status.state == "waiting" else 1
    if halting(status, findings) is not None:
        return SHOULD_STOP
    match status.state:
        case "waiting":
            return 90 if status.certain else 65
        case "blocked":
            return 75
        case "unknown":
            return 40
        case "stopped":
            return 35
        case "idle":
            return 30
        case "held":
            return 25
        case "working":
            return 20
        case "done":
            return 10


def halting(status: Status, findings: Sequence[Finding]) -> Finding | None:
    """Give the finding for which a run at work should not go on; one that rests or waits does no more harm."""
    if status.state != "working":
        return None
    return next((one for one in findings if one.severity == "stop"), None)


def next_text(run: Run, status: Status, findings: Sequence[Finding] = (), asked: Request | None = None) -> str:
    """Say in words what the human would decide next about this run; empty when nothing."""
    if asked is not None:
        return asked.text if asked.gate == "plan" else f"approve or deny: {asked.text}"
    if halting(status, findings) is not None:
        return "stop it or correct it in its terminal: no hook holds it"
    match status.state:
        case "waiting":
            kind = run.asks[0].kind if run.asks else "dialog"
            return {
                "permission": "allow or refuse it in its terminal",
                "question": "answer its question in its terminal",
                "plan": "approve or reject its plan in its terminal",
                "dialog": "answer it in its terminal",
            }[kind]
        case "blocked":
            return "see what blocks it"
        case "unknown":
            return "look whether it still lives"
        case "stopped":
            return "resume it or close it"
        case "idle":
            return "review its work or prompt it"
        case "held":
            return "resume it"
        case "working" | "done":
            return ""
