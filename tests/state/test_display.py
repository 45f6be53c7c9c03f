"""A run's card: its facts and its worktree's, and no certainty that neither gives."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from state.runs import event as ev
from state.runs.display import card
from state.runs.run import Run
from state.runs.worktree import ChangedFile, Worktree

Happen = Callable[..., Run]
PROMPT = (ev.PromptGiven, 100.0, {"text": "go"})
DONE = (ev.TurnEnded, 110.0, {"end": "done"})
GONE = (ev.ProcessGone, 130.0, {})
TESTED = (
    ev.TestsRan,
    110.0,
    {
        "state": "passed",
        "runner": "pytest",
        "passed": 4,
        "failed": 0,
        "skipped": 0,
        "failing": (),
        "signature": "",
        "command": "pytest",
        "why": "it says",
    },
)
TREE = Worktree("/w/a", "/r/.git/worktrees/a", branch="feat/a")


@pytest.mark.parametrize(
    ("events", "state"), [([PROMPT], "unknown"), ([PROMPT, DONE], "unknown"), ([PROMPT, DONE, GONE], "done")]
)
def test_nothing_works_or_waits_in_a_directory_that_is_gone(happen: Happen, events: list[object], state: str) -> None:
    shown = card(happen(*events), replace(TREE, missing=True), 150.0)
    assert shown.state == state
    assert shown.certain == (state == "done")
    assert ("is gone" in shown.because) == (state == "unknown")


def changed(written_at: float | None) -> Worktree:
    return replace(
        TREE,
        files=(
            ChangedFile("old.py", "modified", written_at=50.0),
            ChangedFile("x.py", "modified", written_at=written_at),
        ),
    )


@pytest.mark.parametrize(("written_at", "fresh"), [(None, True), (109.0, True), (110.5, True), (111.5, False)])
def test_a_file_written_by_anyone_after_the_tests_makes_them_stale(
    happen: Happen, written_at: float | None, fresh: bool
) -> None:
    shown = card(happen(TESTED), changed(written_at), 150.0)
    assert shown.tests_fresh is fresh
    assert ("x.py was written after it" in (shown.tests_why or "")) is not fresh
    assert card(happen(TESTED), replace(TREE, files=()), 150.0).tests_fresh


def test_a_directory_that_is_there_changes_no_state(happen: Happen) -> None:
    assert card(happen(PROMPT), TREE, 150.0).state == "working"
