"""Findings about runs that go on without getting on, and about runs that only say that they are done."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.findings.claims_done import silent_success
from state.findings.fan_out import fan_out
from state.findings.finding import Finding
from state.findings.judged import judged
from state.findings.stops import doom_loop, repeated_failure, repeated_reads
from state.runs.display import card
from state.runs.run import Origin, Plan, Reading, Repeat, Run, RunKey, Step, Turn
from state.runs.run import Tests as Claim
from state.runs.worktree import ChangedFile, Worktree

KEY = RunKey("0123456789")
LOG = "/logs/one.jsonl"
OPEN, DONE = Turn(open=True, since=100.0), Turn(open=False, since=100.0, end="done")


def a_run(**facts: Any) -> Run:
    return Run(key=KEY, agent="claude-code", session="one", cwd="/w", seen=100.0, **{"turn": OPEN, **facts})


def again(digest: str, times: int, text: str = "make", **words: Any) -> Repeat:
    numbers = tuple(range(1, 2 * times, 2))
    seen = tuple(Origin(LOG, number, float(number)) for number in reversed(numbers))
    return Repeat(digest, text, numbers, seen[:6], **words)


def kinds(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(one.kind, one.severity) for one in found]


@pytest.mark.parametrize(("times", "severity"), [(2, "note"), (3, "warn"), (5, "warn"), (6, "stop"), (9, "stop")])
def test_the_ladder_is_observe_at_two_ask_at_three_stop_at_six(times: int, severity: str) -> None:
    [found] = doom_loop(a_run(repeats=(again("B", 1), again("A", times))))
    assert (found.kind, found.severity) == ("doom_loop", severity)
    assert found.text == f"called {times} times with the same result and no edit between: make"
    assert found.evidence[0] == Origin(LOG, 2 * times - 1, 2.0 * times - 1) and found.since == 2.0 * times - 1


@pytest.mark.parametrize("text", ["tail -n 3 b.log", "kubectl get pods", "cd web && gh run view 7", "curl -s :8/ok"])
def test_a_look_at_what_goes_on_elsewhere_may_be_a_wait_and_never_asks_for_a_stop(text: str) -> None:
    (finding,) = doom_loop(a_run(repeats=(again("A", 14, text),)))
    assert finding.severity == "warn"
    assert [one.severity for one in doom_loop(a_run(repeats=(again("A", 14, "make tail"),)))] == ["stop"]


def test_one_call_is_no_loop() -> None:
    assert list(doom_loop(a_run(repeats=(again("A", 1),), lately=("A",)))) == []


def test_an_edit_made_again_says_that_it_was_undone() -> None:
    [found] = doom_loop(a_run(repeats=(again("A", 3, "Edit a.py", edits=True),)))
    assert found.text == "made the same edit 3 times, so it was undone between: Edit a.py"


def test_a_look_at_the_repository_between_other_work_is_no_loop() -> None:
    assert list(doom_loop(a_run(repeats=(again("A", 7, "git -C /w status --short"),)))) == []
    near = Repeat("A", "git status", (3, 4, 5), (Origin(LOG, 5),))
    assert kinds(list(doom_loop(a_run(repeats=(near,))))) == [("doom_loop", "warn")]


@pytest.mark.parametrize(("lately", "rounds"), [("xxABABAB", 3), ("ABABABAB", 4), ("xxABCABC", 2), ("ABCDABCD", 2)])
def test_a_circle_of_several_calls_is_one_finding(lately: str, rounds: int) -> None:
    calls = tuple(again(digest, 1, f"call {digest}") for digest in sorted(set(lately) - {"x"}))
    [found] = doom_loop(a_run(repeats=calls, lately=tuple(lately)))
    length = len(calls)
    assert found.severity == "warn" and len(found.evidence) == length
    assert found.text.startswith(
        f"goes round in a circle of {length} calls, {rounds} times with the same results: call "
    )


@pytest.mark.parametrize("lately", ["ABAB", "AAAAAAAA", "ABCABCAB"[:5], "ABCDEABC", "ABACADAE"])
def test_what_is_no_circle_of_six_calls_is_none(lately: str) -> None:
    assert list(doom_loop(a_run(lately=tuple(lately)))) == []


@given(st.lists(st.integers(), unique=True, max_size=8))
def test_calls_that_differ_are_never_a_circle(lately: list[int]) -> None:
    assert list(doom_loop(a_run(lately=tuple(map(str, lately))))) == []


def failing(repeats: int, **words: Any) -> Claim:
    told: dict[str, Any] = {"runner": "pytest", "passed": 1, "failed": 2, "skipped": 0, "signature": "s", "at": 90.0}
    told |= {"state": "failed", "failing": ("tests/a.py::test_x", "tests/a.py::test_y"), **words}
    return Claim(command="pytest", why="", repeats=repeats, **told)


def test_the_same_failure_for_the_third_time_is_a_stop_while_the_run_is_at_it() -> None:
    origins = {"tests": Origin(LOG, 7, 90.0)}
    [found] = repeated_failure(a_run(tests=failing(3), origins=origins))
    assert (found.severity, found.evidence, found.since) == ("stop", (Origin(LOG, 7, 90.0),), 90.0)
    assert found.text == "the same tests failed 3 times in a row: tests/a.py::test_x and 1 more"
    assert kinds(list(repeated_failure(a_run(tests=failing(3), turn=DONE)))) == [("repeated_failure", "warn")]
    assert list(repeated_failure(a_run(tests=failing(2)))) == []
    assert list(repeated_failure(a_run(tests=failing(3, state="passed")))) == []


def test_a_file_read_again_is_a_note_with_its_size_and_a_warning_from_six_on() -> None:
    def read(times: int, path: str = "/w/src/a.py") -> Reading:
        return Reading(path, "", "d", times, 4000, (Origin(LOG, times, 1.0),))

    [found] = repeated_reads(a_run(readings=(read(1, "/w/b"), read(3), read(2, "/w/c"))))
    assert (found.severity, len(found.evidence)) == ("note", 2)
    assert found.text == "read 3 times without a change: src/a.py, and 1 more read again; about 2.0k tokens"
    assert kinds(list(repeated_reads(a_run(readings=(read(6),))))) == [("repeated_reads", "warn")]
    assert list(repeated_reads(a_run(readings=(read(1),)))) == []


@pytest.mark.parametrize(("now", "severity"), [(4, "note"), (8, "warn"), (20, "stop")])
def test_many_subagents_at_once_are_found(now: int, severity: str) -> None:
    names = tuple(str(number) for number in range(now))
    spawned = tuple(Origin(LOG, number, 1000.0 * number) for number in range(now))
    [found] = fan_out(a_run(subagents=names, spawned=spawned))
    assert (found.severity, found.text) == (severity, f"{now} subagents are at work at once")
    assert found.evidence[0] == spawned[-1]
    assert list(fan_out(a_run(subagents=names, turn=DONE))) == [] and list(fan_out(a_run(subagents=names[:3]))) == []


def test_subagents_begun_fast_are_found_although_few_are_left() -> None:
    spawned = tuple(Origin(LOG, number, 10.0 * number) for number in range(16))
    [found] = fan_out(a_run(subagents=("one",), spawned=spawned))
    assert (found.severity, found.text) == ("warn", "16 subagents were begun within ten minutes")


TREE = Worktree("/w", "/g", branch="x", base_ref="refs/heads/main", ahead=0, files=())
FAILED, PASSED = failing(1), failing(0, state="passed", fresh=False)
STEPS = Plan(steps=(Step("one", "completed"),))


@pytest.mark.parametrize(
    ("facts", "tree", "told"),
    [
        ({"edited": ("/w/a.py", "/w/b.py", "/w/n.md")}, None, "ended as done: it changed 2 code files and ran no test"),
        ({"edited": ("/w/n.md", "/elsewhere/a.py")}, None, None),
        (
            {"edited": ("/w/a.py",), "tests": failing(1)},
            None,
            "ended as done while 2 tests failed in its last test run",
        ),
        (
            {"edited": ("/w/a.py",), "tests": PASSED, "coded_at": 91.0},
            None,
            "ended as done, and its last edit is newer than its last test run: it changed 1 code file",
        ),
        ({"edited": ("/w/a.py",), "tests": PASSED, "coded_at": 89.0, "edited_at": 95.0}, None, None),
        ({"plan": STEPS}, TREE, "ended as done, and no file and no commit differs from the base"),
        ({"plan": STEPS}, None, None),
        ({}, TREE, None),
        ({"plan": STEPS}, Worktree("/w", "/g", branch="x", ahead=1, files=()), None),
        ({"plan": STEPS}, Worktree("/w", "/g", branch="x", ahead=0, files=(ChangedFile("a", "added"),)), None),
        ({"plan": STEPS}, Worktree("/w", "/g", main=True, branch="main", ahead=0, files=()), None),
    ],
)
def test_a_done_that_nothing_stands_for_is_told(facts: dict[str, Any], tree: Worktree | None, told: str | None) -> None:
    found = [one.text for one in silent_success(a_run(turn=DONE, **facts), tree)]
    assert found == ([] if told is None else [told])
    assert list(silent_success(a_run(**facts), tree)) == []


def test_a_run_at_work_that_should_stop_calls_for_the_human_and_one_that_rests_does_not() -> None:
    stopping = a_run(repeats=(again("A", 6),))
    shown = card(stopping, None, 110.0)
    assert (shown.state, shown.need, shown.next_text) == (
        "working",
        80,
        "stop it or correct it in its terminal: no hook holds it",
    )
    assert kinds(shown.findings) == [("doom_loop", "stop")]
    assert card(a_run(repeats=(again("A", 6),), turn=DONE), None, 110.0).need == 30
    assert card(a_run(repeats=(again("A", 5),)), None, 110.0).need == 20


def test_the_gravest_comes_first() -> None:
    run = a_run(repeats=(again("A", 2),), tests=failing(3))
    assert kinds(judged(run, None, 110.0).findings) == [("repeated_failure", "stop"), ("doom_loop", "note")]
