"""Test runs in Codex rollouts: at once, running on in a terminal, inside a script, refused, cut short."""

import json
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.codex import Codex
from state.runs import event as ev

META = {"type": "session_meta", "payload": {"id": "s", "cwd": "/w"}}
GOOD = "===== 3 passed in 0.10s ====="


def ran(*records: object, save: bool = False) -> list[ev.TestsRan]:
    """Give the test runs of records; with `save` each line is read by another reader that took up the memory."""
    agent, place = Codex(), LogPlace("/l/rollout.jsonl", "s")
    reader, told = agent.reader(place, agent.head(place, []), ""), list[ev.TestsRan]()
    for record in (META, *records):
        told += [event for event in reader.read(json.dumps(record).encode(), 0) if isinstance(event, ev.TestsRan)]
        if save:
            reader = agent.reader(place, agent.head(place, []), reader.save())
    return told


def states(*records: object) -> list[tuple[str, int | None]]:
    assert ran(*records) == ran(*records, save=True), "a reader that takes up the memory tells the same"
    return [(one.state, one.passed) for one in ran(*records)]


def call(name: str, arguments: Any, call_id: str = "c1") -> object:
    payload = {"type": "function_call", "name": name, "call_id": call_id, "arguments": json.dumps(arguments)}
    return {"type": "response_item", "payload": payload}


def output(text: object, call_id: str = "c1") -> object:
    return {"type": "response_item", "payload": {"type": "function_call_output", "call_id": call_id, "output": text}}


def done(**fields: object) -> object:
    return {"type": "event_msg", "payload": {"type": "item_completed", "item": fields}}


def exited(code: int, text: str) -> str:
    return f"Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code {code}\nOutput:\n{text}"


def runs_on(text: str) -> str:
    return f"Chunk ID: 1\nWall time: 9 seconds\nProcess running with session ID 7\nOutput:\n{text}"


@pytest.mark.parametrize(
    ("name", "arguments", "answer", "state"),
    [
        ("exec_command", {"cmd": "pytest -q"}, exited(0, GOOD), [("passed", 3)]),
        ("exec_command", {"cmd": "pytest -q"}, exited(1, ""), [("failed", None)]),
        ("exec_command", {"cmd": "pytest -q"}, exited(5, ""), [("none_ran", 0)]),
        ("exec_command", {"cmd": "pytest -q | tail -3; echo ran"}, exited(0, "ran"), [("unverified", None)]),
        ("exec_command", {"cmd": "cat pytest.log"}, exited(0, GOOD), []),
        ("shell", {"command": ["bash", "-lc", "cd a && pytest"]}, exited(0, GOOD), [("passed", 3)]),
        ("shell", {"command": ["pytest", "-k", "a b"]}, exited(0, GOOD), [("passed", 3)]),
        ("shell", {"command": ["rg", "pytest"]}, exited(0, GOOD), []),
        ("shell_command", {"command": "pytest | tail"}, "Exit code: 0\nWall time: 1 s\nOutput:\n…99 tokens truncated…",
         [("truncated", None)]),
        ("shell", {"command": ["pytest"]}, json.dumps({"output": GOOD, "metadata": {"exit_code": 0}}), [("passed", 3)]),
        ("exec_command", {"cmd": "pytest"}, "exec command rejected by user", []),
        ("exec_command", {"cmd": "pytest"}, "aborted by user after 3.2s", [("unverified", None)]),
    ],
)  # fmt: skip
def test_a_command_and_its_output(name: str, arguments: Any, answer: str, state: list[Any]) -> None:
    assert states(call(name, arguments), output(answer)) == state


def test_tests_that_run_on_are_told_when_their_terminal_tells_the_status() -> None:
    begun = [call("exec_command", {"cmd": "pytest"}), output(runs_on("FAILED a.py::t - x\n"))]
    look = [call("write_stdin", {"session_id": 7, "chars": ""}, "c2")]
    assert states(*begun) == []
    on = [*look, output(runs_on("1 failed, 2 passed in 1s\n"), "c2")]
    assert states(*begun, *on) == []
    over = [call("write_stdin", {"session_id": 7, "chars": ""}, "c3"), output(exited(1, "bye"), "c3")]
    assert states(*begun, *on, *over) == [("failed", 2)]
    assert ran(*begun, *on, *over)[0].failing == ("a.py::t",)


def test_an_output_that_comes_twice_is_one_test_run() -> None:
    item = done(type="CommandExecution", id="c1", exit_code=0, aggregated_output=GOOD, status="completed")
    assert states(call("exec_command", {"cmd": "pytest"}), item, output(exited(0, GOOD))) == [("passed", 3)]


def test_a_script_that_calls_tools_tells_of_its_tests_by_its_items() -> None:
    script = {"type": "response_item", "payload": {"type": "custom_tool_call", "name": "exec", "call_id": "c1"}}
    command = ["/bin/bash", "-lc", "pytest"]
    item = done(type="CommandExecution", id="i1", command=command, exit_code=1, aggregated_output="1 failed in 1s")
    assert states(script, item) == [("failed", 0)]


def test_many_open_test_commands_keep_the_memory_bounded() -> None:
    agent, place = Codex(), LogPlace("/l/rollout.jsonl", "s")
    reader = agent.reader(place, agent.head(place, []), "")
    sizes = []
    for number in range(800):
        command = {"cmd": f"pytest {'x' * 5000}"}
        reader.read(json.dumps(call("exec_command", command, f"c{number}")).encode(), number)
        if number % 20 == 19:
            sizes.append(len(reader.save()))
    assert len(sizes) == 40 and max(sizes[20:]) <= max(sizes[:20]) * 1.1
