"""Whatever stands in a log of Copilot or Pi: reading never fails, is safe to print, and can stop after any line."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.agents.agent import Agent, Head, LogPlace
from adapters.agents.copilot_cli import CopilotCli
from adapters.agents.copilot_record import Arguments, Data, Envelope, Leave, Metrics, Spent
from adapters.agents.pi import Pi
from adapters.agents.pi_record import Block, Message, Record
from state.runs.event import Event, RequestMetered
from state.runs.fold import fold
from state.runs.run import Run
from tests.promises import attacks
from tests.tries import tries

pytestmark = attacks("faults")

FIXTURES = Path(__file__).parents[1] / "fixtures"
LINES = {
    "copilot-cli": (FIXTURES / "copilot" / "session.jsonl").read_bytes().splitlines(),
    "pi": (FIXTURES / "pi" / "session.jsonl").read_bytes().splitlines(),
}
ALL = [line for lines in LINES.values() for line in lines]
AGENTS: list[Agent] = [CopilotCli(), Pi()]
PLACE, HEAD = LogPlace("/l/log.jsonl", "s"), Head("s", "/w", False, "p", None)
SHAPES = (Arguments, Data, Envelope, Leave, Metrics, Spent, Block, Message, Record)
FIELDS = sorted({name for shape in SHAPES for name in shape.__struct_fields__})
KINDS = sorted({str(json.loads(line)["type"]) for line in ALL} | {"session.error", "exit_plan_mode.requested", "x"})
WORDS = [
    *("", "s", "t1", "r1", "/w/a.py", "a.py", "~/x", "bash", "edit", "apply_patch", "update_todo", "pytest -q", "user"),
    *("assistant", "toolResult", "toolUse", "stop", "error", "\x1b]0;x\x07", "\u202e", "\ud800", "- [x] a\n- [ ] b"),
    *("*** Begin Patch\n*** Add File: a\n*** End Patch", "<command with shellId: 7 is still running>", "never"),
    *("<exited with exit code 99999999999>", "Command exited with code 1", "2026-06-24T01:00:00Z", "9999-99-99"),
]
SCALARS = st.sampled_from([None, True, 0, -1, 7, 1.5, 2**70, *WORDS]) | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=12,
)
PARTS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=8)
RECORDS = st.builds(
    lambda kind, outer, inner: {**outer, "type": kind, "data": inner, "message": inner},
    st.sampled_from(KINDS),
    PARTS,
    PARTS,
)
FEW = settings(max_examples=tries(25, 1000), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Give a good line with some bytes cut out, doubled or replaced."""
    line = bytearray(draw(st.sampled_from(ALL)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(line)))
        stop = draw(st.integers(start, min(len(line), start + 20)))
        line[start:stop] = draw(st.binary(max_size=8) | st.just(bytes(line[start:stop]) * 2))
    return bytes(line).replace(b"\n", b"")


ODD = st.one_of(
    st.binary(max_size=60),
    RECORDS.map(lambda record: json.dumps(record).encode()),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(ALL),
    mutated(),
)


def texts(event: Event) -> list[str]:
    values = [getattr(event, name) for name in event.__dataclass_fields__ if name != "origin"]
    steps = [step.text for value in values if isinstance(value, tuple) for step in value if hasattr(step, "text")]
    return [value for value in values if isinstance(value, str)] + steps


@FEW
@given(st.lists(ODD, max_size=12), st.sampled_from(AGENTS))
def test_no_line_makes_reading_fail_and_every_text_is_safe_to_print(lines: list[bytes], agent: Agent) -> None:
    assert isinstance(agent.head(PLACE, lines), Head)
    reader = agent.reader(PLACE, HEAD, "")
    run = Run(reader.run, agent.name, "s")
    for number, line in enumerate(lines):
        for event in reader.read(line, number):
            assert all(text.isprintable() for text in texts(event)), event
            assert (event.run, event.origin.offset) == (reader.run, number)
            assert not isinstance(event, RequestMetered) or event.usage.tokens < 2**60
            run = fold(run, event)


@FEW
@given(st.lists(ODD, max_size=12), st.data(), st.sampled_from(AGENTS))
def test_a_reader_that_is_saved_and_made_anew_after_any_line_goes_on_the_same(
    lines: list[bytes], data: st.DataObject, agent: Agent
) -> None:
    whole, parts = agent.reader(PLACE, HEAD, ""), agent.reader(PLACE, HEAD, "")
    for number, line in enumerate(lines):
        assert list(whole.read(line, number)) == list(parts.read(line, number))
        if data.draw(st.booleans()):
            parts = agent.reader(PLACE, HEAD, parts.save())
    assert whole.save() == parts.save()


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_a_session_read_in_two_lives_tells_the_same_as_in_one(agent: Agent) -> None:
    lines = LINES[agent.name]
    reader = agent.reader(PLACE, HEAD, "")
    whole = [event for number, line in enumerate(lines) for event in reader.read(line, number)]
    for cut in range(len(lines) + 1):
        first = agent.reader(PLACE, HEAD, "")
        told = [event for number in range(cut) for event in first.read(lines[number], number)]
        second = agent.reader(PLACE, HEAD, first.save())
        told += [event for number in range(cut, len(lines)) for event in second.read(lines[number], number)]
        assert told == whole, cut


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
@pytest.mark.parametrize("saved", ["x", "null", "[]", '{"calls":7}', '{"told":{"m":1}}'])
def test_a_memory_that_cannot_be_understood_is_begun_anew(agent: Agent, saved: str) -> None:
    line = LINES[agent.name][0]
    events = agent.reader(PLACE, HEAD, saved).read(line, 0)
    assert list(events) == list(agent.reader(PLACE, HEAD, "").read(line, 0))


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_a_log_whose_calls_never_end_does_not_grow_the_memory_for_ever(agent: Agent) -> None:
    reader = agent.reader(PLACE, HEAD, "")
    sizes: list[int] = []
    for number in range(1500):
        data = {"toolCallId": f"t{number:05}", "toolName": "bash", "arguments": {"command": "pytest"}}
        call = {"type": "toolCall", "id": f"t{number:05}", "name": "bash", "arguments": {"command": "pytest"}}
        said = {"role": "assistant", "content": [call], "stopReason": "toolUse"}
        for kind, more in (("tool.execution_start", {}), ("message", {"message": said}), ("permission.requested", {})):
            more = more or {"data": {**data, "requestId": f"r{number}", "permissionRequest": {"kind": "read"}}}
            reader.read(json.dumps({"type": kind, **more}).encode(), number)
        sizes.append(len(reader.save()))
    assert max(sizes[700:]) <= max(sizes[:700]) * 1.1
