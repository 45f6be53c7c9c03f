"""News wakes a loop at once while its looks are short, and once for many while they are long; a ring always does."""

import asyncio

from state.paced import LONGEST, Paced


async def woken(bell: Paced) -> bool:
    """Say whether the loop would go on without waiting."""
    waiting = asyncio.ensure_future(bell.wait(1000.0))
    for _ in range(5):
        await asyncio.sleep(0)
    went_on = waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    return went_on


async def test_news_after_a_short_look_is_looked_at_at_once() -> None:
    bell = Paced()
    bell.looked(0.0)
    bell.hear()
    assert await woken(bell)


async def test_news_after_a_long_look_waits_and_is_not_lost() -> None:
    bell = Paced()
    bell.looked(1000.0)
    bell.hear()
    assert not await woken(bell)
    async with asyncio.timeout(60 * LONGEST):
        await bell.wait(1000.0)


async def test_news_that_came_during_a_long_look_waits_too() -> None:
    bell = Paced()
    bell.hear()
    bell.looked(1000.0)
    assert not await woken(bell)


async def test_a_ring_does_not_wait_for_the_end_of_the_rest() -> None:
    bell = Paced()
    bell.looked(1000.0)
    bell.ring()
    assert await woken(bell)


async def test_a_ring_during_a_long_look_is_kept() -> None:
    bell = Paced()
    bell.ring()
    bell.looked(1000.0)
    assert await woken(bell)
