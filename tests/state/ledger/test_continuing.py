"""The ledger goes on where an earlier life left it: over a kill, a damaged file, a lost end and an older version."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from state.beside import Beside
from state.ledger.canonical import read
from state.ledger.entry import Draft
from state.ledger.recording import drafts_of
from state.store import database
from state.store.database import MIGRATIONS, StoreUnwilling, statements
from state.store.ledger_file import ledger_at
from state.store.writer import Store
from tests.state.ledger.ledger_world import attacked, decided, lay, verdict, write


def told(path: Path) -> list[tuple[str, str, dict[str, Any]]]:
    with ledger_at(path) as file:
        return [(row["actor_kind"], row["kind"], read(row["body"])) for row in file.entries()]


def killed(path: Path) -> None:
    """Leave the database as a killed core does: with the mark that it was at work."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = '12.500' WHERE key = 'alive'")


def begun(path: Path, now: float = 20.0) -> tuple[str, ...]:
    """Begin a life and end it in good order; gives what was said to be wrong."""
    store = Store(path)
    store.begin(now)
    store.close()
    return tuple(problem.text for problem in store.opened_with)


def test_a_life_that_ended_in_good_order_leaves_no_gap(tmp_path: Path) -> None:
    path = lay(tmp_path)
    before = told(path)
    assert begun(path) == () and told(path) == before


def test_a_killed_core_leaves_a_gap_with_its_two_ends(tmp_path: Path) -> None:
    path = lay(tmp_path)
    killed(path)
    begun(path)
    assert told(path)[-1] == ("tool", "gap", {"from_ms": 12500, "to_ms": 20000, "reason": "unclean"})
    assert begun(path) == () and told(path)[-1][2]["to_ms"] == 20000
    assert verdict(path).intact


def test_a_core_at_work_is_marked_until_it_ends(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    store.begin(1.0)
    with store.transaction() as transaction:
        transaction.record((), 5.25)
    with store.transaction() as transaction:
        assert transaction.said("alive") == "5.250"
    store.close()
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'alive'").fetchone() == ("",)


@pytest.mark.parametrize("harm", ["header", "page"])
def test_a_damaged_database_gives_its_entries_to_the_next(tmp_path: Path, harm: str) -> None:
    path = lay(tmp_path)
    store = Store(path)
    write(
        store, Beside(drafts=tuple(Draft("tool", "headgate", "note", 7.0, body={"n": n}) for n in range(100, 300))), 8
    )
    store.close()
    raw = bytearray(path.read_bytes())
    at = 0 if harm == "header" else raw.rindex(b'{"n":250}') // 4096 * 4096
    raw[at : at + 40] = b"\xff" * 40
    path.write_bytes(raw)
    store = Store(path)
    if harm == "page":  # found where it is read, and set aside then
        store.condemn()
        store = Store(path)
    store.begin(20.0)
    store.close()
    kinds = [kind for _, kind, _ in told(path)]
    body = told(path)[-1][2]
    assert body["aside"].startswith("state.db.corrupt-") and body["last_seq"] == 212
    assert body["lost"] == 212 - body["entries"] and kinds[-1] == ("salvaged" if body["entries"] else "begun_anew")
    assert (harm == "header") == (body["entries"] == 0)
    assert any(f"lacks its last {body['lost']} entries" in one.text for one in store.opened_with)
    assert verdict(path).intact, "the note beside the database was written anew"


def test_a_whole_database_that_was_set_aside_loses_no_entry(tmp_path: Path) -> None:
    path = lay(tmp_path)
    before = told(path)
    store = Store(path)
    store.condemn()
    assert begun(path) == ()
    assert told(path)[:-1] == before
    assert told(path)[-1][1] == "salvaged" and told(path)[-1][2]["lost"] == 0
    assert verdict(path).intact


def counts(path: Path) -> dict[str, int]:
    with ledger_at(path) as file:
        run = file.connection.execute
        tables = ("request", "decision", "freeze", "package", "approval")
        return {name: run(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


def test_what_decisions_were_made_on_is_saved_with_them_and_nothing_forged_is(tmp_path: Path) -> None:
    path = lay(tmp_path)
    with attacked(path) as opened:
        opened.execute(
            "INSERT INTO decision SELECT 9, 'o-9', 'q-9', run, 'approve', by, account, at, reason, via, shown_sha,"
            " dwell, opened, late, assurance FROM decision"
        )
        opened.execute("INSERT INTO request SELECT 'q-9', run, gate, text, sha, opened, 'approved', deadline, tool,"
                       " call, input, cwd, effects, hits, severity, policy, context_version, listening, advice, plan,"
                       " repeats, agent, session, rev FROM request")  # fmt: skip
        opened.execute("UPDATE request SET state = 'approved'")
        opened.execute("UPDATE approval SET \"merge\" = 'cc'")
    Store(path).condemn()
    begun(path)
    assert counts(path) == {"request": 1, "decision": 1, "freeze": 1, "package": 1, "approval": 1}
    assert told(path)[-1][2]["rows"] == 5
    assert verdict(path).intact
    with ledger_at(path) as file:
        assert [(one.id, one.state) for one in file.requests("q")] == [("q-1", "denied")]
        assert file.approvals()[0]["merge"] is None


def test_forged_entries_of_a_database_set_aside_are_not_taken_over(tmp_path: Path) -> None:
    path = lay(tmp_path)
    with attacked(path) as opened:
        opened.execute("UPDATE ledger SET actor = 'eve' WHERE seq = 4")
    Store(path).condemn()
    begun(path)
    assert [kind for _, kind, _ in told(path)][3:] == ["salvaged"]
    assert told(path)[-1][2]["entries"] == 3 and "entry 4" in told(path)[-1][2]["why"]


def test_a_removed_database_is_said_to_be_begun_anew(tmp_path: Path) -> None:
    path = lay(tmp_path)
    path.unlink()
    assert begun(path) == ("the ledger was begun anew and lacks its last 12 entries",)
    assert [kind for _, kind, _ in told(path)] == ["begun_anew"]
    assert told(path)[0][2]["last_seq"] == 12


def test_yesterdays_copy_of_the_database_is_noticed(tmp_path: Path) -> None:
    path = lay(tmp_path)
    shutil.copy(path, tmp_path / "copy")
    store = Store(path)
    store.begin(15.0)
    write(store, Beside(gates=decided(2)), 16.0)
    store.close()
    shutil.copy(tmp_path / "copy", path)
    (said,) = begun(path)
    assert said == "the ledger ends at entry 12 and is not the one that was seen to reach entry 15"
    assert told(path)[-1][:2] == ("tool", "shortened")


def test_decisions_from_before_the_ledger_are_told_and_claimed_by_nobody(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    older = closing(sqlite3.connect(path, isolation_level=None))
    with older as connection:
        for version in (1, 2):
            script = (
                (Path(__file__).parents[2] / "fixtures/schema_1.sql").read_text() if version == 1 else MIGRATIONS[1]
            )
            for statement in statements(script):
                connection.execute(statement)
        connection.execute(
            "INSERT INTO decision VALUES (1, 'o-1', 'q-1', 'r', 'approve', 'ada', 'acc', 2.5, 'why', 'board', 'ab',"
            " 1.5, 1, 0)"
        )
        connection.execute("INSERT INTO freeze VALUES (1, 'o-2', '', 1, 'ada', 3.0, 'lunch')")
        connection.execute("PRAGMA user_version = 2")
    assert begun(path) == ()
    entries = told(path)
    assert [one[:2] for one in entries] == [("tool", "decision_before_ledger"), ("tool", "freeze_before_ledger")]
    assert entries[0][2]["said_by"] == "ada" and entries[0][2]["dwell_ms"] == 1500
    assert verdict(path).intact
    begun(path)
    assert told(path) == entries


def test_the_policy_in_force_is_told_when_it_changes_and_only_then(tmp_path: Path) -> None:
    path, store = tmp_path / "state.db", Store(tmp_path / "state.db")
    store.begin(1.0)
    for now, blob in enumerate(("a", "a", "b", "b", "a")):
        draft = Draft("tool", "headgate", "policy", float(now), body={"policy": blob}, news=True)
        write(store, Beside(drafts=(draft,)), float(now))
    store.close()
    assert [body["policy"] for _, _, body in told(path)] == ["a", "b", "a"]


class Dying(sqlite3.Connection):
    """A real connection that dies at its n-th statement, as a kill would."""

    left = 10**9

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        self._spend()
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        self._spend()
        return super().executemany(*arguments)

    def _spend(self) -> None:
        type(self).left -= 1
        if type(self).left == 0:
            raise sqlite3.OperationalError("disk I/O error")


def test_no_crash_leaves_a_decision_without_its_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = lay(tmp_path)
    connect = sqlite3.connect
    monkeypatch.setattr(
        database.sqlite3,
        "connect",
        lambda *a, **k: connect(*a, **{**k, "factory": Dying}),  # pyright: ignore
    )
    store = Store(path)
    change = Beside(gates=decided(2))
    ended = 0
    for number in range(1, 60):
        Dying.left = number
        try:
            write(store, change, 30.0)
            break
        except StoreUnwilling:
            ended += 1
        finally:
            Dying.left = 10**9
        assert rows(path) == (1, 1), f"killed at statement {number}"
    assert ended > 5 and rows(path) == (2, 2)
    store.close()
    assert verdict(path).intact


def rows(path: Path) -> tuple[int, int]:
    """Count decisions and their entries as another process sees them."""
    with ledger_at(path) as file:
        decisions = file.connection.execute("SELECT count(*) FROM decision").fetchone()[0]
        return decisions, len(file.told_before(("decision",)))


def test_an_order_that_is_carried_out_twice_stands_once(tmp_path: Path) -> None:
    path = lay(tmp_path)
    store = Store(path)
    drafts = drafts_of(Beside(gates=decided()), 40.0)
    with store.transaction() as transaction:
        transaction.record(drafts)
        transaction.record((*drafts, *drafts))
    store.close()
    assert [kind for _, kind, _ in told(path)].count("decision") == 1
