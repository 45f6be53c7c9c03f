"""The duty that stops runs: rung by rung, each asked for and then observed, until the kernel says that nothing lives.

What is uncommitted is kept first. The freeze that the ladder begins with stays in force, so that a session that is
taken up again does nothing before a human resumes the run. Every step is recorded as it happens: a core that is killed
in between goes on where its act says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from signal import Signals

from state.control.act import Act, Step
from state.control.asking import act_of, doubted, is_over, label_of, listed, names, processes_of, read, written
from state.control.desk import Desk
from state.control.fleetwide import everywhere
from state.control.hands import Crew, Member, Processes
from state.control.keeping import kept_of
from state.control.ladder import Rung, next_rung, observed, shown, waited
from state.control.sweeping import swept
from state.gates.standing import UNHELD
from state.runs import event as ev
from state.runs.event import Event
from state.runs.run import Origin, Run
from state.spool import Order

LOOK_SECONDS = 0.05
"""Between two looks at the processes while a rung is given time."""
_PROCESSES = "processes"
Sleep = Callable[[float], Awaitable[None]]

NOTED_SECONDS = 0.2
"""In which whoever began a process takes note that it ended, as a rule."""


class Stopping:
    """Carries out `stop` and `end_left`."""

    verbs = frozenset({"stop", "end_left"})

    def __init__(self, desk: Desk, sleep: Sleep = asyncio.sleep) -> None:
        self._desk, self._sleep = desk, sleep

    async def carry_out(self, order: Order) -> Act:
        """Stop a run, or every run that lives where the words say `every`; `end_left` ends what a stop left."""
        if order.words.get("every"):
            return await everywhere(self._desk, order, "stop", self._one)
        return await self._one(order, self._desk.run(order.words.get("run", "")))

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: what counts is what the kernel says."""

    async def look(self) -> None:
        """Look at nothing: a stop is carried out to its end."""

    async def _one(self, order: Order, run: Run) -> Act:
        processes = processes_of(self._desk)
        act = act_of(self._desk, order, run.key, "stop", "is being stopped")
        if await is_over(self._desk, act):
            return act
        await self._desk.record(act)
        ladder = _Climb(self._desk, self._sleep, processes, run, act)
        return await (ladder.end_left() if order.verb == "end_left" else ladder.stop())


class _Climb:
    """One stop under way. `crew` is what was last observed, `known` everyone that was ever found to be the run's."""

    def __init__(self, desk: Desk, sleep: Sleep, processes: Processes, run: Run, act: Act) -> None:
        self._desk, self._sleep, self._processes, self._run = desk, sleep, processes, run
        self._act, self._crew = act, Crew()
        self._label = label_of(desk.acts(), run.key)
        self._known = {one.pid: one for one in read(act.facts.get(_PROCESSES, ""))}
        self._left_out, self._failed = set[str](), dict[int, str]()
        self._found = bool(self._known)

    async def stop(self) -> Act:
        """Climb until nothing lives or no rung is left."""
        await self._look()
        await self._climb("freeze")
        if not self._crew.doubt and self._crew.members and "uncommitted" not in self._act.facts:
            kept = await kept_of(self._desk, self._run)
            await self._record(replace(self._act, facts={**self._act.facts, **kept}))
        while not self._crew.doubt and (rung := self._next()):
            await self._climb(rung)
        return await self._over()

    async def end_left(self) -> Act:
        """End what an earlier stop left: what carries the run's mark, be it an agent of its own by now or not."""
        for act in self._desk.acts().of(self._run.key):
            self._known |= {one.pid: one for one in read(act.facts.get(_PROCESSES, ""))}
        await self._look()
        if not self._crew.doubt:
            self._known |= {one.pid: one for one in self._crew.apart}
            await self._look()
        if not self._crew.doubt and self._crew.members:
            await self._climb("SIGKILL")
        return await self._over()

    def _next(self) -> Rung | None:
        """Give the next rung; one that was asked for and never observed is taken again by a core that began since."""
        done = {step.what for step in self._act.steps if step.confirmed is not None or step.text}
        return next_rung(done | self._left_out, observed(self._crew), own_way="interrupt" not in self._left_out)

    async def _climb(self, rung: Rung) -> None:
        """Ask for one rung, wait until it shows or its time is over, and record both."""
        steps = tuple(step for step in self._act.steps if step.what != rung)
        if rung == "freeze" and any(step.confirmed for step in self._act.steps if step.what == rung):
            return
        requested = self._desk.clock()
        if rung != "interrupt":
            await self._record(
                replace(self._act, steps=(*steps, Step(rung, requested)), text=f"is being stopped: {rung}")
            )
        said = await self._asked(rung)
        if rung == "interrupt" and not said:
            self._left_out.add(rung)
            return
        await self._wait(rung)
        seen = shown(rung, observed(self._crew))
        told = said if rung == "freeze" else _told(self._crew, said, self._failed)
        seen = seen and not (rung == "freeze" and UNHELD in said)
        done = Step(rung, requested, self._desk.clock() if seen else None, told)
        await self._record(replace(self._act, steps=(*steps, done)))

    async def _asked(self, rung: Rung) -> str:
        """Ask for one rung, and say what is worth telling of it."""
        members = self._crew.members
        match rung:
            case "freeze":
                return await self._freeze()
            case "interrupt":
                return await self._processes.interrupt(self._run, self._crew)
            case "SIGINT":
                return await self._signal(Signals.SIGINT, [one for one in members if one.own])
            case "SIGTERM":
                return await self._signal(Signals.SIGTERM, members)
            case "SIGKILL":
                self._failed = await swept(self._processes, self._members, self._desk.clock, self._sleep)
                return ""

    async def _wait(self, rung: Rung) -> None:
        since, alone = self._desk.clock(), None
        while rung != "freeze":
            await self._look()
            seen, now = observed(self._crew), self._desk.clock()
            alone = now if alone is None and not seen.clients else alone
            if waited(rung, seen, now - since, None if alone is None else now - alone):
                return
            await self._sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        crew = await self._processes.crew(self._run, self._label, tuple(self._known.values()))
        self._crew = doubted(crew, self._run, self._desk)
        if not self._crew.doubt:
            self._found = self._found or bool(self._crew.members)
            # Of those that are gone only the clients' pids still tell: their tools name them.
            clients = {pid: one for pid, one in self._known.items() if one.own}
            self._known = clients | {one.pid: one for one in self._crew.members}

    async def _members(self) -> Sequence[Member]:
        await self._look()
        return () if self._crew.doubt else self._crew.members

    async def _freeze(self) -> str:
        why = f"stopped: {self._act.reason}" if self._act.reason else "stopped"
        words = {"run": self._run.key, "by": self._act.by, "reason": why}
        return await self._desk.freeze(Order(f"{self._act.id}-freeze", "freeze", words))

    async def _signal(self, number: Signals, members: Sequence[Member]) -> str:
        """Signal them, and let what is held go on, because it takes no signal but SIGKILL before."""
        self._failed = dict(await self._processes.signal(members, number))
        held = [one for one in self._crew.members if one.stopped]
        await self._processes.signal(held, Signals.SIGCONT)
        return "it was held, and was let go on to end" if held else ""

    async def _over(self) -> Act:
        """Record how it ended, in what the kernel said last; what has just ended is given time to be taken note of."""
        if self._crew.dead and not self._crew.members:
            await self._sleep(NOTED_SECONDS)
            await self._look()
        crew, facts, process = self._crew, dict(self._act.facts), self._run.process
        if (back := self._processes.way_back(self._run)) is not None:
            facts["resume"] = back
        if crew.beside:
            facts["beside"] = f"not known to be its own, and not touched: {listed(crew.beside)}"
        left = names((*crew.members, *crew.foreign, *crew.apart))
        found = self._found or (process is not None and not process.alive)
        well = found and not left and not crew.doubt
        signalled = any(step.what in ("SIGINT", "SIGTERM", "SIGKILL") for step in self._act.steps)
        verdict = _verdict(crew, found=found, froze=self._froze(), signalled=signalled)
        act = replace(self._act, facts=facts, left=left, state="confirmed" if well else "failed", text=verdict)
        await self._record(replace(act, ended=self._desk.clock()))
        if well and process is not None and process.alive:
            origin = Origin(f"/proc/{process.pid}", 0)
            await self._desk.tell((ev.ProcessGone(self._run.key, origin, self._desk.clock()),))
        return self._act

    def _froze(self) -> bool | None:
        """Say whether its next call is denied; None where no freeze was asked for."""
        freezes = [step for step in self._act.steps if step.what == "freeze"]
        return freezes[-1].confirmed is not None if freezes else None

    async def _record(self, act: Act) -> None:
        own = {_PROCESSES: written(tuple(self._known.values()))} if self._known else {}
        self._act = replace(act, facts={**act.facts, **own})
        await self._desk.record(self._act)


def _told(crew: Crew, said: str, failed: Mapping[int, str]) -> str:
    """Say what a rung came to; never nothing, because a step without a word is one that was not observed yet."""
    alive = {one.pid for one in crew.members}
    missed = [f"process {pid} got no signal: {why}" for pid, why in failed.items() if pid in alive]
    lives = f"{listed(crew.members)} {'lives' if len(alive) == 1 else 'live'} on" if alive else "no process of it lives"
    return "; ".join(filter(None, (said, *missed, crew.doubt or lives)))


def _verdict(crew: Crew, *, found: bool, froze: bool | None, signalled: bool) -> str:
    """Say how a stop ended, in one sentence."""
    frozen = "its next tool call is denied until it is resumed" if froze else "whether it is frozen was left as it was"
    if froze is False:
        frozen = "no hook would deny it a call if it is taken up again"
    if crew.doubt:
        return f"no {'further ' if signalled else ''}signal was sent: {crew.doubt}; {frozen}"
    if not found:
        return f"no process of it is known here, so none was signalled; {frozen}"
    if alive := (*crew.members, *crew.foreign):
        foreign = " (another user's)" if crew.foreign and not crew.members else ""
        return f"not stopped: {listed(alive)} {'lives' if len(alive) == 1 else 'live'} on{foreign}; {frozen}"
    dead = f" ({listed(crew.dead)} ended and not yet taken note of by whoever began it)" if crew.dead else ""
    if crew.apart:
        return f"stopped, but what it began goes on: {'; '.join(names(crew.apart))}{dead}; {frozen}"
    return f"stopped: no process of it lives{dead}; {frozen}"
