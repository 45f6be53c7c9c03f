"""What hooks must know of runs and of the fleet: who is frozen, halted or denied; written only where it changed."""

import json
from pathlib import Path
from typing import Any

import pytest

from state.gate_files import run_name
from state.gates.standing import UNHELD
from state.ports import Batch
from state.runs import event as ev
from state.runs.run import Origin
from tests.gates_world import AGENT, KEY, LOG, SESSION, SHA, GateHouse, found


@pytest.fixture
async def house(tmp_path: Path):
    made = await GateHouse(tmp_path).begin(*found())
    await made.core.gates.step()
    yield made
    await made.close()


def run_file(house: GateHouse) -> dict[str, Any]:
    return json.loads((house.files.runs / f"{run_name(AGENT, SESSION)}.json").read_text())


def fleet_file(house: GateHouse) -> dict[str, Any]:
    return json.loads((house.folder / "fleet.json").read_text())


async def order(house: GateHouse, verb: str, **words: str) -> dict[str, Any]:
    given = house.spool.order(verb, **words)
    await house.core.once()
    return house.spool.take_answer(given) or {}


async def test_a_run_and_the_fleet_have_a_file_before_any_hook_asks(house: GateHouse) -> None:
    told = run_file(house)
    assert (told["run"], told["worktree"], told["branch"], told["phase"]) == (KEY, "/w/a", "feat/a", "executing")
    assert (told["frozen"], told["halted"], told["plan"], told["denied"], told["policy"]) == (
        None,
        None,
        None,
        {},
        "default",
    )
    fleet = fleet_file(house)
    assert (fleet["repository"], fleet["worktrees"], fleet["policy"], fleet["frozen"]) == (
        "repo",
        ["/w/a"],
        "default",
        None,
    )


async def test_a_file_is_written_only_where_it_changes(house: GateHouse) -> None:
    path = house.files.runs / f"{run_name(AGENT, SESSION)}.json"
    before = path.stat().st_ino
    await house.core.take(Batch(events=(ev.AgentSpoke(KEY, Origin(LOG, 5, house.now), "on it"),)))
    await house.core.gates.step()
    assert path.stat().st_ino == before
    await order(house, "freeze", run=KEY)
    assert path.stat().st_ino != before


async def test_a_human_freezes_and_thaws_one_run(house: GateHouse) -> None:
    told = await order(house, "freeze", run=KEY[:6], reason="wait for me", by="ada")
    assert told == {"text": f"run {KEY} is frozen, but {UNHELD}"}
    assert run_file(house)["frozen"] == {"by": "ada", "reason": "wait for me", "at": house.now}
    assert fleet_file(house)["frozen"] is None
    await order(house, "thaw", run=KEY)
    assert run_file(house)["frozen"] is None


async def test_a_freeze_says_that_calls_are_denied_where_a_hook_was_heard(house: GateHouse) -> None:
    house.passes()
    await house.core.gates.step()
    told = await order(house, "freeze", run=KEY)
    assert told == {"text": f"run {KEY} is frozen: its next tool call is denied"}
    every = await order(house, "freeze")
    assert every == {"text": "every run is frozen: its next tool call is denied"}


async def test_a_run_that_is_long_over_is_frozen_too_because_it_can_be_resumed(house: GateHouse) -> None:
    house.now += 400 * 24 * 3600.0
    await order(house, "freeze", run=KEY, reason="leave it", by="ada")
    assert run_file(house)["frozen"] == {"by": "ada", "reason": "leave it", "at": house.now}


async def test_a_human_freezes_every_run_and_a_later_core_knows_it(house: GateHouse, tmp_path: Path) -> None:
    await order(house, "freeze", reason="fire drill", by="ada")
    assert fleet_file(house)["frozen"]["reason"] == "fire drill"
    (house.folder / "fleet.json").unlink()
    await house.close()
    second = await GateHouse(tmp_path, house.now + 5).begin()
    assert fleet_file(second)["frozen"]["by"] == "ada"
    await second.close()


async def test_a_freeze_of_no_run_changes_nothing(house: GateHouse) -> None:
    assert "there is no run" in (await order(house, "freeze", run="zzz"))["error"]
    assert fleet_file(house)["frozen"] is None


async def test_what_a_human_denied_is_known_to_the_next_hook_of_the_run(house: GateHouse) -> None:
    house.question()
    await house.core.gates.step()
    await house.decide("q-1", "deny", reason="not that directory", by="ada")
    assert run_file(house)["denied"] == {
        SHA: {"request": "q-1", "by": "ada", "reason": "not that directory", "at": house.now}
    }
    house.question("q-2")
    await house.core.gates.step()
    assert (await house.requests())["q-2"].repeats == 1


async def test_a_run_that_only_its_hook_knows_has_a_file_once_it_asked(tmp_path: Path) -> None:
    house = await GateHouse(tmp_path).begin()
    house.question()
    await house.core.gates.step()
    await house.decide("q-1", "deny")
    assert set(run_file(house)["denied"]) == {SHA}
    await house.close()
