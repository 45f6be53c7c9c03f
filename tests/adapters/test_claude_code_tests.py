"""Test runs in Claude Code's logs: at once, in the background, refused, and by a subagent."""

from typing import Any

import pytest

from adapters.agents.claude_code import ClaudeCode
from state.runs import event as ev
from tests.adapters.claude_lines import PLACE, SIDE, call, lines_of, model, result

GOOD = "===== 3 passed in 0.10s ====="
KEPT = "<persisted-output>\nOutput too large. Full output saved to: /x\n"
AWAY = "Command running in background with ID: b1"


def ran(*records: Any, place: Any = PLACE, save: bool = False) -> list[ev.TestsRan]:
    """Give the test runs of records; with `save` each line is read by another reader that took up the memory."""
    agent, saved, told = ClaudeCode(), "", list[ev.TestsRan]()
    reader = agent.reader(place, agent.head(place, []), saved)
    for offset, line in enumerate(lines_of(records)):
        told += [event for event in reader.read(line, offset) if isinstance(event, ev.TestsRan)]
        if save:
            reader = agent.reader(place, agent.head(place, []), reader.save())
    return told


def bash(command: str, id: str = "toolu_1", **fields: Any) -> Any:
    return model(call("Bash", id, command=command), **fields)


def states(*records: Any) -> list[str]:
    assert ran(*records) == ran(*records, save=True), "a reader that takes up the memory tells the same"
    return [one.state for one in ran(*records)]


@pytest.mark.parametrize(
    ("command", "text", "failed", "state"),
    [
        ("pytest", GOOD, False, ["passed"]),
        ("pytest", "Exit code 1\n1 failed in 0.1s", True, ["failed"]),
        ("pytest", "Exit code 127\npytest: command not found", True, ["not_run"]),
        ("pytest", "Exit code 5\n", True, ["none_ran"]),
        ("pytest", "Exit code 1", True, ["failed"]),
        ("pytest | tail", "…", False, ["unverified"]),
        ("pytest", "1 failed, 2 passed in 0.1s", True, ["failed"]),
        ("pytest", "The user doesn't want to proceed with this tool use.", True, []),
        ("pytest", "<tool_use_error>InputValidationError</tool_use_error>", True, []),
        ("pytest", "PreToolUse:Bash hook error: no", True, []),
        ("pytest", KEPT, False, ["passed"]),
        (
            "pytest | tail -300",
            "<persisted-output>\nOutput too large. Full output saved to: /x\n",
            False,
            ["truncated"],
        ),
        ("cat test_x.py", GOOD, False, []),
        ("grep passed pytest.log", GOOD, False, []),
    ],
)
def test_a_command_and_its_result(command: str, text: str, failed: bool, state: list[str]) -> None:
    assert states(bash(command), result(text, failed=failed)) == state


def test_a_denied_call_ran_no_tests() -> None:
    assert states(bash("pytest"), result("no", failed=True, toolDenialKind="user-rejected")) == []


def test_an_interrupted_command_proves_nothing() -> None:
    told = {"stdout": "..", "interrupted": True}
    assert states(bash("pytest"), result("..", told=told)) == ["unverified"]


def test_the_event_tells_the_command_its_begin_and_its_names() -> None:
    printed = "Exit code 1\nFAILED a.py::t - x\n1 failed, 2 passed in 1s"
    (one,) = ran(bash("cd a && pytest -q"), result(printed, failed=True))
    assert (one.command, one.runner, one.passed, one.failed, one.skipped) == ("cd a && pytest -q", "pytest", 2, 1, 0)
    assert one.failing == ("a.py::t",) and one.since == 1780308000.0 and one.origin.offset == 1


def test_a_name_that_would_paint_on_the_terminal_is_made_safe() -> None:
    (one,) = ran(bash("npx jest"), result("  ● a \u202e b\nTests: 1 failed, 1 total", failed=True))
    assert one.failing == ("a ⦃U+202E⦄ b",)


@pytest.mark.parametrize("old", [True, False])
def test_tests_in_the_background_are_told_when_they_are_over(old: bool) -> None:
    begun = [bash("pytest"), result(AWAY, told=None if old else {"stdout": "", "backgroundTaskId": "b1"})]
    task = {"task_id": "b1", "status": "running", "output": ".."}
    look = model(call("TaskOutput", "toolu_2", task_id="b1"), id="msg_B")
    early = [look, result("..", "toolu_2", told={"task": task})]
    over = [look, result("x", "toolu_2", told={"task": {**task, "status": "completed", "output": GOOD, "exitCode": 0}})]
    assert states(*begun, *early) == []
    assert states(*begun, *early, *over, *over) == ["passed"]


def test_the_older_tool_for_the_background_is_read_too() -> None:
    look = model(call("BashOutput", "toolu_2", bash_id="b1"))
    told = {"shellId": "b1", "status": "completed", "exitCode": 1, "stdout": "1 failed in 0.1s", "stderr": ""}
    assert states(bash("pytest"), result(AWAY), look, result("x", "toolu_2", told=told)) == ["failed"]


def test_a_background_command_that_was_ended_proves_nothing() -> None:
    end = [model(call("KillShell", "toolu_2", shell_id="b1")), result("killed", "toolu_2")]
    look = [model(call("BashOutput", "toolu_3", bash_id="b1")), result("x", "toolu_3", told={"status": "completed"})]
    assert states(bash("pytest"), result(AWAY), *end, *look) == []


@pytest.mark.parametrize(
    ("command", "said", "state"),
    [
        ("pytest", "(exit code 1)", "failed"),
        ("pytest", "(exit code 0)", "passed"),
        ("pytest | tail", "(exit code 0)", "unverified"),
    ],
)
def test_a_notice_tells_the_exit_status_alone(command: str, said: str, state: str) -> None:
    notice = f"<task-notification><task-id>b1</task-id><status>completed</status><summary>{said}</summary>"
    told = {"type": "queue-operation", "operation": "enqueue", "content": f"{notice}</task-notification>"}
    assert states(bash(command), result(AWAY), told) == [state]


def test_a_subagents_tests_are_the_runs() -> None:
    records = [bash("pytest", isSidechain=True), result(GOOD, isSidechain=True)]
    assert [one.state for one in ran(*records, place=SIDE)] == ["passed"]
