"""A core that no board listens to ends, but not in the middle of what was ordered."""

import asyncio
from pathlib import Path

import pytest

from state.spool import Spool
from tests.world import World
from tui import wiring


async def test_an_order_in_hand_keeps_a_core_that_no_board_listens_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    monkeypatch.setattr(wiring, "LONELY_SECONDS", 0.5)
    house = wiring.house_at(str(world.repository), world.environment)
    spool: Spool = house.spool
    order = spool.order("stop", run="r")
    alone = asyncio.ensure_future(wiring._lonely(house))
    await asyncio.sleep(1.8)
    assert not alone.done()
    spool.answer(order, {"text": "done"})
    await asyncio.wait_for(alone, 5)
