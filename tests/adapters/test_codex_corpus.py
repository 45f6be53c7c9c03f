"""Rollouts that nobody of this project wrote: totals of independent readers, and what was done to real clients."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.codex import Codex
from state.runs import event as ev
from state.runs.fold import fold
from state.runs.run import Run, Usage

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
ABSENT = "the shared corpus of real logs is not on this machine"


def read(path: Path) -> list[ev.Event]:
    agent, place, told, offset = Codex(), LogPlace(str(path), None), list[ev.Event](), 0
    lines = path.read_bytes().split(b"\n")
    reader = agent.reader(place, agent.head(place, lines[:100]), "")
    for line in lines:
        told += reader.read(line, offset)
        offset += len(line) + 1
    return told


def expected() -> list[dict[str, Any]]:
    path = CORPUS / "EXPECTED.json"
    cases = json.loads(path.read_text())["cases"] if path.is_file() else []
    return [case for case in cases if case["agent"] == "codex"]


def logs() -> list[Path]:
    return sorted(CORPUS.glob("codex/**/*.jsonl")) + sorted(CORPUS.glob("live/codex/*/rollout-*.jsonl"))


def live(name: str) -> list[ev.Event]:
    found = list((CORPUS / "live" / "codex" / name).glob("rollout-*.jsonl"))
    if not found:
        pytest.skip(ABSENT)
    return read(found[0])


def fields_of(event: ev.Event) -> list[str]:
    """The fields of an event, without the certainty of a turn's end, which Codex always writes."""
    certain = isinstance(event, ev.TurnEnded)
    return [name for name in event.__dataclass_fields__ if not (certain and name == "certain")]


def words(events: list[ev.Event], *kinds: str) -> list[tuple[object, ...]]:
    """Give the events of these kinds as tuples, without run, record, call ids and side."""
    hidden = ("run", "origin", "call", "side", "key", "digest", "begun", "sha")
    return [
        (type(one).__name__, *(getattr(one, name) for name in fields_of(one) if name not in hidden))
        for one in events
        if type(one).__name__ in kinds
    ]


def texts(value: object) -> Iterator[str]:
    """Give every text in an event but the raw path of its log."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from texts(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            if name != "origin":
                yield from texts(getattr(value, name))


@pytest.mark.skipif(not CORPUS.is_dir(), reason=ABSENT)
def test_the_corpus_is_all_there() -> None:
    assert len(expected()) >= 13 and len(logs()) >= 82


@pytest.mark.parametrize("case", expected(), ids=lambda case: case["session_id"])
def test_token_totals_are_those_of_the_reference(case: dict[str, Any]) -> None:
    used: defaultdict[str, Usage] = defaultdict(Usage)
    keys: Counter[str] = Counter()
    for event in read(CORPUS / case["corpus_file"]):
        if isinstance(event, ev.RequestMetered):
            used[str(event.model)] += event.usage
            keys[event.key] += 1
    reference = {
        model: Usage(
            one["input"], one["cache_read"], one["cache_write"], 0, one["output"], one["reasoning"], one["events"]
        )
        for model, one in case["reference_rule"]["models"].items()
    }
    assert dict(used) == reference
    assert set(keys.values()) == {1}


@pytest.mark.parametrize(
    "path", logs(), ids=lambda path: "/".join(path.relative_to(CORPUS).parts[1:3]) + path.name[-12:]
)
def test_every_line_of_a_real_log_is_understood_and_safe_to_print(path: Path) -> None:
    events = read(path)
    assert [event for event in events if isinstance(event, ev.LineNotUnderstood)] == []
    assert [text for event in events for text in texts(event) if not text.isprintable()] == []
    assert isinstance(events[0], ev.RunFound)


def test_a_session_that_was_interrupted_and_resumed() -> None:
    told = live("s-codex-int")
    assert words(told, "RunFound", "TurnBegun", "TurnEnded", "ModelUsed", "ContextCompacted", "PromptGiven") == [
        ("RunFound", "codex", "01a2004b-3d67-70e2-b39c-8c29faa4515e", None, True),
        ("TurnBegun",),
        ("ModelUsed", "gpt-5.5"),
        ("PromptGiven", "Do the long job"),
        ("TurnEnded", "interrupted", "interrupted"),
        ("TurnBegun",),
        ("ContextCompacted", "history replaced by a summary"),
        ("ModelUsed", "gpt-6-astra"),
        ("PromptGiven", "SUPERVISOR: use a smaller step"),
        ("TurnEnded", "done", "RESUMED by gpt-6-astra; user said: SUPERVISOR: use a smaller step"),
    ]
    assert words(told, "ToolEnded")[-1] == ("ToolEnded", True, "Wall time: 1.2 seconds⏎aborted by user")


def test_a_session_whose_client_was_killed_loses_no_call_and_no_turn() -> None:
    told = live("s-codex-kill")
    assert [one.usage.tokens for one in told if isinstance(one, ev.RequestMetered)] == [1240] * 4
    assert [one.model for one in told if isinstance(one, ev.RequestMetered)] == ["gpt-5.5"] * 3 + ["gpt-6-astra"]
    assert [one[1] for one in words(told, "TurnEnded")] == ["interrupted", "done"]
    run = Run(key=told[0].run, agent="codex", session="s")
    for event in told:
        run = fold(run, event)
    assert (run.calls, run.turn.open, run.title, run.branch) == ((), False, "Do the long job", "agent/run")


def test_the_same_session_before_it_is_resumed_has_a_call_in_flight() -> None:
    told = live("s-codex-kill")
    cut = next(number for number, event in enumerate(told) if isinstance(event, ev.TurnEnded))
    run = Run(key=told[0].run, agent="codex", session="s")
    for event in told[:cut]:
        run = fold(run, event)
    assert run.turn.open
    assert [call.text for call in run.calls] == ["echo started-$$ > sleeping.txt; sleep 25; echo slept > slept.txt"]


def test_a_step_list() -> None:
    (steps,) = [event.steps for event in live("x-plan") if isinstance(event, ev.StepsSet)]
    assert [(step.text, step.state) for step in steps] == [("Fix add", "in_progress"), ("Run tests", "pending")]


def test_a_session_with_every_kind_of_tool() -> None:
    told = live("x-basic")
    assert words(told, "ToolBegun") == [
        ("ToolBegun", "update_plan", "update_plan Run the tests"),
        ("ToolBegun", "exec_command", "python3 -m pytest -q 2>&1 | tail -5; echo ran"),
        ("ToolBegun", "apply_patch", "apply_patch /home/dev/lab/x-basic/wt/NOTES.md"),
        ("ToolBegun", "exec_command", "cat /home/dev/lab/x-basic/wt/calc.py"),
        ("ToolBegun", "apply_patch", "apply_patch /home/dev/lab/x-basic/wt/calc.py"),
        ("ToolBegun", "exec_command", "find build -delete"),
    ]
    assert words(told, "ToolEnded")[:2] == [
        ("ToolEnded", True, "unsupported call: update_plan"),
        ("ToolEnded", False, "/usr/bin/python3: No module named pytest⏎ran"),
    ]
    edited = [f"/home/dev/lab/x-basic/wt/{name}" for name in ("NOTES.md", "calc.py")]
    assert [event.path for event in told if isinstance(event, ev.FileEdited)] == edited


def test_a_script_that_calls_a_tool() -> None:
    begun = words(live("x-code"), "ToolBegun")
    assert [one[1] for one in begun] == ["exec", "exec_command"] and begun[1][2] == "find build -delete"
    assert words(live("x-code-deny"), "ToolEnded")[0][1] is True


def test_a_prompt_from_the_queue_comes_before_the_new_one() -> None:
    assert [one[1] for one in words(live("x-queue"), "PromptGiven")] == ["hello", "SUPERVISOR QUEUED", "next prompt"]


def test_a_plan_gate_by_sandbox() -> None:
    told = live("x-gate")
    assert words(told, "PromptGiven", "ToolEnded", "FileEdited") == [
        ("PromptGiven", "Clean up"),
        (
            "ToolEnded",
            True,
            "patch rejected: writing is blocked by read-only sandbox; rejected by user approval settings",
        ),
        ("PromptGiven", "Plan approved, implement"),
        ("FileEdited", "/home/dev/lab/x-gate/wt/x.txt"),
        ("ToolEnded", False, "Success. Updated the following files:⏎A x.txt"),
    ]


def test_a_command_that_the_client_refuses_failed_and_asked_nobody() -> None:
    told = live("x-rm-ask")
    assert words(told, "HumanAsked") == []
    (ended,) = words(told, "ToolEnded")
    assert ended[1] is True and "rm -f style commands are not permitted" in str(ended[2])


@pytest.mark.parametrize(
    ("name", "models"),
    [("x-switch-gpt-5.5", ["gpt-6-luna", "gpt-5.5"]), ("x-switch-gpt-5.6-sol", ["gpt-6-luna", "gpt-5.6-sol"])],
)
def test_a_session_resumed_with_another_model(name: str, models: list[str]) -> None:
    told = live(name)
    assert [one[1] for one in words(told, "ModelUsed")] == models
    assert [one[1] for one in words(told, "PromptGiven")] == ["hello", "go"]


def test_a_permission_asked_in_a_terminal_and_refused_or_granted() -> None:
    asked = ("HumanAsked", "permission", "clean outside sandbox", False)
    denied = words(live("t-codex-deny"), "RunFound", "HumanAsked", "HumanAnswered", "ModeEntered")
    assert denied[0][-1] is False and denied[1:] == [("ModeEntered", "on-request"), asked, ("HumanAnswered", False)]
    granted = words(live("t-codex-noop"), "HumanAsked", "HumanAnswered")
    assert granted == [asked, ("HumanAnswered", True)]


def test_a_prompt_that_a_hook_blocked_is_a_failed_turn_without_words() -> None:
    assert [one[0] for one in words(live("x-ups-block"), "PromptGiven", "TurnEnded", "AgentSpoke")] == ["TurnEnded"]


def test_a_terminal_that_outlives_its_turn() -> None:
    told = words(live("x-stdin"), "ToolBegun", "ToolEnded", "TurnEnded")
    assert [one[0] for one in told] == ["ToolBegun", "ToolBegun", "ToolEnded", "TurnEnded", "ToolEnded"]
    assert told[1][2] == "write_stdin 75001: find build -delete"
