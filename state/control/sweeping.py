"""The last rung: SIGKILL to every process of a run, each held first, so that what it forks meanwhile is caught too.

Who is killed while its children are being counted leaves some behind (research/reliability.md 4b): so everyone found
is held by SIGSTOP, and looked for again until nobody new appears; only then all are killed.
"""

from collections.abc import Awaitable, Callable, Sequence
from signal import Signals

from state.control.hands import Member, Processes

SWEEP_SECONDS = 5.0
PAUSE_SECONDS = 0.02
"""For the kernel to end what was killed."""
Look = Callable[[], Awaitable[Sequence[Member]]]


async def swept(
    processes: Processes, look: Look, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
) -> dict[int, str]:
    """Kill whoever `look` gives until it gives nobody, five seconds at most; says who got no signal, and why."""
    until, failed = clock() + SWEEP_SECONDS, dict[int, str]()
    while members := await held_whole(processes, look, until, clock):
        failed = dict(await processes.signal(members, Signals.SIGKILL))
        await sleep(PAUSE_SECONDS)
        if clock() >= until:
            break
    return failed


async def held_whole(processes: Processes, look: Look, until: float, clock: Callable[[], float]) -> tuple[Member, ...]:
    """Hold everyone that `look` gives, until it gives nobody new; gives them all as they were last seen."""
    asked = set[tuple[int, int]]()
    while True:
        members = tuple(await look())
        fresh = [one for one in members if (one.pid, one.start) not in asked and not one.stopped]
        if not fresh or clock() >= until:
            return members
        await processes.signal(fresh, Signals.SIGSTOP)
        asked |= {(one.pid, one.start) for one in fresh}
