"""Rows that somebody else wrote into the database: the board names them and goes on, whatever stands in them."""

import asyncio
import math
import random
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from state.board import BoardUnreadable, Snapshot
from state.control.act import ActKind, ActState
from state.findings.finding import RiskLevel
from state.gates.request import Answer, Gate, RequestState
from state.money.spending import CostState
from state.policy.verdict import Severity
from state.runs.card import Assurance, Card, Depth, EvidenceState, State
from state.runs.origin import Usage
from state.runs.run import TestState as Tests
from state.spool import Spool
from state.store.reader import StoreReader
from state.store.sound import WORDS, see_sound
from tests.gates_world import KEY, GateHouse, found
from tests.promises import attacks
from tests.tries import FULL

pytestmark = attacks("faults")

ALIASES = (State, Depth, Assurance, EvidenceState, Tests, RiskLevel, CostState, ActKind, ActState, Gate, RequestState)
NAMES = ("State", "Depth", "Assurance", "EvidenceState", "TestState", "RiskLevel", "CostState", "ActKind", "ActState")
UNREAD = ("facts", "rev")
TRUTHS = {"run.certain", "run.alive", "run.tests_fresh", "run.hooked", "request.listening"}
"""Stored as numbers, of which any stands for one of the two."""
ODD = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.sampled_from(["", "{", "{}", "[5]", "[null]", '[{"kind": 5}]', "NaN", "1e999", "[" * 3000, '"x"', "x" * 99999]),
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a run and a request that waits."""
    folder = tmp_path_factory.mktemp("made")

    async def make() -> None:
        house = await GateHouse(folder).begin(*found())
        house.question()
        await house.core.once()
        await house.close()

    asyncio.run(make())
    return folder / "state.db"


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[StoreReader]:
    """A board's reader, closed whatever happens: its thread would keep the process."""
    made = StoreReader(Spool(tmp_path))
    yield made
    await made.close()


def columns(path: Path, table: str) -> list[str]:
    connection = sqlite3.connect(path)
    told = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    connection.close()
    return told


def damaged(path: Path, table: str, column: str, value: object, where: str = "TRUE") -> bool:
    """Write a value; False where the table itself does not take it."""
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE {where}', (value,))
        return True
    except (sqlite3.Error, OverflowError, UnicodeEncodeError):
        return False
    finally:
        connection.close()


async def looked(folder: Path) -> list[str]:
    """Read everything that a board reads, and give the sentences about what it could not."""
    reader, said = StoreReader(Spool(folder)), list[str]()
    try:
        for reading in (lambda: reader.changes(0), lambda: reader.detail(KEY), reader.requests, reader.cards):
            try:
                told = await reading()
                said += [problem.text for problem in told.problems] if isinstance(told, Snapshot) else []
            except BoardUnreadable as unreadable:
                said.append(str(unreadable))
    finally:
        await reader.close()
    return said


def mended(source: Path, folder: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        (folder / f"state.db{suffix}").unlink(missing_ok=True)
    shutil.copyfile(source, folder / "state.db")


@given(st.data())
@settings(max_examples=1000 if FULL else 20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_row_is_named_and_the_board_goes_on_when_it_is_mended(
    made: Path, tmp_path: Path, data: st.DataObject
) -> None:
    mended(made, tmp_path)
    table = data.draw(st.sampled_from(["run", "request"]))
    column = data.draw(st.sampled_from(columns(made, table)))
    damaged(tmp_path / "state.db", table, column, data.draw(ODD))
    for sentence in asyncio.run(looked(tmp_path)):
        assert "the table" in sentence or "the state database" in sentence
        assert len(sentence) < 600 and sentence.isprintable()
    mended(made, tmp_path)
    assert asyncio.run(looked(tmp_path)) == []


def test_every_column_that_the_board_draws_refuses_what_is_no_value_of_it(
    made: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    every = [(table, name) for table in ("run", "request") for name in columns(made, table) if name not in UNREAD]
    tried = every if FULL else random.Random(3).sample(every, 12)
    taken = set[str]()
    for table, column in tried:
        mended(made, tmp_path)
        # Keys and texts alone take any text; a BLOB is right nowhere.
        if damaged(tmp_path / "state.db", table, column, b"\xff\x00") and not asyncio.run(looked(tmp_path)):
            taken.add(f"{table}.{column}")
    assert taken <= TRUTHS | {"run.id"}, "a row is found by these, so it is not found"
    record_property("figure", f"a damaged value in {len(tried)} columns of runs and requests")


def test_a_word_that_no_core_writes_is_named(made: Path, tmp_path: Path) -> None:
    for column, value in (("state", "dancing"), ("seen", float("inf")), ("cost_usd", "free"), ("blockers", "{}")):
        mended(made, tmp_path)
        assert damaged(tmp_path / "state.db", "run", column, value)
        assert all("table run is not as the core writes it" in said for said in asyncio.run(looked(tmp_path)))
        assert asyncio.run(looked(tmp_path)), column


def test_the_words_are_those_of_their_aliases() -> None:
    told = dict(zip((*NAMES, "Gate", "RequestState", "Answer", "Severity"), (*ALIASES, Answer, Severity), strict=True))
    assert {name: get_args(alias) for name, alias in told.items()} == dict(WORDS)


def test_a_row_as_the_core_writes_it_is_read(made: Path, tmp_path: Path) -> None:
    mended(made, tmp_path)
    assert asyncio.run(looked(tmp_path)) == []


async def test_one_damaged_run_is_named_and_every_other_is_shown(
    made: Path, tmp_path: Path, reader: StoreReader
) -> None:
    mended(made, tmp_path)
    copied(tmp_path / "state.db", "run", "0123456789", "1" * 10)
    assert damaged(tmp_path / "state.db", "run", "cost_usd", "free", "id = '0123456789'")
    shown = await reader.changes(0)
    assert {card.id for card in shown.cards} == {card.id for card in await reader.cards()} == {KEY, "1" * 10}
    assert [one.text for one in shown.problems] == [
        "a row of the table run is not as the core writes it and not shown: 0123456789: cost_usd is 'free'"
    ]
    assert damaged(tmp_path / "state.db", "run", "cost_usd", "1.5", "id = '0123456789'")
    again = await reader.changes(shown.rev)
    assert len(again.cards) == 3 and again.problems == (), "it was mended by hand, without a new revision"
    assert damaged(tmp_path / "state.db", "run", "cost_usd", "free", f"id = '{KEY}'")
    assert damaged(tmp_path / "state.db", "run", "rev", again.rev + 1, f"id = '{KEY}'")
    third = await reader.changes(again.rev)
    assert (third.cards, third.gone) == ((), (KEY,)), "what it said before is not shown as if it still held"


async def test_one_damaged_request_is_named_and_every_other_can_be_answered(
    made: Path, tmp_path: Path, reader: StoreReader
) -> None:
    mended(made, tmp_path)
    copied(tmp_path / "state.db", "request", "q-2", "q-3")
    assert damaged(tmp_path / "state.db", "request", "state", "dancing", "id = 'q-2'")
    assert damaged(tmp_path / "state.db", "request", "hits", "[5]", "id = 'q-3'")
    assert [one.id for one in await reader.requests()] == ["q-1"]
    (problem,) = (await reader.changes(0)).problems
    assert "q-2: state is 'dancing'" in problem.text and "q-3: " in problem.text
    assert problem.text.startswith("2 rows of the table request are not as the core writes it and not shown")
    assert "cannot be answered" in problem.remedy


def copied(path: Path, table: str, *ids: str) -> None:
    """Add rows that are like the first one but for their ids."""
    names = [name for name in columns(path, table) if name != "id"]
    told = ", ".join(f'"{name}"' for name in names)
    connection = sqlite3.connect(path)
    with connection:
        for name in ids:
            connection.execute(f"INSERT INTO {table} (id, {told}) SELECT ?, {told} FROM {table} LIMIT 1", (name,))
    connection.close()


def test_what_is_like_a_sound_card_is_seen_as_closely() -> None:
    see_sound(sound := Card("1", "codex", "1", "working", "b", 0, seen=5.0, cost_usd="1.5"))
    odd = ({"state": "asleep"}, {"seen": math.nan}, {"seen": True}, {"need": 0.5}, {"cost_usd": "nan"}, {"usage": 5})
    for words in (*odd, {"findings": (5,)}, {"usage": Usage(fresh_input="5")}):  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=next(iter(words)) if "usage" not in words else "usage|fresh_input"):
            see_sound(replace(sound, **words))
    see_sound(replace(sound, seen=7.0, because="another"))
