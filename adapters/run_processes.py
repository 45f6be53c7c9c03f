"""The processes of runs on this machine: who they are, and signals that reach no other. The port `Processes`.

Tools leave for sessions of their own and outlive their clients, so neither a process group nor parenthood alone finds
them: a member is a client of the run, what descends from one, what carries the run's mark in its environment, or what
was found to be one before (research/real-clients.md 4).
"""

import asyncio
import os
import shlex
import signal
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from adapters.agents.agent import Agent
from adapters.agents.session_signs import NAMES, client_marks, label_mark, session_marks, way_back
from adapters.process_walk import Walk, walk
from adapters.processes import PROC
from adapters.run_clients import chain, clients_of, innermost, still
from adapters.run_members import Signs, crew_of, kept_of
from adapters.served import parted
from adapters.signalling import send
from state.control.hands import Crew, Known, Member
from state.runs.run import Run
from state.text import clean

UNKNOWN = "this system does not show its processes as files (/proc), so nobody can tell which are the run's"
_LOOKS, _PAUSE_SECONDS = 3, 0.05
"""A client that begins a tool is two for an instant, until the child becomes the other program: a doubt must last."""


class RunProcesses:
    """Finds and signals the processes of runs; `agents` tell whose registry to ask, under which `environment`."""

    def __init__(
        self, agents: Sequence[Agent], environment: Mapping[str, str], proc: Path = PROC, user: int | None = None
    ) -> None:
        self._agents = {agent.name: agent for agent in agents}
        self._programs = frozenset(agent.program for agent in agents)
        self._environment, self._proc, self._user = environment, proc, user

    async def crew(self, run: Run, label: str | None = None, before: Sequence[Member] = ()) -> Crew:
        """Find every process of a run by what cannot lie; a doubt instead where several could be meant."""
        found = Crew()
        for _ in range(_LOOKS):
            found = await asyncio.to_thread(self.crew_now, run, label, before)
            if not found.doubt:
                return found
            await asyncio.sleep(_PAUSE_SECONDS)
        return found

    def crew_now(self, run: Run, label: str | None = None, before: Sequence[Member] = ()) -> Crew:
        """Do the same and wait for it."""
        if not (self._proc / "self" / "stat").exists():
            return Crew(doubt=UNKNOWN)
        now = walk(self._proc, self._user, NAMES)
        labels = label_mark(label)
        marked = now.marked(labels | session_marks(run.agent, run.session))
        carriers = [pid for pid, mark in marked.items() if mark in labels]
        agent, program = self._agents.get(run.agent), self._program(run)
        found = still(before, now)
        if not found.pids:
            found = clients_of(run, agent, self._registered(run), carriers, now)
        if found.doubt:
            return Crew(doubt=found.doubt)
        signs: dict[int, Known] = {pid: "label" if mark in labels else "environment" for pid, mark in marked.items()}
        signs |= dict.fromkeys(_begun_by(run.agent, found.pids, before, now), "environment")
        told = Signs(
            clients=chain(found.pids, program, now),
            own=innermost(found.pids, program, now),
            known=found.known,
            marked=signs,
            kept=kept_of(before, now),
        )
        crew = crew_of(told, now, self._programs, os.getpid(), run.worktree or run.cwd)
        return parted(crew, program, run.log, now)

    async def signal(self, members: Sequence[Member], number: signal.Signals) -> Mapping[int, str]:
        """Send a signal to those that are still the same processes; gives why for each pid that did not get it."""
        return {one.pid: why for one in members if (why := send(one, number, self._proc))}

    async def interrupt(self, run: Run, crew: Crew) -> str:
        """Do nothing: from outside every agent that is known takes SIGINT for its own way of being interrupted."""
        return ""

    def way_back(self, run: Run) -> str | None:
        """Give the command line that takes a run's session up again, in its directory."""
        words, place = way_back(run.agent, run.session), run.worktree or run.cwd
        lines = [shlex.join(one) for one in (("cd", place) if place else (), words) if one]
        return " && ".join(lines) if words else None

    def _program(self, run: Run) -> str:
        agent = self._agents.get(run.agent)
        return agent.program if agent else run.agent

    def _registered(self, run: Run) -> dict[int, tuple[str | None, float | None]]:
        agent = self._agents.get(run.agent)
        roots = [root for root in agent.roots(self._environment) if root.is_dir()] if agent else []
        seen = [one for root in roots if agent for one in agent.presences(root)]
        return {one.pid: (one.start, one.at) for one in seen if clean(one.session) == run.session}


def _begun_by(agent: str, clients: Iterable[int], before: Sequence[Member], now: Walk) -> set[int]:
    """Give the processes that name a client of this run by its pid and that began after it."""
    starts = {one.pid: one.start for one in before if one.own} | {pid: now.by_pid[pid].start for pid in clients}
    by_mark = {mark: start for pid, start in starts.items() for mark in client_marks(agent, (pid,))}
    return {pid for pid, mark in now.marked(by_mark).items() if now.by_pid[pid].start >= by_mark[mark]}
