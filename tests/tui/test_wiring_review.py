"""What the board is introduced to for the merge gate, on a real database: the ledger, and a key that signs."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from state.evidence.review import Reviewed
from state.ledger.entry import Draft, Entry
from state.settings import ApproveSetting, read_settings
from state.spool import Spool
from state.store.writer import Store
from tests.tui.fleet import NOW
from tui.ledgers import LedgerUnreadable
from tui.wiring_review import HousesLedgers, signing


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "house")
    store = Store(spool.database)
    drafts = [
        Draft("human", "ada", "freeze", NOW, "r1", {"reason": "look \x1b[31m", "order": "o1"}),
        Draft("tool", "headgate", "refused", NOW + 1, "r1", {"request": "m1", "why": "no"}),
    ]
    with store.transaction() as transaction:
        transaction.review(Reviewed(drafts=tuple(drafts)))
        transaction.record(drafts)
    store.close()
    yield spool


def ledgers(*spools: Spool) -> HousesLedgers:
    return HousesLedgers(cast(Any, tuple((SimpleNamespace(spool=one), None) for one in spools)))


async def test_the_ledger_is_read_newest_first_searched_and_verified(spool: Spool) -> None:
    book = ledgers(spool)
    newest = await book.entries("", None, 10)
    assert [one.kind for one in newest][-2:] == ["refused", "freeze"]
    assert [one.kind for one in await book.entries("", newest[-2], 10)] == ["freeze"]
    assert [one.kind for one in await book.entries("refused", None, 10)] == ["refused"]
    told = await book.story(newest[-1])
    assert "\x1b" not in "".join(told) and any("look" in line for line in told)
    assert any("refused" in line for line in await book.story(newest[-2]))
    found = await book.verified()
    assert found.sound and f"intact up to #{len(newest)}" in found.text and "unwitnessed since #1" in found.text


async def test_two_ledgers_are_paged_as_one_and_one_that_is_gone_takes_nothing_away(
    spool: Spool, tmp_path: Path
) -> None:
    book = ledgers(spool, copied := Spool(tmp_path / "other"))
    with sqlite3.connect(spool.database) as kept:
        kept.execute("VACUUM INTO ?", (str(copied.database),))
    whole = await book.entries("", None, 100)
    assert len(whole) % 2 == 0
    paged: list[Entry] = []
    while found := await book.entries("", paged[-1] if paged else None, 3):
        paged += found
    assert sorted(one.seq for one in paged) == sorted(one.seq for one in whole)
    assert (await book.verified()).text == "all 2 ledgers are intact"
    copied.database.unlink()
    assert len(await book.entries("", None, 100)) == len(whole) // 2
    found = await book.verified()
    assert not found.sound and found.text.startswith("other: ")


async def test_a_ledger_that_is_not_there_says_so_in_words(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnreadable, match="no core has worked here yet"):
        await ledgers(Spool(tmp_path / "none")).entries("", None, 5)


def test_a_key_that_is_not_there_is_a_sentence_and_settings_name_it(tmp_path: Path) -> None:
    settings = read_settings('[approve]\nkey = "~/.ssh/id"\nprincipal = "ada@corp"\n', "config.toml")
    assert settings.approve == ApproveSetting("~/.ssh/id", "ada@corp") and settings.problems == ()
    assert isinstance(signing(ApproveSetting(str(tmp_path / "no")), {})(b"{}"), str)
