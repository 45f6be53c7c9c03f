"""Every sentence of control on the screen: what a second press will do, what was asked, and what was observed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui.bound_keys import key
from tui.wording import HOUR, MINUTE, branch_name, many

if TYPE_CHECKING:
    from state.control.act import Act, ActKind, Step
    from state.runs.card import Card

PREFER_HINT = "cheap, balanced or fast: lane and envelope"
CONFIRM_SECONDS = 5.0
"""How long a first press waits for the second."""
NOT_ALONE = "nothing was done: another key came with it"
UNDONE = "nothing was done"
NOBODY_TO_STOP = "no run is at work"
ON_ITS_WAY = "it is on its way"
NO_TERMINAL = "its terminal is not known"
READY = "enter sends it"
PLACE_UNKNOWN = "a new one beside the repository, named after its branch"
NOBODY_OF_THAT_KIND = "to: write lane:NAME, reviewer or person:NAME"
WATCH_ITS_ROW = "requested; its row says what is observed"

ACT_WORDS: Mapping[ActKind, str] = {
    "stop": "stop",
    "hold": "hold",
    "resume": "resume",
    "send": "correct",
    "start": "start",
    "escalate": "escalate",
    "check": "check",
    "merge": "merge",
}
FACT_WORDS: Mapping[str, str] = {
    "rescue": "rescued",
    "resume": "resume by",
    "attach": "attach by",
    "worktree": "in",
    "label": "label",
    "to": "to",
    "deadline": "until",
    "log": "log",
    "uncommitted": "work",
    "beside": "beside",
    "note": "note",
    "lossy": "lossy",
}
"""The facts of an act that a human may need; what else stands in one is Headgate's own."""
MESSAGE_HINT = "what should the model read next?"
TASK_HINT = "what is it to do?"
AGENT_HINT = "which program runs it?"
ROLE_HINT = "implementer where none is named"
LANE_HINT = "which class of model; else the role's own"
BRANCH_HINT = "a new branch of that name; else made from the task"
REPOSITORY_HINT = "in which of the repositories?"
TO_HINT = "lane:NAME, reviewer or person:NAME"
WHY_HINT = "why? they read this"
ASSURANCE_MEANS: Mapping[str, str] = {
    "observe": "nothing stands between it and your account",
    "guardrail": "its hook denies what the policy denies",
    "confined": "the system confines it to its worktree",
    "managed": "its hook cannot be switched off",
    "separated": "it runs as another account or machine",
}


def clock(at: float, now: float | None, *, seconds: bool = False) -> str:
    """Give a time of day of this machine, with its date where it is not of the last twelve hours before `now`."""
    told = "%H:%M:%S" if seconds else "%H:%M"
    recent = now is not None and abs(now - at) < 12 * HOUR
    return time.strftime(told if recent else f"%Y-%m-%d {told}", time.localtime(at))


def asks_again(pressed: str, does: str) -> str:
    """Say what a second press of a key does."""
    return f"{pressed} again: {does}"


def named(card: Card) -> str:
    """Name a run so that no other can be meant: its id, its task and its branch."""
    branch = branch_name(card.branch)
    task = card.task_title if card.task_title and card.task_title != branch else ""
    told = ", ".join(one for one in (task, branch) if one)
    return f"{card.id} ({told})" if told else card.id


def stops(card: Card, left: int) -> str:
    """Say what stopping does to a run."""
    return f"end {many(left, 'process', 'processes')} that {card.id} left running" if left else f"stop {named(card)}"


def requested(about: str) -> str:
    """Say what was asked of the core and is not answered yet."""
    return f"{about}: requested…"


def form_keys(of: str, several: bool) -> str:
    """Say the keys of a form's line, and what it is about; where all have no room, the first of them stay."""
    return "  ".join(one for one in ("enter sends", "esc leaves", "tab next" if several else "", of) if one)


def answered(about: str, said: str) -> str:
    """Say what the core said of what was asked."""
    return f"{about}: {said}"


def not_done(about: str, why: str) -> str:
    """Say that the core did nothing of what was asked, and why."""
    return f"{about}: NOT done: {why}"


def all_asked(count: int, refused: Sequence[str]) -> str:
    """Say what became of stopping every run."""
    told = f"{many(count, 'stop')} requested; the rows say what is observed"
    return f"{told}; {len(refused)} not done: {refused[0]}" if refused else told


def many_runs(count: int) -> str:
    """Say how many runs."""
    return many(count, "run")


def not_known(what: str, known: Sequence[str]) -> str:
    """Say that a word is none of those that are known."""
    return f"no such {what}: {', '.join(known)}"


def type_to_stop(count: int) -> str:
    """Say which word stops every run."""
    return f"type {count} or stop all"


def missing(what: Sequence[str]) -> str:
    """Say what a form lacks."""
    return f"missing: {', '.join(what)}"


def terminal_key() -> str:
    """Say which key goes to a run's terminal."""
    return f"{key('attach')} goes there"


def attached(run: str) -> str:
    """Say that the terminal of a run was brought before the human."""
    return f"attach: {run} stands in your terminal now"


def attach_by(how: str, copied: str) -> str:
    """Say how to get to a terminal that this board cannot show."""
    return f"attach: {how} ({copied})"


def fleet_frozen(by: str) -> str:
    """Say that every run is frozen."""
    return f"fleet frozen by {by}"


def why_text(card: Card, now: float) -> str:
    """Give the reason of a run's state with what runs out or goes on by the second, in its first few words."""
    if _by_the_second(card):
        doing, colon, what = card.because.partition(": ")
        return f"{doing} {_seconds(now - (card.since or now))}{colon}{what}"
    return f"{cache_left(card.cache_until, now)}; {card.because}" if cache_counts(card) else card.because


def why_ends(card: Card, now: float) -> float:
    """Give the time at which `why_text` next reads differently by age alone; infinity when it never does."""
    if _by_the_second(card) and card.since is not None:
        silent = max(now - card.since, 0.0)
        unit = 1.0 if silent < MINUTE else MINUTE
        return card.since + (silent // unit + 1) * unit
    if not cache_counts(card) or card.cache_until is None or card.cache_until <= now:
        return float("inf")
    left = card.cache_until - now
    return now + (left % MINUTE or MINUTE) + _JUST_AFTER


_JUST_AFTER = 0.002


def _by_the_second(card: Card) -> bool:
    return card.act_state == "under_way" and card.act_kind in ("stop", "hold", "resume") and card.since is not None


def cache_counts(card: Card) -> bool:
    """Say whether the life of a run's prompt cache counts: only while it is held, because any call renews it."""
    return card.state == "held" and card.cache_until is not None


def cache_left(until: float | None, now: float) -> str:
    """Say how long a prompt cache still lives, in minutes that are begun."""
    if until is None:
        return ""
    if until <= now:
        return "cache expired"
    left = int(-(-(until - now) // MINUTE))
    return f"cache lives {left}m more"


def step_said(step: Step, now: float | None) -> str:
    """Say of a step when it was requested, and when its effect was observed."""
    began = f"requested {clock(step.requested, now, seconds=True)}"
    if step.confirmed is None:
        told = f"{began}, not confirmed"
        return f"{told}: {step.text}" if step.text else told
    told = f"{began}, confirmed after {max(0.0, step.confirmed - step.requested):.1f} s"
    return f"{told}: {step.text}" if step.text else told


def act_said(act: Act, now: float | None) -> str:
    """Say who asked for an act and when, how it stands, and what was observed."""
    asked = f"by {act.by} {clock(act.at, now)}"
    state = {"under_way": "not confirmed yet", "confirmed": "confirmed", "failed": "failed"}[act.state]
    ended = f" {clock(act.ended, now)}" if act.ended is not None and act.ended - act.at >= MINUTE else ""
    reason = f" · “{act.reason}”" if act.reason else ""
    return f"{asked}: {state}{ended}" + (f": {act.text}" if act.text else "") + reason


def _seconds(silent: float) -> str:
    silent = max(silent, 0.0)
    return f"{int(silent)} s" if silent < MINUTE else f"{int(silent // MINUTE)}m"
