"""What a Codex thread used: each call once, however often its log says it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.agents.agent import LogPlace
from adapters.agents.codex import Codex
from state.runs.event import ContextMeasured, RequestMetered
from state.runs.run import Usage

BORN = "2026-06-26T12:00:00Z"
LATER = "2026-06-26T12:10:00Z"


def counts(input: int, output: int, cached: int = 0, written: int = 0, reasoning: int = 0) -> dict[str, int]:
    return {
        "input_tokens": input,
        "cached_input_tokens": cached,
        "cache_write_input_tokens": written,
        "output_tokens": output,
        "reasoning_output_tokens": reasoning,
        "total_tokens": input + output,
    }


def count(total: object, last: object = None, at: str = LATER) -> dict[str, Any]:
    info = {"total_token_usage": total, "last_token_usage": last, "model_context_window": 1000}
    return {"timestamp": at, "type": "event_msg", "payload": {"type": "token_count", "info": info}}


def record(usage: object, answer: str, so_far: object = None, thread: str = "s") -> dict[str, Any]:
    payload = {"thread_id": thread, "response_id": answer, "usage": usage, "thread_token_usage": so_far}
    return {"timestamp": LATER, "type": "token_usage_record", "payload": payload}


def metered(*records: object, **meta: object) -> list[RequestMetered]:
    first = {"timestamp": BORN, "type": "session_meta", "payload": {"id": "s", "timestamp": BORN, **meta}}
    agent, lines = Codex(), [json.dumps(one).encode() for one in (first, *records)]
    reader = agent.reader(LogPlace("/l/x.jsonl", None), agent.head(LogPlace("/l/x.jsonl", None), lines), "")
    events = [event for number, line in enumerate(lines) for event in reader.read(line, number)]
    return [event for event in events if isinstance(event, RequestMetered)]


def total(events: list[RequestMetered]) -> Usage:
    """Add up the calls; of two with one key the larger counts, as the store has it."""
    by_key: dict[str, Usage] = {}
    for event in events:
        old = by_key.get(event.key, Usage())
        by_key[event.key] = max(old, event.usage, key=lambda usage: usage.tokens)
    return sum(by_key.values(), Usage())


def test_the_parts_are_disjoint() -> None:
    (event,) = metered(count(counts(100, 30, cached=50, written=20, reasoning=10)))
    assert event.usage == Usage(
        fresh_input=30, cache_read=50, cache_write_5m=20, cache_write_1h=0, output=30, reasoning=10, requests=1
    )


def test_a_total_that_is_said_again_adds_nothing() -> None:
    once, twice = counts(100, 10), counts(150, 20)
    events = metered(count(once, once), count(once, once), count(twice, counts(50, 10)), count(twice, counts(50, 10)))
    assert [event.usage.tokens for event in events] == [110, 60]


def test_a_call_folded_into_a_later_event_is_counted() -> None:
    events = metered(count(counts(100, 10), counts(100, 10)), count(counts(400, 40), counts(100, 10)))
    assert total(events).tokens == 440


def test_a_total_that_restarts_is_counted_by_its_last_call_under_its_own_key() -> None:
    first, second, fall = counts(100, 10), counts(200, 20), counts(100, 10)
    events = metered(count(first, first), count(second, first), count(fall, fall), count(second, first))
    assert [event.usage.tokens for event in events] == [110, 110, 110, 110]
    assert len({event.key for event in events}) == 4


def test_after_a_compaction_the_context_is_measured_and_nothing_is_counted() -> None:
    once = counts(100, 10)
    compacted = {**counts(0, 0), "total_tokens": 777}
    lines = [json.dumps(one).encode() for one in (count(once, once), count(once, compacted), count(once, compacted))]
    reader = Codex().reader(LogPlace("/l/x.jsonl", "s"), Codex().head(LogPlace("/l/x", "s"), []), "")
    events = [event for line in lines for event in reader.read(line, 0)]
    assert [(one.used, one.limit) for one in events if isinstance(one, ContextMeasured)] == [(110, 1000), (777, 1000)]
    assert len([one for one in events if isinstance(one, RequestMetered)]) == 1


def test_a_first_total_without_a_call_is_where_counting_begins() -> None:
    events = metered(count(counts(900, 90), counts(0, 0)), count(counts(1000, 100), counts(100, 10)))
    assert [event.usage.tokens for event in events] == [110]


def test_an_event_without_info_and_one_without_a_total_count_nothing() -> None:
    nothing = {"type": "event_msg", "payload": {"type": "token_count", "info": None, "rate_limits": {}}}
    assert metered(nothing, count(None, counts(1, 1))) == []


def test_a_child_whose_first_total_is_its_parents_counts_its_own_call() -> None:
    first = count(counts(5000, 500), counts(100, 10))
    assert total(metered(first, forked_from_id="p")).tokens == 110
    assert total(metered(first, parent_thread_id="p")).tokens == 110
    assert total(metered(first, history_base={"thread_id": "s"})).tokens == 110
    assert total(metered(first)).tokens == 5500


def test_the_parents_last_total_said_again_in_the_childs_own_turn_adds_nothing() -> None:
    replay = count(counts(300, 30), counts(100, 10), BORN)
    own = [count(counts(300, 30), counts(100, 10)), count(counts(450, 45), counts(50, 5))]
    assert total(metered(replay, *own, forked_from_id="p")).tokens == 165


def test_a_replay_without_turn_ids_is_over_when_its_burst_is() -> None:
    burst = [count(counts(100, 10), counts(100, 10), BORN), count(counts(300, 30), counts(200, 20), BORN)]
    own = count(counts(350, 35), counts(50, 5), LATER)
    assert total(metered(*burst, own, forked_from_id="p")).tokens == 55


def test_a_replay_with_its_old_times_is_told_by_them() -> None:
    old = count(counts(100, 10), counts(100, 10), "2026-06-26T11:00:00Z")
    assert total(metered(old, count(counts(150, 15), counts(50, 5)), forked_from_id="p")).tokens == 55


def test_a_replay_is_told_by_when_its_turns_began_however_long_it_takes_to_write() -> None:
    def turn(began: int) -> dict[str, Any]:
        payload = {"type": "task_started", "turn_id": f"t{began}", "started_at": began}
        return {"timestamp": LATER, "type": "event_msg", "payload": payload}

    replay = [turn(1782475100), count(counts(100, 10), counts(100, 10))]
    own = [turn(1782475201), count(counts(150, 15), counts(50, 5))]
    assert total(metered(*replay, *own, forked_from_id="p")).tokens == 55


def test_a_record_of_a_call_counts_and_the_total_after_it_does_not() -> None:
    one, two = counts(100, 10), counts(200, 20)
    events = metered(record(one, "r1", one), count(one, one), record(one, "r2", two), count(two, one))
    assert [event.key for event in events] == ["codex:s:r1:110", "codex:s:r2:220"]
    assert total(events) == Usage(fresh_input=200, output=20, requests=2)


def test_a_call_whose_total_was_lost_with_its_client_is_counted_by_its_record() -> None:
    one, two, three = counts(100, 10), counts(200, 20), counts(300, 30)
    killed = [record(one, "r1", one), count(one, one), record(one, "r2", two)]
    resumed = [count(one, one), record(one, "r3", three), count(two, one)]
    assert total(metered(*killed, *resumed)).tokens == 330


def test_a_log_that_an_older_version_began_and_goes_on_with_counts_both_ways_once() -> None:
    one, two, three = counts(100, 10), counts(200, 20), counts(300, 30)
    events = metered(count(one, one), record(one, "r2", two), count(two, one), count(three, one))
    assert [event.usage.tokens for event in events] == [110, 110, 110]


def test_two_records_before_the_next_total_are_both_taken_off_it() -> None:
    one, two = counts(100, 10), counts(200, 20)
    assert total(metered(record(one, "r1", one), record(one, "r2", two), count(two, one))).tokens == 220


def test_records_of_another_thread_are_not_counted_again() -> None:
    assert metered(record(counts(100, 10), "r1", thread="other")) == []


def test_records_without_an_answers_id_are_told_apart_by_the_total() -> None:
    one, two = counts(100, 10), counts(200, 20)
    assert total(metered(record(one, "", one), record(one, "", two))).tokens == 220


CALLS = st.lists(st.tuples(st.integers(1, 9999), st.integers(0, 9999), st.integers(0, 2)), max_size=20)


@given(CALLS)
def test_calls_said_any_number_of_times_add_up_to_the_running_total(calls: list[tuple[int, int, int]]) -> None:
    lines: list[object] = []
    sum_in = sum_out = 0
    for fresh, output, repeats in calls:
        sum_in, sum_out = sum_in + fresh, sum_out + output
        lines += [count(counts(sum_in, sum_out), counts(fresh, output))] * (1 + repeats)
    assert total(metered(*lines)) == Usage(fresh_input=sum_in, output=sum_out, requests=len(calls))
    assert total(metered(*lines) + metered(*lines)) == total(metered(*lines))


@given(CALLS, st.data())
def test_calls_said_by_records_totals_or_both_are_each_counted_once(
    calls: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    lines: list[object] = []
    sum_in = sum_out = 0
    for number, (fresh, output, _) in enumerate(calls):
        sum_in, sum_out = sum_in + fresh, sum_out + output
        if data.draw(st.booleans()):
            lines.append(record(counts(fresh, output), f"r{number}", counts(sum_in, sum_out)))
        lines.append(count(counts(sum_in, sum_out), counts(fresh, output)))
    assert total(metered(*lines)) == Usage(fresh_input=sum_in, output=sum_out, requests=len(calls))
