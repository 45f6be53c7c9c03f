"""The one word for what a run does now, since when, and why that word and no other.

Signals in order of trust: the process, what the log says outright, what the shape of the log suggests, silence. Where
nothing tells, the word is "unknown". No state is ever read off a screen.
"""

from dataclasses import dataclass

from state.runs.card import State
from state.runs.run import Ask, OpenCall, Run

QUIET_THINKING = 15 * 60.0
"""Seconds of silence after which an open turn without a tool call is no longer called working."""
QUIET_CALL = 60 * 60.0
"""The same while a tool call is open: a build or a test suite writes nothing to the log until it ends."""
QUIET_EDIT = 60.0
"""The same while a call is open that takes a moment: it waits for leave, or its agent is gone."""
QUIET_ASK = 3.0
"""The same while nothing shows that the open call runs: it may ask leave, which mostly a rule grants at once."""
FRESH = 120.0
"""Seconds of silence after which an open turn is called working only as an inference, where no process is known."""
CLOCK_SKEW = 300.0
"""Seconds that a record's clock may be ahead of ours."""
QUICK = frozenset(
    {"Edit", "MultiEdit", "NotebookEdit", "Write", "Read", "Glob", "Grep", "LS", "TodoWrite", "apply_patch"}
    | {"edit", "multiedit", "write", "patch", "read", "glob", "grep", "list", "todowrite", "todoread"}
)
"""Tools whose call takes a moment."""
UNASKED = frozenset({"bypassPermissions", "acceptEdits", "dontAsk", "auto", "never"})
"""Permission modes in which such a call asks nobody."""
CALLED_DONE = 8 * 3600.0
"""Seconds after which a turn that ended, with no process known, is taken for the end of the session."""


@dataclass(frozen=True, slots=True)
class Status:
    """A state, its reason in a few words, since when (seconds since 1970, or None), and whether it is certain."""

    state: State
    because: str
    since: float | None
    certain: bool = True


def status(run: Run, now: float) -> Status:
    """Say what `run` does at the time `now`."""
    if (run.process is not None and not run.process.alive) or run.ended is not None:
        return _after_the_end(run)
    return _asking(run) or _failed(run) or (_open_turn(run, now) if run.turn.open else _closed_turn(run, now))


def _after_the_end(run: Run) -> Status:
    process_gone = run.process is not None and not run.process.alive
    since = run.process.since if process_gone and run.process else run.ended_at
    if run.turn.open:
        why = "its process ended in the middle of a turn" if process_gone else f"the session ended: {run.ended}"
        return Status("stopped", why, since or run.seen)
    if run.turn.end == "interrupted":
        return Status("stopped", "interrupted, then its session ended", since or run.seen)
    if run.turn.end in ("failed", "limit"):
        return Status("stopped", f"ended on an error: {run.turn.text}", since or run.seen)
    return Status("done", "its turn and then its session ended", since or run.seen)


def _asking(run: Run) -> Status | None:
    process = run.process
    certain = [ask for ask in run.asks if ask.certain]
    if certain:
        return Status("waiting", _question(certain[0]), certain[0].since)
    if process is not None and process.status == "waiting":
        what = process.waiting_for or "input needed"
        call = f": {run.calls[-1].text}" if run.calls and what.startswith("permission") else ""
        return Status("waiting", f"{what}{call}", process.since)
    if run.asks and run.turn.open:
        return Status("waiting", _question(run.asks[0]), run.asks[0].since, certain=False)
    return None


def _question(ask: Ask) -> str:
    match ask.kind:
        case "permission":
            return f"asks leave: {ask.text}"
        case "question":
            return f"asks: {ask.text}"
        case "plan":
            return f"shows its plan: {ask.text}"
        case "dialog":
            return f"a dialog is open: {ask.text}"


def _failed(run: Run) -> Status | None:
    failure = run.failure
    if failure is None or (failure.retrying and run.turn.open):
        return None
    if run.turn.open:
        return None
    return Status("blocked", f"{failure.kind.replace('_', ' ')}: {failure.text}".rstrip(": "), failure.since)


def _open_turn(run: Run, now: float) -> Status:
    call = run.calls[-1] if run.calls else None
    silent = float("inf") if run.seen is None else now - run.seen
    alive = run.process is not None and run.process.alive
    if silent < -CLOCK_SKEW:
        return Status("unknown", "its newest record claims a time that is still to come", None, certain=False)
    if not alive and silent > _patience(call):
        return _fallen_silent(run, call, silent)
    certain = alive or silent <= FRESH
    if run.failure is not None:
        return Status("working", f"tries again after {run.failure.kind.replace('_', ' ')}", run.failure.since, certain)
    if call is not None:
        return Status("working", call.text, call.since, certain)
    return Status("working", "the model is at work", run.seen, certain)


def _patience(call: OpenCall | None) -> float:
    if call is None:
        return QUIET_THINKING
    if call.waits:
        return QUIET_ASK
    return QUIET_EDIT if call.tool in QUICK else QUIET_CALL


def _fallen_silent(run: Run, call: OpenCall | None, silent: float) -> Status:
    """Say what silence may mean: a quick call that does not end asks for leave, or the agent is gone."""
    if call is not None and silent <= QUIET_THINKING and run.mode not in UNASKED:
        return Status("waiting", f"may ask leave: {call.text}", call.since, certain=False)
    doing = f" while {call.tool} ran" if call else ""
    return Status("unknown", f"its log fell silent in the middle of a turn{doing}", run.seen, certain=False)


def _closed_turn(run: Run, now: float) -> Status:
    end, since = run.turn.end, run.turn.since
    if end is None:
        return Status("unknown", "no turn in its log yet", run.seen, certain=False)
    if end == "interrupted":
        return Status("stopped", "a human interrupted it", since)
    if run.headless:
        return Status("done", "a one-shot run: its only turn ended", since)
    if run.process is not None and run.process.alive:
        return Status("idle", "its turn ended; it takes the next prompt", since)
    if since is not None and now - since > CALLED_DONE:
        return Status("done", "its last turn ended long ago and no process is known", since, certain=False)
    return Status("idle", "its turn ended", since)
