"""Qwen Code's sessions as research/log-formats.md 7 gives them: no real log was at hand."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.agents.qwen_code import QwenCode, QwenReader
from adapters.source import LogSource
from state.runs import event as ev
from state.runs.event import Event
from state.runs.run import Step, Usage
from tests.adapters.gemini_lines import NEVER_WRITTEN, folded, kinds, used
from tests.adapters.plain_agent import within

META = {
    "promptTokenCount": 500,
    "candidatesTokenCount": 20,
    "thoughtsTokenCount": 8,
    "totalTokenCount": 528,
    "cachedContentTokenCount": 50,
}
ONE = Usage(fresh_input=450, cache_read=50, output=28, reasoning=8, requests=1)


def record(number: int, kind: str, *parts: Any, role: str = "model", **more: Any) -> dict[str, Any]:
    return {
        "uuid": f"{number:08}-0000-4000-8000-000000000000",
        "sessionId": "s1",
        "timestamp": f"2026-06-15T14:40:{number:02}.000Z",
        "type": kind,
        "cwd": "/w/one",
        "version": "0.18.1",
        "message": {"role": role, "parts": list(parts)},
        **more,
    }


def called(number: int, name: str, **args: Any) -> dict[str, Any]:
    part = {"functionCall": {"id": f"c{number}", "name": name, "args": args}}
    return record(number, "assistant", part, model="qwen3-coder-plus", usageMetadata=META, contextWindowSize=256000)


def result(number: int, of: int, output: str, status: str = "success") -> dict[str, Any]:
    answer = {"functionResponse": {"id": f"c{of}", "name": "x", "response": {"output": output}}}
    return record(number, "tool_result", answer, role="user", toolCallResult={"callId": f"c{of}", "status": status})


SESSION = [
    record(1, "user", {"text": "fix it"}, role="user", gitBranch="agent/x"),
    called(2, "todo_write", todos=[{"id": "1", "content": "test", "status": "in_progress"}]),
    result(3, 2, "ok"),
    called(4, "run_shell_command", command="pytest -q"),
    result(5, 4, "Command: pytest -q\nDirectory: (root)\nStdout: 1 failed in 0.1s\nStderr: (empty)\nExit Code: 1"),
    called(6, "write_file", file_path="/w/one/a.py"),
    result(7, 6, "ok"),
    record(8, "system", subtype="ui_telemetry", systemPayload={"uiEvent": {"event.name": "qwen-code.api_response"}}),
    record(9, "assistant", {"text": "hm", "thought": True}, {"text": "Done."}, usageMetadata=META),
]


def read(records: list[Any], reader: QwenReader | None = None) -> list[Event]:
    reader = reader or QwenReader("/log", "s1", "")
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in records]
    return [event for number, line in enumerate(lines) for event in reader.read(line, number)]


def test_a_session_is_told() -> None:
    run = folded(read(SESSION))
    assert (run.cwd, run.branch, run.version, run.model) == ("/w/one", None, "0.18.1", "qwen3-coder-plus")
    assert (run.title, run.edited, run.plan.steps) == ("fix it", ("/w/one/a.py",), (Step("test", "in_progress"),))
    assert run.usage == ONE + ONE + ONE + ONE
    assert run.tests is not None and (run.tests.state, run.tests.fresh) == ("failed", False)
    assert (run.context_used, run.context_limit, run.not_understood, run.calls) == (500, 256000, 0, ())
    assert (run.turn.end, run.turn.text, run.turn.certain) == ("done", "Done.", False)


def test_the_prompt_is_on_the_branch_that_its_record_names() -> None:
    (place,) = [event for event in read(SESSION[:1]) if isinstance(event, ev.PlaceEntered)]
    assert (place.cwd, place.branch) == ("/w/one", "agent/x")


def test_a_copied_record_counts_once_and_a_total_that_is_missing_is_summed() -> None:
    assert used(read([*SESSION, SESSION[1]])) == used(read(SESSION))
    without = {key: value for key, value in META.items() if key != "totalTokenCount"}
    assert used(read([record(2, "assistant", {"text": "x"}, usageMetadata=without)])) == ONE


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (record(5, "system", subtype="chat_compression", systemPayload={"info": {}}), "ContextCompacted"),
        (record(5, "system", subtype="rewind"), "TurnEnded"),
        (record(5, "system", subtype="custom_title", systemPayload={"customTitle": "x"}), "TitleGiven"),
        (
            record(
                5, "system", subtype="ui_telemetry", systemPayload={"uiEvent": {"event.name": "qwen-code.api_error"}}
            ),
            "CallFailed",
        ),
        (record(5, "novel"), "LineNotUnderstood"),
        (b'{"type":"assi', "LineNotUnderstood"),
    ],
)
def test_other_records_are_told(told: Any, wanted: str) -> None:
    events = read([*SESSION[:2], told])
    assert type(events[-1]).__name__ == wanted


def test_a_plan_waits_for_leave_until_its_result_comes() -> None:
    shown = read([SESSION[0], called(2, "exit_plan_mode", plan="1. do it")])
    assert [ask.kind for ask in folded(shown).asks] == ["plan"] and folded(shown).plan.state == "proposed"
    for status, state in (("success", "approved"), ("error", "rejected")):
        run = folded(read([SESSION[0], called(2, "exit_plan_mode", plan="1. do it"), result(3, 2, "ok", status)]))
        assert (run.plan.state, run.asks) == (state, ())


def test_a_call_that_was_cancelled_ends_the_turn_and_ran_no_tests() -> None:
    events = read([*SESSION[:1], called(4, "run_shell_command", command="pytest"), result(5, 4, "no", "cancelled")])
    assert kinds(events, ev.TestsRan, ev.TurnEnded) == ["TurnEnded"] and not folded(events).turn.certain


LINES = [json.dumps(one).encode() for one in SESSION]


@given(st.lists(st.sampled_from(LINES) | st.binary(max_size=60), min_size=1, max_size=12), st.data())
def test_a_restart_after_any_line_goes_on_the_same(lines: list[bytes], data: st.DataObject) -> None:
    cut, first = data.draw(st.integers(0, len(lines))), QwenReader("/log", "s1", "")
    before = read(list(lines[:cut]), first)
    second = QwenReader("/log", "s1", first.save())
    after = [event for number, line in enumerate(lines[cut:], cut) for event in second.read(line, number)]
    assert [*before, *after] == read(list(lines))


@given(st.integers(0, len(b"\n".join(LINES)) - 1), st.sampled_from(NEVER_WRITTEN))
def test_a_byte_that_no_writer_writes_changes_no_total_unseen(at: int, byte: int) -> None:
    data = bytearray(b"\n".join(LINES))
    data[at] = byte
    events = read(list(bytes(data).split(b"\n")))
    reported = any(isinstance(event, ev.LineNotUnderstood) for event in events)
    assert reported or used(events) == used(read(SESSION))


async def test_sessions_are_found_where_the_client_keeps_them(tmp_path: Path) -> None:
    log = tmp_path / ".qwen" / "projects" / "-w-one" / "chats" / "s1.jsonl"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"\n".join(LINES) + b"\n")
    source = LogSource([QwenCode()], {"HOME": str(tmp_path)}, within, everything=True)
    events = [event async for batch in source.catch_up() for event in batch.events]
    assert folded(events).session == "s1" and used(events).requests == 4
    assert set(QwenCode().folders(tmp_path / ".qwen")) >= {str(log.parent), str(log.parent.parent)}
    assert QwenCode().roots({"HOME": "/h", "QWEN_HOME": "/q"}) == (Path("/q"),)
