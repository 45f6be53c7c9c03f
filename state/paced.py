"""A bell for work that news makes necessary: it is rung at once while the work is short, and seldom while it is long.

Each batch of the logs is news for those who look over all runs. While hundreds of logs grow, looking at every batch
would take the time that reading needs: so who looked rests, before the next news, a few times as long as it looked.
"""

import asyncio
import contextlib
import time

FACTOR = 4.0
"""A look that took t seconds is followed by a rest of this many times t."""
LONGEST = 1.0
"""Seconds of rest at the most: what is watched is looked at as often."""


class Paced:
    """Wakes one loop. `ring` is for what cannot wait, `hear` for news that may come in any number."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._urgent = False
        self._rests_until = 0.0
        self._due: asyncio.TimerHandle | None = None

    def ring(self) -> None:
        """Wake the loop now."""
        self._urgent = True
        self._rung.set()

    def hear(self) -> None:
        """Wake the loop once it has rested."""
        left = self._rests_until - time.monotonic()
        if left <= 0:
            self._rung.set()
        elif self._due is None:
            self._due = asyncio.get_running_loop().call_later(left, self._wake)

    def looked(self, took: float) -> None:
        """Note that a look took so many seconds; news that came meanwhile wait for the end of the rest, too."""
        self._rests_until = time.monotonic() + min(LONGEST, FACTOR * took)
        if self._rung.is_set() and not self._urgent:
            self._rung.clear()
            self.hear()

    async def wait(self, seconds: float) -> None:
        """Wait until the loop is woken, or for so many seconds."""
        # Not `wait_for`: before Python 3.12 it swallows a cancellation that comes with a ring.
        # Source: https://github.com/python/cpython/issues/86296
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()
        self._urgent = False

    def _wake(self) -> None:
        self._due = None
        self._rung.set()
