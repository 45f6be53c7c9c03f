"""One bit of the database or of its write-ahead log is another: the next core tells of it or nothing is lost by it."""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from state.store.database import StoreUnwilling
from state.supervisor import StoreLost
from tests.gates_world import SHA, GateHouse, found
from tests.promises import attacks
from tests.tries import tries

pytestmark = attacks("faults", "decision", "crash")


async def _made(folder: Path) -> None:
    house = await GateHouse(folder / "made").begin(*found())
    house.question()
    await house.core.gates.step()
    house.spool.order("decide", request="q-1", answer="approve", sha=SHA, dwell="2", opened="1", reason="fine")
    await house.core.once()
    # Copied while it is open, so that part of it stands in the log alone, as after a kill.
    shutil.copytree(folder / "made", folder / "kept", ignore=shutil.ignore_patterns("*.bell"))
    await house.close()


async def _next_life(folder: Path) -> tuple[list[str], int]:
    """Let cores begin until one stays, and give what the board says then and how many there were."""
    for life in range(1, 4):
        try:
            house = await GateHouse(folder).begin(*found())
        except StoreLost:
            continue
        try:
            await house.core.once()
            told = await house.reader.changes(0)
            assert [card.task_title for card in told.cards] == ["mend the parser"]
            return [one.text for one in told.problems], life
        except StoreLost:
            continue
        finally:
            await house.close()
    raise AssertionError("no core stayed")


def test_a_flipped_bit_anywhere_is_survived_and_a_lost_decision_is_told(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    asyncio.run(_made(tmp_path))
    chance, count, told, lost = random.Random(11), tries(6, 400), 0, 0
    for number in range(count):
        folder = tmp_path / "tried"
        shutil.copytree(tmp_path / "kept", folder)
        victim = folder / chance.choice(["state.db", "state.db-wal"])
        content = bytearray(victim.read_bytes())
        at = chance.randrange(len(content))
        content[at] ^= 1 << chance.randrange(8)
        victim.write_bytes(content)
        try:
            said, _ = asyncio.run(_next_life(folder))
        except StoreUnwilling as refused:
            pytest.fail(f"try {number}, byte {at} of {victim.name}: {refused}")
        connection = sqlite3.connect(folder / "state.db")
        kept = connection.execute("SELECT count(*) FROM decision WHERE request = 'q-1'").fetchone()[0]
        assert connection.execute("PRAGMA quick_check").fetchone()[0] == "ok" or said, f"try {number}, byte {at}"
        connection.close()
        told += bool(said)
        lost += not kept
        assert kept or said, f"try {number}: byte {at} of {victim.name} lost the decision without a word"
        shutil.rmtree(folder)
    record_property("figure", f"{count} flipped bits, none ended the work, {told} told of, each lost decision told")
