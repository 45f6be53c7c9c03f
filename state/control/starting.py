"""Starts runs: a worktree, a branch, a client in them that is nobody's child, and the run that comes of it.

An order leaves an act before anything is made, so that a core which is killed in between goes on with the same label:
a client that carries it is never started twice. The act is confirmed once the client was seen alive and its log or its
agent's registry appeared, and from then on the run carries the task, role, owner and lane that were asked for.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from state.control.act import Act, Step
from state.control.desk import Desk
from state.control.estimating import facts_before
from state.control.launching import Client, Ground, Launcher
from state.control.terminal import resume_words
from state.control.wanting import CHOOSES_SESSION, Asked, asked_of
from state.runs.event import Event
from state.runs.run import Run, RunKey, run_key
from state.spool import Order, account

SEEN_SECONDS = 5.0
"""How long a start waits for its client's process before it says that there is none."""
_PAUSE = 0.05
_IN_HAND: set[str] = set()
"""Acts that a `carry_out` of any of the core's duties is at, such as an escalation: a look leaves them alone."""
_GROUND, _PROCESS, _LOG = "worktree and branch", "the client's process", "its log or registry"
_FACTS_OF_GROUND = ("worktree", "branch", "commit", "program")


class Starting:
    """The duty of orders of verb `start`."""

    verbs = frozenset({"start"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._in_hand = _IN_HAND

    async def carry_out(self, order: Order) -> Act:
        """Start a run, or go on with a start that was broken off. Raises `ValueError`."""
        launcher = self._desk.hands.start
        if launcher is None:
            raise ValueError("this core can start no runs; nothing was started")
        known = self._desk.acts().by_id.get(order.id)
        if known is not None and known.state != "under_way":
            return known
        asked = asked_of(order, self._desk.hands.settings())
        self._in_hand.add(order.id)
        try:
            act = known or await self._accepted(order, asked, launcher)
            return await self._started(act, asked, launcher)
        finally:
            self._in_hand.discard(order.id)

    def hear(self, events: Sequence[Event]) -> None:
        """Nothing is kept: each look asks the fleet."""

    async def look(self) -> None:
        """Look whether what was started lives, and which run it became."""
        launcher = self._desk.hands.start
        if launcher is None:
            return
        for act in [one for one in self._desk.acts().by_id.values() if one.kind == "start"]:
            if act.id in self._in_hand:
                continue
            if act.state == "under_way" and "begun" in act.facts:
                await self._observe(act, await launcher.client(act.facts["label"]), launcher)
            elif act.run in self._desk.fleet().runs and "linked" not in act.facts and act.state != "failed":
                await self._record(replace(act, facts={**act.facts, "linked": "yes"}))

    async def _accepted(self, order: Order, asked: Asked, launcher: Launcher) -> Act:
        """Find the ground and write down what is about to be made, before any of it is."""
        wanted, now = asked.wanted, self._desk.clock()
        ground = await launcher.place(wanted)
        run = run_key(wanted.agent, wanted.session) if wanted.agent in CHOOSES_SESSION else RunKey("")
        facts = {
            "agent": wanted.agent,
            "task": asked.task,
            "role": asked.role,
            "lane": asked.lane,
            "owner": order.words.get("owner") or account(),
            "label": wanted.label,
            **{name: getattr(ground, name) for name in _FACTS_OF_GROUND},
            **({"session": wanted.session} if run else {}),
            **({"model": wanted.model} if wanted.model else {}),
            "mode": wanted.mode,
            **({"effort": wanted.effort} if wanted.effort else {}),
            **facts_before(self._desk, order.words.get("prefer", ""), asked),
        }
        reason = order.words.get("reason", "")
        act = Act(order.id, run, "start", account(), now, reason, steps=(Step(_GROUND, now),), facts=facts)
        return await self._record(replace(act, text=f"{asked.role} on {ground.branch}: its worktree is being made"))

    async def _started(self, act: Act, asked: Asked, launcher: Launcher) -> Act:
        ground = _ground(act.facts)
        client = await launcher.client(asked.wanted.label)
        if client is None and "begun" not in act.facts:
            try:
                notes = await launcher.plant(ground)
                act = await self._record(self._done(act, _GROUND, ground.worktree, _PROCESS))
                begun = await launcher.begin(asked.wanted, ground)
            except ValueError as refused:
                return await self._failed(act, str(refused), launcher)
            told = {**act.facts, **begun.facts, "begun": "yes"}
            if said := " ".join((*notes, *begun.notes)):
                told["note"] = said
            act = await self._record(replace(act, facts=told))
        return await self._seen(act, launcher)

    async def _seen(self, act: Act, launcher: Launcher) -> Act:
        """Wait until the client's process is seen, and give the act as it stands then."""
        for _ in range(round(SEEN_SECONDS / _PAUSE)):
            client = await launcher.client(act.facts["label"])
            if client is not None:
                return await self._observe(act, client, launcher)
            await asyncio.sleep(_PAUSE)
        return await self._observe(act, None, launcher)

    async def _observe(self, act: Act, client: Client | None, launcher: Launcher) -> Act:
        """Note what is to be seen of a client now; where nothing is new, nothing is written."""
        found = act
        if client is not None and "pid" not in act.facts:
            found = self._done(found, _PROCESS, f"pid {client.pid}", _LOG)
            found = replace(found, facts={**found.facts, "pid": str(client.pid), "start": str(client.start)})
        run = self._run_of(act)
        if run is not None and "pid" in found.facts:
            return await self._record(self._confirmed(found, run, client))
        if client is None:
            return await self._failed(found, await self._why_ended(found, launcher), launcher)
        if found is not act:
            where = found.facts.get("attach") or found.facts.get("log", "")
            text = f"process {client.pid} lives; its log is awaited: it may ask something in its terminal: {where}"
            found = await self._record(replace(found, text=text))
        return found

    def _run_of(self, act: Act) -> Run | None:
        """Give the run that a start became: by its session id, else the first one of its agent in its new worktree."""
        fleet = self._desk.fleet()
        if act.run:
            return fleet.runs.get(act.run)
        runs = (fleet.runs[key] for key in fleet.in_worktree(act.facts["worktree"]))
        ours = [one for one in runs if one.agent == act.facts["agent"] and one.parent is None]
        ours = [one for one in ours if one.started is None or one.started >= act.at - 2.0]
        return min(ours, key=lambda one: one.started or act.at, default=None)

    def _confirmed(self, act: Act, run: Run, client: Client | None) -> Act:
        facts = {**act.facts, "session": run.session, "linked": "yes"}
        if client is not None and len(client.pids) > 1:
            facts["pids"] = " ".join(str(pid) for pid in client.pids)
        if words := resume_words(run.agent, run.session):
            facts["resume"] = f"cd {act.facts['worktree']} && {' '.join(words)}"
        where = facts.get("attach") or f"detached, its output in {facts.get('log', 'no log')}"
        text = f"started on {facts['branch']} in {facts['worktree']}: {where}"
        done = self._done(act, _LOG, run.log or "")
        return replace(done, run=run.key, state="confirmed", facts=facts, text=text, ended=self._desk.clock())

    async def _why_ended(self, act: Act, launcher: Launcher) -> str:
        said = await launcher.last_words(act.facts["label"])
        when = "ended before its log appeared" if "pid" in act.facts else "ended at once"
        return f"the client {when}: {said or 'it wrote nothing'}"

    async def _failed(self, act: Act, why: str, launcher: Launcher) -> Act:
        back = await launcher.take_back(_ground(act.facts))
        return await self._record(replace(act, state="failed", text=f"{why}; {back}", ended=self._desk.clock()))

    def _done(self, act: Act, what: str, text: str, following: str = "") -> Act:
        """Confirm a step, and request the following one."""
        now = self._desk.clock()
        steps = [replace(one, confirmed=now, text=text) if one.what == what else one for one in act.steps]
        if following and all(one.what != following for one in steps):
            steps.append(Step(following, now))
        return replace(act, steps=tuple(steps))

    async def _record(self, act: Act) -> Act:
        await self._desk.record(act)
        return act


def _ground(facts: Mapping[str, str]) -> Ground:
    return Ground(*(facts[name] for name in _FACTS_OF_GROUND))
