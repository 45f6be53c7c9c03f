"""Looks for runs as the core does and keeps the reason where it finds none: what `headgate doctor` tells of logs.

It reads first records alone, of the newest logs of each agent, and writes nothing.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.agents.agent import HASHED, Agent, LogPlace
from adapters.known_log import problem_of
from adapters.opening import Unreadable
from adapters.relevance import Introduction, Territory, introduce
from state.looked import LogLook, PlaceLook, Stands
from state.runs.event import LineNotUnderstood
from state.runs.run import run_key
from state.text import clean

MOST_LOGS = 400
"""Logs of one agent that are looked into, the newest ones."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A log that was listed, when it was last written, and its device and inode; rows of a database have none."""

    agent: Agent
    place: LogPlace
    modified: float
    file: tuple[int, int] | None


def places_of(agent: Agent, environment: Mapping[str, str]) -> tuple[tuple[PlaceLook, ...], list[Listed]]:
    """Give the directories of an agent's logs, and every log in them, the newest first."""
    looks: list[PlaceLook] = []
    listed: list[Listed] = []
    for root in agent.roots(environment):
        found = [_listed(agent, place) for place in agent.logs(root, [])]
        looks.append(PlaceLook(clean(str(root)), _stands(root), len(found)))
        listed += found
    return tuple(looks), sorted(listed, key=lambda one: one.modified, reverse=True)


def look_into(one: Listed, territory: Territory | None) -> LogLook:
    """Read a log's first records and say whose it is; without a territory nothing belongs and no reason is given."""
    told = introduce(one.agent, one.place)
    if isinstance(told, Unreadable):
        problem = problem_of(one.place.path, told)
        return _look(one, None, None, why=f"it cannot be read: {told.why}", remedy=problem.remedy)
    directory = told.head.cwd
    worktree = territory.worktree_of(clean(directory)) if territory and directory else None
    if worktree or territory is None:
        return _look(one, told, worktree)
    why, remedy = why_outside(directory) if directory else _why_nowhere(one, told)
    return _look(one, told, None, why=why, remedy=remedy)


def why_outside(directory: str) -> tuple[str, str]:
    """Say why a directory lies in no worktree of the repository, and what to do about it."""
    shown = clean(directory)
    if directory.startswith(HASHED):
        return "it names only a digest of its directory, and no worktree has that digest", "start it in a worktree"
    if not directory.startswith("/"):
        return f"it names {shown}, which is no absolute path", "nothing can tell where it works"
    if not os.path.lexists(directory):
        return f"its directory {shown} is gone", "a run whose worktree was removed before it was seen is not shown"
    if (own := _repository_above(directory)) is not None:
        return f"{shown} lies in another repository", f"headgate --repo {clean(own)}"
    return f"{shown} lies in no git repository", "start the agent in a worktree of this one"


def _why_nowhere(one: Listed, told: Introduction) -> tuple[str, str]:
    lines = told.beginning.lines
    if not lines:
        return "it holds no whole record yet", "it is looked at again when it grows"
    reader = one.agent.reader(one.place, told.head, "")
    strange = [any(isinstance(one, LineNotUnderstood) for one in reader.read(line, 0)) for line in lines]
    if all(strange):
        return (
            f"none of its first {len(lines)} records is understood",
            f"is it a log of {one.agent.name}? docs/adapters.md says how another format is described",
        )
    return "its first records name no directory", "nothing can tell where it works"


def _repository_above(directory: str) -> str | None:
    """Give the nearest directory upwards that holds a `.git`."""
    real = Path(os.path.realpath(directory))
    return next((str(one) for one in (real, *real.parents) if os.path.lexists(one / ".git")), None)


def _look(one: Listed, told: Introduction | None, worktree: str | None, *, why: str = "", remedy: str = "") -> LogLook:
    session = (told.head.session if told else None) or one.place.session
    directory = told.head.cwd if told else None
    return LogLook(
        agent=one.agent.name,
        path=clean(one.place.path),
        session=clean(session) if session else None,
        directory=clean(directory) if directory else None,
        worktree=worktree,
        modified=one.modified,
        why=why,
        remedy=remedy,
        run=run_key(one.agent.name, session) if session else None,
    )


def _listed(agent: Agent, place: LogPlace) -> Listed:
    if place.rows is not None:
        found = place.rows.look()
        return Listed(agent, place, 0.0 if isinstance(found, Unreadable) else found.st_mtime, None)
    try:
        told = os.lstat(place.path)
    except OSError:
        return Listed(agent, place, 0.0, None)
    return Listed(agent, place, told.st_mtime, (told.st_dev, told.st_ino))


def _stands(root: Path) -> Stands:
    try:
        os.scandir(root).close()
    except FileNotFoundError:
        return "missing"
    except NotADirectoryError:
        return "file"
    except OSError:
        return "closed"
    return "directory"
