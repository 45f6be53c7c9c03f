"""The one word for what a run does now, since when, and why that word and no other.

Signals in order of trust: what a registry says of the process, the process table, what the log says outright, what the
shape of the log suggests, silence. Where two of them disagree the more trusted one gives the word, the reason names
both and the word is not certain. A log alone never proves that its run still lives: whoever wrote the last record may
have been killed after it. So without a process only an end is certain, and where nothing tells, the word is "unknown".
No state is ever read off a screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from state.runs.run import SHELLS, Ask, OpenCall, Process, Run

if TYPE_CHECKING:
    from state.runs.card import State

QUIET_THINKING = 10 * 60.0
"""Seconds of silence after which an open turn without a tool call is no longer called working.

Claude Code and Codex give up a call to the model after 10 minutes without an answer (their clients' default).
"""
QUIET_CALL = 10 * 60.0
"""The same while a tool call is open: no command of Claude Code's runs longer (the most that its Bash tool allows)."""
QUIET_EDIT = 60.0
"""The same while a call is open that takes a moment: it waits for leave, or its agent is gone."""
QUIET_ASK = 3.0
"""The same while nothing shows that the open call runs: it may ask leave, which mostly a rule grants at once."""
QUIET_WORDS = 60.0
"""Seconds after words that may have been the last ones of a turn, in a log that does not tell the ends of turns."""
LAG = 5.0
"""Seconds that a registry may be behind a log: Claude Code writes the two one after the other."""
CLOCK_SKEW = 300.0
"""Seconds that a record's clock may be ahead of ours."""
QUICK = frozenset(
    {"Edit", "MultiEdit", "NotebookEdit", "Write", "Read", "Glob", "Grep", "LS", "TodoWrite", "apply_patch"}
    | {"exec_command", "edit", "multiedit", "write", "patch", "read", "glob", "grep", "list", "todowrite", "todoread"}
)
"""Tools whose call takes a moment. Codex's `exec_command` answers within half a minute, with a command that runs on."""
UNASKED = {"claude-code": frozenset({"bypassPermissions", "dontAsk", "auto"}), "codex": frozenset({"never"})}
"""For each agent the permission modes in which no call asks anybody; OpenCode's modes are names that humans chose."""
LATE_CALLS = frozenset({"gemini-cli"})
"""Agents whose log names a call only once it is over (log-formats 4.4), so one that asks leave stands in none."""
CALLED_DONE = 8 * 3600.0
"""Seconds, a working day, after which a run at rest with no process known is no longer taken for one that goes on."""


@dataclass(frozen=True, slots=True)
class Status:
    """A state, its reason in a few words, since when (seconds since 1970, or None), and whether it is certain."""

    state: State
    because: str
    since: float | None
    certain: bool = True


def status(run: Run, now: float) -> Status:
    """Say what `run` does at the time `now`."""
    process = run.process
    if process is not None and not process.alive:
        return _gone(run, process)
    if run.ended is not None and (process is None or not process.sure):
        return _ended(run)
    if process is not None and process.held:
        return Status("held", "its process is held by a signal (SIGSTOP)", process.since, process.sure)
    told = _asking(run, now) or _failed(run, now) or (_open_turn if run.turn.open else _closed_turn)(run, now)
    if process is not None and process.sure and told.certain and run.ended is not None:
        return _doubted(told, f"its log says that the session ended ({run.ended})")
    return told


def _gone(run: Run, process: Process) -> Status:
    """Say what a run came to whose process was seen to end, or was there no more."""
    turn, since = run.turn, run.ended_at or process.since or run.seen
    if turn.open:
        doing = f", while {run.calls[-1].tool} ran" if run.calls else ""
        return Status("stopped", f"its process ended in the middle of a turn{doing}", since, process.sure)
    return _at_its_end(run, since, process.sure)


def _ended(run: Run) -> Status:
    """Say what a run came to whose session said that it ends."""
    since = run.ended_at or run.turn.since or run.seen
    if run.turn.open:
        return Status("stopped", f"the session ended in the middle of a turn: {run.ended}", since, run.ended_surely)
    return _at_its_end(run, since, run.ended_surely or run.headless is True)


def _at_its_end(run: Run, since: float | None, certain: bool) -> Status:
    match run.turn.end:
        case "interrupted":
            return Status("stopped", f"{_interrupted(run)}, then its session ended", since, certain)
        case "failed" | "limit":
            return Status("stopped", f"ended on an error: {run.turn.text}".rstrip(": "), since, certain)
        case "done":
            return Status("done", "its turn and session ended", since, certain and run.turn.certain)
        case None:
            return Status("done", "its session ended without a turn", since, certain)


def _interrupted(run: Run) -> str:
    """Say who cut a turn off: a hook or the client gives a reason, a human's interruption has none."""
    said = run.turn.text
    return f"interrupted: {said}" if said and said != "interrupted" else "a human interrupted it"


def _doubted(told: Status, against: str) -> Status:
    return Status(told.state, f"{told.because}; but {against}", told.since, certain=False)


def _lives(run: Run) -> bool:
    return run.process is not None and run.process.alive and run.process.sure


def may_show_dialog(run: Run) -> bool:
    """Say whether a dialog may be open in the run's terminal that nothing tells of: what is typed there answers it."""
    if run.headless or (run.process is not None and run.process.status in ("busy", "idle")):
        return False
    if not run.turn.open:
        return False
    return run.agent in LATE_CALLS or any(_may_ask(run, call) for call in run.calls)


def _asking(run: Run, now: float) -> Status | None:
    process = run.process
    if process is not None and process.status == "waiting":
        told = Status("waiting", _awaited(run, process), process.since, process.sure)
        rested = not run.turn.open and run.turn.end is not None and _later(run.turn.since, process.since)
        return _doubted(told, "its log says that the turn ended since") if rested else told
    if not run.asks or not (run.turn.open or any(ask.certain for ask in run.asks)):
        return None
    ask = next((ask for ask in run.asks if ask.certain), run.asks[0])
    told = Status("waiting", _question(ask), ask.since, ask.certain and _lives(run))
    if process is not None and process.status is not None and _later(process.since, ask.since):
        return _doubted(told, f"its registry says {process.status}")
    if process is None and _silence(run, now) > CALLED_DONE:
        return Status("unknown", f"no process is known, and long ago it {told.because}", run.seen, certain=False)
    return told


def _awaited(run: Run, process: Process) -> str:
    """Say what a registry waits for, in the log's words where the log names it."""
    if run.asks:
        return _question(run.asks[0])
    what = process.waiting_for or "input needed"
    return f"{what}: {run.calls[-1].text}" if run.calls and what.startswith("permission") else what


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


def _failed(run: Run, now: float) -> Status | None:
    failure = run.failure
    if failure is None or run.turn.open:
        return None
    why = f"{failure.kind.replace('_', ' ')}: {failure.text}".rstrip(": ")
    if run.process is None and _silence(run, now) > CALLED_DONE:
        return Status("stopped", f"no process is known, and long ago it met an error: {why}", failure.since, False)
    return Status("blocked", why, failure.since, _lives(run))


def _open_turn(run: Run, now: float) -> Status:
    call, silent = run.calls[-1] if run.calls else None, _silence(run, now)
    if silent < -CLOCK_SKEW:
        return Status("unknown", "its newest record claims a time that is still to come", None, certain=False)
    if (told := _told_idle(run, now)) is not None:
        return told
    busy = _lives(run) and run.process is not None and run.process.status == "busy"
    quiet = silent >= _patience(run, call)
    if quiet and not busy:
        return _fallen_silent(run, call, silent)
    # No agent writes down that it asks for leave, so an open call of one that may ask can also wait (log-formats 2.8).
    plain = _is_plain(run) if call is None else not _may_ask(run, call)
    return Status("working", *_doing(run, call), certain=busy or (_lives(run) and plain))


def _is_plain(run: Run) -> bool:
    """Say whether a turn with no open call can only be one in which the model is at work."""
    return not run.turn.may_be_over and (run.headless is True or run.agent not in LATE_CALLS)


def _may_ask(run: Run, call: OpenCall) -> bool:
    if run.headless or (run.mode or "").partition(",")[0] in UNASKED.get(run.agent, ()):
        return False
    if call.waits is not None:
        return call.waits
    return not (run.agent == "claude-code" and run.mode == "acceptEdits" and call.tool in QUICK)


def _doing(run: Run, call: OpenCall | None) -> tuple[str, float | None]:
    if run.failure is not None:
        return f"tries again after {run.failure.kind.replace('_', ' ')}", run.failure.since
    return ("the model is at work", run.seen) if call is None else (call.text, call.since)


def _told_idle(run: Run, now: float) -> Status | None:
    """Take a registry's word that a run rests although its log shows an open turn, once it is not merely behind."""
    process = run.process
    if process is None or process.status != "idle":
        return None
    shown = f"{run.calls[-1].tool} runs" if run.calls else "a turn is open"
    rests = Status("idle", "its registry says idle", process.since)
    if process.since is not None and not _later(run.seen, process.since):
        return _doubted(rests, f"its log says that {shown}")
    if _silence(run, now) <= LAG:
        return None
    return _doubted(Status("working", *_doing(run, run.calls[-1] if run.calls else None)), "its registry says idle")


def _later(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and one > other


def _silence(run: Run, now: float) -> float:
    return float("inf") if run.seen is None else now - run.seen


def _patience(run: Run, call: OpenCall | None) -> float:
    if call is None:
        return QUIET_WORDS if run.turn.may_be_over else QUIET_THINKING
    if call.waits:
        return QUIET_ASK
    return QUIET_EDIT if call.tool in QUICK else QUIET_CALL


def _fallen_silent(run: Run, call: OpenCall | None, silent: float) -> Status:
    """Say what silence may mean: the turn is over, a quick call asks for leave, the agent is stuck, or it is gone."""
    alive = run.process is not None
    if call is None and run.turn.may_be_over:
        return _rested(run, silent, "its words were the last, and its log does not tell the ends of turns", run.seen)
    short = call is not None and (call.waits or call.tool in QUICK or (alive and call.tool in SHELLS))
    if call is not None and short and _may_ask(run, call) and (alive or silent < QUIET_CALL):
        return Status("waiting", f"may ask leave: {call.text}", call.since, certain=False)
    doing = f" while {call.tool} ran" if call else ""
    why = f"its log fell silent in the middle of a turn{doing}"
    if alive:
        return _doubted(Status("working", *_doing(run, call)), f"{why}, though its process lives")
    return Status("unknown", f"{why}, and no process is known", run.seen, certain=False)


def _closed_turn(run: Run, now: float) -> Status:
    turn, process = run.turn, run.process
    if process is not None and process.status == "busy" and not _behind(run, process, now):
        at_work = Status("working", "its registry says busy", process.since)
        return _doubted(
            at_work, "its log shows no turn yet" if turn.end is None else "its log says that its turn ended"
        )
    if turn.end is None:
        return _before_the_first_turn(run)
    if turn.end == "interrupted":
        return Status("stopped", _interrupted(run), turn.since, turn.certain)
    why = "its turn ended" if turn.certain else "it spoke last, in a log that names no call under way"
    return _rested(run, _silence(run, now), why, turn.since)


def _behind(run: Run, process: Process, now: float) -> bool:
    """Say whether a registry's "busy" is only older than the end of the turn, and about to be taken back."""
    ended = run.turn.since
    return ended is not None and now - ended <= LAG and not _later(process.since, ended)


def _before_the_first_turn(run: Run) -> Status:
    if run.process is not None:
        told = run.process.status == "idle"
        return Status("idle", "its process waits for the first prompt", run.process.since, told and _lives(run))
    return Status("unknown", "no turn in its log yet", run.seen, certain=False)


def _rested(run: Run, silent: float, why: str, since: float | None) -> Status:
    """Say what a run does after its turn: its process takes the next prompt, a one-shot run ends with its turn."""
    process, certain = run.process, _lives(run) and not run.turn.open and run.turn.certain
    if process is not None:
        if run.headless and process.status != "idle":
            return Status("idle", f"{why}; it ends or takes the next prompt from a program", since, certain=False)
        return Status("idle", f"{why}; it takes the next prompt", since, certain)
    if run.headless:
        return Status("done", f"a one-shot run: {why}", since, certain=False)
    if silent > CALLED_DONE:
        return Status("done", f"{why} long ago, and no process is known", since, certain=False)
    return Status("idle", f"{why}; no process is known", since, certain=False)
