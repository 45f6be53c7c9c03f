"""What a skim of a Claude Code log tells is what reading all of it tells, whatever the log looks like."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import skim
from adapters.agents.agent import LogPlace
from adapters.agents.claude_code import ClaudeCode
from adapters.known_log import KnownLog, Told
from state.money.meter import Metered, count
from state.ports import LogMark
from state.runs.event import Event
from state.runs.fleet import Fleet
from state.runs.run import Run
from tests.adapters.claude_lines import call, model, result, row, text
from tests.tries import tries
from tests.world import SHARED

CORPUS = sorted((SHARED / "corpus" / "claude-code").rglob("*.jsonl"))
AGENT = ClaudeCode()


def told(path: Path, *, skims: bool) -> tuple[list[Event], LogMark]:
    """Give what a log tells, skimmed or read, and its mark."""
    place = next(place for place in places(path.parent) if place.path == str(path))
    log = KnownLog(AGENT, place, LogMark(place.path, AGENT.name, place.session, side=place.side), True, skims=skims)
    events: list[Event] = []
    while True:
        one = log.advance()
        assert isinstance(one, Told), one
        events += one.events
        if not one.chunk.more:
            return events, log.mark


def places(folder: Path) -> list[LogPlace]:
    """Name logs as if their folder were one of Claude Code's."""
    named = (LogPlace(str(path), path.stem, "agent-" in path.name) for path in folder.glob("*.jsonl"))
    return list(named)


def calls_in(events: Sequence[Event]) -> dict[str, Metered]:
    """Give each call once, as it is counted."""
    return {one.key: one for one in count(events, lambda keys: {})[0]}


def folded(events: Sequence[Event]) -> Run:
    """Give the run that a log tells of."""
    (run,) = Fleet().folded(events).values()
    return run


def known(run: Run) -> dict[str, Any]:
    """Give what a skim is to know of a run."""
    names = ("agent", "session", "parent", "version", "cwd", "branch", "model", "title", "title_from", "prompt")
    turn = (run.turn.open, run.turn.end, run.turn.text, run.turn.may_be_over)
    rest = (run.started, set(run.models), run.ended, run.asks, run.failure, run.headless, run.log)
    return {**{name: getattr(run, name) for name in names}, "turn": turn, "rest": rest, "used": run.context_used}


def figures(events: Sequence[Event]) -> dict[str, tuple[object, ...]]:
    """Give the figures of each call."""
    calls = calls_in(events)
    return {key: (one.usage, one.model, one.terms, one.at, one.side) for key, one in calls.items()}


@pytest.mark.skipif(not CORPUS, reason="the corpus of real logs is not there")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_real_log_is_skimmed_as_it_is_read(path: Path) -> None:
    skimmed, mark = told(path, skims=True)
    read, whole = told(path, skims=False)
    assert figures(skimmed) == figures(read)
    if read and not whole.side:
        assert known(folded(skimmed)) == known(folded(read))
        assert folded(read).calls[-len(folded(skimmed).calls) or len(folded(read).calls) :] == folded(skimmed).calls
    if mark.skimmed:
        assert (mark.offset, mark.records, mark.head, mark.tail) == (
            *(whole.offset, whole.records, whole.head, whole.tail),
        )


def records() -> list[dict[str, Any]]:
    """A session in the writer's own order of keys: prompts, calls, results, a subagent's rows, and ends of turns."""
    made: list[dict[str, Any]] = [row("user", message={"role": "user", "content": "mend the parser"})]
    for number in range(6):
        usage = {"input_tokens": number, "output_tokens": 10 * number, "cache_read_input_tokens": 5}
        named = {"id": f"msg_{number}", "requestId": f"req_{number}", "usage": usage}
        made.append(model(text("I look"), stop=None, **named))
        made.append(
            model(
                call("Bash", id=f"toolu_{number}", command="ls"), **{**named, "usage": {**usage, "output_tokens": 99}}
            )
        )
        made.append(result("a.py", id=f"toolu_{number}"))
        made.append(model(text("aside"), isSidechain=True, **{**named, "id": f"msg_side_{number}"}))
        if number == 3:
            made.append(model(text("done"), stop="end_turn", **{**named, "id": "msg_end"}))
            made.append(row("user", message={"role": "user", "content": "and now the rest"}))
            made.append(row("ai-title", aiTitle="Mend the parser"))
    for number, one in enumerate(made):
        one["timestamp"] = f"2026-06-01T10:00:{number:02d}.000Z"
        one["uuid"] = f"00000000-0000-4000-8000-{number:012d}"
    return made


def compact(record: dict[str, Any]) -> bytes:
    """Write a record as Claude Code does."""
    whole = {"parentUuid": None, **record}
    order = ["parentUuid", "isSidechain", "cwd", "sessionId", "version", "gitBranch"]
    order += ["message", "type"] if record["type"] == "assistant" else ["type", "message"]
    ordered = {**{name: whole[name] for name in order if name in whole}, **whole}
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()


def blank(record: dict[str, Any]) -> bytes:
    """Write a record with blanks, and its keys in another order."""
    return json.dumps(dict(reversed(record.items()))).encode()


WRITTEN = [compact(record) for record in records()]


def both(folder: Path, content: bytes) -> tuple[list[Event], list[Event], LogMark]:
    """Skim and read a log with this content."""
    path = folder / "11111111-2222-4333-8444-555555555555.jsonl"
    path.write_bytes(content)
    skimmed, mark = told(path, skims=True)
    return skimmed, told(path, skims=False)[0], mark


def test_results_of_tools_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "11111111-2222-4333-8444-555555555555.jsonl"
    path.write_bytes(b"\n".join([*WRITTEN[:4], WRITTEN[3].replace(b'"a.py"', b"no JSON at all"), *WRITTEN[5:]]) + b"\n")
    skimmed, mark = told(path, skims=True)
    assert mark.skimmed == path.stat().st_size
    assert mark.not_understood == 0
    assert len(skimmed) < 8


def test_the_time_of_a_result_that_nobody_looks_into_is_known(tmp_path: Path) -> None:
    begun = next(number for number, line in enumerate(WRITTEN) if b'"toolu_5"' in line and b'"tool_result"' in line)
    skimmed, read, mark = both(tmp_path, b"\n".join(WRITTEN[: begun + 1]) + b"\n")
    assert mark.skimmed
    assert folded(skimmed).seen == folded(read).seen
    assert folded(skimmed).calls == ()


def test_a_prompt_after_the_first_does_not_change_the_title(tmp_path: Path) -> None:
    skimmed, read, _ = both(tmp_path, b"\n".join(WRITTEN) + b"\n")
    whole, cheap = folded(read), folded(skimmed)
    assert b"and now the rest" in b"".join(WRITTEN)
    assert (cheap.prompt, cheap.title) == (whole.prompt, whole.title)


@pytest.mark.parametrize("written", [compact, blank])
def test_a_log_is_skimmed_as_it_is_read_however_it_is_written(tmp_path: Path, written: Any) -> None:
    skimmed, read, mark = both(tmp_path, b"".join(written(record) + b"\n" for record in records()))
    assert mark.skimmed
    assert figures(skimmed) == figures(read)
    assert len(figures(skimmed)) == 13
    assert known(folded(skimmed)) == known(folded(read))


def test_a_record_that_shares_a_torn_line_is_not_lost(tmp_path: Path) -> None:
    torn = WRITTEN[3][: len(WRITTEN[3]) // 2]
    skimmed, read, mark = both(tmp_path, b"\n".join([*WRITTEN[:4], torn + WRITTEN[5], *WRITTEN[6:]]) + b"\n")
    assert mark.skimmed
    assert figures(skimmed) == figures(read)


@pytest.mark.parametrize("end", [b"", WRITTEN[-1][:50], b"\0" * 40 + b"\n"])
def test_a_log_that_is_not_plain_is_read(tmp_path: Path, end: bytes) -> None:
    skimmed, read, mark = both(tmp_path, b"\n".join(WRITTEN) + (b"\n" if end else b"") + end)
    assert not mark.skimmed
    assert skimmed == read


@settings(max_examples=tries(40, 1000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, len(WRITTEN) - 1), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from([b"\xff", b"\n", b"}", b'"', b" ", b"x"])), max_size=3),
    st.booleans(),
)
def test_the_figures_of_a_damaged_log_are_those_of_reading_it(
    tmp_path: Path, chosen: list[int], damage: list[tuple[int, bytes]], blanks: bool
) -> None:
    made = records()
    content = b"\n".join(blank(made[one]) if blanks and one % 3 else WRITTEN[one] for one in chosen) + b"\n"
    for place, byte in damage:
        at = place % len(content)
        content = content[:at] + byte + content[at + 1 :]
    skimmed, read, _ = both(tmp_path, content)
    assert figures(skimmed) == figures(read)


@pytest.mark.parametrize("block", [64, 700, 5000])
def test_a_log_tells_the_same_in_blocks_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    path = tmp_path / "11111111-2222-4333-8444-555555555555.jsonl"
    path.write_bytes(b"".join(compact(record) + b"\n" for record in records()))
    whole, mark = told(path, skims=True)
    monkeypatch.setattr(skim, "BLOCK", block)
    parted, same = told(path, skims=True)
    assert mark.skimmed and parted == whole
    assert same == mark
