"""Plans: what they name, what lies within, and the edits that they leave out."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.findings.plan import plan_state, unplanned_file
from state.runs import event as ev
from state.runs.fold import fold
from state.runs.plans import boxes
from state.runs.run import Origin, Run, RunKey
from state.runs.scope import names_in, within
from state.text import clean

Happen = Callable[..., Run]


@pytest.mark.parametrize(
    ("prose", "names"),
    [
        ("Change `src/auth/token.py` and config.yaml.", ("src/auth/token.py", "config.yaml")),
        ("Use Node.js 20 and v1.2.3, e.g. as in https://x.dev/a.html", ()),
        ("Everything below `src/auth/` and `docs/**`", ("src/auth/", "docs/**")),
        ("Fix add()\n2. Run it", ()),
        ("Edit a.py, then run the tests", ("a.py", "tests")),
        ("console.log and self.value stay; Cargo.lock moves", ("Cargo.lock",)),
        ("see ./tui/app.py:12", ("tui/app.py",)),
    ],
)
def test_names_are_read_off_prose(prose: str, names: tuple[str, ...]) -> None:
    assert names_in(clean(prose)) == names


def test_a_plan_that_was_cut_names_nothing() -> None:
    assert names_in(clean("a.py " * 100, 50)) == ()


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/src/auth/token.py", True),
        ("/pkg/src/auth/token.py", True),
        ("/src/token.py", False),
        ("/deep/config.yaml", True),
        ("/docs/a/b.txt", True),
        ("/mydocs/b.txt", False),
        ("/tests/test_token.py", True),
        ("/src/token.test.ts", True),
        ("/src/latest.py", False),
    ],
)
def test_within(path: str, inside: bool) -> None:
    assert within(path, ("src/auth/token.py", "config.yaml", "docs/", "tests")) is inside


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_prose_and_any_path_are_borne(prose: str, path: str) -> None:
    names = names_in(clean(prose))
    within(path, names)
    boxes(clean(prose))
    assert all("\n" not in name for name in names)


PLAN = clean("# Tokens\nChange `src/token.py` and test it.")


def test_an_edit_that_an_approved_plan_does_not_name_is_found_with_its_record(happen: Happen, key: RunKey) -> None:
    run = happen(
        (ev.PlaceEntered, 1.0, {"cwd": "/w", "branch": None}),
        (ev.PlanShown, 2.0, {"state": "approved", "text": PLAN, "sha": "5"}),
        (ev.FileEdited, 3.0, {"path": "/w/src/token.py"}),
        (ev.FileEdited, 4.0, {"path": "/w/tests/test_token.py"}),
        (ev.FileEdited, 5.0, {"path": "/elsewhere/notes.md"}),
        (ev.FileEdited, 6.0, {"path": "/w/src/other.py"}),
        (ev.FileEdited, 7.0, {"path": "/w/src/other.py"}),
    )
    [found] = unplanned_file(run)
    assert (found.kind, found.severity, found.text) == (
        "unplanned_file",
        "warn",
        "it edited what its plan does not name: src/other.py",
    )
    assert found.evidence == (Origin("/logs/one.jsonl", 500, 6.0),)
    assert plan_state(run) == "drifted" and run.plan.sha == "5"


def test_what_a_human_asks_for_later_is_no_drift(happen: Happen) -> None:
    run = happen(
        (ev.PlanShown, 2.0, {"state": "approved", "text": PLAN}),
        (ev.PromptGiven, 3.0, {"text": "now the readme"}),
        (ev.FileEdited, 4.0, {"path": "/w/src/other.py"}),
    )
    assert run.unplanned == () and plan_state(run) == "approved"


def test_a_prompt_that_carries_the_plan_binds_it(key: RunKey) -> None:
    origin, run = Origin("/l", 0), Run(key=key, agent="claude-code", session="one")
    run = fold(run, ev.PlanShown(key, origin, "approved", PLAN))
    run = fold(run, ev.PromptGiven(key, origin, "Implement the following plan"))
    assert run.plan.names == ("src/token.py", "tests")


def test_a_plan_that_names_no_file_says_nothing_of_edits(happen: Happen) -> None:
    run = happen(
        (ev.PlanShown, 2.0, {"state": "approved", "text": "1. Fix add()"}),
        (ev.FileEdited, 4.0, {"path": "/w/src/other.py"}),
    )
    assert list(unplanned_file(run)) == []


BOXES = clean("# Plan\n- [x] read `a.py`\n- [ ] change it\n* [~] write\n1. [-] drop\n- no box")


def test_a_plan_in_a_file_is_proposed_and_its_boxes_are_steps(happen: Happen) -> None:
    run = happen((ev.PlanWritten, 1.0, {"path": "/w/PLAN.md", "text": BOXES, "sha": "9"}))
    assert (run.plan.state, run.plan.path, run.plan.sha, run.plan.names) == ("proposed", "/w/PLAN.md", "9", ("a.py",))
    assert [(step.text, step.state) for step in run.plan.steps] == [
        ("read `a.py`", "completed"),
        ("change it", "pending"),
        ("write", "in_progress"),
        ("drop", "cancelled"),
    ]


def test_the_agents_own_list_and_a_plan_shown_to_the_human_come_before_a_file(happen: Happen) -> None:
    listed = {"steps": ()}
    run = happen((ev.StepsSet, 0.0, listed), (ev.PlanWritten, 1.0, {"path": "/w/PLAN.md", "text": BOXES, "sha": ""}))
    assert run.plan.steps == () and run.plan.text == BOXES
    run = happen(
        (ev.PlanShown, 0.0, {"state": "approved", "text": PLAN}),
        (ev.PlanWritten, 1.0, {"path": "/w/PLAN.md", "text": BOXES, "sha": ""}),
    )
    assert run.plan.text == PLAN and run.plan.state == "approved"


def test_a_plan_that_a_human_approved_at_the_gate_is_approved_whatever_the_log_says(happen: Happen) -> None:
    run = happen((ev.PlanShown, 0.0, {"state": "proposed", "text": PLAN}))
    run = replace(run, plan=replace(run.plan, sha="5"))
    assert (plan_state(run), plan_state(run, "5"), plan_state(run, "6")) == ("proposed", "approved", "proposed")


def test_a_file_outside_the_worktree_is_no_plan(happen: Happen) -> None:
    words = {"path": "/home/x/PLAN.md", "text": BOXES, "sha": ""}
    run = happen((ev.PlaceEntered, 0.0, {"cwd": "/w", "branch": None}), (ev.PlanWritten, 1.0, words))
    assert run.plan.state == "none"
