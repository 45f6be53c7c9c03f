"""What one appended line costs the core: from the log to the folded row, in CPU time, decoding taken off."""

import asyncio
import statistics
import time
from pathlib import Path

from adapters.agents.claude_code import ClaudeCode
from adapters.agents.claude_record import read_record
from adapters.known_log import KnownLog, Told
from adapters.source import LogSource
from state.runs.fleet import Fleet
from tests.world import ClaudeLog, World

LINES = 60


def cost_of_a_line(folder: Path, before: int) -> float:
    """Give the median CPU seconds from an appended line to the folded run, beyond decoding, after `before` lines."""
    folder.mkdir()
    world = World(folder)
    log = world.claude("s1")
    log.append(log.prompt("count"), *(log.tool(f"echo {number}") for number in range(before)))
    return asyncio.run(_measured(world, log))


async def _measured(world: World, log: ClaudeLog) -> float:
    source = LogSource([ClaudeCode()], world.environment, lambda cwd, trees: cwd, everything=True)
    fleet, known = Fleet(), None
    async for batch in source.catch_up():
        fleet = fleet.with_runs(fleet.folded(batch.events))
        known = next((mark for mark in batch.marks if mark.path == str(log.path)), known)
    assert known is not None
    place = next(iter(ClaudeCode().logs(world.home / ".claude", [])))
    followed, taken = KnownLog(ClaudeCode(), place, known, judged=True), list[float]()
    for number in range(LINES):
        line = log.tool(f"echo more {number}")
        log.append(line)
        began = time.process_time()
        told = followed.advance()
        assert isinstance(told, Told) and told.events
        fleet = fleet.with_runs(fleet.folded(told.events))
        whole = time.process_time() - began
        began = time.process_time()
        read_record(line)
        taken.append(whole - (time.process_time() - began))
    return statistics.median(taken)
