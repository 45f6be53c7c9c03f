"""All logs that are known: found by the agents, matched with the marks of earlier lives, and judged.

A log that moved is the same log (agents archive by renaming), and of two copies only one is read. Both are known by
name, run and content, because an inode number comes back with the next file.
"""

import errno
import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from adapters.agents.agent import Agent, LogPlace
from adapters.anchor import held_in, same_beginning
from adapters.known_log import KnownLog
from adapters.relevance import Territory
from adapters.rows import Database, Keeper, database_of
from state.ports import LogMark, Problem
from state.runs.run import RunKey
from state.text import clean

_COPY = "a copy of "
_MOVED = "moved to "
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

Rooted = tuple[Agent, Path]
"""An agent and one directory under which its logs may lie."""


class Catalogue:
    """Every log by its path, with what is known of logs that are not there at the moment."""

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self.logs: dict[str, KnownLog] = {}
        self._absent: dict[str, LogMark] = {}
        self._of_run: dict[RunKey, dict[str, KnownLog]] = {}
        self._run_of: dict[str, RunKey] = {}
        self._refused: set[str] = set()
        self._homes: dict[str, Path] = {}
        self._databases: dict[str, Database] = {}

    def remember(self, marks: Iterable[LogMark]) -> None:
        """Take the marks of an earlier life; each waits until its log is found."""
        self._absent.update({mark.path: mark for mark in marks})

    def known_paths(self) -> set[str]:
        """Name all logs that are known, be they there or not."""
        return {*self.logs, *(path for path, mark in self._absent.items() if mark.inode)}

    def discover(self, roots: Sequence[Rooted]) -> tuple[list[LogMark], list[Problem], list[str]]:
        """List the roots; gives marks of logs that changed their place, problems, and what is a problem no more."""
        unreadable: list[OSError] = []
        found: list[tuple[Agent, LogPlace]] = []
        problems: dict[str, Problem] = {}
        for agent, root in roots:
            for place in agent.logs(root, unreadable):
                if is_safe(place.path):
                    found.append((agent, place))
                else:
                    problems[clean(place.path)] = _refusal(place.path)
            if isinstance(agent, Keeper):
                self._databases |= agent.databases
        problems |= {clean(str(error.filename)): _unlisted(error) for error in unreadable}
        solved = [about for about in self._refused if about not in problems]
        solved += self._forget_all_but({place.path for _, place in found})
        self._refused = set(problems)
        return self._take(found), list(problems.values()), solved

    def kept_in(self, paths: Iterable[str]) -> dict[str, KnownLog]:
        """Give the logs that are kept in a database to which one of these changed paths belongs."""
        changed = self._databases.keys() & {database_of(path) for path in paths}
        if not changed:
            return {}
        logs = self.logs.items()
        return {path: log for path, log in logs if log.place.rows and log.place.rows.database.path in changed}

    def has_news(self, paths: Iterable[str]) -> bool:
        """Say whether a database to which one of these changed paths belongs holds other sessions than were listed."""
        changed = self._databases.keys() & {database_of(path) for path in paths}
        return any(self._databases[path].has_news() for path in changed)

    def forget(self, log: KnownLog) -> None:
        """Note that a log is gone; its mark is kept for when it comes back, here or elsewhere."""
        if self.logs.pop(log.path, None) is not None and (log.judged or log.mark.generation):
            self._absent[log.path] = log.mark
        self._leave(log)

    def of_run(self, run: RunKey) -> list[KnownLog]:
        """Give the logs of a run that are there, the main ones first."""
        return sorted(self._of_run.get(run, {}).values(), key=main_first)

    def is_run(self, run: RunKey) -> bool:
        """Say whether a log of this run belongs to the repository."""
        return any(log.mark.belongs for log in self._of_run.get(run, {}).values())

    def enter(self, log: KnownLog) -> None:
        """File a log under its run, which may be known only now."""
        if self._run_of.get(log.path) == log.mark.run:
            return
        self._leave(log)
        if log.mark.run is not None:
            self._run_of[log.path] = log.mark.run
            self._of_run.setdefault(log.mark.run, {})[log.path] = log

    def is_elsewhere(self, log: KnownLog) -> bool:
        """Say whether a log's directory leads to another place than when it was found: a link was put in its way."""
        folder = log.path.rpartition("/")[0]
        return Path(folder).resolve() != self._homes.get(folder)

    def judge(self, log: KnownLog) -> bool:
        """Give a log whose first records were read its verdict; says whether it belongs."""
        self.enter(log)
        log.mark = self._territory.judge(log.mark, log.mark.side and self._main_belongs(log), log.heard)
        original = self._original_of(log) if log.mark.belongs and not log.mark.offset else None
        if original is not None:
            log.mark = replace(log.mark, belongs=False, why=_COPY + original.path)
        return log.mark.belongs

    def judge_again(self) -> list[KnownLog]:
        """Judge all logs that belong nowhere by what is known of them; gives those that belong now."""
        outside = [log for log in self.logs.values() if log.judged and not log.mark.belongs and not _is_copy(log.mark)]
        return [log for log in sorted(outside, key=main_first) if self.judge(log)]

    def subagents_outside(self, log: KnownLog) -> list[KnownLog]:
        """Give the subagents' logs of the same run that do not belong yet."""
        run = self._run_of.get(log.path)
        return [one for one in self.of_run(run) if one.mark.side and not one.mark.belongs] if run is not None else []

    def _forget_all_but(self, found: set[str]) -> list[str]:
        """Forget logs that are gone, so that one that moved is found under its new name; gives their names."""
        gone = [log for path, log in self.logs.items() if path not in found and not os.path.lexists(path)]
        for log in gone:
            self.forget(log)
        return [clean(log.path) for log in gone]

    def _take(self, found: Sequence[tuple[Agent, LogPlace]]) -> list[LogMark]:
        new = [self._opened(agent, place) for agent, place in found if place.path not in self.logs]
        self.logs.update({log.path: log for log in new})
        new += self._released_copies()
        return list(self._adopted(log for log in new if not log.mark.offset))

    def _opened(self, agent: Agent, place: LogPlace) -> KnownLog:
        folder = place.path.rpartition("/")[0]
        if folder not in self._homes:
            self._homes[folder] = Path(folder).resolve()
        mark = self._absent.pop(place.path, None)
        if mark is not None and mark.inode:
            log = KnownLog(agent, place, mark, judged=True)
            self.enter(log)
            return log
        # Events of a log that stood here before keep their places in the store, so this one is another generation.
        return KnownLog(agent, place, _fresh(agent, place, mark.generation + 1 if mark else 0))

    def _released_copies(self) -> list[KnownLog]:
        """Let copies stand for themselves whose original is no longer there."""
        copies = [log for log in self.logs.values() if _is_copy(log.mark)]
        released = [log for log in copies if not os.path.lexists(log.mark.why.removeprefix(_COPY))]
        for log in released:
            log.mark, log.judged = _fresh(log.agent, log.place, log.mark.generation), False
        return released

    def _adopted(self, new: Iterable[KnownLog]) -> Iterator[LogMark]:
        """Give absent logs' marks to new logs of their name and content; yields the marks of both places."""
        absent: dict[str, list[LogMark]] = {}
        for mark in self._absent.values():
            absent.setdefault(PurePath(mark.path).name, []).append(mark)
        for log in new if absent else ():
            for mark in absent.get(PurePath(log.path).name, []):
                waits = self._absent.get(mark.path) is mark and mark.agent == log.agent.name
                if waits and not os.path.lexists(mark.path) and (inode := held_in(log.path, mark)):
                    yield from self._adopt(log, mark, inode)
                    break

    def _adopt(self, log: KnownLog, mark: LogMark, inode: int) -> tuple[LogMark, LogMark]:
        here = replace(mark, path=log.path, inode=inode, size=0, modified_ns=0)
        log.mark, log.judged = replace(here, generation=max(mark.generation, log.mark.generation)), True
        self.enter(log)
        left = LogMark(mark.path, mark.agent, mark.session, belongs=True, why=_MOVED + log.path)
        self._absent[mark.path] = replace(left, generation=mark.generation)
        return self._absent[mark.path], log.mark

    def _original_of(self, log: KnownLog) -> KnownLog | None:
        """Give another log of the same run, name and content that is read already."""
        name, run = PurePath(log.path).name, self._run_of.get(log.path)
        for other in self._of_run[run].values() if run is not None else ():
            same = other is not log and other.mark.belongs and PurePath(other.path).name == name
            if same and same_beginning(log.path, other.path):
                return other
        return None

    def _main_belongs(self, log: KnownLog) -> bool:
        run = self._run_of.get(log.path)
        return run is not None and any(one.mark.belongs and not one.mark.side for one in self._of_run[run].values())

    def _leave(self, log: KnownLog) -> None:
        run = self._run_of.pop(log.path, None)
        if run is not None:
            del self._of_run[run][log.path]


def main_first(log: KnownLog) -> tuple[bool, str]:
    """Order logs so that a session's main log is read before those of its subagents."""
    return log.mark.side, log.path


def _fresh(agent: Agent, place: LogPlace, generation: int) -> LogMark:
    session = clean(place.session) if place.session else None
    return LogMark(place.path, agent.name, session, side=place.side, generation=generation)


def _is_copy(mark: LogMark) -> bool:
    return not mark.belongs and mark.why.startswith(_COPY)


def is_safe(path: str) -> bool:
    """Say whether a path can be stored and shown as it is; the names that agents give always can."""
    return path.isprintable() or not any(unicodedata.category(character) in _UNSAFE for character in path)


def _refusal(path: str) -> Problem:
    name = clean(path)
    return Problem(name, f"{name} has a name that is not plain text, so it is not read", "rename it")


def _unlisted(error: OSError) -> Problem:
    name = clean(str(error.filename))
    closed = error.errno in (errno.EACCES, errno.EPERM)
    remedy = "give your user the right to read it" if closed else "look at what stands there; the rest is read"
    return Problem(name, f"{name} cannot be read: {clean(error.strerror or str(error))}", remedy)
