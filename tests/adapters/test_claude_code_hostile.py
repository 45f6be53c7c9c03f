"""Whatever stands in a log: nothing raises, nothing unsafe comes out, and a restart after any line changes nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.agents.agent import LogPlace
from adapters.agents.claude_record import Block, Record, read_record
from adapters.agents.loose import read_loosely
from state.money.spending import Terms
from state.runs.event import Event, LineNotUnderstood
from state.runs.run import Origin, Step, Usage
from tests.adapters.claude_lines import (
    CORPUS,
    PLACE,
    SIDE,
    call,
    corpus_lines,
    model,
    read,
    reader_of,
    result,
    row,
    text,
    user,
)
from tests.promises import attacks
from tests.tries import tries

pytestmark = attacks("faults")

FIXTURES = Path(__file__).parents[1] / "fixtures" / "claude"
USAGE = {"input_tokens": 4, "cache_creation": {"ephemeral_1h_input_tokens": 3}, "output_tokens": 9}
RECORDS: list[dict[str, Any]] = [
    *(json.loads(line) for line in (FIXTURES / "session.jsonl").read_bytes().splitlines()),
    *(json.loads(line) for line in (FIXTURES / "subagent.jsonl").read_bytes().splitlines()),
    user("<command-name>/review</command-name><command-args>it</command-args>"),
    user("Implement", planContent="# P", origin={"kind": "human"}),
    user([text("[Request interrupted by user]")]),
    user("<task-notification><task-id>a1</task-id><status>completed</status></task-notification>"),
    model(call("ExitPlanMode", "t5", plan="# P"), usage=USAGE),
    result("User has approved your plan", "t5", told={"plan": "# P"}),
    model(call("AskUserQuestion", "t6", questions=[{"question": "Which?"}]), id="msg_B"),
    result("No", "t6", failed=True, toolDenialKind="user-rejected"),
    model(call("TaskCreate", "t7", subject="s"), id="msg_C", usage={**USAGE, "output_tokens": 11}),
    result("Task #1 created", "t7", told={"task": {"id": "1"}}),
    model(call("TaskUpdate", "t8", taskId="1", status="completed")),
    result("Updated", "t8"),
    model(call("Agent", "t9", description="d")),
    result("launched", "t9", told={"isAsync": True, "agentId": "a1"}),
    model(call("Write", "t0", file_path="a.py"), stop="end_turn"),
    result("ok", "t0"),
    row("system", subtype="api_error", error={"status": 529, "formatted": "busy"}, retryAttempt=1),
    row("system", subtype="compact_boundary", compactMetadata={"trigger": "manual"}),
    row("attachment", attachment={"type": "hook_deferred_tool", "toolUseID": "t0", "toolName": "Bash"}),
    row("attachment", attachment={"type": "queued_command", "prompt": [text("use pytest")]}),
    {"type": "custom-title", "customTitle": "Mine"},
    {"type": "summary", "summary": "s", "leafUuid": "u1"},
    {"type": "continued-in", "continuedInSessionId": "s2"},
    {"type": "hologram"},
]
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(alphabet=st.characters(categories=None), max_size=20)
    | st.sampled_from(
        ["\x1b]52;c;aGk=\x07", "\u202e", "e\u0301\u0301\u0301\u0301", "[bold red]", "\ud800", "REDACTED"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def texts_of(value: Any) -> Iterator[str]:
    """All texts of an event but the path of its log, which is kept as it is."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from texts_of(one)
    elif isinstance(value, Step | Usage | Terms):
        yield from texts_of(tuple(getattr(value, name) for name in value.__dataclass_fields__))
    else:
        assert value is None or isinstance(value, bool | int | float), value


def check(events: list[Event]) -> None:
    for event in events:
        assert isinstance(event.origin, Origin)
        fields = [getattr(event, name) for name in event.__dataclass_fields__ if name != "origin"]
        for one in texts_of(tuple(fields)):
            assert one.isprintable(), (event, one)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_any_bytes_are_read(lines: list[bytes]) -> None:
    reader = reader_of(lines)
    check(list(read(lines, reader)))
    assert all(isinstance(one, LineNotUnderstood) or type(one).__name__ == "RunFound" for one in read(lines, reader))


@st.composite
def changed_record(draw: st.DrawFn) -> Any:
    """A good record in which one part, anywhere, is replaced by something else, or removed."""
    record = json.loads(json.dumps(draw(st.sampled_from(RECORDS))))
    at: Any = record
    while True:
        keys = list(range(len(at))) if isinstance(at, list) else list(at)
        key = draw(st.sampled_from(keys))
        if isinstance(at[key], dict | list) and at[key] and draw(st.booleans()):
            at = at[key]
            continue
        if draw(st.booleans()):
            at[key] = draw(ODD)
        else:
            del at[key]
        return record


@settings(max_examples=tries(40, 1000), deadline=None)
@given(st.lists(changed_record(), min_size=1, max_size=8), st.booleans())
def test_records_with_an_odd_part_are_read(records: list[Any], side: bool) -> None:
    lines = [json.dumps(record).encode() for record in records]
    reader = reader_of(lines, SIDE if side else PLACE)
    check(list(read(lines, reader)))
    reader.save().encode()


@settings(max_examples=tries(40, 1000), deadline=None)
@given(st.sampled_from(RECORDS), st.data())
def test_lines_with_an_odd_byte_are_read(record: Any, data: st.DataObject) -> None:
    line = bytearray(json.dumps(record, ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        line[data.draw(st.integers(0, len(line) - 1))] = data.draw(st.integers(0, 255))
    check(list(read([bytes(line)], reader_of([bytes(line)]))))


@settings(max_examples=tries(40, 1000), deadline=None)
@given(changed_record())
def test_the_slow_way_reads_what_the_fast_one_reads(record: Any) -> None:
    line = json.dumps(record).encode()
    try:
        slow: Record | None = read_loosely(line, Record)
    except ValueError:
        slow = None
    fast = read_record(line) if slow is not None else None
    assert plain(fast) == plain(slow)


def plain(record: Record | None) -> Any:
    """A record's fields, its raw part decoded because bytes may be spelled in two ways."""
    fields = {} if record is None else {name: getattr(record, name) for name in record.__struct_fields__}
    return {**fields, "toolUseResult": json.loads(bytes(fields.get("toolUseResult", b"")) or b"null")}


@settings(max_examples=tries(40, 1000), deadline=None)
@given(st.lists(st.sampled_from(RECORDS) | changed_record(), min_size=2, max_size=30), st.data())
def test_a_restart_after_any_line_goes_on_the_same(records: list[Any], data: st.DataObject) -> None:
    lines = [json.dumps(record).encode() for record in records]
    whole = list(read(lines, reader_of(lines)))
    cut = data.draw(st.integers(0, len(lines)))
    first = reader_of(lines)
    before = list(read(lines[:cut], first))
    offset = sum(len(line) + 1 for line in lines[:cut])
    second = reader_of(lines, saved=first.save())
    assert before + list(read(lines[cut:], second, offset)) == whole


@pytest.mark.parametrize("saved", ["{", "[]", '{"turn":"maybe"}', "null", "\ud800"])
def test_a_memory_that_no_longer_fits_is_begun_anew(saved: str) -> None:
    lines = [json.dumps(user("go")).encode()]
    assert list(read(lines, reader_of(lines, saved=saved))) == list(read(lines, reader_of(lines)))


def test_the_memory_does_not_grow_with_calls_that_never_end() -> None:
    tools = ("Agent", "Edit", "AskUserQuestion", "TaskCreate")
    lines = [json.dumps(model(call(tools[n % 4], f"t{n}", file_path="a.py"))).encode() for n in range(4000)]
    done = [
        json.dumps(result("Task #x", f"t{n}", told={"isAsync": True, "agentId": f"a{n}"})).encode() for n in range(4000)
    ]
    reader = reader_of(lines)
    sizes: list[int] = []
    for half in (lines[:2000], lines[2000:], done[:2000], done[2000:]):
        list(read(half, reader))
        sizes.append(len(reader.save()))
    assert max(sizes) < 120_000


def test_a_deep_and_a_long_line_are_read() -> None:
    deep = b'{"type":"user","message":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    long = json.dumps(user("x" * 3_000_000)).encode()
    events = list(read([deep, long], reader_of([])))
    assert [type(event).__name__ for event in events[:2]] == ["RunFound", "LineNotUnderstood"]
    check(events)


def test_an_odd_block_leaves_its_neighbours() -> None:
    odd = b'{"message":{"content":[{"type":"text","text":"a"},{"type":5,"text":"b"},9,null,"c"]}}'
    message = read_record(odd).message
    assert message is not None and not isinstance(message, str)
    assert message.content == [Block(type="text", text="a"), Block(text="b"), None, "c"]


def real_logs() -> list[Path]:
    logs = [*CORPUS.glob("claude-code/**/*.jsonl"), *CORPUS.glob("live/claude*/*/*.jsonl")]
    return sorted(logs)


@pytest.mark.skipif(not real_logs(), reason="the shared corpus of real logs is not beside the repository")
def test_every_line_of_every_real_log_is_read_and_safe() -> None:
    strange: dict[str, int] = {}
    for path in real_logs():
        lines = corpus_lines(path)
        events = list(read(lines, reader_of(lines, LogPlace(str(path), None))))
        check(events)
        if path.name.startswith(("transcript.", "subagent.")) or "claude-code" in path.parts:
            for event in events:
                if isinstance(event, LineNotUnderstood):
                    strange[event.kind] = strange.get(event.kind, 0) + 1
    # A cut file and a fixture of odd ones: no objects, no type, no content.
    assert strange == {"malformed": 4, "no type": 1, "user": 1}


@pytest.mark.skipif(not real_logs(), reason="the shared corpus of real logs is not beside the repository")
def test_real_logs_are_read_on_after_a_restart_at_every_seventh_line() -> None:
    for path in sorted(CORPUS.glob("live/claude/*/transcript.*.jsonl"))[:20]:
        lines = corpus_lines(path)
        place = LogPlace(str(path), None)
        whole = list(read(lines, reader_of(lines, place)))
        told: list[Event] = []
        saved, offset = "", 0
        for start in range(0, len(lines), 7):
            reader = reader_of(lines, place, saved)
            told += read(lines[start : start + 7], reader, offset)
            offset += sum(len(line) + 1 for line in lines[start : start + 7])
            saved = reader.save()
        assert told == whole
