"""What calls show is told of every agent alike: effects, loops, readings, plans in files, and no secret in words."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.copilot_cli import CopilotCli
from adapters.agents.gemini_cli import GeminiCli
from adapters.agents.generic import Generic
from adapters.agents.generic_file import Description
from adapters.agents.opencode_reader import OpenCodeReader
from adapters.agents.pi import Pi
from adapters.agents.plan_file import sha
from adapters.agents.qwen_code import QwenCode
from state.runs import event as ev

SECRET = "ghp_" + "k3Jd92LmQpXz7RtYw1Nc5VbHg8SaEu4Fo6Ti"
PUSH = "git push --force origin main"
PLAN = "# Plan\n- [ ] one\n"
AT = "2026-06-24T01:00:00.000Z"

Call = tuple[str, dict[str, Any], str, str]
"""What is done (shell, read, write, ask), what is given, what comes back, and whether it is done, failed or refused."""


_COPILOT = {"shell": "bash", "read": "view", "write": "create", "ask": "ask_user"}
_NAMES = {"shell": "bash", "read": "read", "write": "write", "ask": "ask"}


def lines(records: Sequence[dict[str, Any]]) -> list[bytes]:
    return [json.dumps(record).encode() for record in records]


def told(agent: Any, records: Sequence[dict[str, Any]], path: str = "/l/s.jsonl") -> list[ev.Event]:
    """Read each line with a reader of its own, so that what lies between call and result is saved."""
    place, rows, saved, events = LogPlace(path, "s"), lines(records), "", list[ev.Event]()
    for number, row in enumerate(rows):
        reader = agent.reader(place, agent.head(place, rows), saved)
        events += reader.read(row, number * 100)
        saved = reader.save()
    return events


def copilot(prompt: str, calls: Sequence[Call]) -> list[ev.Event]:
    rows: list[tuple[str, dict[str, Any]]] = [("session.start", {"sessionId": "s", "context": {"cwd": "/w"}})]
    rows.append(("user.message", {"content": prompt}))
    for number, (kind, given, text, end) in enumerate(calls):
        arguments = {{"content": "file_text"}.get(key, key): value for key, value in given.items()}
        call = {"toolCallId": f"c{number}", "toolName": _COPILOT.get(kind, kind), "arguments": arguments}
        rows.append(("tool.execution_start", call))
        tail = f"\n<shellId: {number} completed with exit code {int(end == 'failed')}>" if kind == "shell" else ""
        result = {"success": False, "error": {"message": text}} if end == "refused" else {"success": True}
        result |= {} if end == "refused" else {"result": {"content": text + tail}}
        rows.append(("tool.execution_complete", {"toolCallId": f"c{number}", **result}))
    records = [{"type": kind, "data": data, "id": f"e{at}", "timestamp": AT} for at, (kind, data) in enumerate(rows)]
    return told(CopilotCli(), [{**one, "parentId": f"e{at - 1}" if at else None} for at, one in enumerate(records)])


def pi(prompt: str, calls: Sequence[Call]) -> list[ev.Event]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
    for number, (kind, given, text, end) in enumerate(calls):
        call = {"type": "toolCall", "id": f"c{number}", "name": _NAMES.get(kind, kind), "arguments": given}
        tail = "\n\nCommand exited with code 1" if end == "failed" else ""
        messages.append({"role": "assistant", "content": [call], "stopReason": "toolUse"})
        content = [{"type": "text", "text": text + tail}]
        answer = {"role": "toolResult", "toolCallId": f"c{number}", "content": content}
        messages.append({**answer, "isError": end != "done"})
    rows = [{"type": "message", "timestamp": AT, "message": message} for message in messages]
    return told(Pi(), [{"type": "session", "id": "s", "timestamp": AT, "cwd": "/w"}, *rows])


_GEMINI = {"shell": "run_shell_command", "read": "read_file", "write": "write_file", "ask": "ask_user"}


def _shell(kind: str, text: str, end: str) -> str:
    tail = "\nExit Code: 1" if end == "failed" else ""
    return f"Output: {text}{tail}\nProcess Group PGID: {id(text)}" if kind == "shell" and end != "refused" else text


def gemini(prompt: str, calls: Sequence[Call]) -> list[ev.Event]:
    head = {"sessionId": "s", "projectHash": "w", "startTime": AT, "directories": ["/w"]}
    rows = [head, {"id": "m", "timestamp": AT, "type": "user", "content": prompt}]
    for number, (kind, given, text, end) in enumerate(calls):
        answer = {"functionResponse": {"response": {"output": _shell(kind, text, end)}}}
        call = {"id": f"c{number}", "name": _GEMINI.get(kind, kind), "args": given, "result": [answer], "timestamp": AT}
        call["status"] = {"done": "success", "failed": "error", "refused": "cancelled"}[end]
        rows.append({"id": f"m{number}", "timestamp": AT, "type": "gemini", "content": "", "toolCalls": [call]})
    return told(GeminiCli(), rows, "/l/tmp/w/chats/session-s.jsonl")


def qwen(prompt: str, calls: Sequence[Call]) -> list[ev.Event]:
    same = {"sessionId": "s", "timestamp": AT, "cwd": "/w"}
    rows: list[dict[str, Any]] = [{**same, "type": "user", "message": {"parts": [{"text": prompt}]}}]
    for number, (kind, given, text, end) in enumerate(calls):
        call = {"id": f"c{number}", "name": _GEMINI.get(kind, kind), "args": given}
        rows.append({**same, "type": "assistant", "message": {"parts": [{"functionCall": call}]}})
        answer = {"id": f"c{number}", "response": {"output": _shell(kind, text, end)}}
        status = {"done": "success", "failed": "error", "refused": "cancelled"}[end]
        row = {"parts": [{"functionResponse": answer}]}
        rows.append({**same, "type": "tool_result", "message": row, "toolCallResult": {"status": status}})
    return told(QwenCode(), rows)


def generic(prompt: str, calls: Sequence[Call]) -> list[ev.Event]:
    rows: list[dict[str, Any]] = [
        {"type": "session", "session": "s", "cwd": "/w"},
        {"type": "prompt", "text": prompt},
    ]
    for number, (kind, given, text, end) in enumerate(calls):
        rows.append({"type": "call", "call": f"c{number}", "tool": _NAMES.get(kind, kind), "arguments": given})
        status = {"done": {"exit_status": 0}, "failed": {"exit_status": 1}, "refused": {"failed": "refused"}}[end]
        rows.append({"type": "result", "call": f"c{number}", "result": text, **(status if kind == "shell" else {})})
    return told(Generic(Description(name="mine", root="/l", logs=("*.jsonl",))), rows)


def opencode(prompt: str, calls: Sequence[Call]) -> list[ev.Event]:
    message = json.dumps({"role": "user", "time": {"created": 1}})
    data = json.dumps({"type": "text", "text": prompt})
    session = {"table": "session", "id": "ses_1", "root": "ses_1", "directory": "/w", "time_created": 1}
    heard = {"table": "part", "id": "prt_1", "order": "1 a 1", "message": "msg_1", "data": data, "of": message}
    rows: list[dict[str, Any]] = [session, heard]
    for number, (kind, given, text, end) in enumerate(calls):
        named = {"path": "filePath"}
        state: dict[str, Any] = {"input": {named.get(key, key): value for key, value in given.items()}}
        state |= {"status": "completed", "output": text, "metadata": {"exit": int(end == "failed")}}
        if end == "refused":
            state |= {"status": "error", "error": "The user rejected permission", "metadata": None}
        part = json.dumps(
            {
                "type": "tool",
                "tool": {"ask": "question"}.get(kind, _NAMES[kind]),
                "callID": f"c{number}",
                "state": state,
            }
        )
        row = {"table": "part", "id": f"prt_{number}", "order": f"2 b{number} c", "data": part}
        rows.append({**row, "message": f"msg_{number:012x}", "of": json.dumps({"role": "assistant"})})
    reader, events = OpenCodeReader("/l/db#ses_1", "ses_1", "ses_1", ""), list[ev.Event]()
    for number, line in enumerate(lines(rows)):
        events += reader.read(line, number * 100)
        reader = OpenCodeReader("/l/db#ses_1", "ses_1", "ses_1", reader.save())
    return events


AGENTS: list[Callable[[str, Sequence[Call]], list[ev.Event]]] = [copilot, pi, gemini, qwen, generic, opencode]
every = pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.__name__)


def shell(command: str, text: str = "done", end: str = "done") -> Call:
    return "shell", {"command": command}, text, end


def kinds(events: Sequence[ev.Event], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


@every
def test_a_command_that_ran_is_told_with_its_effects_and_one_that_was_refused_is_not(agent: Any) -> None:
    events = agent("go", [shell(PUSH), shell(PUSH, "rejected", "failed"), shell("ls")])
    assert [one.effects for one in kinds(events, ev.CommandRan)] == [("git.push.force", "git.push.main")] * 2
    if agent is not generic:  # a user's file cannot say what a refusal looks like
        assert kinds(agent("go", [shell(PUSH, "no", "refused")]), ev.CommandRan) == []


@every
def test_the_same_call_with_the_same_result_has_the_same_digest(agent: Any) -> None:
    calls = [shell("make"), shell("make"), shell("make", "other"), shell("make x"), shell("make", end="failed")]
    one, two, *others = [event.digest for event in kinds(agent("go", calls), ev.ToolEnded)]
    assert one == two != "" and len({one, *others}) == 4 and "" not in others


@every
def test_tests_that_fail_the_same_way_have_the_same_digest_however_long_they_took(agent: Any) -> None:
    text = "FAILED tests/a.py::test_x - assert 1 == 2\n1 failed, 2 passed in {}s"
    events = agent("go", [shell("pytest -q", text.format(took), "failed") for took in ("0.71", "0.84")])
    one, two = [event.digest for event in kinds(events, ev.ToolEnded)]
    assert one == two != "" and [event.state for event in kinds(events, ev.TestsRan)] == ["failed"] * 2


@every
def test_a_call_that_waits_or_says_nothing_has_no_digest(agent: Any) -> None:
    asks = ("ask", {"question": "Which port?", "questions": [{"question": "Which port?"}]}, "80", "done")
    calls = [shell("sleep 5; curl x"), shell("gh run watch 5"), shell("true", "")]
    calls += [] if agent is pi else [asks]  # Pi has no such tool of its own
    assert {event.digest for event in kinds(agent("go", calls), ev.ToolEnded)} == {""}


@every
def test_a_result_of_an_earlier_call_was_read_before_the_next_one_was_made(agent: Any) -> None:
    one, two = kinds(agent("go", [shell("make"), shell("make")]), ev.ToolEnded)
    assert one.begun is not None and two.begun is not None and one.begun < two.begun


@every
def test_a_file_that_is_read_is_told_with_its_part(agent: Any) -> None:
    path = "path" if agent is not gemini else "file_path"
    read = ("read", {path: "/w/a.py"}, "text", "done")
    events = agent("go", [read, read, shell("cat a.py", "text"), shell("sed -n '1,9p' a.py", "te")])
    reads = [(one.path, one.part, one.size) for one in kinds(events, ev.FileRead)]
    assert reads == [("/w/a.py", "", 4)] * 3 + [("/w/a.py", "1,9", 2)]
    assert len({one.digest for one in kinds(events, ev.FileRead)}) == 2


@every
def test_a_plan_that_is_written_into_a_file_is_told_whole(agent: Any) -> None:
    calls = [("write", {"path": "/w/PLAN.md", "content": PLAN}, "ok", "done")]
    calls += [("write", {"path": "/w/a.py", "content": PLAN}, "ok", "done")]
    events = agent("go", calls)
    [plan] = kinds(events, ev.PlanWritten)
    assert (plan.path, plan.text, plan.sha) == ("/w/PLAN.md", "# Plan⏎- [ ] one", sha(PLAN))
    assert [one.path for one in kinds(events, ev.FileEdited)] == ["/w/PLAN.md", "/w/a.py"]


@every
@pytest.mark.parametrize("before", [0, 190, 1960, 1990])
def test_no_secret_stands_in_what_is_told(agent: Any, before: int) -> None:
    text = f"{'x ' * (before // 2)}{SECRET}"
    calls: list[Call] = [shell(f"curl -u {SECRET} x && {PUSH}", SECRET)]
    calls += [("write", {"path": "/w/PLAN.md", "content": text}, "ok", "done")]
    said = repr(agent(text, calls))
    assert [at for at in range(len(SECRET) - 12) if SECRET[at : at + 12] in said] == []


@pytest.mark.parametrize("agent", [qwen, generic, gemini, pi, copilot], ids=lambda agent: agent.__name__)
def test_a_server_whose_tool_is_called_is_told_once(agent: Any) -> None:
    call: Call = ("mcp__github__search", {"query": "x"}, "found", "done")
    parts = kinds(agent("go", [call, call]), ev.ContextPartNoted)
    assert [(one.part, one.name, one.value) for one in parts] == [("mcp", "github", "used")]


def test_how_hard_the_model_thinks_is_told_where_a_log_says_it() -> None:
    start = {"sessionId": "s", "reasoningEffort": "high", "context": {"cwd": "/w"}}
    change = {"newModel": "gpt-5", "reasoningEffort": "low"}
    rows: list[dict[str, Any]] = [{"type": "session.start", "data": start, "id": "a", "parentId": None}]
    rows.append({"type": "session.model_change", "data": change, "id": "b", "parentId": "a"})
    parts = kinds(told(CopilotCli(), rows), ev.ContextPartNoted)
    assert [(one.part, one.name, one.value) for one in parts] == [
        ("effort", "effort", "high"),
        ("effort", "effort", "low"),
    ]
    levels = [{"type": "thinking_level_change", "thinkingLevel": level} for level in ("low", "low", "high")]
    parts = kinds(told(Pi(), [{"type": "session", "id": "s"}, *levels]), ev.ContextPartNoted)
    assert [(one.name, one.value) for one in parts] == [("thinking", "low"), ("thinking", "high")]
