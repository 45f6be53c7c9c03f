"""Reads what an agent loads beside its log: instruction files, skills, tools' servers and settings, as git blob ids.

Nothing of a file is kept but its digest. Names are looked for where research/log-formats.md 15.5 says that each agent
looks; what an instruction file imports, and files above the worktree, are not followed. A link counts only where it
stays inside the worktree or the agent's home, so that a worktree cannot point at anything else.
"""

import os
import pwd
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.agents.agent import Agent
from adapters.agents.plan_file import prose, sha
from adapters.context_rules import Rule, rules_of
from adapters.git.changes import written_at
from adapters.small_file import blob_id, read_small
from state.ports import Around, ContextFile, Environment, PlanFile
from state.runs.context import UNKNOWN
from state.runs.run import PartKind, Run
from state.text import clean

MOST_BYTES = 1 << 20
"""A larger file is named and not read: no agent loads a megabyte of instructions."""
MOST_FILES = 200
"""Files of one pattern that are looked at."""
_DEEPEST = 40
_LONGEST_PLAN = 256 * 1024
_MOST_KNOWN = 10_000
_KEPT_SECONDS = 1.0
"""For how long one look serves all runs of a worktree: a first reading of the logs meets thousands at once."""

_Mark = tuple[int, int, int, int, int]
_Place = tuple[str, str, str, str]


class AgentSurroundings:
    """A `state.ports.Surroundings` on the disk; a file is read again only when `stat` says that it is another."""

    def __init__(self, agents: Sequence[Agent], environment: Environment, kept_seconds: float = _KEPT_SECONDS) -> None:
        self._homes = {agent.name: tuple(map(str, agent.roots(environment))) for agent in agents}
        self._kept_seconds = kept_seconds
        self._digests: dict[str, tuple[_Mark, str]] = {}
        self._looks: dict[_Place, tuple[float, tuple[ContextFile, ...]]] = {}
        self.read = 0
        """How many files were read so far."""

    def look(self, run: Run) -> Around:
        """Give the files that an agent of this kind loads in the run's worktree, and whose account its log is."""
        log, top = run.log or "", run.worktree or ""
        home = next((root for root in self._homes.get(run.agent, ()) if log.startswith(f"{root}/")), "")
        rules = rules_of(run.agent)
        looked: tuple[PartKind, ...] = tuple(dict.fromkeys(rule.part for rule in rules))
        files = self._files(rules, (run.agent, top, run.cwd or top, home))
        return Around(files, looked, _account(log), _plan_of(run))

    def written(self, paths: Sequence[str]) -> dict[str, float]:
        """Give when these files were last written; links are not followed, so that no path leads elsewhere."""
        found = ((path, written_at(path)) for path in paths)
        return {path: at for path, at in found if at is not None}

    def _files(self, rules: Sequence[Rule], place: _Place) -> tuple[ContextFile, ...]:
        now = time.monotonic()
        at, files = self._looks.get(place, (float("-inf"), ()))
        if now - at < self._kept_seconds:
            return files
        _, top, cwd, home = place
        found = tuple(file for rule in rules for file in self._found(rule, top, cwd, home))
        if len(self._looks) > _MOST_KNOWN or len(self._digests) > _MOST_KNOWN:
            self._looks.clear()
            self._digests.clear()
        self._looks[place] = now, found
        return found

    def _found(self, rule: Rule, top: str, cwd: str, home: str) -> Iterator[ContextFile]:
        alone = True
        for folder in _upward(cwd, top):
            for alternatives in rule.upward:
                named = (self._file(rule.part, f"{folder}/{name}", top, "") for name in alternatives)
                if (file := next((one for one in named if one), None)) is not None:
                    alone = False
                    yield file
        for pattern in (*rule.top, *(rule.otherwise if alone else ())):
            yield from self._matching(rule.part, top, pattern, "")
        for pattern in rule.home if home else ():
            yield from self._matching(rule.part, home, pattern, "~/")

    def _matching(self, part: PartKind, top: str, pattern: str, before: str) -> Iterator[ContextFile]:
        """Give the files of a pattern, in which one step may be a `*` with an ending."""
        folder, star, rest = pattern.partition("*")
        if not star:
            file = self._file(part, f"{top}/{pattern}", top, before)
            yield from [file] if file else []
            return
        ending, _, below = rest.partition("/")
        for name in _names(f"{top}/{folder}", ending):
            path = f"{top}/{folder}{name}" + (f"/{below}" if below else "")
            if file := self._file(part, path, top, before):
                yield file

    def _file(self, part: PartKind, path: str, top: str, before: str) -> ContextFile | None:
        try:
            found = Path(path).stat()
            if not stat.S_ISREG(found.st_mode):
                return None
            real, inside = os.path.realpath(path), os.path.realpath(top)
        except (OSError, ValueError):
            return None
        if not real.startswith(f"{inside}/"):
            return None
        name = clean(f"{before}{path.removeprefix(f'{top}/')}", 300)
        return ContextFile(part, name, clean(path), self._digest(real, found), found.st_mtime)

    def _digest(self, path: str, found: os.stat_result) -> str:
        """Give the git blob id of a file's bytes, as `git hash-object --no-filters` does for SHA-1 repositories."""
        mark = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        known = self._digests.get(path)
        if known is not None and known[0] == mark:
            return known[1]
        self.read += 1
        content = read_small(path, MOST_BYTES)
        value = UNKNOWN if content is None else blob_id(content)
        self._digests[path] = mark, value
        return value


def _plan_of(run: Run) -> PlanFile | None:
    """Read a plan's file where a shell command may have changed it: only then its log does not tell."""
    path, top = run.plan.path, run.worktree
    if path is None or top is None or not f"{os.path.realpath(path)}/".startswith(f"{os.path.realpath(top)}/"):
        return None
    content = read_small(path, _LONGEST_PLAN)
    if content is None:
        return None
    text = content.decode("utf-8", "replace")
    try:
        return PlanFile(prose(text), sha(text), Path(path).stat().st_mtime)
    except OSError:
        return None


def _upward(cwd: str, top: str) -> Iterator[str]:
    """Give the directories from `cwd` up to the worktree's own; only that one where `cwd` lies elsewhere."""
    if not f"{cwd}/".startswith(f"{top}/"):
        cwd = top
    for folder in (Path(cwd), *Path(cwd).parents)[:_DEEPEST]:
        yield str(folder)
        if str(folder) == top:
            return


def _names(folder: str, ending: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.name.endswith(ending))[:MOST_FILES]
    except (OSError, ValueError):
        return []


def _account(log: str) -> str | None:
    """Name the account that owns a log: whoever runs the agent; None where the log is gone or its owner has no name.

    A session in a database has that one's path with "#" and its own name behind.
    """
    for path in (log, log.rpartition("#")[0]):
        try:
            if path:
                return clean(pwd.getpwuid(Path(path).stat().st_uid).pw_name, 80)
        except (OSError, ValueError, KeyError):
            continue
    return None
