"""One order for every run that lives: each gets an act of its own, and one act says what became of all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from state.control.act import Act, ActKind
from state.control.asking import act_of, is_over, label_of
from state.control.desk import Desk
from state.runs.run import Run, RunKey
from state.spool import Order

_DONE = {"stop": "stopped", "hold": "held", "resume": "let go on"}


async def everywhere(desk: Desk, order: Order, kind: ActKind, one: Callable[[Order, Run], Awaitable[Act]]) -> Act:
    """Do `one` to every run that has a process or may have one, all at once; what is refused is told, not raised."""
    act = act_of(desk, order, RunKey(""), kind, "every run is asked")
    if await is_over(desk, act):
        return act
    await desk.record(act)
    runs = [run for run in desk.fleet().runs.values() if _may_live(desk, run)]

    async def done(run: Run) -> Act | str:
        words = {**order.words, "run": run.key}
        del words["every"]
        try:
            return await one(Order(f"{order.id}-{run.key}", order.verb, words), run)
        except ValueError as refused:
            return f"run {run.key}: {refused}"

    told = await asyncio.gather(*(done(run) for run in runs))
    acts = [one for one in told if isinstance(one, Act)]
    well = sum(one.state == "confirmed" for one in acts)
    refused = tuple(one for one in told if isinstance(one, str))
    missed = tuple(f"run {one.run}: {one.text}" for one in acts if one.state != "confirmed")
    every = f"{well} of {len(runs)} {'run' if len(runs) == 1 else 'runs'} {_DONE.get(kind, 'done')}"
    act = replace(
        act,
        state="confirmed" if well == len(runs) else "failed",
        text=every if runs else "no run lives",
        left=(*missed, *refused),
        ended=desk.clock(),
    )
    await desk.record(act)
    return act


def _may_live(desk: Desk, run: Run) -> bool:
    """Say whether a run has a process, or was started by Headgate and not yet seen to end."""
    if run.process is not None:
        return run.process.alive
    return run.ended is None and label_of(desk.acts(), run.key) is not None
