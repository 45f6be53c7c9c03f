"""A hook that does not run: red within one call, in the row, the findings and the reasons for staleness."""

from pathlib import Path
from typing import Any

import pytest

from state.contract import run_document
from state.ports import Batch
from state.runs import event as ev
from state.runs.card import Card
from state.runs.run import Origin
from state.spool import write_whole
from tests.gates_world import AGENT, KEY, LOG, GateHouse, found


@pytest.fixture
async def house(tmp_path: Path):
    made = await GateHouse(tmp_path / "repo").begin(*found())
    yield made
    await made.close()


async def calls(house: GateHouse, *names: str, tool: str = "Bash", side: bool = False) -> None:
    """Let calls appear in the log, and let the time pass in which their notes may come."""
    made = [
        ev.ToolBegun(KEY, Origin(LOG, 100 + n, house.now), name, tool, "rm -rf build", side)
        for n, name in enumerate(names)
    ]
    await house.core.take(Batch(events=tuple(made)))
    await house.core.gates.step()
    house.now += 4
    await house.core.gates.step()


async def row(house: GateHouse) -> Card:
    (card,) = (await house.reader.changes(0)).cards
    return card


async def inert(house: GateHouse) -> list[str]:
    return [one.severity for one in (await row(house)).findings if one.kind == "hook_inert"]


async def test_a_call_that_no_hook_noted_is_red_within_this_call(house: GateHouse) -> None:
    house.passes("c-1")
    house.now += 10
    await calls(house, "c-1", "c-2")
    shown = await row(house)
    (finding,) = (one for one in shown.findings if one.kind == "hook_inert")
    assert (finding.severity, finding.evidence[0].offset) == ("stop", 101)
    assert finding.text == "1 call passed no hook, its hook did not run: rm -rf build"
    assert [one["reason"] for one in run_document(shown)["stale"]] == ["hook_inert"]
    assert shown.need == 80


async def test_a_note_that_comes_late_takes_it_back(house: GateHouse) -> None:
    house.passes("c-1")
    house.now += 10
    await calls(house, "c-2")
    assert await inert(house) == ["stop"]
    house.passes("c-2", at=house.now - 4)
    await house.core.gates.step()
    assert await inert(house) == []


async def test_a_hook_that_runs_again_leaves_a_warning(house: GateHouse) -> None:
    house.passes("c-1")
    house.now += 10
    await calls(house, "c-2")
    house.passes("c-3")
    await calls(house, "c-3")
    assert await inert(house) == ["warn"]


async def test_a_run_whose_hook_was_never_heard_is_not_called_inert(house: GateHouse) -> None:
    await calls(house, "c-1", "c-2")
    assert await inert(house) == []


async def test_a_run_that_began_after_its_hook_was_registered_is_supervised(house: GateHouse, tmp_path: Path) -> None:
    write_whole(tmp_path / "hooks.json", {AGENT: {"file": "/x", "at": house.now - 500}})
    house.now += 10
    await calls(house, "c-1")
    assert await inert(house) == ["stop"]


async def test_a_run_that_was_there_before_its_hook_is_not(house: GateHouse, tmp_path: Path) -> None:
    write_whole(tmp_path / "hooks.json", {AGENT: {"file": "/x", "at": house.now + 5}})
    house.now += 10
    await calls(house, "c-1")
    assert await inert(house) == []


async def test_what_ran_past_a_hook_is_known_to_the_next_core(house: GateHouse, tmp_path: Path) -> None:
    house.passes("c-1")
    house.now += 10
    await calls(house, "c-2")
    await house.close()
    second = await GateHouse(tmp_path / "repo", house.now + 1).begin()
    assert await inert(second) == ["stop"]
    await second.close()


@pytest.mark.parametrize(("words", "severity"), [({}, ["stop"]), ({"side": True}, ["stop"])])
async def test_a_subagents_call_passes_the_hook_too(
    house: GateHouse, words: dict[str, Any], severity: list[str]
) -> None:
    house.passes("c-1")
    house.now += 10
    await calls(house, "c-2", **words)
    assert await inert(house) == severity
