"""What a run's row says of what a human asked of it: what was observed, and never more than that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from state.control.escalated import TAKEN_BACK
from state.runs.status import Status

if TYPE_CHECKING:
    from state.control.act import Act, ActKind
    from state.runs.card import State

FAILED_SHOWN = 10 * 60.0
"""Seconds for which a row says that something failed; after that the run's own state counts, and its detail says it."""
LAG = 5.0
"""Seconds that a log may be behind the end of its process."""
LAST_WORDS = 60.0
"""The same for a run that is over: that its process is gone is noticed late."""
HELD_SHOWN = 30.0
"""Seconds for which an observed hold counts although the process table has not told it yet."""
OVER: tuple[State, ...] = ("stopped", "done")

DOING: Mapping[ActKind, str] = {
    "stop": "stopping",
    "hold": "holding",
    "resume": "resuming",
    "send": "a correction is not read yet",
    "start": "starting",
    "escalate": "escalating",
    "check": "checking",
    "merge": "merging",
}
_SAYS_SO = ("stopped", "not ")
"""How the sentence of a failed act begins that needs no word before it."""
_BESIDE: tuple[ActKind, ...] = ("send", "escalate", "check", "merge")
"""Acts that leave the run alone, so that what it does meanwhile still stands there."""


def acted(told: Status, act: Act | None, seen: float | None, now: float, *, alive: bool = False) -> Status:
    """Give a run's status with what was last asked of it: under way, observed, or failed.

    What the run did since comes first: a stopped one that was resumed works, whatever was asked of it before.
    """
    if act is None:
        return told
    if act.state == "under_way":
        said, since = doing(act)
        if act.kind in _BESIDE:
            return Status(told.state, f"{said}; {told.because}", told.since, told.certain)
        return Status(told.state, said, since, told.certain)
    if act.state == "failed":
        if not failed(act, now):
            return told
        plain = act.text.startswith(_SAYS_SO)
        return Status(told.state, act.text if plain else f"{act.kind} failed: {act.text}", act.ended, told.certain)
    return told if act.kind == "stop" and alive else _observed(told, act, seen, now)


def _observed(told: Status, act: Act, seen: float | None, now: float) -> Status:
    ended = act.at if act.ended is None else act.ended
    moved = (seen or 0.0) > ended + (LAST_WORDS if told.state in OVER else LAG)
    match act.kind:
        case "stop" if not moved:
            return Status("stopped", _by("stopped", act), ended)
        case "hold" if told.state == "held" or (not moved and told.state not in OVER and now - ended < HELD_SHOWN):
            return Status("held", _by("held", act), ended)
        case _:
            return told


def doing(act: Act) -> tuple[str, float]:
    """Say what is under way, in words, and since when: the last step, requested or confirmed."""
    last = act.steps[-1] if act.steps and act.kind not in _BESIDE else None
    if last is None:
        return DOING[act.kind], act.at
    if last.confirmed is None:
        return f"{DOING[act.kind]}: {last.what} requested, not confirmed", last.requested
    return f"{DOING[act.kind]}: {last.what} confirmed", last.confirmed


def failed(act: Act | None, now: float) -> bool:
    """Say whether a row says that an act failed: no other was asked since, and it was not long ago."""
    if act is None or act.state != "failed" or TAKEN_BACK in act.facts:
        return False
    return now - (act.at if act.ended is None else act.ended) < FAILED_SHOWN


def frozen_told(told: Status, by: str | None, *, asked: bool = False, denies: bool = True) -> Status:
    """Say of a run that goes on that its calls are denied, and who froze it; what was `asked` of it comes before.

    `denies`: its hook is known to fire.
    """
    if by is None or told.state in OVER:
        return told
    means = "its calls are denied" if denies else "no hook of it is known to deny its calls"
    because = f"{told.because}; frozen by {by}" if asked else f"frozen by {by}: {means}; {told.because}"
    return Status(told.state, because, told.since, told.certain)


def next_after(act: Act | None, shown: Status) -> str | None:
    """Say what the human does next about a run after an act; None where the run's own state tells."""
    if act is None or act.kind != "stop" or shown.state != "stopped" or act.state == "under_way":
        return None
    if act.left:
        return "stop again: it left processes running"
    return f"resume it, then {act.facts['resume']}" if act.facts.get("resume") else None


def _by(word: str, act: Act) -> str:
    text = act.text.removeprefix(f"{word}: ")
    return f"{word} by {act.by}" + (f": {text}" if text else "")


def left_of(acts: Iterable[Act]) -> tuple[str, ...]:
    """Name what a run's last stop left running, once that stop is over."""
    stops = [one for one in acts if one.kind == "stop"]
    return stops[-1].left if stops and stops[-1].state != "under_way" else ()
