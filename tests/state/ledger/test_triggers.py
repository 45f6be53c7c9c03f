"""Triggers that somebody planted, changed or took away are put right when a core begins, and told."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from state.ledger.entry import Draft
from state.ledger.story import body_of
from state.store.database import StoreTampered
from state.store.writer import Store
from tests.promises import attacks

pytestmark = attacks("ledger")

EVIL = "CREATE TRIGGER {name} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'planted'); END"
DRAFT = Draft("tool", "headgate", "policy", 1.0, body={"policy": "p"})


def opened(path: Path) -> Store:
    store = Store(path)
    store.begin(5.0)
    return store


def wrong(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (EVIL.format(name='"e v""il"', table="ledger"), "the trigger e v\"il is none of Headgate's"),
        (EVIL.format(name="evil", table="meta"), "the trigger evil is none of Headgate's"),
        ("DROP TRIGGER ledger_stays", "the trigger ledger_stays, which keeps rows from being changed, is gone"),
    ],
)
def test_a_core_that_begins_puts_triggers_right_and_records_it(tmp_path: Path, statement: str, told: str) -> None:
    path = tmp_path / "state.db"
    opened(path).close()
    wrong(path, statement)
    store = opened(path)
    entry = store.entry(None)
    assert entry is not None
    assert (entry.kind, body_of(entry)["found"]) == ("triggers", [told])
    assert [one.text for one in store.opened_with] == [f"{told}: put right"]
    with store.transaction() as transaction:
        transaction.record([DRAFT], 6.0)
    store.close()
    assert opened(path).opened_with == ()


def planted_under(store: Store) -> None:
    wrong(store.path, EVIL.format(name="evil", table="ledger"))


def taken_away(store: Store) -> None:
    wrong(store.path, "DROP TRIGGER ledger_chains", EVIL.format(name="ledger_chains", table="ledger"))


@pytest.mark.parametrize("tamper", [planted_under, taken_away])
def test_a_core_at_work_says_what_was_planted_and_writes_nothing(
    tmp_path: Path, tamper: Callable[[Store], None]
) -> None:
    store = opened(tmp_path / "state.db")
    before = store.entry(None)
    tamper(store)
    with pytest.raises(StoreTampered, match=r"the trigger .* Headgate"), store.transaction() as transaction:
        transaction.record([DRAFT], 6.0)
    assert store.entry(None) == before
