"""Finds what a check began by the label in its environment, and ends it: also what an earlier core left."""

import asyncio
import os
import signal
from collections.abc import Callable

from adapters.checks.walls import LABEL
from adapters.process_walk import Seen, walk
from adapters.signalling import send
from state.control.hands import Member

_ROUNDS, _PAUSE_SECONDS = 100, 0.03
"""Looks before it is said that something lives on: three seconds and what the looks themselves take."""


async def end_labelled(label: str) -> int:
    """End every process of one check, and give how many could not be ended."""
    return (await _ended(f"{LABEL}={label}".encode().__eq__))[1]


async def end_all(house: str) -> int:
    """End every process of any check of one repository, and give how many were found."""
    return (await _ended(lambda mark: mark.startswith(f"{LABEL}={house}:".encode())))[0]


async def _ended(meant: Callable[[bytes], bool]) -> tuple[int, int]:
    """Signal until none is found any more: one that is being born carries the label as well."""
    ever = set[tuple[int, int]]()
    living: list[Seen] = []
    for _ in range(_ROUNDS):
        living = await asyncio.to_thread(_living, meant)
        if not living:
            break
        ever |= {(one.pid, one.start) for one in living}
        for one in living:
            send(Member(one.pid, one.start, one.name, "label"), signal.SIGKILL)
        await asyncio.sleep(_PAUSE_SECONDS)
    return len(ever), len(living)


def _living(meant: Callable[[bytes], bool]) -> list[Seen]:
    table = walk(names=[LABEL])
    found = table.by_pid.values()
    return [one for one in found if not one.dead and one.pid != os.getpid() and any(map(meant, one.marks))]
