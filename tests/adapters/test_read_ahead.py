"""Helper processes read a large backlog ahead; what comes of it is what one process alone would have told."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import launch, read_ahead, reading, source
from adapters.agents.agent import LogPlace
from adapters.agents.claude_code import ClaudeCode
from adapters.frames import framed, read
from adapters.known_log import KnownLog, Told
from adapters.source import LogSource
from state.ports import Batch, LogMark
from state.runs.event import Event
from tests.adapters.claude_lines import call, lines_of, model, result, row, text, user
from tests.adapters.plain_agent import within
from tests.tries import tries

NO_HELPERS = 1 << 60


class Spied:
    """What the source did: chunks taken over from helpers, and the helpers that were started."""

    def __init__(self) -> None:
        self.adopted = 0
        self.helpers: list[Process] = []
        self.up = asyncio.Event()


@pytest.fixture
def spied(monkeypatch: pytest.MonkeyPatch) -> Spied:
    spy, adopt, started, up = Spied(), KnownLog.adopt, read_ahead.start_reader, read_ahead.up

    def adopting(log: KnownLog, told: Told) -> None:
        spy.adopted += 1
        adopt(log, told)

    async def starting() -> Process:
        spy.helpers.append(await started())
        return spy.helpers[-1]

    async def upping(out: asyncio.StreamReader) -> None:
        await up(out)
        spy.up.set()

    monkeypatch.setattr(read_ahead, "up", upping)
    monkeypatch.setattr(KnownLog, "adopt", adopting)
    monkeypatch.setattr(read_ahead, "start_reader", starting)
    return spy


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Six sessions of a few chunks each."""
    folder = tmp_path / "projects" / "-w-app"
    folder.mkdir(parents=True)
    for number in range(6):
        session = f"{number:08d}-2222-4333-8444-555555555555"
        (folder / f"{session}.jsonl").write_bytes(b"".join(session_lines(session, 10)))
    return tmp_path


def session_lines(session: str, turns: int, padding: int = 1 << 20) -> list[bytes]:
    """The lines of a session whose results are long."""
    records = [user("do it", sessionId=session)]
    for turn in range(turns):
        name = f"{session[:8]}-{turn}"
        told = model(call("Bash", name, command=f"echo {turn}"), id=f"msg_{name}", usage={"output_tokens": 5})
        records.append({**told, "sessionId": session})
        records.append(result("x" * padding, name, sessionId=session))
    return [line + b"\n" for line in lines_of(records)]


def source_of(home: Path, worth: int, monkeypatch: pytest.MonkeyPatch, marks: Sequence[LogMark] = ()) -> LogSource:
    monkeypatch.setattr(reading, "WORTH", worth)
    source = LogSource([ClaudeCode()], {"CLAUDE_CONFIG_DIR": str(home)}, within, everything=True)
    source.remember(marks)
    return source


async def caught_up(source: LogSource, spied: Spied | None = None) -> list[Batch]:
    """Read everything; with `spied` no further than one batch before a helper is up."""
    batches: list[Batch] = []
    async for batch in source.catch_up():
        batches.append(batch)
        if spied is not None:
            await asyncio.wait_for(spied.up.wait(), 90)
    return batches


def events(batches: Sequence[Batch]) -> list[Event]:
    return [event for batch in batches for event in batch.events]


def marks(batches: Sequence[Batch]) -> dict[str, LogMark]:
    return {mark.path: mark for batch in batches for mark in batch.marks}


async def test_helpers_tell_what_one_process_tells_in_the_same_order_and_read_no_byte_twice(
    logs: Path, spied: Spied, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = await caught_up(source_of(logs, NO_HELPERS, monkeypatch))
    assert (spied.adopted, spied.helpers) == (0, [])
    helped = await caught_up(source_of(logs, 1, monkeypatch), spied)
    assert spied.adopted > 0
    assert events(helped) == events(alone)
    assert marks(helped) == marks(alone)
    size = sum(path.stat().st_size for path in logs.rglob("*.jsonl"))
    assert (sum(batch.bytes for batch in helped), sum(batch.reread for batch in helped)) == (size, 0)
    assert [batch.done for batch in helped][-1] == helped[-1].backlog == size


async def test_a_small_backlog_starts_no_process(logs: Path, spied: Spied, monkeypatch: pytest.MonkeyPatch) -> None:
    await caught_up(source_of(logs, 100 << 20, monkeypatch))
    assert spied.helpers == []


async def test_a_batch_holds_sixteen_megabytes_while_helpers_read(
    logs: Path, spied: Spied, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = await caught_up(source_of(logs, NO_HELPERS, monkeypatch))
    helped = await caught_up(source_of(logs, 1, monkeypatch), spied)
    assert len(alone) >= 12
    assert len(helped) <= 5


async def test_the_first_batch_of_a_backlog_comes_early(
    logs: Path, spied: Spied, monkeypatch: pytest.MonkeyPatch
) -> None:
    helped = await caught_up(source_of(logs, 1, monkeypatch), spied)
    assert 0 < helped[0].bytes < reading.BACKLOG_BATCH // 2 < helped[1].bytes


async def test_a_first_index_of_many_logs_says_that_it_reads_before_it_has_read(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MANY_LOGS", 5)
    batches = await caught_up(source_of(logs, NO_HELPERS, monkeypatch))
    assert (batches[0].events, batches[0].done, batches[0].backlog) == ((), 0, 1)
    assert batches[-1].done == batches[-1].backlog


async def test_what_a_killed_helper_did_not_hand_over_is_read_again_and_its_end_is_said(
    logs: Path, spied: Spied, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = await caught_up(source_of(logs, NO_HELPERS, monkeypatch))
    monkeypatch.setattr(read_ahead, "MOST_HELD", 1)
    monkeypatch.setattr(reading, "BACKLOG_BATCH", 1)
    helped: list[Batch] = []
    killed = False
    async for batch in source_of(logs, 1, monkeypatch).catch_up():
        helped.append(batch)
        await asyncio.wait_for(spied.up.wait(), 90)
        if spied.adopted == 2 and not killed:
            killed = True  # a second signal would ask for the status that asyncio waits for, and take it away
            for helper in spied.helpers:
                with suppress(ProcessLookupError):  # one that had nothing left to read has ended
                    helper.kill()
    assert 2 <= spied.adopted < 18
    assert events(helped) == events(alone)
    assert marks(helped) == marks(alone)
    said = [problem.text for batch in helped for problem in batch.problems]
    assert said and set(said) == {"a helper ended with status -9 while it read logs"}


async def test_helpers_that_cannot_be_started_are_said_and_the_core_reads_alone(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = await caught_up(source_of(logs, NO_HELPERS, monkeypatch))
    monkeypatch.setattr(launch, "FORKS", False)
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    helped = await caught_up(source_of(logs, 1, monkeypatch))
    assert events(helped) == events(alone)
    said = {problem.text for batch in helped for problem in batch.problems}
    assert said == {"a helper could not be started: No such file or directory while it read logs"}


async def test_an_interrupted_backlog_leaves_no_helper_and_is_resumed_from_its_marks(
    logs: Path, spied: Spied, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = await caught_up(source_of(logs, NO_HELPERS, monkeypatch))
    monkeypatch.setattr(reading, "BACKLOG_BATCH", 1)
    begun = source_of(logs, 1, monkeypatch).catch_up()
    first = [await anext(begun)]
    await asyncio.wait_for(spied.up.wait(), 90)
    first += [await anext(begun) for _ in range(3)]
    await begun.aclose()
    assert spied.helpers and all(helper.returncode is not None for helper in spied.helpers)
    rest = await caught_up(source_of(logs, 1, monkeypatch, list(marks(first).values())))
    size = sum(path.stat().st_size for path in logs.rglob("*.jsonl"))
    assert sum(batch.bytes for batch in (*first, *rest)) == size
    assert events(first) + events(rest) == events(alone)
    assert rest[0].done > sum(batch.bytes for batch in first)
    assert (rest[-1].done, rest[-1].backlog) == (size, size)


async def test_helpers_load_while_logs_are_judged_and_end_where_none_of_them_belongs(
    logs: Path, spied: Spied, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WORTH", 1)
    begun: list[list[asyncio.Task[None]]] = []
    begin, judge = read_ahead.ReadAhead.begin, reading.Reading._judge

    def beginning(ahead: read_ahead.ReadAhead) -> None:
        begin(ahead)
        begun.append(ahead._tasks)

    def judging(one: reading.Reading, log: KnownLog) -> None:
        assert begun, "no helper was started before the first judging"
        judge(one, log)

    monkeypatch.setattr(read_ahead.ReadAhead, "begin", beginning)
    monkeypatch.setattr(reading.Reading, "_judge", judging)
    nowhere = LogSource([ClaudeCode()], {"CLAUDE_CONFIG_DIR": str(logs)}, lambda cwd, trees: None)
    assert events(await caught_up(nowhere)) == []
    assert len(begun) == 1 and all(task.done() for task in begun[0])
    assert all(helper.returncode is not None for helper in spied.helpers)


@pytest.mark.skipif(not launch.FORKS, reason="helpers are started anew here")
async def test_a_helper_holds_no_file_of_who_started_it(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w"):
        helper = await read_ahead.start_reader()
        assert helper.stdin is not None and helper.stdout is not None
        await read_ahead.up(helper.stdout)
        assert {one.name for one in Path(f"/proc/{helper.pid}/fd").iterdir()} == {"0", "1", "2"}
        helper.stdin.close()
        assert await asyncio.wait_for(helper.wait(), 20) == 0


@pytest.mark.parametrize("forks", [launch.FORKS, False])
async def test_a_helper_ends_when_who_started_it_is_gone(forks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "FORKS", forks)
    helper = await read_ahead.start_reader()
    assert helper.stdin is not None and helper.stdout is not None
    await read_ahead.up(helper.stdout)
    helper.send_signal(signal.SIGINT)
    helper.stdin.close()
    assert await asyncio.wait_for(helper.wait(), 20) == 0


RECORDS = (
    user("do it"),
    model(text("Well."), call("Bash", "c1", command="pytest -q"), usage={"output_tokens": 5}),
    result("1 passed in 0.1s", "c1"),
    row("attachment", attachment={"type": "queued_command", "prompt": "and this"}),
    model(call("Write", "c2", file_path="/w/app/a.py"), id="msg_B", usage={"output_tokens": 7, "service_tier": "x"}),
    result("done", "c2"),
    model(call("TodoWrite", "c3", todos=[{"content": "one", "status": "pending"}]), id="msg_C"),
    result("Todos have been modified", "c3"),
    b"no json",
    model(text("Done."), id="msg_D", stop="end_turn"),
)
LINES = [line + b"\n" for line in lines_of(RECORDS)]
WHOLE = b"".join(LINES)


def begun_log(path: Path) -> KnownLog:
    log = KnownLog(ClaudeCode(), LogPlace(str(path), None), LogMark(str(path), "claude-code"))
    assert log.introduce() is None
    return log


@given(st.lists(st.tuples(st.integers(1, len(WHOLE)), st.booleans()), max_size=6))
@settings(deadline=None, max_examples=tries(20, 1000))
def test_any_split_of_a_log_among_batches_and_processes_tells_the_same(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, bool]]
) -> None:
    path = tmp_path_factory.mktemp("log") / "11111111-2222-4333-8444-555555555555.jsonl"
    path.write_bytes(WHOLE)
    once = begun_log(path)
    whole = once.advance()
    assert isinstance(whole, Told)
    path.write_bytes(LINES[0])
    log, told = begun_log(path), list[Event]()
    for end, elsewhere in [*sorted(cuts), (len(WHOLE), False)]:
        path.write_bytes(WHOLE[: max(end, len(LINES[0]))])
        if elsewhere:
            away = KnownLog(log.agent, log.place, log.mark, judged=True)
            handed = read(framed(away.advance(), more=False)[5:])
            assert log.follows(handed)
            log.adopt(handed)
        else:
            handed = log.advance()
        assert isinstance(handed, Told)
        told += handed.events
    assert told == whole.events
    assert (log.mark.offset, log.mark.records, log.mark.reader) == (
        once.mark.offset,
        once.mark.records,
        once.mark.reader,
    )


def test_what_was_read_from_elsewhere_than_the_mark_is_not_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "11111111-2222-4333-8444-555555555555.jsonl"
    path.write_bytes(WHOLE)
    log = begun_log(path)
    told = KnownLog(log.agent, log.place, log.mark, judged=True).advance()
    assert isinstance(told, Told) and log.follows(told)
    log.advance()
    assert not log.follows(told)
