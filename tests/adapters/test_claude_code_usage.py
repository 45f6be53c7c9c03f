"""What a call to the model cost is counted once and whole, as independent readers of real logs count it."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from state.money.meter import Metered, merged, met
from state.runs.event import ContextMeasured, RequestMetered
from state.runs.run import Usage
from tests.adapters.claude_lines import (
    CORPUS,
    SESSION,
    SIDE,
    corpus_lines,
    events_of,
    metered,
    model,
    read,
    reader_of,
    row,
    text,
)

PLAIN = {"input_tokens": 4, "cache_read_input_tokens": 100, "output_tokens": 9}


def usage_of(**fields: Any) -> Usage:
    (event,) = metered(model(text("hm"), usage={**PLAIN, **fields}))
    return event.usage


def test_a_call_is_named_by_its_message_and_its_request() -> None:
    (event,) = metered(model(text("hm"), usage=PLAIN))
    assert (event.key, event.model, event.side) == ("claude:msg_A/req_A", "claude-opus-4-7", False)
    assert event.usage == Usage(fresh_input=4, cache_read=100, output=9, requests=1)


@pytest.mark.parametrize("nothing", [None, "REDACTED"])
def test_a_missing_id_is_left_out_of_the_name(nothing: str | None) -> None:
    keys = [
        metered(model(text("hm"), usage=PLAIN, requestId=nothing))[0].key,
        metered(model(text("hm"), usage=PLAIN, id=nothing, uuid="u7"))[0].key,
    ]
    assert keys == ["claude:msg_A", "claude:u7"]
    one, other = metered(*(model(text("hm"), usage=PLAIN, id=nothing, uuid=nothing) for _ in range(2)))
    assert one.key != other.key


def test_rows_that_repeat_a_call_are_told_once_and_a_truer_one_again() -> None:
    rows = [model(text(word), usage=PLAIN) for word in ("a", "b")]
    assert len(metered(*rows)) == 1
    later = model(text("c"), usage={**PLAIN, "output_tokens": 90})
    assert [event.usage.output for event in metered(*rows, later)] == [9, 90]


@pytest.mark.parametrize(
    ("whole", "parts", "short", "long"),
    [
        (70, None, 70, 0),
        (70, {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 50}, 20, 50),
        (70, {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}, 70, 0),
        (0, {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 6}, 5, 6),
    ],
)
def test_cache_writes_are_split_by_their_lifetime(whole: int, parts: Any, short: int, long: int) -> None:
    usage = usage_of(cache_creation_input_tokens=whole, cache_creation=parts)
    assert (usage.cache_write_5m, usage.cache_write_1h) == (short, long)


def test_thinking_is_a_part_of_the_output() -> None:
    assert usage_of(output_tokens_details={"thinking_tokens": 5}).reasoning == 5


def test_a_figure_that_no_call_can_have_is_left_out() -> None:
    assert usage_of(input_tokens=-4, output_tokens=2**70) == Usage(cache_read=100, requests=1)
    assert usage_of(input_tokens=7.5, output_tokens="9") == Usage(cache_read=100, requests=1)


def test_what_no_model_said_costs_nothing() -> None:
    assert metered(model(text("No response requested."), usage=PLAIN, model="<synthetic>")) == []
    assert metered(model(text("API Error: 500"), usage=PLAIN, isApiErrorMessage=True)) == []
    inside = {"type": "agent_progress", "message": model(text("hm"), usage=PLAIN)}
    assert metered(row("progress", data=inside)) == []
    done = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": ""}]}
    assert metered(row("user", message=done, toolUseResult={"usage": PLAIN, "agentId": "a"})) == []


def test_a_record_without_a_type_is_known_by_who_speaks() -> None:
    record = model(text("hm"), usage=PLAIN)
    del record["type"]
    assert len(metered(record)) == 1


def test_a_subagents_call_is_marked_and_leaves_the_context_alone() -> None:
    for place, side in ((SIDE, False), (LogPlace(f"/c/projects/-w/{SESSION}.jsonl", SESSION), True)):
        events = events_of(model(text("hm"), usage=PLAIN, isSidechain=side), place=place)
        assert [event.side for event in events if isinstance(event, RequestMetered)] == [True]
        assert [event for event in events if isinstance(event, ContextMeasured)] == []


def test_the_window_is_told_only_where_the_log_shows_it() -> None:
    def limits(name: str, fill: int) -> list[tuple[int | None, int | None]]:
        events = events_of(model(text("hm"), usage={**PLAIN, "cache_read_input_tokens": fill}, model=name))
        return [(event.used, event.limit) for event in events if isinstance(event, ContextMeasured)]

    assert limits("claude-opus-4-7", 1000) == [(1013, None)]
    assert limits("claude-opus-4-7[1m]", 1000) == [(1013, 1_000_000)]
    assert limits("claude-opus-4-7", 300_000) == [(300_013, 1_000_000)]


def expected() -> list[dict[str, Any]]:
    if not (CORPUS / "EXPECTED.json").exists():
        return []
    cases = json.loads((CORPUS / "EXPECTED.json").read_text())["cases"]
    return [case for case in cases if case["agent"] == "claude-code"]


def files_of(case: dict[str, Any]) -> list[LogPlace]:
    """The main log of a case and the subagents' logs that lay beside it when the others counted."""
    main, session = CORPUS / case["corpus_file"], case["session_id"]
    root = Path(str(main).removesuffix(case["path"]))
    placed = [root / path for path in case["also_placed"]]
    below = [
        path for place in placed for path in ([place] if place.is_file() else sorted(place.rglob("agent-*.jsonl")))
    ]
    return [LogPlace(str(main), session), *(LogPlace(str(path), session, side=True) for path in below)]


def counted(places: list[LogPlace]) -> dict[str, dict[str, int]]:
    calls: dict[str, Metered] = {}
    for place in places:
        lines = corpus_lines(Path(place.path))
        for event in read(lines, reader_of(lines, place)):
            if isinstance(event, RequestMetered):
                calls[event.key] = merged(calls.get(event.key), met(event))
    totals: dict[str, dict[str, int]] = {}
    for one in calls.values():
        into = totals.setdefault(one.model or "", dict.fromkeys(("input", "cache_write", "cache_read", "output"), 0))
        into["input"] += one.usage.fresh_input
        into["cache_write"] += one.usage.cache_write_5m + one.usage.cache_write_1h
        into["cache_read"] += one.usage.cache_read
        into["output"] += one.usage.output
    return totals


INCOMPLETE = {
    "ef958aa1-0e93-49f0-bb71-150f63befcd1": {"a52886dc180afb356", "aef063ba534d73153", "a4ca7529859c158c2"},
}
"""Sessions whose figures cannot be reached: the other tools were given these subagents' logs, the corpus lacks them."""
FIELDS = ("input", "cache_write", "cache_read", "output")


@pytest.mark.parametrize("case", expected(), ids=lambda case: case["session_id"][:8])
def test_a_real_session_costs_what_independent_readers_count(case: dict[str, Any]) -> None:
    wanted = {
        name: {field: figures[field] for field in FIELDS}
        for name, figures in case["reference_rule"]["models"].items()
        if name != "<synthetic>"
    }
    places = files_of(case)
    missing = INCOMPLETE.get(case["session_id"])
    if missing is None:
        assert counted(places) == wanted
        return
    given = {row["id"].removeprefix("agent-") for row in case["agentsview_session_rows"] if row["parent_session_id"]}
    assert given - {Path(place.path).stem.removeprefix("agent-") for place in places} == missing
    assert counted(places) == plainly_counted(places)


def plainly_counted(places: list[LogPlace]) -> dict[str, dict[str, int]]:
    """The counting rule in its plainest words, over the same files: the row with the most output of each call."""
    calls: dict[str, dict[str, Any]] = {}
    for place in places:
        for line in corpus_lines(Path(place.path)):
            record = json.loads(line or b"{}")
            message = record.get("message") or {}
            if record.get("type") == "assistant" and message.get("model") != "<synthetic>":
                key = f"{message['id']} {record.get('requestId')}"
                if key not in calls or message["usage"]["output_tokens"] >= calls[key]["usage"]["output_tokens"]:
                    calls[key] = message
    totals: dict[str, dict[str, int]] = {}
    for message in calls.values():
        into, usage = totals.setdefault(message["model"], dict.fromkeys(FIELDS, 0)), message["usage"]
        names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
        for field, name in zip(FIELDS, names, strict=True):
            into[field] += usage[name]
    return totals


@pytest.mark.skipif(not expected(), reason="the shared corpus of real logs is not beside the repository")
def test_the_corpus_names_sessions_to_count() -> None:
    assert len(expected()) >= 11
