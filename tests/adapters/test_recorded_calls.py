"""Each agent's log gives its calls back whole, the same ones that its reader tells of."""

import json
from pathlib import Path

import pytest

from adapters.agents.agent import Agent, LogPlace
from adapters.agents.known import AGENTS
from adapters.recorded_calls import recorded_calls
from state.policy.call import Call
from state.ports import LogMark, Problem
from state.runs import event as ev

FIXTURES = Path(__file__).parents[1] / "fixtures"
BY_NAME = {agent.name: agent for agent in AGENTS}
LOGS = [
    ("claude-code", "claude/session.jsonl"),
    ("claude-code", "claude/subagent.jsonl"),
    ("codex", "codex/session.jsonl"),
    ("codex", "codex/subagent.jsonl"),
    ("copilot-cli", "copilot/session.jsonl"),
    ("gemini-cli", "gemini/session.jsonl"),
    ("pi", "pi/session.jsonl"),
    ("qwen-code", "qwen/session.jsonl"),
]


class OneLog:
    """An agent that has one log, wherever it lies."""

    def __init__(self, agent: Agent, path: Path) -> None:
        self.name, self._place = agent.name, LogPlace(str(path), None)

    def roots(self, environment: object) -> tuple[Path, ...]:
        return (Path("/"),)

    def logs(self, root: Path, unreadable: list[OSError]) -> list[LogPlace]:
        return [self._place]


def calls_of(agent: str, path: Path, cwd: str | None = "/w") -> list[Call]:
    mark = LogMark(str(path), agent, cwd=cwd)
    found = list(recorded_calls([OneLog(BY_NAME[agent], path)], {}, [mark], "s"))  # type: ignore[list-item]
    assert not [one for one in found if isinstance(one, Problem)]
    return [one[1] for one in found if not isinstance(one, Problem)]


@pytest.mark.parametrize(("agent", "name"), LOGS)
def test_every_call_that_the_reader_tells_of_is_given_back(agent: str, name: str) -> None:
    path = FIXTURES / name
    lines = path.read_bytes().splitlines()
    place = LogPlace(str(path), None)
    reader = BY_NAME[agent].reader(place, BY_NAME[agent].head(place, lines), "")
    told = {event.call for line in lines for event in reader.read(line, 0) if isinstance(event, ev.ToolBegun)}
    assert told and told <= {call.call for call in calls_of(agent, path)}


def test_a_call_is_whole_and_given_once(tmp_path: Path) -> None:
    long = "echo " + "x" * 5000
    shell = {"type": "tool_use", "id": "a", "name": "Bash", "input": {"command": long}}
    edit = {"type": "tool_use", "id": "b", "name": "Edit", "input": {"file_path": "/w/a.py", "new_string": "1\n2"}}
    record = {"type": "assistant", "cwd": "/w/one", "message": {"content": [shell, edit]}}
    log = tmp_path / "log.jsonl"
    log.write_text(f"{json.dumps(record)}\nno json\n{json.dumps(record)}\n")
    first, second = calls_of("claude-code", log)
    assert (first.kind, first.command, first.cwd) == ("shell", long, "/w/one")
    assert (second.kind, second.paths, second.added) == ("edit", ("/w/a.py",), "1\n2")


def test_codex_tells_its_arguments_as_text_and_its_patches_without(tmp_path: Path) -> None:
    patch = "*** Begin Patch\n*** Update File: src/a.py\n@@\n-a\n+b\n*** End Patch"
    rows = [
        {"type": "session_meta", "payload": {"id": "s", "cwd": "/w/two"}},
        {"type": "response_item", "payload": {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "shell",
                                              "arguments": json.dumps({"command": ["bash", "-lc", "make x && ls"]})}},
        {"type": "response_item", "payload": {"type": "custom_tool_call", "call_id": "c2", "name": "apply_patch",
                                              "input": patch}},
        {"type": "response_item", "payload": {"type": "function_call_output", "call_id": "c1", "output": "{}"}},
    ]  # fmt: skip
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    first, second = calls_of("codex", log)
    assert (first.call, first.kind, first.cwd) == ("c1", "shell", "/w/two")
    assert first.command == "bash -lc 'make x && ls'"
    assert (second.kind, second.paths) == ("edit", ("src/a.py",))


def test_a_log_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "gone.jsonl"
    mark = LogMark(str(path), "codex")
    (found,) = recorded_calls([OneLog(BY_NAME["codex"], path)], {}, [mark], "s")  # type: ignore[list-item]
    assert isinstance(found, Problem) and "cannot be read" in found.text
