"""A decision while the disk is full, and one while the clock jumps: recorded before it is told, and never invented."""

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gates_world import SHA, GateHouse, found
from tests.promises import attacks

pytestmark = attacks("decision", "faults")

WORDS = {"request": "q-1", "answer": "approve", "sha": SHA, "opened": "yes", "reason": "it is mine", "dwell": "2"}


@contextmanager
def no_room() -> Iterator[None]:
    """Let no file of this process grow, as on a full disk; SIGXFSZ is ignored by Python, so writers get an error."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def rows(folder: Path) -> list[str]:
    connection = sqlite3.connect(folder / "state.db")
    told = [answer for (answer,) in connection.execute("SELECT answer FROM decision")]
    connection.close()
    return told


async def test_a_decision_waits_for_room_on_the_disk_and_is_told_once_it_stands(tmp_path: Path) -> None:
    house = await GateHouse(tmp_path).begin(*found())
    house.question()
    await house.core.gates.step()
    order = house.spool.order("decide", **WORDS)
    with no_room():
        deciding = asyncio.create_task(house.core.once())
        await asyncio.sleep(0.3)
        assert not deciding.done() and house.answer() is None
    assert rows(tmp_path) == []
    await asyncio.wait_for(deciding, 30)
    await house.core.once()
    assert rows(tmp_path) == ["approve"]
    assert (house.answer() or {})["answer"] == "approve"
    assert house.spool.take_answer(order) == {"text": "approved"}
    await house.close()


@pytest.mark.parametrize("jump", [-86_400.0, -1.0, 400.0])
async def test_a_clock_that_jumps_within_the_deadline_changes_no_decision(tmp_path: Path, jump: float) -> None:
    house = await GateHouse(tmp_path).begin(*found())
    house.question()
    await house.core.gates.step()
    house.now += jump
    house.touch("q-1")
    await house.core.gates.step()
    assert (await house.requests())["q-1"].state == "open"
    assert await house.decide("q-1") == {"text": "approved"}
    assert (house.answer() or {})["answer"] == "approve"
    await house.close()


async def test_a_clock_that_jumps_past_the_deadline_denies_and_back_again_approves_nothing(tmp_path: Path) -> None:
    house = await GateHouse(tmp_path).begin(*found())
    house.question()
    await house.core.gates.step()
    house.now += 86_400
    await house.core.gates.step()
    assert house.core.gates.book.requests["q-1"].state == "expired"
    house.now -= 86_400
    await house.core.gates.step()
    assert house.core.gates.book.requests["q-1"].state == "expired"
    assert house.answer() is None and house.grants() == [] and rows(tmp_path) == []
    await house.close()
