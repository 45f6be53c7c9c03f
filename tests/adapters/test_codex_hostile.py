"""Whatever stands in a Codex log: reading never fails, never prints, and can stop and go on after any line."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.agents.agent import Head as LogHead
from adapters.agents.agent import LogPlace
from adapters.agents.codex import Codex
from adapters.agents.codex_lines import seconds
from adapters.agents.codex_records import Context, Counts, Done, Head, Info, Item, Limits, Metered, Note
from state.runs.event import Event, LineNotUnderstood
from tests.promises import attacks
from tests.tries import tries

pytestmark = attacks("faults")

FIXTURES = Path(__file__).parents[1] / "fixtures" / "codex"
LINES = [line for path in sorted(FIXTURES.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
PLACE = LogPlace("/l/rollout.jsonl", "s")
HEAD = LogHead("s", "/w", False, None, None)
SIDE = LogHead("p", "/w", True, "p", None)

TYPES = ["session_meta", "turn_context", "response_item", "event_msg", "token_usage_record", "compacted", "x", None, 3]
INNER = [
    *("function_call", "custom_tool_call", "local_shell_call", "function_call_output", "custom_tool_call_output"),
    *("message", "reasoning", "task_started", "task_complete", "turn_aborted", "token_count", "user_message", "x"),
    *("agent_message", "item_completed", "patch_apply_end", "mcp_tool_call_end", "web_search_end", "error"),
    *("entered_review_mode", "thread_name_updated", "stream_error"),
]
SHAPES = (Head, Context, Item, Note, Done, Metered, Info, Counts, Limits)
FIELDS = [
    *sorted({name for shape in SHAPES for name in shape.__struct_fields__}),
    *("thread_spawn", "subagent", "cmd", "justification", "sandbox_permissions", "questions", "plan", "step", "chars"),
]
WORDS = [
    *("", "s", "p", "c1", "/w", "never", "on-request", "user", "assistant", "plain", "exec_command", "write_stdin"),
    *("update_plan", "apply_patch", "request_user_input", "require_escalated", "UserMessage", "CommandExecution"),
    *(
        "Plan",
        "FileChange",
        "<proposed_plan>x",
        "Process running with session ID 7\nOutput:\n",
        "\x1b]0;x\x07",
        "\u202e",
    ),
    *("*** Begin Patch\n*** Add File: a\n*** End Patch", '{"cmd":"ls","session_id":7}', '{"output":"","metadata":1}'),
    *("exec", "\ud800", "file://%00", "0190aaaa-0000-7000-8000-000000000001", "2026-06-26T12:00:00Z", "9999999-1"),
]
SCALARS = st.sampled_from([None, True, 0, -1, 7, 1.5, 2**70, *WORDS]) | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=12,
)
PAYLOADS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=8)
RECORDS = st.builds(
    lambda outer, inner, payload, at: {"timestamp": at, "type": outer, "payload": {**payload, "type": inner}},
    st.sampled_from(TYPES),
    st.sampled_from(INNER),
    PAYLOADS,
    st.sampled_from(["2026-06-26T12:00:00Z", "2026-06-26T13:00:00", "never", "0001-01-01T00:00:00Z", None, 5]),
)
ODD_LINES = st.one_of(
    st.binary(max_size=60),
    RECORDS.map(lambda record: json.dumps(record).encode()),
    PAYLOADS.map(lambda record: json.dumps(record).encode()),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(LINES),
)
FEW = settings(
    max_examples=tries(25, 1000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Give a good line with some bytes cut out, doubled or replaced."""
    line = bytearray(draw(st.sampled_from(LINES)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(line)))
        stop = draw(st.integers(start, min(len(line), start + 20)))
        line[start:stop] = draw(st.binary(max_size=8) | st.just(bytes(line[start:stop]) * 2))
    return bytes(line).replace(b"\n", b"")


def texts(event: Event) -> list[str]:
    names = [name for name in event.__dataclass_fields__ if name != "origin"]
    values = [getattr(event, name) for name in names]
    steps = [step.text for value in values if isinstance(value, tuple) for step in value]
    return [value for value in values if isinstance(value, str)] + steps


@FEW
@given(st.lists(ODD_LINES | mutated(), max_size=12), st.sampled_from([HEAD, SIDE]))
def test_no_line_makes_reading_fail_and_every_text_is_safe_to_print(lines: list[bytes], head: LogHead) -> None:
    agent = Codex()
    assert isinstance(agent.head(PLACE, lines), LogHead)
    reader = agent.reader(PLACE, head, "")
    for number, line in enumerate(lines):
        for event in reader.read(line, number):
            assert all(text.isprintable() for text in texts(event)), event
            assert event.run == reader.run
            assert event.origin.offset == number


@FEW
@given(st.lists(ODD_LINES | mutated(), max_size=12), st.data())
def test_a_reader_that_is_saved_and_made_anew_after_any_line_goes_on_the_same(
    lines: list[bytes], data: st.DataObject
) -> None:
    agent, head = Codex(), data.draw(st.sampled_from([HEAD, SIDE]))
    whole, parts = agent.reader(PLACE, head, ""), agent.reader(PLACE, head, "")
    for number, line in enumerate(lines):
        assert list(whole.read(line, number)) == list(parts.read(line, number))
        if data.draw(st.booleans()):
            parts = agent.reader(PLACE, head, parts.save())
    assert whole.save() == parts.save()


@pytest.mark.parametrize("name", ["session", "fork", "subagent", "bare", "v034"])
def test_a_session_read_in_two_lives_tells_the_same_as_in_one(name: str) -> None:
    lines = (FIXTURES / f"{name}.jsonl").read_bytes().splitlines()
    agent = Codex()
    head = agent.head(PLACE, lines)
    reader = agent.reader(PLACE, head, "")
    whole = [event for number, line in enumerate(lines) for event in reader.read(line, number)]
    for cut in range(len(lines) + 1):
        first = agent.reader(PLACE, head, "")
        told = [event for number in range(cut) for event in first.read(lines[number], number)]
        second = agent.reader(PLACE, head, first.save())
        told += [event for number in range(cut, len(lines)) for event in second.read(lines[number], number)]
        assert told == whole, cut


@given(st.text(max_size=40) | st.sampled_from(["null", "[]", '{"thread":7}', '{"work":{"open":{"a":1}}}']))
def test_a_memory_that_cannot_be_understood_is_begun_anew(saved: str) -> None:
    agent = Codex()
    events = agent.reader(PLACE, HEAD, saved).read(LINES[0], 0)
    assert list(events) == list(agent.reader(PLACE, HEAD, "").read(LINES[0], 0))


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"type":"event_msg","payload":' + b'{"item":' * 50_000])
def test_a_line_nested_without_end_is_one_that_is_not_understood(deep: bytes) -> None:
    events = Codex().reader(PLACE, HEAD, "").read(deep, 0)
    assert [type(event) for event in events][1:] == [LineNotUnderstood]


def test_a_long_text_is_cut_and_a_long_log_of_names_is_too() -> None:
    line = json.dumps({"type": "event_msg", "payload": {"type": "agent_message", "message": "x" * 3_000_000}}).encode()
    spoke = Codex().reader(PLACE, HEAD, "").read(line, 0)[-1]
    assert max(len(text) for text in texts(spoke)) == 300


@pytest.mark.parametrize(
    ("stamp", "at"),
    [("2026-06-26T12:00:00Z", 1782475200.0), ("2026-06-26T14:00:00+02:00", 1782475200.0), ("soon", None), (7, None)],
)
def test_a_time_is_read_with_its_zone(stamp: object, at: float | None) -> None:
    assert seconds(stamp) == at


def test_a_time_without_a_zone_is_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert seconds("2026-06-26T12:00:00") == 1782475200.0
    finally:
        monkeypatch.undo()
        time.tzset()
