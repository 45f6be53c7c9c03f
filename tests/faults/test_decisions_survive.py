"""A core is killed with SIGKILL before each of its effects in turn: every decision stands once and reaches its hook."""

import os
import signal
import sqlite3
from pathlib import Path

import pytest

from state.spool import Order
from tests import warm
from tests.gates_world import SHA, GateHouse
from tests.promises import attacks
from tests.world import ROOT

pytestmark = attacks("decision", "crash")

NOW = 1_000_000.0


def lived(folder: Path, step: int) -> int | None:
    """Let a core live in a process of its own; give the number of its effects, None where it was killed."""
    done = warm.run([str(folder), str(NOW), str(step)], ROOT, os.environ, 120, "tests.faults.dying_core")
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


async def waiting(folder: Path, *, heard: bool) -> Order:
    """Lay down a question and a human's answer to it, and end that core's life."""
    house = await GateHouse(folder, NOW).begin()
    house.question()
    await house.core.gates.step()
    if not heard:
        house.hook_ends("q-1")
    words = {"request": "q-1", "sha": SHA, "opened": "yes", "reason": "it is mine", "dwell": "2"}
    order = house.spool.order("approve", **words)
    await house.close()
    return order


def rows(folder: Path) -> list[tuple[str, int]]:
    connection = sqlite3.connect(folder / "state.db")
    found = connection.execute("SELECT answer, late FROM decision").fetchall()
    connection.close()
    return found


@pytest.mark.parametrize("heard", [True, False], ids=["a hook waits", "the hook is gone"])
async def test_a_decision_outlives_a_kill_before_any_effect(tmp_path: Path, heard: bool) -> None:
    effects: int | None = None
    step = 0
    while effects is None:
        step += 1
        folder = tmp_path / str(step)
        order = await waiting(folder, heard=heard)
        effects = lived(folder, step)
        early = rows(folder)
        assert len(early) <= 1
        if not early:
            assert not (folder / "spool" / "answers" / "q-1.json").exists(), "told before it was recorded"
            assert not list((folder / "spool" / "grants").glob("*.json")), "granted before it was recorded"
        second = await GateHouse(folder, NOW).begin()
        await second.core.once()
        assert rows(folder) == [("approve", 0 if heard else 1)], f"killed before effect {step}"
        told = second.spool.take_answer(order)
        assert told is not None and "error" not in told, f"killed before effect {step}"
        if heard:
            assert (second.answer() or {})["answer"] == "approve"
            assert second.grants() == []
        else:
            assert [grant["request"] for grant in second.grants()] == ["q-1"]
            assert second.answer() is None
        await second.close()
    assert step > 4
