"""Keeps what a run has not committed before it is stopped; that it could not be kept is said and stops no stop."""

import asyncio
from collections.abc import Mapping

from state.control.desk import Desk
from state.control.hands import Rescue
from state.runs.run import Run

RESCUE_SECONDS = 20.0


async def kept_of(desk: Desk, run: Run) -> Mapping[str, str]:
    """Keep it, and give what an act says of it: `uncommitted` in words, and `rescue`, the ref, where there is one."""
    rescuer, place = desk.hands.rescue, run.worktree
    if rescuer is None or place is None:
        return {"uncommitted": "not kept: it works in no worktree of this repository"}
    try:
        async with asyncio.timeout(RESCUE_SECONDS):
            told = await rescuer.keep(place, run.key)
    except TimeoutError:
        told = f"git did not answer within {RESCUE_SECONDS:g} s"
    match told:
        case Rescue(ref=ref, files=files, left_out=left_out):
            out = f", {left_out} left out (too large, unreadable or no plain file)" if left_out else ""
            return {"rescue": ref, "uncommitted": f"{files} {'file' if files == 1 else 'files'} kept{out}"}
        case None:
            return {"uncommitted": "nothing"}
        case why:
            return {"uncommitted": f"not kept: {why}"}
