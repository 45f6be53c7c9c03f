"""Rows that come, change and go under the reader: nothing is lost or counted twice, and the writer is never held up."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import rows
from adapters.agents.opencode_rows import OpenCodeStore
from adapters.tail import Chunk
from state.ports import LogMark
from state.runs.event import FileEdited, LineNotUnderstood, PromptGiven, RequestMetered, ToolBegun, ToolEnded, TurnEnded
from state.runs.run import Usage
from tests.adapters.opencode_world import NOW, Database, Home, identity, tokens

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


@settings(max_examples=25, deadline=None)
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


async def test_a_session_is_cut_into_chunks_at_any_row(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    for number in range(30):
        database.prompt("ses_1", NOW + number * 1000, f"prompt {number}")
    log = rows.RowLog(rows.Database(str(home.path), OpenCodeStore()), "ses_1")
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
    assert len(set(heard)) == len(heard)
    assert sum(b"new" in line for line in heard) == 30
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


# What stands in a database's place


async def test_a_locked_database_is_told_and_read_when_it_is_free(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path, wal=False)
    database.session("ses_1")
    database.prompt("ses_1", NOW, "hello")
    database.execute("BEGIN EXCLUSIVE")
    await home.catch_up()
    assert home.events == [] and "locked" in home.problems[str(home.path)]
    database.execute("COMMIT")
    await home.catch_up()
    assert home.problems == {} and home.run("ses_1").title == "A title"
    database.close()


async def test_a_database_that_is_locked_later_loses_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path, wal=False)
    database.session("ses_1")
    database.prompt("ses_1", NOW, "one")
    await home.catch_up()
    database.prompt("ses_1", NOW + 9000, "two")
    database.execute("BEGIN EXCLUSIVE")
    await home.catch_up()
    database.execute("COMMIT")
    await home.catch_up()
    assert [event.text for event in home.events if isinstance(event, PromptGiven)] == ["one", "two"]
    assert home.problems == {}
    database.close()


@pytest.mark.parametrize("stands", ["text", "cut", "empty", "folder", "link"])
async def test_what_is_no_database_is_one_problem_at_most(tmp_path: Path, stands: str) -> None:
    home = Home(tmp_path)
    other = Database(tmp_path / "other.db")
    other.session("ses_1")
    other.close()
    home.path.parent.mkdir(parents=True)
    match stands:
        case "text":
            home.path.write_text("this is no database " * 500)
        case "cut":
            home.path.write_bytes((tmp_path / "other.db").read_bytes()[:5000])
        case "empty":
            home.path.touch()
        case "folder":
            home.path.mkdir()
        case _:
            home.path.symlink_to(tmp_path / "other.db")
    await home.catch_up()
    assert home.events == []
    assert list(home.problems) == ([str(home.path)] if stands in ("text", "cut", "empty") else [])


async def test_a_torn_page_stops_one_session_and_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.prompt("ses_1", NOW, "x" * 50_000)
    database.close()
    torn = bytearray(home.path.read_bytes())
    for page in range(12, len(torn) // 4096):
        torn[page * 4096 : page * 4096 + 4096] = b"\xff" * 4096
    home.path.write_bytes(torn)
    await home.catch_up()
    assert all("malformed" in text or "corrupt" in text for text in home.problems.values())
    assert home.run("ses_1").usage == Usage() and (home.problems or home.events)


async def test_a_database_of_another_version_is_named_and_not_guessed_at(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.execute("ALTER TABLE part RENAME COLUMN message_id TO step_id")
    await home.catch_up()
    assert home.events == []
    assert "its table part has no column message_id" in home.problems[str(home.path)]
    database.close()


async def test_sessions_of_opencode_2_are_said_to_be_not_understood(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.execute("INSERT INTO session_message VALUES ('a', 'ses_1', 'user', 1, ?, ?, '{}')", NOW, NOW)
    await home.catch_up()
    await home.catch_up()
    puzzles = [event for event in home.events if isinstance(event, LineNotUnderstood)]
    assert [event.kind for event in puzzles] == ["session_message"]
    assert home.run("ses_1").not_understood == 1
    for table in ("part", "message"):
        database.execute(f"DROP TABLE {table}")
    await home.catch_up()
    assert "OpenCode 2" in home.problems[str(home.path)]
    database.close()


async def test_the_files_of_an_old_opencode_are_named_as_unread(tmp_path: Path) -> None:
    home = Home(tmp_path)
    old = home.path.parent / "storage" / "session" / "project"
    old.mkdir(parents=True)
    await home.catch_up()
    (problem,) = home.problems.values()
    assert "OpenCode before 1.2" in problem
    Database(home.path).session("ses_1")
    await home.catch_up()
    assert home.problems == {}


async def test_rows_that_are_no_json_are_counted_and_hide_no_other(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.answer("ses_1", NOW, tokens=tokens(100, 10))
    bad = ['{"type":', "", '"text"', '{"type":"text"},"table":"session"', b"\xff\xfe", '{"type":' + "[" * 5000]
    for number, data in enumerate(bad):
        part = identity("prt", NOW + number, 3)
        database.execute("INSERT INTO part VALUES (?, ?, 'ses_1', 1, 1, ?)", part, identity("msg", NOW), data)
    database.execute("INSERT INTO message VALUES (?, 'ses_1', 1, 1, '[]')", identity("msg", NOW + 1))
    database.answer("ses_1", NOW + 5000, tokens={"input": -5, "output": 1e300, "cache": "x", "reasoning": None})
    database.answer("ses_1", NOW + 9000, tokens=tokens(1, 1))
    await home.catch_up()
    assert home.usage().fresh_input == 101
    assert len([event for event in home.events if isinstance(event, LineNotUnderstood)]) == len(bad) + 1
    database.close()


async def test_a_database_that_is_replaced_is_read_anew_and_counted_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.answer("ses_1", NOW, tokens=tokens(100, 10))
    database.prompt("ses_1", NOW + 1000, "hello")
    database.close()
    await home.catch_up()
    copy = tmp_path / "copy"
    copy.write_bytes(home.path.read_bytes())
    copy.replace(home.path)
    database = Database(home.path)
    database.answer("ses_1", NOW - 90_000, tokens=tokens(7, 1))
    await home.catch_up()
    assert (home.usage().fresh_input, len(told(home))) == (107, 1)
    database.close()


async def test_a_session_that_goes_and_comes_back_is_told_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    database = Database(home.path)
    database.session("ses_1")
    database.prompt("ses_1", NOW, "hello")
    await home.catch_up()
    database.execute("DELETE FROM session")
    await home.catch_up()
    database.session("ses_1")
    await home.catch_up()
    assert len(told(home)) == 1 and home.problems == {}
    database.close()


def test_the_tables_of_accounts_are_never_named() -> None:
    source = Path(__file__).parents[2] / "adapters"
    text = "".join(path.read_text() for path in source.rglob("opencode*.py"))
    assert not any(word in text for word in ("FROM account", "control_account", "credential", "SELECT *"))


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
