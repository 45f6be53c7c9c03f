"""Rows that come, change and go under the reader: nothing is lost or counted twice, and the writer is never held up."""

import asyncio
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import rows
from adapters.agents.opencode_rows import OpenCodeStore
from adapters.rows import Key
from adapters.tail import Chunk
from state.ports import LogMark
from state.runs.event import FileEdited, PromptGiven, RequestMetered, ToolBegun, ToolEnded, TurnEnded
from state.runs.run import Usage
from tests.adapters.opencode_world import NOW, Database, Home, identity, tokens
from tests.tries import tries

FINISHED = {"finish": "tool-calls"}


def told(home: Home) -> list[str]:
    """Everything that is told once: prompts, calls with their ends, edits and turns."""
    once = (PromptGiven, ToolBegun, ToolEnded, FileEdited, TurnEnded)
    return sorted(f"{type(event).__name__} {event.origin.offset}" for event in home.events if isinstance(event, once))


def write(database: Database, step: tuple[str, int, int], at: int) -> None:
    """Do one of the things that OpenCode does to its rows; `at` is when."""
    kind, number, size = step
    session, begun = f"ses_{number % 2}", NOW + number * 1000
    message, call = identity("msg", begun), identity("prt", begun, 7)
    own: dict[str, Any] = {"role": "assistant", "agent": "build", "modelID": "m-1", "providerID": "anthropic"}
    match kind:
        case "open":
            database.execute("INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, '{}')", message, session, begun, at)
        case "finish":
            spent = tokens(100 * (number + 1), 10)
            done = {"created": begun, "completed": begun + 900}
            database.message(message, session, begun, at, **own, **FINISHED, tokens=spent, time=done)
        case "run":
            database.message(message, session, begun, at, **own)
            state = {"status": "running", "input": {"filePath": f"/w/one/{number}"}, "time": {"start": begun}}
            database.part(call, message, session, begun, at, type="tool", tool="edit", callID="c", state=state)
        case "end":
            database.message(message, session, begun, at, **own)
            state = {"status": "completed", "input": {"filePath": f"/w/one/{number}"}, "output": "x" * size}
            database.part(call, message, session, begun, at, type="tool", tool="edit", callID="c", state=state)
        case _:
            database.execute("UPDATE part SET time_updated = ? WHERE id = ?", at, call)


STEPS = st.lists(
    st.tuples(st.sampled_from(["open", "finish", "run", "end", "touch"]), st.integers(0, 5), st.integers(0, 300)),
    max_size=25,
)


@settings(max_examples=tries(10, 500), deadline=None)
@given(steps=STEPS, reads=st.sets(st.integers(0, 25)), restarts=st.booleans(), apart=st.sampled_from([0, 1, 7000]))
def test_rows_read_as_they_change_tell_the_same_as_one_pass(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, int, int]],
    reads: set[int],
    restarts: bool,
    apart: int,
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    live, database = Home(folder), Database(Home(folder).path)
    database.session("ses_0")
    database.session("ses_1")
    # Whatever was done, each call is finished at last: how far it got before would differ with when one looked.
    closing = [(kind, number, 0) for number in range(6) for kind in ("end", "finish")]
    for count, step in enumerate([*steps, *closing]):
        write(database, step, NOW + 10_000 + count * apart)
        if count in reads:
            asyncio.run(live.catch_up())
            if restarts:
                live.restart()
    asyncio.run(live.catch_up())
    once = Home(folder)
    asyncio.run(once.catch_up())
    assert live.usage() == once.usage() == Usage(2100, 0, 0, 0, 60, 0, 6)
    assert told(live) == told(once)
    assert asyncio.run(live.catch_up()) == []
    database.close()


async def test_what_was_deleted_stays_counted(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.answer("ses_1", NOW, tokens=tokens(100, 10))
    await home.catch_up()
    database.execute("DELETE FROM message")
    database.answer("ses_1", NOW + 5000, tokens=tokens(200, 20))
    await home.catch_up()
    assert (home.usage().fresh_input, home.usage().requests) == (300, 2)
    database.close()


async def test_a_row_with_an_older_time_is_still_found(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.answer("ses_1", NOW, tokens=tokens(100, 10))
    await home.catch_up()
    database.answer("ses_1", NOW - 3_600_000, tokens=tokens(7, 1))  # the clock was set back by an hour
    await home.catch_up()
    assert home.usage().fresh_input == 107
    database.close()


async def test_a_vacuum_changes_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    for number in range(20):
        database.prompt("ses_1", NOW + number * 1000, f"prompt {number}")
    database.execute("DELETE FROM part WHERE rowid < 5")
    await home.catch_up()
    before = told(home)
    database.execute("VACUUM")
    database.prompt("ses_1", NOW + 60_000, "after")
    await home.catch_up()
    home.restart()
    await home.catch_up()
    assert len(told(home)) == len(before) + 1 == 17
    database.close()


class Counting(OpenCodeStore):
    """Counts how often it was asked for the rows of a session."""

    asked = 0

    def keys(self, connection: sqlite3.Connection, session: str, since: int, rows: Mapping[str, int]) -> list[Key]:
        self.asked += 1
        return super().keys(connection, session, since, rows)


async def test_a_session_is_cut_into_chunks_at_any_row(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    for number in range(30):
        database.prompt("ses_1", NOW + number * 1000, f"prompt {number}")
    store = Counting()
    log = rows.RowLog(rows.Database(str(home.path), store), "ses_1")
    mark, lines, chunks = LogMark(f"{home.path}#ses_1", "opencode"), list[bytes](), 0
    while True:
        chunk = log.read_on(mark, most=500)
        assert isinstance(chunk, Chunk)
        mark, chunks = chunk.mark, chunks + 1
        lines += [piece[1] for piece in chunk.pieces if isinstance(piece, tuple)]
        if chunks == 3:  # a row that was read already changes before the pass is over
            database.execute('UPDATE part SET data = \'{"type":"text","text":"new"}\', time_updated = ?', NOW + 40_000)
        if not chunk.more:
            break
    again = log.read_on(mark)
    assert chunks > 10 and isinstance(again, Chunk)
    heard = [*lines, *(piece[1] for piece in again.pieces if isinstance(piece, tuple))]
    assert len({line for line in heard if b"new" in line}) == 30
    assert len(set(lines)) == len(lines) and store.asked == 2  # once for the pass, once after it
    database.close()


async def test_the_writer_is_never_held_up_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    home = Home(tmp_path)
    Database(home.path).session("ses_1")
    failures: list[Exception] = []

    def write_on() -> None:
        database = Database(home.path)
        database.execute("PRAGMA busy_timeout = 0")
        database.execute("PRAGMA wal_autocheckpoint = 5")
        try:
            for number in range(300):
                message = database.answer("ses_1", NOW + number * 10)
                part = {"status": "running", "input": {"command": "ls"}, "metadata": {}}
                database.call("ses_1", message, NOW + number * 10, "bash", **part)
                database.call("ses_1", message, NOW + number * 10, "bash", NOW + number * 10 + 5, status="completed")
                database.answer("ses_1", NOW + number * 10, tokens=tokens(10, 1))
        except sqlite3.Error as error:
            failures.append(error)
        finally:
            database.close()

    writer = threading.Thread(target=write_on)
    writer.start()
    while writer.is_alive():
        await home.catch_up()
    await home.catch_up()
    assert failures == []
    assert (home.usage().requests, home.usage().fresh_input) == (300, 3000)
    ends = [event.call for event in home.events if isinstance(event, ToolEnded)]
    assert len(ends) == len(set(ends)) == 300
    assert len([event for event in home.events if isinstance(event, ToolBegun)]) == 300


async def test_nothing_is_written_beside_a_database_that_nobody_has_open(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.prompt("ses_1", NOW, "hello")
    database.close()
    before = home.path.read_bytes()
    home.path.parent.chmod(0o500)
    try:
        await home.catch_up()
    finally:
        home.path.parent.chmod(0o700)
    assert [path.name for path in home.path.parent.iterdir()] == ["opencode.db"]
    assert home.path.read_bytes() == before and home.run("ses_1").title == "A title"


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    with rows.Database(str(home.path), OpenCodeStore()).connected() as connection:
        for text in ("DELETE FROM session", "PRAGMA user_version = 7", "CREATE TABLE x (y)"):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                connection.execute(text)
    database.close()


async def test_an_unchanged_database_is_not_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    for number in range(5):
        database.session(f"ses_{number}", NOW - number * 10_000)
        database.prompt(f"ses_{number}", NOW - number * 10_000, "hello")
    opened: list[int] = []
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **more: opened.append(1) or connect(*given, **more))
    await home.catch_up()
    first = len(opened)
    await home.catch_up()
    assert first == len(opened) > 0
    database.prompt("ses_0", NOW + 900, "more")
    await home.catch_up()
    assert len(opened) == first + 2  # one look at the sessions, one read of the one that changed
    database.close()


def test_a_call_is_metered_each_time_it_is_met(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    for size in (10, 20):
        database.answer("ses_1", NOW, tokens=tokens(size, 1))
        asyncio.run(home.catch_up())
    metered = [event.usage.fresh_input for event in home.events if isinstance(event, RequestMetered)]
    assert metered == [10, 20] and home.usage().requests == 1
    database.close()
