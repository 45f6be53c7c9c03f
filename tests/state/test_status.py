"""One word for a run, and never a guess shown as a fact."""

from collections.abc import Callable

import pytest

from state.runs import event as ev
from state.runs.attention import NEEDS_YOU, need
from state.runs.run import Run
from state.runs.status import CALLED_DONE, QUIET_CALL, QUIET_EDIT, QUIET_THINKING, status

Happen = Callable[..., Run]
PROMPT = (ev.PromptGiven, 100.0, {"text": "go"})
BASH = (ev.ToolBegun, 110.0, {"call": "c", "tool": "Bash", "text": "pytest"})
EDIT = (ev.ToolBegun, 110.0, {"call": "c", "tool": "Edit", "text": "a.py"})
DONE = (ev.TurnEnded, 120.0, {"end": "done"})
ALIVE = (ev.ProcessSeen, 125.0, {"pid": 7, "status": "busy"})
GONE = (ev.ProcessGone, 130.0, {})
WAITS = (ev.ProcessSeen, 126.0, {"pid": 7, "status": "waiting", "waiting_for": "permission prompt"})
PLAN = (ev.HumanAsked, 111.0, {"kind": "plan", "text": "the plan", "call": "c"})
MAYBE = (ev.HumanAsked, 111.0, {"kind": "permission", "text": "rm", "call": "c", "certain": False})
LIMIT = (ev.TurnEnded, 120.0, {"end": "limit", "text": "resets at 5"})
RETRY = (ev.CallFailed, 112.0, {"kind": "overloaded", "text": "529", "retrying": True})
ONE_SHOT = (ev.RunFound, 99.0, {"agent": "codex", "session": "one", "headless": True})
SOON, LATER = 200.0, 100.0 + CALLED_DONE + 100


@pytest.mark.parametrize(
    ("events", "now", "state", "certain"),
    [
        ([PROMPT], SOON, "working", True),
        ([PROMPT, BASH], SOON, "working", True),
        ([PROMPT, BASH], 110 + QUIET_THINKING + 60, "working", False),
        ([PROMPT, BASH, ALIVE], 110 + QUIET_THINKING + 60, "working", True),
        ([PROMPT, EDIT], 150.0, "working", True),
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
        ([PROMPT, RETRY], SOON, "working", True),
        ([PROMPT], 100 + QUIET_THINKING + 60, "unknown", False),
        ([PROMPT, BASH], 110 + QUIET_CALL + 60, "unknown", False),
        ([PROMPT, BASH, ALIVE], 110 + QUIET_CALL + 600, "working", True),
        ([PROMPT, BASH, PLAN], SOON, "waiting", True),
        ([PROMPT, BASH, MAYBE], SOON, "waiting", False),
        ([PROMPT, BASH, WAITS], SOON, "waiting", True),
        ([PROMPT, LIMIT], SOON, "blocked", True),
        ([PROMPT, DONE], SOON, "idle", True),
        ([PROMPT, DONE, ALIVE], LATER, "idle", True),
        ([PROMPT, DONE], LATER, "done", False),
        ([ONE_SHOT, PROMPT, DONE], SOON, "done", True),
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


def test_a_run_whose_process_lives_again_is_no_longer_stopped(happen: Happen) -> None:
    assert status(happen(PROMPT, BASH, GONE, ALIVE), SOON).state == "working"


def test_the_reason_names_what_it_waits_for(happen: Happen) -> None:
    assert status(happen(PROMPT, BASH, WAITS), SOON).because == "permission prompt: pytest"
    assert status(happen(PROMPT, LIMIT), SOON).because == "limit: resets at 5"
    assert status(happen(PROMPT, BASH, PLAN), SOON).since == 111.0


def test_what_waits_for_the_human_comes_first_and_what_is_old_last(happen: Happen) -> None:
    waiting, blocked, working, done = (
        happen(PROMPT, BASH, PLAN),
        happen(PROMPT, LIMIT),
        happen(PROMPT),
        happen(ONE_SHOT, PROMPT, DONE),
    )
    needs = [need(status(run, SOON), run.seen, SOON) for run in (waiting, blocked, working, done)]
    assert needs == sorted(needs, reverse=True)
    assert needs[0] >= NEEDS_YOU and needs[1] >= NEEDS_YOU > needs[2]
    week = SOON + 7 * 86400
    assert need(status(waiting, week), waiting.seen, week) < NEEDS_YOU
