"""Where events come from: finds the logs of all agents, reads what is new in those of this repository, and watches.

The one promise that everything here serves: the marks of a batch describe the logs after exactly its events, so whoever
commits both together sees each event once, wherever the process is killed.
"""

import time
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from adapters.agents.agent import Agent, Presence
from adapters.agents.generic import described_in
from adapters.catalogue import Catalogue, is_safe
from adapters.gathering import Gathering
from adapters.git_signs import GitSigns
from adapters.known_log import KnownLog
from adapters.placements import Placements
from adapters.process_table import ProcessTable
from adapters.reading import Reading
from adapters.registry import Registry
from adapters.relevance import Locate, Territory, may_say_more
from adapters.roots import Roots
from adapters.watch import Wake, Watch
from state.ports import Batch, Environment, LogMark
from state.runs.event import PlaceEntered, RunFound
from state.runs.run import Origin, RunKey, run_key
from state.runs.worktree import Worktree
from state.store.unmoved import stamps
from state.text import clean

LIVE_SECONDS = 3600.0
"""A log that was written to within this time is looked at without a notice, too."""
QUIET_SECONDS = 86400.0
"""A directory with nothing but logs of other repositories is not watched after this time without a change."""
MANY_LOGS = 100
"""Logs that were never looked into; from more on a catching up says that it reads before it has read."""
_MOST_NO_LOGS = 10_000


class LogSource:
    """The logs of all agents on this machine, as far as they belong to the repository: a `state.ports.RunSource`."""

    def __init__(
        self,
        agents: Sequence[Agent],
        environment: Environment,
        locate: Locate,
        *,
        everything: bool = False,
        watch: Watch | None = None,
        table: ProcessTable | None = None,
        skims: bool = True,
    ) -> None:
        """Look for the logs of `agents` where `environment` says; `locate` tells in which worktree a directory lies.

        With `everything` all logs belong, whatever their directory. Unless `skims`, each log is read whole at once.
        """
        self._roots = Roots(agents, environment)
        self._territory = Territory(locate, everything)
        self._catalogue = Catalogue(self._territory)
        self._placements = Placements(self._territory)
        self._reading = Reading(self._catalogue, self._placements, skims=skims)
        self._registry = Registry(self._adopt, table or ProcessTable(agent.program for agent in agents))
        self._git = GitSigns()
        self._watch = watch or Watch()
        self._log_folders: tuple[str, ...] = ()
        self._no_logs: set[str] = set()
        self._resettled = False
        self._environment = environment
        self._signs: dict[str, str] = {}

    def remember(self, marks: Sequence[LogMark]) -> None:
        """Take the marks of an earlier life, so that only what is new is read."""
        of_logs = self._registry.remember(marks)
        self._catalogue.remember(of_logs)
        for mark in (*marks, *of_logs):
            if mark.belongs:
                self._placements.remember(mark)

    def locate_in(self, worktrees: Sequence[Worktree]) -> None:
        """Take the worktrees that now exist: they decide which logs belong and where each run works."""
        if self._territory.settle(worktrees):
            self._resettled = True
            self._watch.wake()

    def watch_also(self, folders_by_worktree: Mapping[str, Sequence[str]]) -> None:
        """Watch git's folders of each worktree, by its path: what changes there stirs the worktree."""
        if self._git.expect(folders_by_worktree):
            self._point_watch()

    async def catch_up(self) -> AsyncGenerator[Batch]:
        """Read everything that is new, the logs that lie where this repository's do first, then end."""
        reading = self._reading
        self._resettled = True
        self._signs = stamps(self._telling(), self._environment)
        self._discover()
        self._settle()
        if sum(not log.judged for log in self._catalogue.logs.values()) > MANY_LOGS:
            yield reading.announce()
        for group in self._nearest_first():
            if reading.gathering:
                yield reading.flush()
            try:
                await reading.look((log for log in group if log.path in self._catalogue.logs), ahead=True)
                reading.begin_backlog()
                reading.live = self._registry.live(self._roots.present)
                async with aclosing(reading.passed(whole=True)) as batches:
                    async for batch in batches:
                        yield batch
            finally:
                await reading.close()
        self._registry.look(self._roots.present, self._catalogue.logs, reading.gathering)
        self._look_at_git(self._git.looked())
        if reading.owes():
            yield reading.flush(last=True)
        reading.end_backlog()

    def signs(self) -> Mapping[str, str]:
        """Give the stamps that folders had when the last catching up began to look at them."""
        return self._signs

    async def follow(self) -> AsyncGenerator[Batch]:
        """Catch up, then wait for changes for ever; each wake-up is one batch, more where much has changed."""
        async with aclosing(self.catch_up()) as batches:
            async for batch in batches:
                yield batch
        self._point_watch()
        async with aclosing(self._watch.wakes()) as wakes:
            async for wake in wakes:
                async with aclosing(self._answer(wake)) as batches:
                    async for batch in batches:
                        yield batch
                if self._reading:
                    self._watch.wake()

    async def _answer(self, wake: Wake) -> AsyncGenerator[Batch]:
        reading = self._reading
        reading.gathering.add(wake.problems, wake.solved)
        self._settle()
        strange = [path for path in wake.paths if self._is_strange(path)]
        discovered = wake.everything or self._may_be_logs(strange) or self._catalogue.has_news(strange)
        if discovered:
            self._discover()
        await reading.look(self._to_look_at(wake, discovered))
        async with aclosing(reading.passed()) as batches:
            async for batch in batches:
                yield batch
        if wake.live or strange:
            self._registry.look(self._roots.present, self._catalogue.logs, reading.gathering)
        self._look_at_git(self._git.looked() if wake.everything else self._git.noticed(wake.paths))
        if reading.gathering:
            yield reading.flush()

    async def read_whole(self, run: RunKey) -> bool:
        """Read what was only skimmed of a run, beside all else; says whether it came to its end undisturbed."""
        logs = [log for log in self._catalogue.of_run(run) if log.mark.belongs]
        return any(log.mark.skimmed for log in logs) and await self._reading.read_whole(run, logs, self._watch.wake)

    def gathered(self) -> Batch | None:
        """Give what was gathered and not yet told, where nobody follows."""
        return self._reading.flush() if self._reading.gathering else None

    def _nearest_first(self) -> list[list[KnownLog]]:
        """Give all logs, those first that lie where this repository's do: there may be thousands of others."""
        near: list[KnownLog] = []
        far: list[KnownLog] = []
        for log in self._catalogue.logs.values():
            (near if self._territory.likely(log.path) else far).append(log)
        return [group for group in (near, far) if group]

    def _settle(self) -> None:
        """Draw the consequences of worktrees that came or went: where runs work, and whose logs are ours."""
        if self._resettled:
            self._resettled = False
            self._reading.gathering.events += self._placements.settled()
            self._reading.queue(self._catalogue.judge_again())

    def _discover(self) -> None:
        """Look for logs that are new, and for directories to watch."""
        gathering = self._reading.gathering
        gathering.add(*self._roots.look())
        moved, problems, solved = self._catalogue.discover(self._roots.present)
        gathering.add(problems, solved)
        for mark in moved:
            gathering.mark(mark)
        quiet = self._quiet_folders()
        folders = (folder for folder in self._roots.folders() if is_safe(folder) and folder not in quiet)
        self._log_folders = tuple(folders)
        self._point_watch()

    def _telling(self) -> set[str]:
        """Name everything, beside the known logs, whose change may mean that there is something new to read."""
        descriptions = described_in(self._environment)
        of_logs = {path.rpartition("/")[0] for path in self._catalogue.known_paths()}
        return {*self._roots.tops(), *self._roots.folders(), *of_logs, *self._git.files(), *descriptions}

    def _point_watch(self) -> None:
        self._watch.look_at((*self._log_folders, *self._git.folders))

    def _quiet_folders(self) -> set[str]:
        """Name the directories in which nothing but logs of other repositories lie, untouched for a day."""
        lively, quiet = set[str](), set[str]()
        since = time.time() - QUIET_SECONDS
        for log in self._catalogue.logs.values():
            mark = log.mark
            known = log.judged and not mark.belongs and not may_say_more(mark, -1)
            (quiet if known and log.modified < since else lively).add(log.path.rpartition("/")[0])
        return quiet - lively

    def _to_look_at(self, wake: Wake, discovered: bool) -> list[KnownLog]:
        logs = self._catalogue.logs
        if wake.everything:
            return list(logs.values())
        chosen = {path: logs[path] for path in wake.paths if path in logs}
        chosen |= self._catalogue.kept_in(wake.paths)
        if discovered:
            chosen |= {path: log for path, log in logs.items() if not log.judged}
        if wake.live:
            since = time.time() - LIVE_SECONDS
            chosen |= {path: log for path, log in logs.items() if self._is_live(log, since)}
        return list(chosen.values())

    def _is_live(self, log: KnownLog, since: float) -> bool:
        return log.mark.belongs and (log.modified >= since or self._reading.stands(clean(log.path)))

    def _is_strange(self, path: str) -> bool:
        """Say whether a changed path is neither a known log nor git's: a new log, a registry file, or nothing."""
        return path not in self._catalogue.logs and path.rpartition("/")[0] not in self._git.folders

    def _may_be_logs(self, strange: Iterable[str]) -> bool:
        """Say whether one of these paths was never looked at; each file is, once."""
        if len(self._no_logs) > _MOST_NO_LOGS:
            self._no_logs.clear()
        new = [path for path in strange if path not in self._no_logs and Path(path).exists()]
        self._no_logs.update(path for path in new if not Path(path).is_dir())
        return bool(new)

    def _look_at_git(self, signs: tuple[frozenset[str], bool]) -> None:
        stirred, moved = signs
        self._reading.gathering.stirred |= stirred
        self._reading.gathering.worktrees_changed |= moved

    def _adopt(self, agent: Agent, presence: Presence, gathering: Gathering) -> bool:
        """Say whether a live session is ours; one that has no log yet is introduced by its registry file."""
        run = run_key(agent.name, presence.session)
        if self._catalogue.is_run(run):
            return True
        cwd = clean(presence.cwd) if presence.cwd else None
        if not self._territory.everything and (cwd is None or self._territory.worktree_of(cwd) is None):
            return False
        origin = Origin(presence.path, 0, presence.at)
        gathering.events.append(RunFound(run, origin, agent.name, clean(presence.session)))
        if cwd is not None and not self._placements.knows(run):
            entered = PlaceEntered(run, origin, cwd, None)
            found = self._placements.entered(entered)
            gathering.events += [entered, found] if found is not None else [entered]
        return True
