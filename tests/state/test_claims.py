"""What a run's own tests claim, and when that is older than its files."""

from collections.abc import Callable
from typing import Any

import pytest

from state.contract import run_document
from state.runs import event as ev
from state.runs.card import Card
from state.runs.display import card
from state.runs.run import Run
from state.store.rows import CARD_COLUMNS, card_of_row, row_of_card

Happen = Callable[..., Run]
Step = tuple[Any, float, dict[str, Any]]


def ran(at: float, state: str = "passed", since: float | None = None, **words: Any) -> Step:
    failing = words.pop("failing", ("a::x",) if state == "failed" else ())
    told = {
        "runner": "pytest",
        "passed": 4,
        "failed": len(failing),
        "skipped": 0,
        "command": "pytest",
        "why": "it says",
    }
    signature = "s1" if state == "failed" else ""
    told |= {"state": state, "failing": failing, "signature": signature, "since": at - 1 if since is None else since}
    return (ev.TestsRan, at, {**told, **words})


def edited(at: float | None, path: str = "/w/a.py") -> tuple[Any, float | None, dict[str, Any]]:
    return (ev.FileEdited, at, {"path": path})


def fresh(run: Run) -> bool:
    assert run.tests is not None
    return run.tests.fresh


def test_a_result_is_fresh_until_a_file_is_edited(happen: Happen) -> None:
    run = happen(edited(5.0), ran(10.0))
    assert fresh(run)
    run = happen(edited(11.0), run=run)
    assert not fresh(run)
    assert fresh(happen(ran(20.0), run=run))


def test_an_edit_during_the_tests_makes_them_stale(happen: Happen) -> None:
    assert not fresh(happen(edited(8.0), ran(10.0, since=3.0)))
    assert not fresh(happen(ran(10.0, since=3.0), edited(8.0)))


def test_an_edit_that_was_made_before_and_read_later_changes_nothing(happen: Happen) -> None:
    assert fresh(happen(ran(10.0, since=9.0), edited(4.0)))


def test_an_edit_of_unknown_time_makes_stale(happen: Happen) -> None:
    assert not fresh(happen(ran(10.0), edited(None)))


def test_a_note_outside_the_worktree_changes_nothing(happen: Happen) -> None:
    place = (ev.WorktreeFound, 1.0, {"worktree": "/w"})
    assert fresh(happen(place, ran(10.0), edited(12.0, "/home/a/plan.md"), edited(13.0, "/wide/b.py")))
    assert not fresh(happen(place, ran(10.0), edited(12.0, "/w/src/b.py")))


def test_an_older_result_read_later_does_not_replace_a_newer_one(happen: Happen) -> None:
    tests = happen(ran(10.0), ran(6.0, "failed")).tests
    assert tests is not None and (tests.state, tests.at, tests.attempts) == ("passed", 10.0, 2)


@pytest.mark.parametrize("state", ["unverified", "truncated", "none_ran", "not_run"])
def test_failing_tests_stay_known_until_something_is_proven(happen: Happen, state: str) -> None:
    tests = happen(ran(1.0, "failed"), ran(2.0, state, passed=None, failed=None)).tests
    assert tests is not None and (tests.state, tests.failing) == (state, ("a::x",))
    proven = happen(ran(1.0, "failed"), ran(2.0, state), ran(3.0)).tests
    assert proven is not None and proven.failing == ()


def test_the_same_failure_in_a_row_is_counted(happen: Happen) -> None:
    steps = [ran(1.0, "failed"), ran(2.0, "failed"), ran(3.0, "failed", signature="s2"), ran(4.0), ran(5.0, "failed")]
    counts = []
    for upto in range(1, len(steps) + 1):
        tests = happen(*steps[:upto]).tests
        assert tests is not None
        counts.append((tests.attempts, tests.repeats))
    assert counts == [(1, 1), (2, 2), (3, 1), (4, 0), (5, 1)]


def test_the_result_keeps_its_origin_when_it_grows_old(happen: Happen) -> None:
    run = happen(ran(10.0), edited(11.0))
    assert run.origins["tests"].offset == 0 and run.origins["edited"].offset == 100


def test_a_log_read_again_tells_its_tests_again(happen: Happen) -> None:
    assert happen(ran(10.0), (ev.LogRestarted, None, {"why": "truncated"})).tests is None


def shown(run: Run) -> Card:
    return card(run, None, 100.0)


def test_a_row_gives_back_what_was_written(happen: Happen) -> None:
    for run in (happen(), happen(ran(10.0, "failed"), edited(11.0)), happen(ran(1.0, "unverified", passed=None))):
        one = shown(run)
        assert card_of_row(dict(zip(CARD_COLUMNS, row_of_card(one), strict=True))) == one


def test_the_document_is_the_contracts(happen: Happen) -> None:
    assert run_document(shown(happen()))["tests"] == {"claimed": None, "verified": None, "failing": []}
    told = run_document(shown(happen(ran(10.0, "failed"), edited(11.0))))["tests"]
    assert told == {
        "claimed": {
            "state": "failed",
            "runner": "pytest",
            "passed": 4,
            "failed": 1,
            "skipped": 0,
            "at": "1970-01-01T00:00:10.000Z",
            "fresh": False,
            "why": "it says",
        },
        "verified": None,
        "failing": ["a::x"],
    }
    cut = run_document(shown(happen(ran(1.0, "truncated", passed=None, failed=None, skipped=None))))
    assert (cut["tests"]["claimed"]["state"], cut["tests"]["claimed"]["passed"]) == ("unverified", None)
