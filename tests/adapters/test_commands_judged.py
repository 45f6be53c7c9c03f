"""Commands that an agent really ran are told with their effects; those that were refused are not, nor are secrets."""

import json
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.claude_code import ClaudeCode
from adapters.agents.codex import Codex
from adapters.agents.tool_calls import CALL, RESULT, call_line, result_line, said_line
from state.runs import event as ev
from tests.adapters.claude_lines import PLACE, call, lines_of, model, result

PUSH = "git push --force origin main"
SECRET = "ghp_" + "k3Jd92LmQpXz7RtYw1Nc5VbHg8SaEu4Fo6Ti"


def of_claude(command: str, text: str, failed: bool, **fields: Any) -> list[tuple[str, ...]]:
    agent, saved, told = ClaudeCode(), "", list[ev.Event]()
    records = [model(call("Bash", "toolu_1", command=command)), result(text, "toolu_1", failed, **fields)]
    for offset, line in enumerate(lines_of(records)):
        reader = agent.reader(PLACE, agent.head(PLACE, []), saved)
        told += reader.read(line, offset)
        saved = reader.save()
    return [event.effects for event in told if isinstance(event, ev.CommandRan)]


def of_codex(command: str, output: str) -> list[ev.CommandRan]:
    agent, place = Codex(), LogPlace("/l/rollout.jsonl", "s")
    payload = {
        "type": "function_call",
        "name": "exec_command",
        "call_id": "c",
        "arguments": json.dumps({"cmd": command}),
    }
    records = [
        {"type": "session_meta", "payload": {"id": "s", "cwd": "/w"}},
        {"type": "response_item", "payload": payload},
        {"type": "response_item", "payload": {"type": "function_call_output", "call_id": "c", "output": output}},
    ]
    saved, told = "", list[ev.Event]()
    for record in records:
        reader = agent.reader(place, agent.head(place, []), saved)
        told += reader.read(json.dumps(record).encode(), 0)
        saved = reader.save()
    return [event for event in told if isinstance(event, ev.CommandRan)]


@pytest.mark.parametrize(
    ("command", "text", "failed", "effects"),
    [
        (PUSH, "+ 1..2 main (forced update)", False, [("git.push.force", "git.push.main")]),
        (PUSH, "Exit code 1\nrejected", True, [("git.push.force", "git.push.main")]),
        (PUSH, "The user doesn't want to proceed with this tool use.", True, []),
        ("ls -la", "a", False, []),
        ("pytest -q && rm -rf ~/x", "1 passed in 0.1s", False, [("fs.delete.outside",)]),
    ],
)
def test_claude_code_tells_of_a_command_that_ran(
    command: str, text: str, failed: bool, effects: list[tuple[str, ...]]
) -> None:
    assert of_claude(command, text, failed) == effects


def test_codex_tells_of_a_command_that_ran() -> None:
    assert [one.effects for one in of_codex(PUSH, "Chunk ID: 1\nProcess exited with code 0\nOutput:\n")] == [
        ("git.push.force", "git.push.main")
    ]
    assert of_codex(PUSH, "exec command rejected by user") == []
    assert of_codex("ls", "Chunk ID: 1\nProcess exited with code 0\nOutput:\n") == []


@pytest.mark.parametrize("before", [0, 30, CALL - 60, CALL - 20, CALL - 5, RESULT - 40, 1000])
def test_no_part_of_a_secret_stands_in_a_line_wherever_it_is_cut(before: int) -> None:
    text = f"{'x ' * (before // 2)}export T={SECRET} && run{' y' * 40}"
    pieces = {SECRET[at : at + 12] for at in range(len(SECRET) - 12)}
    for line in (call_line(text), result_line(text), result_line(text + " z" * 400)):
        assert [piece for piece in pieces if piece in line] == []
        assert len(line) <= max(CALL, RESULT)


def test_a_mask_draws_no_half_secret_into_what_is_shown() -> None:
    token = "ghp_" + "k3Jd92LmQpXz7RtYw1Nc5VbHg8SaEu4Fo6Ti"
    for before in range(45):
        assert token[:12] not in said_line(f"{'x' * before} " + f"{token} " * 20, 300)
