"""Gemini CLI's logs cut, doubled, reordered and damaged at any byte: the same totals, or the damage is reported."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.agents.gemini_reader import GeminiReader
from state.runs import event as ev
from state.runs.event import Event
from state.text import clean
from tests.adapters.gemini_lines import (
    HEAD,
    NEVER_WRITTEN,
    SESSION,
    answer,
    call,
    folded,
    line,
    read,
    shell,
    used,
    user,
)
from tests.promises import attacks

pytestmark = attacks("faults")

SAID: list[dict[str, Any]] = [
    user(2, "go"),
    answer(3, "Looking."),
    answer(3, "Looking.", call(4, "read_file", file_path="a.py")),
    answer(5, "", shell(6, "pytest -q", "1 failed", 1)),
    {"$set": {"lastUpdated": "2026-05-01T09:00:07.000Z"}},
    user(8, "and now"),
    answer(9, "Well, that is done.", tokens=300),
]
LINES = [line(record) for record in [HEAD, *SAID]]
TOTAL = used(read(LINES))


def reader(saved: str = "") -> GeminiReader:
    return GeminiReader("/log.jsonl", SESSION, SESSION, "/w/one", saved)


def reported(events: list[Event]) -> bool:
    return any(isinstance(event, ev.LineNotUnderstood) for event in events)


@given(st.lists(st.integers(0, len(LINES) - 1), max_size=6), st.randoms(use_true_random=False))
def test_lines_doubled_and_reordered_give_the_same_totals(doubled: list[int], chance: Any) -> None:
    lines = [*LINES, *(LINES[number] for number in doubled)]
    chance.shuffle(lines)
    assert used(read(lines)) == TOTAL


@given(st.integers(0, len(b"\n".join(LINES)) - 1), st.sampled_from(NEVER_WRITTEN))
def test_a_byte_that_no_writer_writes_changes_no_total_unseen(at: int, byte: int) -> None:
    data = bytearray(b"\n".join(LINES))
    data[at] = byte
    events = read(bytes(data).split(b"\n"))
    assert reported(events) or used(events) == TOTAL


@given(st.sampled_from(["input", "output", "thoughts", "tool", "total"]), st.integers(0, 10**6))
def test_a_figure_that_is_another_is_reported(key: str, figure: int) -> None:
    odd = answer(9, "x")
    was, odd["tokens"][key] = odd["tokens"][key], figure
    assert reported(read([HEAD, odd])) is (was != figure and not (key == "total" and figure == 0))


@given(st.integers(0, len(b"\n".join(LINES))))
def test_a_log_cut_anywhere_is_whole_to_its_last_line_or_reported(cut: int) -> None:
    lines = b"\n".join(LINES)[:cut].split(b"\n")
    events = read(lines)
    whole = [one for one in lines if one in LINES]
    assert used(events) == used(read(whole)) and (len(whole) == len(lines) or lines[-1] == b"" or reported(events))


@given(st.lists(st.sampled_from(LINES) | st.binary(max_size=80), min_size=1, max_size=12), st.data())
def test_a_restart_after_any_line_goes_on_the_same(lines: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(lines)))
    first, at_once = reader(), reader()
    told = [event for number, text in enumerate(lines) for event in at_once.read(text, number)]
    before = [event for number, text in enumerate(lines[:cut]) for event in first.read(text, number)]
    second = reader(first.save())
    after = [event for number, text in enumerate(lines[cut:], cut) for event in second.read(text, number)]
    assert [*before, *after] == told


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text("a\x1b\u202e é", max_size=8)
    | st.sampled_from(["\ud800", "\x1b[2J", "gemini"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("id", "type", "content", "tokens", "toolCalls", "timestamp", "$set", "$rewindTo", "sessionId", "directories")


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JUNK, max_size=5), max_size=6))
def test_records_of_any_shape_are_read_and_safe(records: list[dict[str, Any]]) -> None:
    events = read([HEAD, *SAID[:1], *(json.dumps(record).encode() for record in records)])
    for event in folded(events).title, *(repr(event) for event in events):
        assert event is None or clean(event, 10**6) == event or "\\" in event
    json.loads(reader().save())


@pytest.mark.parametrize("saved", ["{", "[]", '{"found":"maybe"}', "null", "\ud800"])
def test_a_memory_that_no_longer_fits_is_begun_anew(saved: str) -> None:
    assert read(LINES, reader(saved)) == read(LINES)


def test_a_deep_and_a_long_line_are_read() -> None:
    assert reported(read([b'{"content":' * 100_000]))
    assert used(read([HEAD, answer(3, "x" * 5_000_000)])).requests == 1


def corpus() -> list[Path]:
    found = Path(__file__).parents[2].parent / "shared" / "corpus"
    return sorted((found / "live" / "gemini").glob("*/session-*.jsonl"))


@pytest.mark.skipif(not corpus(), reason="the shared corpus of real logs is not beside the repository")
def test_real_logs_cut_at_every_line_never_lose_what_was_before() -> None:
    for path in corpus():
        lines = path.read_bytes().splitlines()
        totals = [used(read(lines[:cut])).requests for cut in range(len(lines) + 1)]
        assert totals == sorted(totals)
