"""Task, owner and role: a human's word before every signal, and unknown where nothing says it outright."""

from collections.abc import Callable

import pytest

from state.runs import event as ev
from state.runs.card import Card
from state.runs.display import card
from state.runs.roles import ROLES, asked_role, role_of
from state.runs.run import Run
from state.runs.view import ordered, with_sibling


@pytest.mark.parametrize(
    ("prompt", "role"),
    [
        ("/review 12", "reviewer"),
        ("/code-review the branch", "reviewer"),
        ("Review the change on feat/x", "reviewer"),
        ("please review this", "reviewer"),
        ("/security-review", "security"),
        ("Reviewers complain about the form", None),
        ("Fix what the review found", None),
        ("/reviewer-list", None),
        ("", None),
    ],
)
def test_a_prompt_names_a_role_only_by_its_first_words(prompt: str, role: str | None) -> None:
    assert asked_role(prompt) == role


def test_signals_of_a_role_in_the_order_of_their_strength(happen: Callable[..., Run]) -> None:
    run = happen((ev.PlaceEntered, 1.0, {"cwd": "/w", "branch": None}), (ev.FileEdited, 1.0, {"path": "/notes.md"}))
    assert role_of(run) == (None, None)
    steps = [
        (ev.FileEdited, {"path": "/w/a.py"}, ("implementer", "edits")),
        (ev.ModeEntered, {"mode": "on-request, plan"}, ("planner", "mode")),
        (ev.PromptGiven, {"text": "Review the branch"}, ("reviewer", "prompt")),
        (ev.ContextPartNoted, {"part": "agent", "name": "", "value": "my-test-runner"}, ("tester", "agent")),
        (ev.RunAssigned, {"what": "role", "value": "librarian", "by": "ada"}, ("librarian", "human")),
        (ev.RunAssigned, {"what": "role", "value": "", "by": "ada"}, ("tester", "agent")),
        (ev.ContextPartNoted, {"part": "agent", "name": "", "value": None}, ("reviewer", "prompt")),
    ]
    for make, words, told in steps:
        run = happen((make, 2.0, words), run=run)
        assert role_of(run) == told
        assert (card(run, None, 3.0).role, card(run, None, 3.0).role_from) == told


def test_a_mode_that_only_sounds_like_planning_is_none(happen: Callable[..., Run]) -> None:
    assert role_of(happen((ev.ModeEntered, 1.0, {"mode": "explanatory"}))) == (None, None)


def test_the_owner_is_the_logs_account_until_a_human_says_otherwise(happen: Callable[..., Run]) -> None:
    bare = happen((ev.PromptGiven, 1.0, {"text": "x"}))
    assert (card(bare, None, 2.0).owner, card(bare, None, 2.0).owner_from) == (None, None)
    run = happen((ev.AccountNoted, None, {"account": "ada"}), run=bare)
    assert (card(run, None, 2.0).owner, card(run, None, 2.0).owner_from) == ("ada", "account")
    run = happen((ev.RunAssigned, 5.0, {"what": "owner", "value": "Grace", "by": "ada"}), run=run)
    assert (card(run, None, 2.0).owner, card(run, None, 2.0).owner_from) == ("Grace", "human")


def test_a_humans_task_outranks_later_titles_and_a_log_that_is_read_again(happen: Callable[..., Run]) -> None:
    run = happen(
        (ev.PromptGiven, 1.0, {"text": "do it"}),
        (ev.RunAssigned, 50.0, {"what": "task", "value": "Retries", "by": "ada"}),
        (ev.TitleGiven, 3.0, {"title": "Doing it", "by": "agent"}),
        (ev.LogRestarted, None, {"why": "rewritten"}),
        (ev.PromptGiven, 1.0, {"text": "do it"}),
    )
    shown = card(run, None, 9.0)
    assert (shown.task_title, shown.task_from, run.seen) == ("Retries", "human", 1.0)
    back = card(happen((ev.RunAssigned, 60.0, {"what": "task", "value": "", "by": "ada"}), run=run), None, 9.0)
    assert (back.task_title, back.task_from) == ("Doing it", "agent")


def test_two_runs_that_are_given_one_task_share_its_id(happen: Callable[..., Run]) -> None:
    said = (ev.RunAssigned, 1.0, {"what": "task", "value": "Retries", "by": "ada"})
    one = card(happen((ev.PromptGiven, 1.0, {"text": "write it"}), said), None, 2.0)
    other = card(happen((ev.PromptGiven, 1.0, {"text": "review it"}), said), None, 2.0)
    titled = card(happen((ev.TitleGiven, 1.0, {"title": "Retries", "by": "agent"})), None, 2.0)
    assert one.task_id == other.task_id == titled.task_id is not None


def row(id: str, need: int, task: str | None, seen: float = 0.0) -> Card:
    return Card(id, "codex", id, "idle", "", need, seen=seen, task_id=task, task_title=task)


def test_by_need_runs_of_one_task_stand_together_and_none_passes_one_that_waits() -> None:
    cards = [
        row("a", 90, "x"),
        row("b", 75, "y"),
        row("c", 70, "x"),
        row("d", 30, "z"),
        row("e", 20, "x"),
        row("f", 10, "z"),
    ]
    order = ordered(cards, "need", 100.0)
    assert [one.id for one in order] == ["a", "c", "b", "d", "f", "e"]
    assert with_sibling(order) == {"c", "f"}
    assert [one.id for one in ordered(cards, "task", 100.0)] == ["a", "c", "e", "b", "d", "f"]


def test_runs_without_a_task_are_nobodys_siblings() -> None:
    order = ordered([row("a", 10, None), row("b", 10, None)], "need", 100.0)
    assert with_sibling(order) == frozenset()


def test_the_roles_are_those_of_the_product() -> None:
    assert ROLES == (
        "planner", "mapper", "implementer", "tester", "reviewer", "security", "release", "watcher", "librarian",
    )  # fmt: skip
