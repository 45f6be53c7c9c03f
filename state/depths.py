"""Reads what a first index only skimmed: what a human opens at once, the rest from the newest run on, little by little.

A run is read beside everything else, and shown when all of it was read. Between two runs the core rests as long as the
last one took, so that it takes half of one processor at the most and logs at work come first.
"""

import asyncio
import time
from collections.abc import Callable, Iterable

from state.ports import RunSource
from state.runs.fleet import Fleet
from state.runs.run import Run, RunKey
from state.tally import Tally

Chosen = Callable[[Fleet], Iterable[RunKey]]
"""Names the runs of which what was skimmed is to be read."""
LEAST_REST = 0.2
"""Seconds between two runs at the least."""
AT_ONCE = 64_000_000
"""Bytes that a verb reads of skimmed logs before it shows a board once."""


class Depths:
    """The runs that are read whole in the background, one at a time."""

    def __init__(self, fleet: Callable[[], Fleet], source: RunSource, tally: Tally) -> None:
        self._fleet, self._source, self._tally = fleet, source, tally
        self._asked: dict[RunKey, None] = {}
        self._tried: dict[RunKey, int] = {}
        self._wanted = asyncio.Event()

    def ask(self, run: str) -> None:
        """Read this run next, because a human looks at it."""
        self._asked[RunKey(run)] = None
        self._wanted.set()

    async def run(self) -> None:
        """Read runs as long as there are skimmed ones, for ever."""
        while True:
            await self._tally.settled.wait()
            run = self._next()
            if run is None:
                await self._rest()
                continue
            began = time.monotonic()
            self._tried[run.key] = run.skimmed
            await self._source.read_whole(run.key)
            await asyncio.sleep(max(LEAST_REST, time.monotonic() - began))

    def _next(self) -> Run | None:
        fleet = self._fleet()
        while self._asked:
            key = next(iter(self._asked))
            del self._asked[key]
            if key in fleet.runs and fleet.runs[key].skimmed:
                return fleet.runs[key]
        return next((run for run in skimmed_in(fleet) if self._tried.get(run.key) != run.skimmed), None)

    async def _rest(self) -> None:
        self._wanted.clear()
        try:
            async with asyncio.timeout(5.0):
                await self._wanted.wait()
        except TimeoutError:
            return


def skimmed_in(fleet: Fleet) -> list[Run]:
    """Give the runs that were only skimmed, those in worktrees that exist first, of these the newest first."""
    here = fleet.worktrees
    skimmed = [run for run in fleet.runs.values() if run.skimmed]
    return sorted(skimmed, key=lambda run: (run.worktree in here, run.seen or 0.0), reverse=True)


def no_runs(fleet: Fleet) -> Iterable[RunKey]:
    """Name no run."""
    return ()


def named(name: str) -> Chosen:
    """Give what names the run of this id or session, or of the beginning of either."""
    return lambda fleet: [
        key for key, run in fleet.runs.items() if key.startswith(name) or run.session.startswith(name)
    ]


def at_once(fleet: Fleet, most: int = AT_ONCE) -> Iterable[RunKey]:
    """Name the skimmed runs of existing worktrees, the newest first, as far as `most` bytes of logs go."""
    left = most
    for run in skimmed_in(fleet):
        left -= run.skimmed
        if left < 0 or run.worktree not in fleet.worktrees:
            return
        yield run.key
