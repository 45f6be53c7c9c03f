"""Live processes of runs, as the agents' registries name them and /proc confirms; told only when something changed.

What was last told is kept in marks, one a registry file, because a process may end while Headgate is not there to see.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from adapters.agents.agent import Agent, Presence
from adapters.catalogue import Rooted, is_safe
from adapters.gathering import Gathering
from adapters.processes import verify
from state.ports import LogMark, Problem
from state.runs.event import ProcessGone, ProcessSeen
from state.runs.run import Origin, RunKey, run_key
from state.text import clean

PRESENCE = "a registry of live sessions"
"""The `why` of a mark that stands for a registry file and no log."""

Adopt = Callable[[Agent, Presence, Gathering], bool]
"""Says whether a session's run belongs to the repository, and introduces it where no log did."""


@dataclass(frozen=True, slots=True)
class _Told:
    path: str
    agent: str
    session: str
    pid: int
    status: str | None
    waiting_for: str | None
    cwd: str | None


class Registry:
    """What was last told of each run's process."""

    def __init__(self, adopt: Adopt) -> None:
        self._adopt = adopt
        self._told: dict[RunKey, _Told] = {}
        self._doubted: set[str] = set()

    def remember(self, marks: Iterable[LogMark]) -> list[LogMark]:
        """Take what an earlier life told; gives the marks that are of logs."""
        logs: list[LogMark] = []
        for mark in marks:
            if mark.why != PRESENCE:
                logs.append(mark)
            elif mark.reader and mark.run is not None:
                self._told[mark.run] = _told_in(mark)
        return logs

    def look(self, roots: Sequence[Rooted], gathering: Gathering) -> None:
        """Compare the registries with what was told, and tell what is different."""
        before, self._doubted = self._doubted, set()
        present = {run: (agent, presence) for run, agent, presence in self._present(roots, gathering)}
        for path in before - self._doubted:
            gathering.solve(clean(path))
        for run, told in list(self._told.items()):
            if run not in present:
                self._tell_gone(run, told, gathering)
        for run, (agent, presence) in present.items():
            told = _told(agent, presence)
            if self._told.get(run) != told:
                self._tell_seen(run, told, presence, gathering)

    def _present(self, roots: Sequence[Rooted], gathering: Gathering) -> Iterator[tuple[RunKey, Agent, Presence]]:
        """Give the runs whose process runs; of two registry files of one run the newer comes last."""
        named = ((agent, presence) for agent, root in roots for presence in agent.presences(root))
        found = [(agent, presence) for agent, presence in named if is_safe(presence.path)]
        for agent, presence in sorted(found, key=lambda one: one[1].at or 0.0):
            verdict = verify(presence.pid, presence.start, presence.at)
            run = run_key(agent.name, presence.session)
            if verdict == "gone" or not (run in self._told or self._adopt(agent, presence, gathering)):
                continue
            if verdict == "uncertain":
                self._doubted.add(presence.path)
                gathering.report(_uncertain(presence))
                continue
            yield run, agent, presence

    def _tell_seen(self, run: RunKey, told: _Told, presence: Presence, gathering: Gathering) -> None:
        self._told[run] = told
        origin = Origin(presence.path, 0, presence.at)
        gathering.events.append(ProcessSeen(run, origin, told.pid, told.status, told.waiting_for))
        memory = json.dumps([told.pid, told.status, told.waiting_for])
        gathering.mark(_mark(run, told, memory))

    def _tell_gone(self, run: RunKey, told: _Told, gathering: Gathering) -> None:
        del self._told[run]
        gathering.events.append(ProcessGone(run, Origin(told.path, 0)))
        gathering.mark(_mark(run, told, ""))
        gathering.solve(clean(told.path))


def _told(agent: Agent, presence: Presence) -> _Told:
    waiting_for = clean(presence.waiting_for) if presence.waiting_for is not None else None
    session, cwd = clean(presence.session), clean(presence.cwd) if presence.cwd else None
    return _Told(presence.path, agent.name, session, presence.pid, presence.status, waiting_for, cwd)


def _mark(run: RunKey, told: _Told, memory: str) -> LogMark:
    return LogMark(told.path, told.agent, told.session, run, cwd=told.cwd, belongs=True, why=PRESENCE, reader=memory)


def _told_in(mark: LogMark) -> _Told:
    pid, status, waiting_for = json.loads(mark.reader)
    return _Told(mark.path, mark.agent, mark.session or "", pid, status, waiting_for, mark.cwd)


def _uncertain(presence: Presence) -> Problem:
    name = clean(presence.path)
    return Problem(
        name,
        f"{name}: nothing tells whether process {presence.pid} is this session's or a later one of the same number",
        "end the session properly, or remove the file if its process is another",
    )
