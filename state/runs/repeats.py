"""What a run does over and over: the same call with the same result, the same file read again, subagents in a row.

Facts only, and few of them: each list has an end, so that a log of any length costs the same. What they mean is said by
`state.findings`. Only what the model had seen counts as done again, so parallel calls of one answer count once.
Source of the rules: research/economics.md 6.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from state.runs.run import NEAR, Origin, Reading, Repeat, Run

if TYPE_CHECKING:
    from state.runs.event import FileRead, ToolEnded

MOST_READINGS = 32
MOST_SPAWNED = 32
WINDOW = 8
"""Calls in which a circle of several is looked for."""
_EVIDENCE = 6
_TEXT = 120


def called(run: Run, event: ToolEnded) -> dict[str, Any]:
    """Give the facts that change when a call of the main thread has come back, by their names."""
    if not event.digest:
        return {}
    number = run.called + 1
    known = next((one for one in run.repeats if one.digest == event.digest), None)
    if known is None:
        told = next((call.text for call in run.calls if call.call == event.call), "")
        now = Repeat(event.digest, told[:_TEXT], (number,), (event.origin,))
    elif _seen(known.seen[0], event.origin, event.begun):
        now = replace(known, numbers=(*known.numbers, number)[-NEAR:], seen=(event.origin, *known.seen)[:_EVIDENCE])
    else:
        return {}
    near = (one for one in run.repeats if one is not known and one.numbers[-1] > number - NEAR)
    return {"called": number, "repeats": (*near, now), "lately": (*run.lately, event.digest)[-WINDOW:]}


def after_edit(repeats: tuple[Repeat, ...], origin: Origin) -> tuple[Repeat, ...]:
    """Forget the calls that an edit may give another result; edits themselves stay, also the one just made."""
    kept: list[Repeat] = []
    for one in repeats:
        if one.edits:
            kept.append(one)
        elif one.seen[0] == origin:
            kept.append(replace(one, edits=True))
    return tuple(kept)


def forgotten(run: Run) -> Run:
    """Give the run without its calls: a human has spoken, or the model no longer knows their results."""
    return replace(run, called=0, repeats=(), lately=()) if run.called else run


def only_repeated(repeats: tuple[Repeat, ...]) -> tuple[Repeat, ...]:
    """Forget the calls that were made once: a turn that is over does not go round in circles."""
    return tuple(one for one in repeats if one.times > 1)


def read(readings: tuple[Reading, ...], event: FileRead) -> tuple[Reading, ...]:
    """Give the readings after a file was read; one that was changed since begins anew."""
    known = next((one for one in readings if (one.path, one.part) == (event.path, event.part)), None)
    if known is None or known.digest != event.digest:
        others = readings if known is None else tuple(one for one in readings if one is not known)
        first = Reading(event.path, event.part, event.digest, 1, 0, (event.origin,))
        return (*others, first)[-MOST_READINGS:]
    if not _seen(known.seen[0], event.origin, event.begun):
        return readings
    seen = (event.origin, *known.seen)[:_EVIDENCE]
    again = replace(known, times=known.times + 1, again=known.again + event.size, seen=seen)
    return (*(one for one in readings if one is not known), again)


def _seen(last: Origin, now: Origin, begun: int | None) -> bool:
    """Say whether the last result was read before the call was made."""
    return last.log == now.log and begun is not None and begun > last.offset
