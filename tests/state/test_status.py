"""One word for a run, and never a guess shown as a fact."""

from collections.abc import Callable

import pytest

from state.runs import event as ev
from state.runs.attention import NEEDS_YOU, need
from state.runs.run import Run
from state.runs.status import CALLED_DONE, QUIET_CALL, QUIET_EDIT, QUIET_THINKING, QUIET_WORDS, status

Happen = Callable[..., Run]
PROMPT = (ev.PromptGiven, 100.0, {"text": "go"})
BASH = (ev.ToolBegun, 110.0, {"call": "c", "tool": "Bash", "text": "pytest"})
EDIT = (ev.ToolBegun, 110.0, {"call": "c", "tool": "Edit", "text": "a.py"})
DONE = (ev.TurnEnded, 120.0, {"end": "done"})
ALIVE = (ev.ProcessSeen, 125.0, {"pid": 7, "status": "busy"})
GONE = (ev.ProcessGone, 130.0, {})
IDLE = (ev.ProcessSeen, 126.0, {"pid": 7, "status": "idle"})
WAITS = (ev.ProcessSeen, 126.0, {"pid": 7, "status": "waiting", "waiting_for": "permission prompt"})
PLAN = (ev.HumanAsked, 111.0, {"kind": "plan", "text": "the plan", "call": "c"})
SEEN = (ev.ProcessSeen, None, {"pid": 7, "noticed": 125.0})
LIKELY = (ev.ProcessSeen, None, {"pid": 7, "noticed": 125.0, "sure": False})
HELD = (ev.ProcessSeen, None, {"pid": 7, "noticed": 125.0, "held": True})
EXIT = (ev.RunEnded, 121.0, {"why": "/exit"})
CLOSING = (ev.ClosingWritten, None, {"why": "it wrote its closing summary"})
UNTOLD = (ev.EndsUntold, 99.0, {})
WORDS = (ev.AgentSpoke, 112.0, {"text": "so be it"})
MAYBE = (ev.HumanAsked, 111.0, {"kind": "permission", "text": "rm", "call": "c", "certain": False})
LIMIT = (ev.TurnEnded, 120.0, {"end": "limit", "text": "resets at 5"})
RETRY = (ev.CallFailed, 112.0, {"kind": "overloaded", "text": "529", "retrying": True})
ONE_SHOT = (ev.RunFound, 99.0, {"agent": "codex", "session": "one", "headless": True})
SOON, LATER = 200.0, 100.0 + CALLED_DONE + 100


@pytest.mark.parametrize(
    ("events", "now", "state", "certain"),
    [
        ([PROMPT], SOON, "working", False),
        ([PROMPT, ALIVE], SOON, "working", True),
        ([PROMPT, BASH], SOON, "working", False),
        ([PROMPT, BASH], 110 + QUIET_CALL - 1, "working", False),
        ([PROMPT, BASH], 110 + QUIET_CALL, "unknown", False),
        ([PROMPT, BASH, ALIVE], 110 + QUIET_CALL + 60, "working", True),
        ([PROMPT, BASH, SEEN], SOON, "working", False),
        ([ONE_SHOT, PROMPT, BASH, SEEN], SOON, "working", True),
        ([PROMPT, (ev.ModeEntered, 105.0, {"mode": "dontAsk"}), BASH, SEEN], SOON, "working", True),
        ([PROMPT, BASH, (ev.CallHeld, 111.0, {"call": "c", "held": True})], 112.0, "working", False),
        ([PROMPT, BASH, (ev.CallHeld, 111.0, {"call": "c", "held": True})], 115.0, "waiting", False),
        ([PROMPT, BASH, (ev.CallHeld, 111.0, {"call": "c", "held": True}), SEEN], 115.0, "waiting", False),
        ([PROMPT, BASH, (ev.CallHeld, 111.0, {"call": "c", "held": True})], 111 + QUIET_CALL, "unknown", False),
        ([PROMPT, BASH, (ev.CallHeld, 111.0, {"call": "c", "held": False}), SEEN], SOON, "working", True),
        ([PROMPT, EDIT, (ev.CallHeld, 111.0, {"call": "c", "held": False})], 111 + QUIET_EDIT, "unknown", False),
        ([PROMPT, BASH, SEEN], 110 + QUIET_CALL + 60, "waiting", False),
        ([PROMPT, BASH, LIKELY], SOON, "working", False),
        ([PROMPT, BASH, LIKELY, GONE], SOON, "stopped", False),
        ([PROMPT, BASH, HELD], SOON, "held", True),
        ([PROMPT, EDIT], 150.0, "working", False),
        ([PROMPT, EDIT, SEEN], 110 + QUIET_EDIT + 60, "waiting", False),
        ([ONE_SHOT, PROMPT, EDIT, SEEN], 110 + QUIET_EDIT + 60, "working", False),
        ([PROMPT, EDIT], 110 + QUIET_EDIT + 60, "waiting", False),
        ([PROMPT, EDIT, ALIVE], 110 + QUIET_EDIT + 60, "working", True),
        (
            [PROMPT, EDIT, (ev.ModeEntered, 111.0, {"mode": "bypassPermissions"})],
            110 + QUIET_EDIT + 60,
            "unknown",
            False,
        ),
        ([PROMPT, EDIT], 110 + QUIET_THINKING + 60, "unknown", False),
        ([(ev.PromptGiven, 4e9, {"text": "from 2096"})], SOON, "unknown", False),
        ([PROMPT, RETRY], SOON, "working", False),
        ([PROMPT, RETRY, ALIVE], SOON, "working", True),
        ([PROMPT], 100 + QUIET_THINKING + 60, "unknown", False),
        ([PROMPT, BASH], 110 + QUIET_CALL + 60, "unknown", False),
        ([PROMPT, BASH, ALIVE], 110 + QUIET_CALL + 600, "working", True),
        ([PROMPT, BASH, PLAN], SOON, "waiting", False),
        ([PROMPT, BASH, SEEN, PLAN], SOON, "waiting", True),
        ([PROMPT, BASH, PLAN], LATER, "unknown", False),
        ([PROMPT, BASH, MAYBE], SOON, "waiting", False),
        ([PROMPT, BASH, WAITS], SOON, "waiting", True),
        ([PROMPT, LIMIT], SOON, "blocked", False),
        ([PROMPT, LIMIT, SEEN], SOON, "blocked", True),
        ([PROMPT, LIMIT], LATER, "stopped", False),
        ([PROMPT, DONE], SOON, "idle", False),
        ([PROMPT, DONE, SEEN], LATER, "idle", True),
        ([PROMPT, DONE, LIKELY], LATER, "idle", False),
        ([PROMPT, DONE], LATER, "done", False),
        ([ONE_SHOT, PROMPT, DONE], SOON, "done", False),
        ([ONE_SHOT, PROMPT, DONE, SEEN], SOON, "idle", False),
        ([ONE_SHOT, PROMPT, DONE, EXIT], SOON, "done", True),
        ([ONE_SHOT, PROMPT, DONE, CLOSING], SOON, "done", True),
        ([PROMPT, DONE, CLOSING], SOON, "done", False),
        ([PROMPT, BASH, CLOSING], SOON, "stopped", False),
        ([PROMPT, DONE, EXIT], SOON, "done", True),
        ([PROMPT, DONE, SEEN, EXIT], SOON, "idle", False),
        ([UNTOLD, PROMPT, WORDS], 112 + QUIET_WORDS - 1, "working", False),
        ([UNTOLD, PROMPT, WORDS], 112 + QUIET_WORDS, "idle", False),
        ([UNTOLD, PROMPT, WORDS, SEEN], 112 + QUIET_WORDS, "idle", False),
        ([UNTOLD, PROMPT, WORDS, (ev.PromptGiven, 113.0, {"text": "on"})], 113 + QUIET_WORDS, "working", False),
        ([PROMPT, WORDS], 112 + QUIET_WORDS, "working", False),
        ([(ev.VersionNoted, 100.0, {"version": "1"}), SEEN], SOON, "idle", False),
        ([PROMPT, DONE, GONE], SOON, "done", True),
        ([PROMPT, BASH, GONE], SOON, "stopped", True),
        ([PROMPT, (ev.TurnEnded, 120.0, {"end": "interrupted"})], SOON, "stopped", True),
        ([(ev.VersionNoted, 100.0, {"version": "1"})], SOON, "unknown", False),
    ],
)
def test_the_state_follows_from_the_signals(
    happen: Happen, events: list[object], now: float, state: str, certain: bool
) -> None:
    told = status(happen(*events), now)
    assert (told.state, told.certain) == (state, certain)
    assert told.because


@pytest.mark.parametrize(
    ("events", "now", "state", "because"),
    [
        ([PROMPT, DONE, ALIVE], 180.0, "working", "its registry says busy; but its log says that its turn ended"),
        ([PROMPT, DONE, (ev.ProcessSeen, 119.0, {"pid": 7, "status": "busy"})], 123.0, "idle", ""),
        ([PROMPT, BASH, IDLE], 180.0, "idle", "its registry says idle; but its log says that Bash runs"),
        (
            [PROMPT, IDLE, (ev.ToolBegun, 127.0, {"call": "c", "tool": "Bash", "text": "x"})],
            180.0,
            "working",
            "x; but its",
        ),
        ([PROMPT, BASH, WAITS, (ev.TurnEnded, 130.0, {"end": "done"})], 180.0, "waiting", "says that the turn ended"),
        ([PROMPT, BASH, PLAN, ALIVE], 180.0, "waiting", "shows its plan: the plan; but its registry says busy"),
        (
            [ONE_SHOT, PROMPT, BASH, SEEN],
            110 + QUIET_CALL + 60,
            "working",
            "fell silent in the middle of a turn while Bash ran",
        ),
        ([PROMPT, DONE, SEEN, EXIT], 180.0, "idle", "but its log says that the session ended (/exit)"),
        ([PROMPT, BASH, GONE], 180.0, "stopped", "its process ended in the middle of a turn, while Bash ran"),
    ],
)
def test_where_signals_disagree_the_reason_names_both(
    happen: Happen, events: list[object], now: float, state: str, because: str
) -> None:
    told = status(happen(*events), now)
    assert told.state == state and because in told.because
    assert not told.certain or state in ("stopped", "idle")


@pytest.mark.parametrize("mode", ["auto", "never", "dontAsk", "acceptEdits"])
def test_a_mode_of_another_agent_by_the_same_name_says_nothing_of_leave(happen: Happen, mode: str) -> None:
    other = (ev.RunFound, 99.0, {"agent": "opencode", "session": "one"})
    told = status(happen(other, PROMPT, (ev.ModeEntered, 105.0, {"mode": mode}), EDIT, SEEN), 130.0)
    assert (told.state, told.certain) == ("working", False)


def test_an_agent_that_writes_its_calls_late_may_ask_leave_in_any_open_turn(happen: Happen) -> None:
    gemini = (ev.RunFound, 99.0, {"agent": "gemini-cli", "session": "one"})
    headless = (ev.RunFound, 99.0, {"agent": "gemini-cli", "session": "one", "headless": True})
    assert not status(happen(gemini, PROMPT, SEEN), SOON).certain
    assert status(happen(headless, PROMPT, SEEN), SOON).certain


def test_work_that_begins_after_the_process_was_gone_is_another_processs(happen: Happen) -> None:
    gone = (ev.ProcessGone, None, {"noticed": 130.0})
    late, again = (ev.PromptGiven, 129.0, {"text": "x"}), (ev.PromptGiven, 131.0, {"text": "x"})
    assert status(happen(PROMPT, BASH, SEEN, gone, late), 140.0).state == "stopped"
    assert status(happen(PROMPT, BASH, SEEN, gone, again), 140.0).state == "working"


def test_a_run_whose_process_lives_again_is_no_longer_stopped(happen: Happen) -> None:
    assert status(happen(PROMPT, BASH, GONE, ALIVE), SOON).state == "working"


def test_the_reason_names_what_it_waits_for(happen: Happen) -> None:
    assert status(happen(PROMPT, BASH, WAITS), SOON).because == "permission prompt: pytest"
    assert status(happen(PROMPT, LIMIT), SOON).because == "limit: resets at 5"
    assert status(happen(PROMPT, BASH, PLAN), SOON).since == 111.0


def test_what_waits_for_the_human_comes_first_and_what_is_old_last(happen: Happen) -> None:
    waiting, blocked, working, done = (
        happen(PROMPT, BASH, SEEN, PLAN),
        happen(PROMPT, LIMIT),
        happen(PROMPT),
        happen(ONE_SHOT, PROMPT, DONE),
    )
    needs = [need(status(run, SOON), run.seen, SOON) for run in (waiting, blocked, working, done)]
    assert needs == sorted(needs, reverse=True)
    assert needs[0] >= NEEDS_YOU and needs[1] >= NEEDS_YOU > needs[2]
    week = SOON + 7 * 86400
    assert need(status(waiting, week), waiting.seen, week) < NEEDS_YOU
