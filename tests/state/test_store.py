"""The state database: what goes in comes out, all of a batch or nothing, and a damaged file loses nothing."""

import re
import sqlite3
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.money.meter import Metered, count
from state.ports import LogMark, Problem
from state.runs import event as ev
from state.runs.card import Blocker, Card
from state.runs.display import card
from state.runs.run import Ask, OpenCall, Origin, Process, Run, RunKey, Turn, Usage, run_key
from state.runs.worktree import ChangedFile, Worktree
from state.store import database, rows
from state.store.database import DatabaseTooNew, StoreUnwilling, statements
from state.store.writer import Store

KEY = run_key("codex", "one")
RUN = Run(key=KEY, agent="codex", session="one", title="a task")
WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "M")), max_size=8)
COUNTS = st.integers(0, 2**40)
TIMES = st.none() | st.floats(0, 2e9)
USAGES = st.builds(Usage, *(COUNTS for _ in fields(Usage)))
ORIGINS = st.builds(Origin, WORDS, COUNTS, TIMES)
CARDS = st.builds(
    Card, id=WORDS, agent=WORDS, session_id=WORDS, state=st.sampled_from(["working", "idle"]), because=WORDS,
    need=COUNTS,
    certain=st.booleans(), since=TIMES, alive=st.none() | st.booleans(), branch=st.none() | WORDS, usage=USAGES,
    models=st.lists(WORDS, max_size=3).map(tuple), changed_files=st.none() | COUNTS,
    blockers=st.lists(st.builds(Blocker, WORDS, WORDS, TIMES), max_size=2).map(tuple),
)  # fmt: skip
RUNS = st.builds(
    Run, key=WORDS.map(RunKey), agent=WORDS, session=WORDS, title=st.none() | WORDS, seen=TIMES, usage=USAGES,
    turn=st.builds(Turn, st.booleans(), TIMES, st.sampled_from([None, "done", "limit"]), WORDS),
    calls=st.lists(st.builds(OpenCall, WORDS, WORDS, WORDS, TIMES), max_size=2).map(tuple),
    asks=st.lists(st.builds(Ask, st.just("plan"), WORDS, WORDS, TIMES, st.booleans()), max_size=2).map(tuple),
    process=st.none() | st.builds(Process, COUNTS, st.booleans()),
    origins=st.dictionaries(WORDS, ORIGINS, max_size=3),
)  # fmt: skip
MARKS = st.builds(
    LogMark, path=WORDS, agent=WORDS, side=st.booleans(), belongs=st.booleans(), offset=COUNTS, reader=WORDS
)


@given(CARDS)
def test_a_card_comes_back_as_it_was_written(shown: Card) -> None:
    assert rows.card_of_row(dict(zip(rows.CARD_COLUMNS, rows.row_of_card(shown), strict=True))) == shown


@given(MARKS)
def test_a_mark_comes_back_as_it_was_written(mark: LogMark) -> None:
    assert rows.mark_of_row(dict(zip(rows.MARK_FIELDS, rows.row_of_mark(mark), strict=True))) == mark


@given(RUNS)
def test_a_runs_facts_come_back_as_they_were_written(run: Run) -> None:
    assert rows.RUN.validate_json(rows.RUN.dump_json(run)) == run


def columns(path: Path, table: str) -> list[str]:
    with sqlite3.connect(path) as connection:
        found = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    connection.close()
    return found


def test_the_schema_has_a_documented_column_for_each_fact(tmp_path: Path) -> None:
    Store(tmp_path / "state.db").close()
    assert columns(tmp_path / "state.db", "run") == [*rows.CARD_COLUMNS, "facts"]
    assert columns(tmp_path / "state.db", "log") == list(rows.MARK_FIELDS)
    assert columns(tmp_path / "state.db", "usage") == list(rows.METERED_COLUMNS)
    script = database.SCHEMA.read_text()
    table = script[script.index("CREATE TABLE run") : script.index(") WITHOUT ROWID;\nCREATE INDEX run_rev")]
    for name in rows.CARD_COLUMNS:
        line = re.search(rf"^    {name} .*$", table, re.MULTILINE)
        assert line is not None, name
        assert "-- " in line.group(), f"{name} says nothing"


def test_only_the_owner_reads_the_database(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    with store.transaction() as transaction:
        transaction.show([(RUN, card(RUN, None, 0.0))])
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    store.close()
    assert modes == {"state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600}


def test_the_view_board_shows_a_run_usefully(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    tree = Worktree(
        "/w/a", "/r/.git", branch="feat/x", ahead=2, behind=1, files=(ChangedFile("a.py", "modified", 3, 1),)
    )
    run = replace(RUN, worktree="/w/a", usage=Usage(fresh_input=10, output=5), seen=100.0)
    with store.transaction() as transaction:
        transaction.show([(run, card(run, tree, 200.0))])
    store.close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM board").fetchone())
    connection.close()
    shown = {name: row[name] for name in ("state", "task", "branch", "files", "lines", "commits", "tokens", "seen_utc")}
    assert shown == {
        "state": "unknown?",
        "task": "a task",
        "branch": "feat/x",
        "files": 1,
        "lines": "+3 -1",
        "commits": "+2 -1",
        "tokens": 15,
        "seen_utc": "1970-01-01 00:01:40",
    }


class FailingAt(sqlite3.Connection):
    """A real connection whose n-th statement fails, as a full disk or a kill would make it."""

    left = 10**9

    def _spend(self) -> None:
        type(self).left -= 1
        if type(self).left == 0:
            raise sqlite3.OperationalError("disk I/O error")

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        self._spend()
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        self._spend()
        return super().executemany(*arguments)


def write_batch(store: Store) -> None:
    origin = Origin("/logs/a", 10, 5.0)
    call = Metered("k", KEY, 5.0, "m", False, Usage(output=3), "/logs/a", 10)
    with store.transaction() as transaction:
        assert transaction.metered(["k"]) == {}
        transaction.count([call])
        transaction.tell([ev.PromptGiven(KEY, origin, "go"), ev.AgentSpoke(KEY, origin, "yes")], {"/logs/a": 1})
        transaction.show([(RUN, card(RUN, None, 0.0))])
        transaction.mark([LogMark("/logs/a", "codex", offset=99, generation=1)])
        transaction.place([Worktree("/w/a", "/r/.git")])
        transaction.report([Problem("x", "broken", "mend it")], ["y"], 1.0)
        transaction.say("repository", "r")


def contents(path: Path) -> dict[str, int]:
    tables = ("run", "worktree", "log", "event", "usage", "problem", "meta")
    connection = sqlite3.connect(path)
    found = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    connection.close()
    return found


def test_a_batch_that_fails_at_any_statement_leaves_nothing_and_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, factory=FailingAt, **k))
    store, step, failed = Store(tmp_path / "state.db"), 0, True
    while failed:
        step += 1
        FailingAt.left, failed = step, False
        try:
            write_batch(store)
        except StoreUnwilling:
            failed = True
        FailingAt.left = 10**9
        if failed:
            assert set(contents(store.path).values()) == {0}, f"step {step} left something"
    store.close()
    assert step > 10
    assert contents(tmp_path / "state.db") == {
        "run": 1, "worktree": 1, "log": 1, "event": 2, "usage": 1, "problem": 1, "meta": 2,
    }  # fmt: skip


def test_making_the_database_fails_whole_or_succeeds_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, factory=FailingAt, **k))
    path, step, failed = tmp_path / "state.db", 0, True
    while failed:
        step, failed = step + 1, False
        FailingAt.left = step
        try:
            Store(path).close()
        except StoreUnwilling:
            failed = True
            FailingAt.left = 10**9
            version = real(path).execute("PRAGMA user_version").fetchone()[0]
            assert version == 0
    assert step > 15


def test_events_of_one_record_written_twice_stand_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    with store.transaction() as first:
        first.tell([ev.PromptGiven(KEY, Origin("/l", 0, 1.0), "go")], {})
    with store.transaction() as second:
        second.tell([ev.PromptGiven(KEY, Origin("/l", 0, 1.0), "go")], {})
    store.close()
    assert contents(tmp_path / "state.db")["event"] == 1


def test_what_was_left_is_loaded_and_gone_worktrees_are_not(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    write_batch(store)
    with store.transaction() as transaction:
        transaction.remove_worktrees(["/w/a"])
    store.close()
    loaded = Store(tmp_path / "state.db")
    left = loaded.load()
    loaded.close()
    assert (left.runs, left.worktrees) == ((RUN,), ())
    assert [mark.offset for mark in left.marks] == [99]


@pytest.mark.parametrize(
    "damage",
    [b"this is no database at all, but long enough to be read as one" * 40, b"SQLite format 3\0" + b"\xff" * 4096],
)
def test_a_damaged_database_is_kept_aside_and_begun_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(damage)
    store = Store(path)
    assert len(store.opened_with) == 1 and "damaged" in store.opened_with[0].text
    store.close()
    kept = [other for other in tmp_path.iterdir() if "corrupt" in other.name]
    assert [other.read_bytes() for other in kept] == [damage]


def test_a_database_of_a_later_headgate_is_refused_with_a_remedy(tmp_path: Path) -> None:
    Store(tmp_path / "state.db").close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DatabaseTooNew, match="update Headgate"):
        Store(tmp_path / "state.db")


def version_1(path: Path) -> None:
    """Make the database as the first Headgate made it, with one log that was read."""
    connection = sqlite3.connect(path)
    connection.executescript((Path(__file__).parents[1] / "fixtures" / "schema_1.sql").read_text())
    mark = rows.row_of_mark(LogMark("/l", "codex", offset=7, head="abc"))[: len(columns(path, "log"))]
    connection.execute(f"INSERT INTO log VALUES ({', '.join('?' * len(mark))})", mark)
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()


def test_an_older_database_is_brought_forward_to_the_tables_of_a_new_one(tmp_path: Path) -> None:
    version_1(tmp_path / "old.db")
    for name in ("old.db", "new.db"):
        Store(tmp_path / name).close()
    tables = [row[0] for row in sqlite3.connect(tmp_path / "new.db").execute("SELECT name FROM sqlite_master")]
    for table in (name for name in tables if not name.startswith(("sqlite_", "run_rev", "event_run"))):
        assert sorted(columns(tmp_path / "old.db", table)) == sorted(columns(tmp_path / "new.db", table))


def test_the_logs_of_an_older_database_are_read_again_because_a_newer_headgate_reads_more(tmp_path: Path) -> None:
    version_1(tmp_path / "old.db")
    store = Store(tmp_path / "old.db")
    (mark,) = store.load().marks
    store.close()
    assert (mark.offset, mark.head != "abc") == (7, True)


def test_a_removed_database_is_noticed(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    assert store.still_there()
    (tmp_path / "state.db").unlink()
    assert not store.still_there()
    store.close()


def test_a_script_is_split_at_its_statements() -> None:
    assert [one.strip() for one in statements("CREATE TABLE a (b); -- c;\nSELECT ';';\n")] == [
        "CREATE TABLE a (b); -- c;",
        "SELECT ';';",
    ]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["p", "q"]), st.booleans(), USAGES), max_size=20),
    st.data(),
)
def test_usage_is_the_same_however_the_records_are_cut_into_batches(
    records: list[tuple[str, str, bool, Usage]], data: st.DataObject
) -> None:
    events = [
        ev.RequestMetered(RunKey(run), Origin("/l", at, None), key, "m", usage, side)
        for at, (key, run, side, usage) in enumerate(records)
    ]
    cut = data.draw(st.integers(0, len(events)))
    whole, _ = count(events, lambda keys: {})
    known: dict[str, Metered] = {}
    totals: dict[str, Usage] = {}
    for batch in (events[:cut], events[cut:], events):
        calls, counted = count(batch, lambda keys: {key: known[key] for key in keys if key in known})
        known.update({call.key: call for call in calls})
        for one in counted:
            totals[one.run] = totals.get(one.run, Usage()) + one.usage
    owners: dict[str, Usage] = {}
    for call in known.values():
        owners[call.run] = owners.get(call.run, Usage()) + call.usage
    assert {run: usage for run, usage in totals.items() if usage != Usage()} == {
        run: usage for run, usage in owners.items() if usage != Usage()
    }
    assert {call.key: call.usage for call in whole} == {key: call.usage for key, call in known.items()}
