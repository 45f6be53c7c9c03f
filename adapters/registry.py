"""Live processes of runs, as the agents' registries name them or the process table shows; told only when it changed.

A registry file is believed once /proc confirms it. For a run that no registry names, the process that holds its log
open for writing is its process; where an agent keeps no file open, the only process of its program in the run's
directory is taken for it, and not surely. What was last told is kept in marks, because a process may end while Headgate
is not there to see. The table is walked only when a log of a run without a process has grown, and at most every few
seconds.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.agents.agent import Agent, Presence
from adapters.catalogue import Rooted, is_safe
from adapters.gathering import Gathering
from adapters.known_log import KnownLog
from adapters.process_table import ProcessTable, written_by
from adapters.processes import PROC, is_held, started, verify
from adapters.sightings import Sighting, sighted
from state.ports import LogMark, Problem
from state.runs.event import ProcessGone, ProcessSeen, RunEnded
from state.runs.run import Origin, RunKey, run_key
from state.text import clean

PRESENCE = "a registry of live sessions"
"""The `why` of a mark that stands for a registry file or a process, and no log."""
WALK_SECONDS = 3.0
"""Seconds between two walks of the process table, at least."""
_COARSE = 0.01
"""Seconds by which a file's time may lie before its writing: Linux takes it from a clock that stands between ticks."""
MOVED_ON = "its process went on in another session"
"""Why a run ended whose process a registry now gives to another run: `/clear`, `/resume`."""

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
    held: bool = False
    start: str | None = None
    """Set for a process that the table showed: it is looked at again by this start."""
    sure: bool = True
    serves: bool = False
    """Set for a server of many sessions, which outlives each: it is the run's while it writes the run's log."""


class Registry:
    """What was last told of each run's process."""

    def __init__(self, adopt: Adopt, table: ProcessTable) -> None:
        self._adopt, self._table = adopt, table
        self._told: dict[RunKey, _Told] = {}
        self._doubted: set[str] = set()
        self._walked = 0.0
        self._left: set[tuple[int, int | None]] = set()
        """Processes that took their runs out of a registry: on their way out, or in another session."""

    def remember(self, marks: Iterable[LogMark]) -> list[LogMark]:
        """Take what an earlier life told; gives the marks that are of logs."""
        logs: list[LogMark] = []
        for mark in marks:
            if mark.why != PRESENCE:
                logs.append(mark)
            elif mark.reader and mark.run is not None:
                self._told[mark.run] = _told_in(mark)
        return logs

    def live(self, roots: Sequence[Rooted]) -> frozenset[RunKey]:
        """Name the runs that a registry calls live, or that had a process when it was last looked, be it so or not."""
        named = {run_key(agent.name, seen.session) for agent, root in roots for seen in agent.presences(root)}
        return frozenset((*named, *self._told))

    def look(self, roots: Sequence[Rooted], logs: Mapping[str, KnownLog], gathering: Gathering) -> None:
        """Compare the registries and the processes with what was told, and tell what is different."""
        before, self._doubted = self._doubted, set()
        named = {run: (_told(agent, seen), seen.at) for run, agent, seen in self._present(roots, gathering)}
        for path in before - self._doubted:
            gathering.solve(clean(path))
        left = {told.pid for run, told in self._told.items() if told.start is None and run not in named}
        self._left = {one for one in self._left | {(pid, started(pid)) for pid in left} if started(one[0]) == one[1]}
        taken = {told.pid for told, _ in named.values()} | {pid for pid, _ in self._left}
        shown = self._shown(logs, named.keys(), taken)
        present = named | {run: (told, None) for run, told in shown.items()}
        for run, told in list(self._told.items()):
            if run not in present:
                moved = any(told.pid == other.pid for other, _ in present.values())
                self._tell_gone(run, told, moved, gathering)
        for run, (told, at) in present.items():
            if self._told.get(run) != told:
                self._tell_seen(run, told, at, gathering)

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

    def _shown(self, logs: Mapping[str, KnownLog], named: Collection[RunKey], taken: set[int]) -> dict[RunKey, _Told]:
        """Give the runs that no registry names and whose process the table shows, or showed and it still runs."""
        kept = {
            run: replace(told, held=is_held(told.pid))
            for run, told in self._told.items()
            if run not in named and told.start is not None and _goes_on(run, told, logs)
        }
        known = {*named, *kept}
        if not self._may_show_more(log for log in logs.values() if _is_main(log) and log.mark.run not in known):
            return kept
        self._walked = time.time()
        processes = [one for one in self._table.running() if one.pid not in taken]
        mine = [log for log in logs.values() if _is_main(log) and log.mark.run not in named]
        seen = {one.run: _told_of(one) for one in sighted(processes, mine)}
        busy = {told.pid for told in seen.values()}
        return {run: told for run, told in kept.items() if not told.sure and told.pid not in busy} | seen

    def _may_show_more(self, unattached: Iterable[KnownLog]) -> bool:
        """Say whether to walk the process table: a run without a process has written since the last walk."""
        if time.time() - self._walked < WALK_SECONDS or not self._table.exists:
            return False
        return any(log.modified >= self._walked - _COARSE for log in unattached)

    def _tell_seen(self, run: RunKey, told: _Told, at: float | None, gathering: Gathering) -> None:
        self._told[run] = told
        gathering.events.append(
            ProcessSeen(
                run,
                Origin(told.path, 0, at),
                told.pid,
                told.status,
                told.waiting_for,
                held=told.held,
                sure=told.sure,
                noticed=time.time(),
            )
        )
        facts = [told.pid, told.status, told.waiting_for, told.held, told.start, told.sure, told.serves]
        gathering.mark(_mark(run, told, json.dumps(facts)))

    def _tell_gone(self, run: RunKey, told: _Told, moved: bool, gathering: Gathering) -> None:
        del self._told[run]
        origin = Origin(told.path, 0)
        gathering.events.append(ProcessGone(run, origin, time.time()))
        if moved:
            gathering.events.append(RunEnded(run, origin, MOVED_ON))
        gathering.mark(_mark(run, told, ""))
        gathering.solve(clean(told.path))


def _goes_on(run: RunKey, told: _Told, logs: Mapping[str, KnownLog]) -> bool:
    if verify(told.pid, told.start) != "alive":
        return False
    own = {(log.found.st_dev, log.found.st_ino) for log in logs.values() if log.mark.run == run and log.found}
    return not told.serves or not own.isdisjoint(written_by(PROC / str(told.pid)))


def _is_main(log: KnownLog) -> bool:
    return log.mark.belongs and not log.mark.side and log.mark.run is not None


def _told(agent: Agent, presence: Presence) -> _Told:
    waiting_for = clean(presence.waiting_for) if presence.waiting_for is not None else None
    session, cwd = clean(presence.session), clean(presence.cwd) if presence.cwd else None
    held = is_held(presence.pid)
    return _Told(presence.path, agent.name, session, presence.pid, presence.status, waiting_for, cwd, held)


def _told_of(one: Sighting) -> _Told:
    process = one.process
    return _Told(
        path=f"/proc/{process.pid}/{one.run}",
        agent=one.agent,
        session=one.session,
        pid=process.pid,
        status=None,
        waiting_for=None,
        cwd=None,
        held=is_held(process.pid),
        start=process.start,
        sure=one.sure,
        serves=process.serves,
    )


def _mark(run: RunKey, told: _Told, memory: str) -> LogMark:
    return LogMark(told.path, told.agent, told.session, run, cwd=told.cwd, belongs=True, why=PRESENCE, reader=memory)


def _told_in(mark: LogMark) -> _Told:
    pid, status, waiting_for, *more = json.loads(mark.reader)
    return _Told(mark.path, mark.agent, mark.session or "", pid, status, waiting_for, mark.cwd, *more)


def _uncertain(presence: Presence) -> Problem:
    name = clean(presence.path)
    return Problem(
        name,
        f"{name}: nothing tells whether process {presence.pid} is this session's or a later one of the same number",
        "end the session properly, or remove the file if its process is another",
    )
