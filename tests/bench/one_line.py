"""What one appended line costs the core: from the log to the folded row, in CPU time, decoding taken off."""

import asyncio
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from adapters.agents.claude_code import ClaudeCode
from adapters.agents.claude_record import read_record
from adapters.known_log import KnownLog, Told
from adapters.source import LogSource
from state.runs.fleet import Fleet
from tests.world import ClaudeLog, World

LINES = 60


def costs_of_a_line(folder: Path, *before: int) -> list[float]:
    """Give the median CPU seconds from an appended line to the folded run, beyond decoding, after so many lines.

    The logs take turns, line by line, so that what else the machine does falls on all of them.
    """
    folder.mkdir()
    followed = [asyncio.run(_known(folder / str(lines), lines)) for lines in before]
    taken = [[one.cost_of_the_next() for one in followed] for _ in range(LINES)]
    return [statistics.median(costs) for costs in zip(*taken, strict=True)]


@dataclass
class _Followed:
    """A log that was read to its end, and the fleet that came of it."""

    log: ClaudeLog
    known: KnownLog
    fleet: Fleet

    def cost_of_the_next(self) -> float:
        line = self.log.tool(f"echo more {self.log.count}")
        self.log.append(line)
        began = time.process_time()
        told = self.known.advance()
        assert isinstance(told, Told) and told.events
        self.fleet = self.fleet.with_runs(self.fleet.folded(told.events))
        whole = time.process_time() - began
        began = time.process_time()
        read_record(line)
        return whole - (time.process_time() - began)


async def _known(folder: Path, lines: int) -> _Followed:
    folder.mkdir()
    world = World(folder)
    log = world.claude("s1")
    log.append(log.prompt("count"), *(log.tool(f"echo {number}") for number in range(lines)))
    source = LogSource([ClaudeCode()], world.environment, lambda cwd, trees: cwd, everything=True)
    fleet, known = Fleet(), None
    async for batch in source.catch_up():
        fleet = fleet.with_runs(fleet.folded(batch.events))
        known = next((mark for mark in batch.marks if mark.path == str(log.path)), known)
    assert known is not None
    place = next(iter(ClaudeCode().logs(world.home / ".claude", [])))
    return _Followed(log, KnownLog(ClaudeCode(), place, known, judged=True), fleet)
