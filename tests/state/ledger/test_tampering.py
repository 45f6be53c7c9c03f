"""Each way to change a ledger in its SQLite file is found and named, or it is said that only a witness finds it."""

import json
import shutil
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from state.ledger.chain import FIRST, hash_of
from state.ledger.verifying import Anchor, Verification, verified
from state.store import ledger, witness
from tests.promises import attacks
from tests.state.ledger.ledger_world import attacked, lay, verdict
from tests.tries import tries

pytestmark = attacks("ledger")

Attack = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("ledger"))


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / whole.name


def sql(*statements: str) -> Attack:
    return lambda database: [database.execute(one) for one in statements]


def rechained(database: sqlite3.Connection) -> None:
    """Make every digest anew, as who knows the rule can."""
    prev = FIRST
    for row in database.execute("SELECT * FROM ledger ORDER BY seq").fetchall():
        words = (row["actor_kind"], row["actor"], row["kind"], row["run"], row["body"], row["once"])
        made = hash_of(row["seq"], row["ts_ms"], *words, prev)
        database.execute("UPDATE ledger SET prev = ?, hash = ? WHERE seq = ?", (prev, made, row["seq"]))
        prev = made


def then_rechained(*statements: str) -> Attack:
    def attack(database: sqlite3.Connection) -> None:
        sql(*statements)(database)
        rechained(database)

    return attack


FORGED = (
    "INSERT INTO ledger SELECT seq + 1, ts_ms, 'human', 'ada', 'decision', run, '{\"order\":\"o-9\"}', 'decision:o-9',"
    " hash, 'ff' FROM ledger ORDER BY seq DESC LIMIT 1"
)
UNBOUND = "CREATE TABLE other AS SELECT * FROM ledger"
SWAPPED = ("DROP TABLE ledger", "ALTER TABLE other RENAME TO ledger")

ATTACKS: dict[str, tuple[Attack, str]] = {
    "edited": (sql("UPDATE ledger SET actor = 'eve' WHERE seq = 4"), "entry 4: what it says is not what"),
    "edited in its body": (
        sql("UPDATE ledger SET body = replace(body, 'not now', 'sure') WHERE seq = 3"), "entry 3: what it says"),
    "a time moved": (sql("UPDATE ledger SET ts_ms = ts_ms + 1 WHERE seq = 6"), "entry 6: what it says"),
    "edited and its own digest made anew": (
        lambda database: _redone(database, 4, actor="eve"), "entry 5: it does not follow from entry 4"),
    "edited and all made anew": (
        then_rechained("UPDATE ledger SET actor = 'eve' WHERE seq = 4"), "entry 5: the approval"),
    "an entry taken out": (sql("DELETE FROM ledger WHERE seq = 4"), "entry 5: entry 4 is missing before it"),
    "entries taken out": (sql("DELETE FROM ledger WHERE seq IN (3, 4)"), "entries 3 to 4 are missing"),
    "one taken out and the rest moved up": (
        then_rechained("DELETE FROM ledger WHERE seq = 8", "UPDATE ledger SET seq = -seq WHERE seq > 8",
                       "UPDATE ledger SET seq = -seq - 1 WHERE seq < 0"), "shorter than the head noted"),
    "two changed places": (
        sql("UPDATE ledger SET seq = -1 WHERE seq = 3", "UPDATE ledger SET seq = 3 WHERE seq = 4",
            "UPDATE ledger SET seq = 4 WHERE seq = -1"), "entry 3: it does not follow"),
    "a forged entry at the end": (sql(FORGED), "entry 13: what it says is not what"),
    "its end cut": (sql("DELETE FROM ledger WHERE seq > 9"), "shorter than the head noted beside the database"),
    "emptied": (sql("DELETE FROM ledger"), "shorter than the head noted"),
    "a number that stands twice": (
        sql(UNBOUND, *SWAPPED, "INSERT INTO ledger SELECT * FROM ledger WHERE seq = 5"), "it stands behind entry 5"),
    "a blank in its JSON": (
        then_rechained("UPDATE ledger SET body = replace(body, '\":', '\": ') WHERE seq = 8"), "canonical form"),
    "the other unicode form": (
        sql("UPDATE ledger SET body = replace(body, 'lunch', 'lu\u0301nch') WHERE kind = 'freeze'"), "what it says"),
    "an escape for a letter": (
        then_rechained("UPDATE ledger SET body = replace(body, 'lunch', '\\u006cunch') WHERE kind = 'freeze'"),
        "canonical form"),
    "a key that stands twice": (
        then_rechained("UPDATE ledger SET body = '{\"n\":1,\"n\":2}' WHERE seq = 9"), "canonical form"),
    "a human without an order": (
        then_rechained("UPDATE ledger SET actor_kind = 'human' WHERE seq = 10"), "names no order"),
    "a kind of actor that there is not": (
        then_rechained("UPDATE ledger SET actor_kind = 'god' WHERE seq = 10"), "no kind of actor"),
    "bytes that are no text": (sql("UPDATE ledger SET body = CAST(x'ff' AS TEXT) WHERE seq = 9"), "no text"),
    "a blob for a text": (sql("UPDATE ledger SET actor = x'00' WHERE seq = 9"), "entry 9: its actor is no text"),
    "a number for a time": (sql("UPDATE ledger SET ts_ms = 1.5 WHERE seq = 9"), "no whole number"),
    "the same thing recorded twice": (
        then_rechained(UNBOUND, *SWAPPED, "UPDATE ledger SET once = 'freeze:o-2' WHERE seq = 11"), "recorded before"),
    "a decision edited": (sql("UPDATE decision SET answer = 'approve'"), "decision o-1 says another answer"),
    "a decision of another person": (sql("UPDATE decision SET by = 'eve'"), "decision o-1 says another by"),
    "a decision forged": (
        sql("INSERT INTO decision SELECT 9, 'o-9', 'q-9', run, 'approve', by, account, at, reason, via, shown_sha,"
            " dwell, opened, late, assurance FROM decision"), "decision o-9 stands in the database"),
    "a decision removed": (sql("DELETE FROM decision"), "tells of a decision that is not in the database"),
    "a request approved by hand": (
        sql("UPDATE request SET state = 'approved' WHERE id = 'q-1'"), "request q-1 stands as approved, and no"),
    "a request worded anew": (sql("UPDATE request SET input = 'ls'"), "request q-1 is not worded"),
    "a freeze taken back by hand": (sql("UPDATE freeze SET frozen = 0"), "freeze o-2 says another frozen"),
    "an approval forged": (
        sql("INSERT INTO approval SELECT 'x', run, request, statement, signature, level, by, at, expires, key,"
            " counter, \"merge\", void, rev FROM approval"), "approval x stands in the database"),
    "an approval prolonged": (sql("UPDATE approval SET expires = 1e9"), "says another expires"),
    "an approval used by hand": (sql("UPDATE approval SET \"merge\" = 'cc'"), "says another merge"),
    "a statement changed": (sql("UPDATE approval SET statement = '{}'"), "says another approval"),
    "a package changed": (sql("UPDATE package SET document = '{}'"), "says another package"),
    "a package removed": (sql("DELETE FROM package"), "tells of a package that is not"),
}  # fmt: skip


def _redone(database: sqlite3.Connection, seq: int, actor: str) -> None:
    row = database.execute("SELECT * FROM ledger WHERE seq = ?", (seq,)).fetchone()
    words = (row["actor_kind"], actor, row["kind"], row["run"], row["body"], row["once"])
    made = hash_of(seq, row["ts_ms"], *words, row["prev"])
    database.execute("UPDATE ledger SET actor = ?, hash = ? WHERE seq = ?", (actor, made, seq))


def test_the_untouched_ledger_is_intact_up_to_what_was_signed(path: Path) -> None:
    found = verdict(path)
    assert found.faults == () and found.entries == 12
    assert found.anchored is not None and (found.anchored.seq, found.unanchored) == (5, 7)
    assert found.witnessed is None and found.unwitnessed == 12


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_file_is_found_and_named(path: Path, name: str) -> None:
    attack, said = ATTACKS[name]
    with attacked(path, triggers=name in ("a number that stands twice", "the same thing recorded twice")) as database:
        attack(database)
    found = verdict(path)
    assert not found.intact
    assert any(said in fault.text for fault in found.faults), found.faults


def test_what_is_wrong_up_to_an_entry_is_said_and_what_is_behind_it_is_not(path: Path) -> None:
    assert ledger.fault_up_to(path, 3) is None
    assert ledger.fault_up_to(path, 10_000) is not None, "there are not so many"
    with attacked(path) as database:
        database.execute("UPDATE ledger SET ts_ms = ts_ms + 1 WHERE seq = 3")
    assert ledger.fault_up_to(path, 2) is None
    assert ledger.fault_up_to(path, 3) == "entry 3: what it says is not what its digest was made of"


def test_the_triggers_refuse_and_their_loss_is_named(path: Path) -> None:
    with sqlite3.connect(path) as database:
        for statement in ("UPDATE ledger SET actor = 'x'", "DELETE FROM ledger", FORGED.replace("seq + 1", "seq + 2")):
            with pytest.raises(sqlite3.IntegrityError, match=r"append-only|gap"):
                database.execute(statement)
    database.close()
    with attacked(path, triggers=True):
        pass
    assert {"the trigger ledger_stays, which keeps rows from being changed, is gone"} <= {
        fault.text for fault in verdict(path).faults
    }


def test_a_trigger_that_somebody_planted_is_named(path: Path) -> None:
    with attacked(path) as database:
        database.execute("CREATE TRIGGER evil AFTER INSERT ON request BEGIN UPDATE request SET state = 'approved'; END")
    assert "the trigger evil is none of Headgate's" in {fault.text for fault in verdict(path).faults}


def test_a_ledger_made_anew_behind_the_last_anchor_is_found_by_a_witness_alone(path: Path) -> None:
    with attacked(path) as database:
        database.row_factory = sqlite3.Row
        before = ledger.last(database)
        assert before is not None
        then_rechained("UPDATE ledger SET body = '{\"n\":7}' WHERE seq = 11")(database)
        after = ledger.last(database)
        assert after is not None
    witness.keep_head(path.parent, after.seq, after.hash)  # the attacker's account can write this file too
    assert verdict(path).intact
    found = verdict(path, Anchor(before.seq, before.hash, "the checkpoint of origin", outside=True))
    assert [fault.text for fault in found.faults] == [
        "entry 12: the checkpoint of origin holds another entry of this number"
    ]


def test_a_cut_ledger_is_shorter_than_a_checkpoint(path: Path) -> None:
    with attacked(path) as database:
        database.execute("DELETE FROM ledger WHERE seq > 9")
    (path.parent / witness.HEAD).unlink()
    assert verdict(path).intact
    found = verdict(path, Anchor(12, "ab" * 32, "checkpoint 3 of origin", outside=True))
    assert "shorter than checkpoint 3 of origin: it ends at entry 9, and entry 12 was witnessed" in found.faults[0].text


def test_a_merge_of_a_colleagues_ledger_is_a_note_and_no_fault(path: Path) -> None:
    for seq in (4, 400):
        found = verdict(path, Anchor(seq, "ab" * 32, "the merge commit abc", outside=True, whose="perhaps"))
        assert found.intact and any("of another ledger" in note for note in found.notes)


def test_a_clock_that_ran_backwards_is_said_and_no_fault(path: Path) -> None:
    with attacked(path) as database:
        then_rechained("UPDATE ledger SET ts_ms = 10 WHERE seq > 5")(database)
        rows = [dict(row) for row in database.execute(ledger.IN_ORDER)]
    found = verified(rows)
    assert found.intact and found.notes == ("entry 6: the clock ran backwards by 4.990 s; the order is by number",)


def test_a_damaged_page_is_named_and_what_stands_before_it_is_counted(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    at = raw.rindex(json.dumps({"n": 3}, separators=(",", ":")).encode())
    page = at // 4096 * 4096
    raw[page : page + 8] = b"\xff" * 8
    path.write_bytes(raw)
    found = verdict(path)
    assert not found.intact and "cannot be read" in found.faults[0].text


def long_ledger(count: int) -> Iterator[dict[str, Any]]:
    prev = FIRST
    for seq in range(1, count + 1):
        words = ("human", "ada", "assigned", "run-1", '{"order":"o"}', f"assigned:{seq}")
        made = hash_of(seq, seq, *words, prev)
        yield dict(zip(ledger.COLUMNS, (seq, seq, *words, prev, made), strict=True))
        prev = made


def test_a_long_ledger_verifies_without_being_kept() -> None:
    entries = tries(10_000, 100_000)
    alive: weakref.WeakSet[Row] = weakref.WeakSet()
    most = 0
    verification = Verification()
    for row in long_ledger(entries):
        kept = Row(row)
        alive.add(kept)
        assert verification.take(kept)
        most = max(most, len(alive))
    assert verification.verdict().entries == entries and most <= 3


class Row(dict[str, Any]):
    """A row of which it can be seen whether anybody keeps it."""

    __hash__ = object.__hash__  # pyright: ignore[reportAssignmentType]
