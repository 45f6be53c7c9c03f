"""The duty that holds runs and lets them go on: SIGSTOP and SIGCONT to every process, confirmed by the kernel.

A run is held whole or not at all: where one process of it could not be held, those that were are let go on. What only
waits around its client is not held: tmux lets the first process of a pane go on at once, with its whole group. Source:
tmux's server.c, `server_child_stopped`. The prompt cache ages meanwhile (`Card.cache_until`). Resuming lets go on what
is held, and takes back the freeze of a stop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from signal import Signals

from state.control.act import Act, ActKind, Step
from state.control.asking import act_of, doubted, is_over, label_of, listed, names, processes_of
from state.control.desk import Desk
from state.control.fleetwide import everywhere
from state.control.hands import Crew, Member, Processes
from state.control.sweeping import held_whole
from state.runs import event as ev
from state.runs.event import Event
from state.runs.run import Origin, Run
from state.spool import Order

HOLD_SECONDS = 3.0
RESUME_SECONDS = 2.0
SETTLED_SECONDS = 0.3
"""In which a terminal's shell shows whether it lets a client that was let go on have the terminal."""
LOOK_SECONDS = 0.05
Sleep = Callable[[float], Awaitable[None]]


class Holding:
    """Carries out `hold` and `resume`."""

    verbs = frozenset({"hold", "resume"})

    def __init__(self, desk: Desk, sleep: Sleep = asyncio.sleep) -> None:
        self._desk, self._sleep = desk, sleep

    async def carry_out(self, order: Order) -> Act:
        """Hold or resume a run, or every run that lives where the words say `every`."""
        kind: ActKind = "hold" if order.verb == "hold" else "resume"
        if order.words.get("every"):
            return await everywhere(self._desk, order, kind, self._one)
        return await self._one(order, self._desk.run(order.words.get("run", "")))

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: what counts is what the kernel says."""

    async def look(self) -> None:
        """Look at nothing: both are carried out to their ends."""

    async def _one(self, order: Order, run: Run) -> Act:
        hold = order.verb == "hold"
        act = act_of(
            self._desk, order, run.key, "hold" if hold else "resume", "is being held" if hold else "is resumed"
        )
        if await is_over(self._desk, act):
            return act
        grip = _Grip(self._desk, self._sleep, processes_of(self._desk), run)
        try:
            crew = await grip.look()
            if hold:
                return await self._hold(act, grip, crew)
            return await self._resume(act, grip, crew, human=order.words.get("human") != "no")
        except ValueError as refused:
            if act.id not in self._desk.acts().by_id:
                raise
            # It was begun by a core that was killed: what it came to stands on the row.
            return await self._ended(act, Crew(), str(refused), failed=True)

    async def _hold(self, act: Act, grip: "_Grip", crew: Crew) -> Act:
        if why := _unholdable(crew):
            raise ValueError(f"{why}; nothing was done")
        if all(one.stopped for one in _held(crew)):
            return await self._ended(act, crew, "it was held already: a signal holds each of its processes")
        requested = self._desk.clock()
        await self._desk.record(replace(act, steps=(Step("SIGSTOP", requested),)))
        crew = await grip.hold()
        if not crew.doubt and not crew.foreign and all(one.stopped for one in _held(crew)):
            step = Step("SIGSTOP", requested, self._desk.clock(), f"{len(_held(crew))} of {len(_held(crew))} are held")
            return await self._ended(replace(act, steps=(step,)), crew, _told_held(crew))
        free = [one for one in _held(crew) if not one.stopped]
        why = crew.doubt or f"{listed((*free, *crew.foreign))} could not be held"
        await grip.let_go()
        act = replace(act, steps=(Step("SIGSTOP", requested, None, why),))
        return await self._ended(act, await grip.look(), f"not held: {why}; it goes on", failed=True)

    async def _resume(self, act: Act, grip: "_Grip", crew: Crew, *, human: bool) -> Act:
        stop = self._stop_of(act)
        held = [one for one in crew.members if one.stopped]
        if crew.doubt and not stop:
            raise ValueError(f"{crew.doubt}; nothing was done")
        if crew.members and not held and act.steps:
            return await self._ended(act, crew, "nothing holds it any more")
        if not held and not stop:
            raise ValueError(
                f"{'no signal holds it' if crew.members else 'no process of it is known'}; nothing was done"
            )
        told: list[str] = []
        if held:
            act, said = await self._let_go(act, grip)
            told.append(said)
        if stop and human:
            words = {"run": act.run, "by": act.by, "reason": act.reason}
            await self._desk.freeze(Order(f"{act.id}-thaw", "thaw", words))
            back = stop.facts.get("resume")
            told.append("its tool calls go again" + (f"; take it up with: {back}" if back and not crew.members else ""))
            act = replace(act, facts={**act.facts, **({"resume": back} if back else {})})
        elif stop:
            told.append("it stays frozen, because no human at a terminal asked")
        failed = any(step.confirmed is None for step in act.steps) or bool(stop and not human)
        return await self._ended(act, await grip.look(), "; ".join(told), failed=failed)

    async def _let_go(self, act: Act, grip: "_Grip") -> tuple[Act, str]:
        requested = self._desk.clock()
        await self._desk.record(replace(act, steps=(Step("SIGCONT", requested),)))
        still = await grip.let_go()
        confirmed = None if still else self._desk.clock()
        shell = any(one.own for one in still)
        why = (
            "is stopped again: its terminal's shell has it in the background, type fg there"
            if shell
            else "is still held"
        )
        said = f"{listed(still)} {why}" if still else "nothing holds it any more"
        return replace(act, steps=(Step("SIGCONT", requested, confirmed, said),)), said

    def _stop_of(self, act: Act) -> Act | None:
        """Give the stop whose freeze is still on record, be there a hook that holds it or not.

        A thaw by the gates' own verb is none of this duty's.
        """
        last: Act | None = None
        for one in self._desk.acts().of(act.run):
            if one.kind == "stop" and any(step.what == "freeze" and step.text for step in one.steps):
                last = one
            if one.kind == "resume" and one.state == "confirmed" and one.id != act.id:
                last = None
        return last

    async def _ended(self, act: Act, crew: Crew, text: str, *, failed: bool = False) -> Act:
        """Record how it ended, and show at once what the kernel said of the client."""
        left = names([one for one in _held(crew) if not one.stopped]) if act.kind == "hold" and not failed else ()
        now = self._desk.clock()
        act = replace(act, state="failed" if failed else "confirmed", text=text, left=left, ended=now)
        await self._desk.record(act)
        process = self._desk.run(act.run).process
        client = next((one for one in crew.members if process is not None and one.pid == process.pid), None)
        if client is not None and process is not None and client.stopped != process.held:
            origin = Origin(f"/proc/{client.pid}", 0)
            status, waits = process.status, process.waiting_for
            seen = ev.ProcessSeen(act.run, origin, client.pid, status, waits, client.stopped, process.sure, now)
            await self._desk.tell((seen,))
        return act


class _Grip:
    """A run's processes, found anew at each look together with all that were found before."""

    def __init__(self, desk: Desk, sleep: Sleep, processes: Processes, run: Run) -> None:
        self._desk, self._sleep, self._processes, self._run = desk, sleep, processes, run
        self._label = label_of(desk.acts(), run.key)
        self._known: dict[int, Member] = {}

    async def look(self) -> Crew:
        crew = await self._processes.crew(self._run, self._label, tuple(self._known.values()))
        crew = doubted(crew, self._run, self._desk)
        self._known |= {one.pid: one for one in crew.members}
        return crew

    async def hold(self) -> Crew:
        """Hold everyone, then wait until the kernel shows it."""
        until = self._desk.clock() + HOLD_SECONDS
        await held_whole(self._processes, self._members, until, self._desk.clock)
        while True:
            crew = await self.look()
            if all(one.stopped for one in _held(crew)) or crew.doubt or self._desk.clock() >= until:
                return crew
            await held_whole(self._processes, self._members, until, self._desk.clock)
            await self._sleep(LOOK_SECONDS)

    async def let_go(self) -> Sequence[Member]:
        """Let everyone go on, tools before their client; gives who is still or again stopped."""
        members = sorted((await self.look()).members, key=lambda one: one.own)
        await self._processes.signal(members, Signals.SIGCONT)
        began = self._desk.clock()
        while True:
            await self._sleep(LOOK_SECONDS)
            still = [one for one in (await self.look()).members if one.stopped]
            waited = self._desk.clock() - began
            if waited >= (RESUME_SECONDS if still else SETTLED_SECONDS):
                return still

    async def _members(self) -> Sequence[Member]:
        crew = await self.look()
        return () if crew.doubt else _held(crew)


def _held(crew: Crew) -> tuple[Member, ...]:
    """Give the processes that a hold is about: all that do anything."""
    return tuple(one for one in crew.members if not one.around)


def _told_held(crew: Crew) -> str:
    number = len(_held(crew))
    return "held: its only process" if number == 1 else f"held: all {number} processes of it"


def _unholdable(crew: Crew) -> str:
    """Say why a run cannot be held whole, "" where it can."""
    if crew.doubt:
        return crew.doubt
    if crew.foreign:
        verb = "belongs" if len(crew.foreign) == 1 else "belong"
        return f"{listed(crew.foreign)} {verb} to another user, so the run cannot be held whole"
    return "" if crew.members else "no process of it is known"
