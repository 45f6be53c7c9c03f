"""A described log of any content is read, says what it did not understand, and goes on after a restart."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.agents.generic_file import Description, Kinds, Tokens
from adapters.agents.generic_reader import GenericReader
from state.runs import event as ev
from state.runs.event import Event
from tests.adapters.gemini_lines import folded, used
from tests.promises import attacks

pytestmark = attacks("faults")

PLAIN = Description(name="plain", root="/p", logs=("*",))
CALL = {"input": 100, "cache_read": 40, "cache_write": 7, "output": 20, "reasoning": 5}
RECORDS: list[dict[str, Any]] = [
    {"type": "session", "session": "s", "cwd": "/w/one", "time": 1777626001},
    {"type": "prompt", "text": "go"},
    {"type": "answer", "text": "Yes.", "key": "m1", "usage": CALL},
    {"type": "answer", "text": "Yes.", "key": "m1", "usage": CALL},
    {"type": "call", "call": "c", "tool": "bash", "arguments": {"command": "pytest"}},
    {"type": "result", "call": "c", "result": "1 passed in 0.1s", "exit_status": 0},
    {"type": "end"},
]
LINES = [json.dumps(record).encode() for record in RECORDS]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("a\x1b\u202e é", max_size=8)
    | st.sampled_from(["prompt", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("type", "text", "call", "tool", "arguments", "result", "usage", "time", "cwd", "session", "exit_status", "key")


def read(lines: list[bytes], described: Description = PLAIN, reader: GenericReader | None = None) -> list[Event]:
    reader = reader or GenericReader(described, "/log", "s", "")
    return [event for number, line in enumerate(lines) for event in reader.read(line, number)]


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JUNK, max_size=6), min_size=1, max_size=6))
def test_records_of_any_shape_are_read(records: list[dict[str, Any]]) -> None:
    assert folded(read([json.dumps(record).encode() for record in records])).agent == "plain"


@given(st.lists(st.sampled_from(LINES) | st.binary(max_size=60), min_size=1, max_size=12), st.data())
def test_a_restart_after_any_line_goes_on_the_same(lines: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(lines)))
    first = GenericReader(PLAIN, "/log", "s", "")
    before = read(lines[:cut], reader=first)
    second = GenericReader(PLAIN, "/log", "s", first.save())
    after = [event for number, line in enumerate(lines[cut:], cut) for event in second.read(line, number)]
    assert [*before, *after] == read(lines)


@given(st.integers(0, len(b"\n".join(LINES))))
def test_a_cut_log_is_whole_to_its_last_line_or_reported(cut: int) -> None:
    lines = b"\n".join(LINES)[:cut].split(b"\n")
    events = read(lines)
    torn = bool(lines[-1]) and lines[-1] not in LINES
    assert any(isinstance(event, ev.LineNotUnderstood) for event in events) is torn
    assert used(events) == used(read([line for line in lines if line in LINES]))


def test_tokens_are_made_disjoint_as_the_description_says() -> None:
    def parts(tokens: Tokens) -> tuple[int, ...]:
        usage = used(read(LINES, PLAIN.model_copy(update={"tokens": tokens})))
        return usage.fresh_input, usage.cache_read, usage.cache_write_5m, usage.output, usage.reasoning, usage.requests

    assert parts(Tokens()) == (100, 40, 7, 20, 5, 1)
    assert parts(Tokens(input_includes_cache=True)) == (53, 40, 7, 20, 5, 1)
    assert parts(Tokens(output_includes_reasoning=False)) == (100, 40, 7, 25, 5, 1)


def test_without_an_end_an_answer_may_be_the_last_word_and_is_not_certain() -> None:
    described = PLAIN.model_copy(update={"kinds": Kinds(end=(), ignored=("*",))})
    run = folded(read(LINES[:3], described))
    assert (run.turn.end, run.turn.certain, run.not_understood) == ("done", False, 0)
    assert folded(read(LINES, PLAIN)).turn.certain
