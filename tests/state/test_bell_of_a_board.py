"""The bell of a board: one ring wakes it once, however long it is busy before it asks."""

import asyncio
from pathlib import Path

from state.spool import Spool, ring
from state.store.reader import StoreReader


class Counting(StoreReader):
    """Counts how often the loop says that the bell rings."""

    heard = 0

    def _heard(self, bell: int) -> None:
        self.heard += 1
        super()._heard(bell)


async def test_a_ring_that_nobody_waits_for_yet_wakes_the_loop_once_and_is_not_lost(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "house")
    reader = Counting(spool)
    await reader.changes(0)
    try:
        (bell,) = spool.boards.glob("*.bell")
        assert ring(bell)
        for _ in range(200):
            await asyncio.sleep(0)
        assert reader.heard == 1
        async with asyncio.timeout(20):
            await reader.rung()
    finally:
        await reader.close()
