"""Runs of the real client (2.1.197 and 2.1.330) against a scripted model: what was done to them is what is told."""

from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from state.runs import event as ev
from state.runs.event import Event
from state.runs.fold import fold
from state.runs.run import Run, Step
from tests.adapters.claude_lines import CORPUS, corpus_lines, read, reader_of, said

LIVE = CORPUS / "live" / "claude"
QUIET = ("RunFound", "VersionNoted", "PlaceEntered", "RequestMetered", "ContextMeasured", "AgentSpoke", "ModeEntered")
QUIET += ("ClosingWritten", "ContextPartNoted")

pytestmark = pytest.mark.skipif(not LIVE.is_dir(), reason="the shared corpus of real logs is not beside the repository")


def lived(experiment: str, pattern: str = "transcript.*.jsonl") -> list[Event]:
    (path,) = (LIVE / experiment).glob(pattern)
    lines = corpus_lines(path)
    return list(read(lines, reader_of(lines, LogPlace(str(path), None))))


def story(experiment: str, quiet: tuple[str, ...] = QUIET) -> list[tuple[Any, ...]]:
    """What a run did: each event's name and its telling field, tool calls by their tool."""
    return [said(event) for event in lived(experiment) if type(event).__name__ not in quiet]


def names(experiment: str) -> list[str]:
    return [one[0] for one in story(experiment)]


def last(experiment: str) -> Run:
    """The run as it stands after its last record."""
    events = lived(experiment)
    run = Run(events[0].run, "", "")
    for event in events:
        run = fold(run, event)
    return run


def test_an_interrupted_run_goes_on_with_the_next_prompt() -> None:
    told = story("s-claude-int")
    end = next(number for number, one in enumerate(told) if one[0] == "TurnEnded")
    call = told[end - 3][1]
    assert told[end - 2][:3] == ("ToolEnded", call, True) and told[end - 1] == ("HumanAnswered", call, False)
    assert told[end] == ("TurnEnded", "interrupted", "")
    assert told[end + 1 :] == [
        ("PromptGiven", "SUPERVISOR: use a smaller step"),
        ("TurnBegun",),
        ("ModelUsed", "claude-opus-4-5"),
        ("TurnEnded", "done", ""),
    ]


@pytest.mark.parametrize("experiment", ["s-claude-kill", "s-claude-term", "c-bg"])
def test_a_killed_run_leaves_no_end_and_is_taken_up_again(experiment: str) -> None:
    told = names(experiment)
    assert told.count("PromptGiven") == 2 and told.count("TurnEnded") == 1
    assert told[-1] == "TurnEnded"
    assert told.count("ToolBegun") == told.count("ToolEnded")


def test_a_call_of_the_service_that_failed_is_tried_again() -> None:
    assert story("c-err529") == [
        ("PromptGiven", "Clean up"),
        ("TurnBegun",),
        ("CallFailed", "overloaded", "529 busy (retry 1 of 10)", True),
        ("ModelUsed", "claude-sonnet-4-5"),
        ("TurnEnded", "done", ""),
    ]
    assert last("c-err529").failure is None


def test_a_plan_is_proposed_and_approved() -> None:
    for experiment in ("p-noop", "p-prdeny"):
        told = story(experiment)
        shown = [one for one in told if one[0] in ("PlanShown", "HumanAsked", "HumanAnswered")]
        asked = shown[1]
        plan = "# Plan⏎1. Fix add()⏎2. Run tests"
        assert shown[0] == ("PlanShown", "proposed", plan)
        assert asked[:3] == ("HumanAsked", "plan", "Plan") and asked[4] is True
        assert shown[2:] == [("PlanShown", "approved", plan), ("HumanAnswered", asked[3], True)]
        edited = [one[1].rpartition("/")[2] for one in told if one[0] == "FileEdited"]
        assert edited == ["calc.py"]


@pytest.mark.parametrize("experiment", ["c-plan-prallow", "c-plan-prdeny", "c-plan-predeny"])
def test_a_plan_that_nobody_could_approve_stays_proposed(experiment: str) -> None:
    run = last(experiment)
    assert (run.plan.state, run.plan.text) == ("proposed", "1. Fix add()⏎2. Run tests")
    assert (run.asks, run.edited, run.mode, run.turn.end) == ((), (), "plan", "done")


def test_a_task_list_is_followed() -> None:
    steps = [one[1] for one in story("c-tasks") if one[0] == "StepsSet"]
    assert steps == [(Step("Run the tests", "pending"),), (Step("Run the tests", "in_progress"),)]
    assert [one for one in story("c-todo-env") if one[0] == "StepsSet"] == []


def test_a_subagent_works_and_ends() -> None:
    told = story("c-sub")
    begun = next(one for one in told if one[0] == "SubagentBegun")
    assert begun[2] == "scripted subtask"
    assert ("SubagentEnded", begun[1]) in told
    side = lived("c-sub", "subagent.*.jsonl")
    assert {event.run for event in side} == {event.run for event in lived("c-sub")}
    assert [type(event).__name__ for event in side] == [
        "RunFound",
        "RequestMetered",
        "ToolBegun",
        "ToolEnded",
        "FileRead",
        "RequestMetered",
    ]
    assert all(event.side for event in side if isinstance(event, ev.RequestMetered | ev.ToolBegun | ev.ToolEnded))


def test_a_terminal_session_is_followed_through_all_that_was_done_to_it() -> None:
    told = story("t-claude")
    assert [one[:2] for one in told if one[0] in ("PromptGiven", "TurnEnded", "ContextCompacted", "ModelUsed")] == [
        ("PromptGiven", "Please clean up"),
        ("ModelUsed", "claude-sonnet-4-5"),
        ("TurnEnded", "done"),
        ("PromptGiven", "Do the long job"),
        ("TurnEnded", "interrupted"),
        ("PromptGiven", "SUPERVISOR: queue this correction"),
        ("TurnEnded", "done"),
        ("ContextCompacted", "manual"),
        ("PromptGiven", "hello on new model"),
        ("ModelUsed", "claude-opus-4-5"),
        ("TurnEnded", "done"),
    ]
    run = last("t-claude")
    assert (run.headless, run.mode, run.title, run.title_from) == (False, "default", "Please clean up", "prompt")
    assert (run.turn.open, run.calls, run.compactions, run.not_understood) == (False, (), 1, 0)
    assert run.models == ("claude-sonnet-4-5", "claude-opus-4-5")


def test_a_call_that_a_hook_denied_has_failed() -> None:
    told = story("c-deny")
    assert [one[0] for one in told] == ["PromptGiven", "TurnBegun", "ModelUsed", "ToolBegun", "ToolEnded", "TurnEnded"]
    assert told[3][2:] == ("Bash", "rm -rf build", False)
    assert told[4][2:4] == (True, "PreToolUse:Bash hook error: LAB-DENY: destructive command needs a human")
    run = last("c-deny")
    assert (run.headless, run.cwd, run.branch) == (True, "/home/dev/lab/c-deny/wt", "agent/run")


@pytest.mark.parametrize(
    ("experiment", "why"),
    [("c-stop-post", "LAB-STOP by supervisor"), ("c-ups-stop", "Operation stopped by hook: LAB-STOP by supervisor")],
)
def test_a_run_that_a_hook_stopped_is_at_rest(experiment: str, why: str) -> None:
    assert story(experiment)[-1] == ("TurnEnded", "interrupted", why)


def test_a_correction_at_the_end_or_in_the_middle_is_taken_up() -> None:
    assert [one for one in names("c-stopblock") if one.startswith("Turn")] == ["TurnBegun", "TurnEnded"] * 2
    told = story("c-inject")
    assert [one[1] for one in told if one[0] == "PromptGiven"] == [
        "Do the job",
        "SUPERVISOR CORRECTION: prefer pytest",
        "Third message after set_model",
    ]
    assert [one[0] for one in told].count("TurnBegun") == 2


def test_every_experiment_ends_at_rest_and_is_understood() -> None:
    at_work = {"sw-claude-term"}  # killed while a hook kept it waiting, and never resumed: its log just stops
    for path in sorted(LIVE.glob("*/transcript.*.jsonl")):
        run = last(path.parent.name)
        assert run.not_understood == 0, path
        assert (run.turn.open, run.calls != ()) == (path.parent.name in at_work,) * 2, path
