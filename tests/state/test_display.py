"""A run's card: its facts and its worktree's, and no certainty that neither gives."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from state.runs import event as ev
from state.runs.display import card
from state.runs.run import Run
from state.runs.worktree import Worktree

Happen = Callable[..., Run]
PROMPT = (ev.PromptGiven, 100.0, {"text": "go"})
DONE = (ev.TurnEnded, 110.0, {"end": "done"})
GONE = (ev.ProcessGone, 130.0, {})
TREE = Worktree("/w/a", "/r/.git/worktrees/a", branch="feat/a")


@pytest.mark.parametrize(
    ("events", "state"), [([PROMPT], "unknown"), ([PROMPT, DONE], "unknown"), ([PROMPT, DONE, GONE], "done")]
)
def test_nothing_works_or_waits_in_a_directory_that_is_gone(happen: Happen, events: list[object], state: str) -> None:
    shown = card(happen(*events), replace(TREE, missing=True), 150.0)
    assert shown.state == state
    assert shown.certain == (state == "done")
    assert ("is gone" in shown.because) == (state == "unknown")


def test_a_directory_that_is_there_changes_no_state(happen: Happen) -> None:
    assert card(happen(PROMPT), TREE, 150.0).state == "working"
