"""A log that names a call only when it is over: its last word is taken for the end of a turn, and not for sure."""

import pytest

from state.runs import event as ev
from state.runs.fold import fold
from state.runs.run import Origin, Run, RunKey, TurnEnd
from state.runs.status import CALLED_DONE, status

KEY = RunKey("one")


def after(*events: ev.Event) -> Run:
    run = Run(KEY, "gemini-cli", "one")
    for event in (ev.PromptGiven(KEY, Origin("/log", 0, 100.0), "go"), *events):
        run = fold(run, event)
    return run


def ended(end: TurnEnd = "done") -> ev.Event:
    return ev.TurnEnded(KEY, Origin("/log", 1, 120.0), end, "that is it", certain=False)


@pytest.mark.parametrize(
    ("run", "later", "state"),
    [
        (after(ended()), 60.0, "idle"),
        (after(ended()), CALLED_DONE + 60, "done"),
        (after(ended("interrupted")), 60.0, "stopped"),
        (after(ended(), ev.ProcessGone(KEY, Origin("/log", 1))), 60.0, "done"),
    ],
)
def test_a_last_word_ends_a_turn_and_is_not_certain(run: Run, later: float, state: str) -> None:
    found = status(run, 120.0 + later)
    assert (found.state, found.certain) == (state, False)


def test_a_call_after_the_last_word_shows_that_the_turn_went_on() -> None:
    run = after(ended(), ev.ToolBegun(KEY, Origin("/log", 2, 130.0), "c", "run_shell_command", "make"))
    assert (run.turn.open, run.turn.certain, status(run, 140.0).state) == (True, True, "working")
    assert status(run, 140.0).because == "make"
