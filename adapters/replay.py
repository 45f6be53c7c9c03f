"""Plays recorded logs into a temporary home: a worktree for each directory that they name, and their records in time.

Nothing outside the given folder is written. Only the logs are played: no file is edited and nothing is run, so the
worktrees stay as they were made.
"""

import asyncio
import json
import os
import re
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TypedDict

from adapters.demo import BEGINNING, ended
from adapters.demo_actor import commit, write
from adapters.git import door
from adapters.replay_log import Recorded, Unplayable, altered, gap, place_of, recorded, told_at
from state.text import clean

PARTS = "replay.json"
"""The file that tells the player which log is played where."""
_REPOSITORY = "replayed"
_README = "The logs that are played here are of another repository: none of its files is here.\n"
_AT_ONCE = 200
"""Records after which others get their turn."""


class Part(TypedDict):
    """One log: its file, the directory that it names, the worktree that stands for that, and where it is written."""

    path: str
    cwd: str | None
    worktree: str
    target: str


def chosen(files: Sequence[str]) -> tuple[Recorded, ...]:
    """Say what logs these files are. Raises `Unplayable` where one cannot be played, or two would be one."""
    logs = tuple(recorded(file) for file in files)
    places: dict[str, str] = {}
    for file, log in zip(files, logs, strict=True):
        place = place_of(log, "")
        if place in places:
            told = f"{clean(file)} and {clean(places[place])} are logs of the same session"
            raise Unplayable(f"{told}; name one of them")
        places[place] = file
    return logs


def prepare(folder: Path, logs: Sequence[Recorded], now: float) -> str:
    """Make the repository and the worktrees of these logs in `folder`; give the repository's directory.

    `now` is in seconds since 1970. Raises `OSError` and `GitFailed`.
    """
    folder = folder.resolve()
    repository = folder / _REPOSITORY
    repository.mkdir(mode=0o700, parents=True)
    door.make(["init", "-q", "-b", "main"], str(repository))
    write(repository / "README.md", _README)
    commit(str(repository), "Begin", now)
    (folder / BEGINNING).write_text(json.dumps({"now": now}))
    names: dict[str | None, str] = {}
    parts: list[Part] = []
    for log in logs:
        if log.cwd not in names:
            names[log.cwd] = _free(_name_of(log.cwd), names.values())
            tree = str(folder / f"{_REPOSITORY}.worktrees" / names[log.cwd])
            door.make(["worktree", "add", "-q", "-b", f"replay/{names[log.cwd]}", tree], str(repository))
        parts.append(_part(folder, log, names[log.cwd]))
    (folder / PARTS).write_text(json.dumps(parts))
    return str(repository)


def _part(folder: Path, log: Recorded, name: str) -> Part:
    tree, target = folder / f"{_REPOSITORY}.worktrees" / name, folder / "home" / place_of(log, name)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.agent == "gemini-cli":
        (target.parents[1] / ".project_root").write_text(str(tree))
    return Part(path=log.path, cwd=log.cwd, worktree=str(tree), target=str(target))


def _name_of(cwd: str | None) -> str:
    last = re.split(r"[/\\]", (cwd or "").rstrip("/\\"))[-1]
    return re.sub(r"[^A-Za-z0-9_-]+", "-", last).strip("-") or "run"


def _free(name: str, taken: Collection[str]) -> str:
    return next(one for one in (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))) if one not in taken)


async def play(folder: Path, speed: float, leash: int = 0) -> int:
    """Write the records of a prepared `folder` until the descriptor `leash` ends; `speed` divides all pauses. Gives 0.

    All logs begin at once. Raises `OSError` where one cannot be read or written any more.
    """
    parts: list[Part] = json.loads((folder / PARTS).read_text())
    over = asyncio.create_task(ended(leash))
    playing = asyncio.ensure_future(asyncio.gather(*(_played(part, speed) for part in parts)))
    try:
        await asyncio.wait((over, playing), return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            playing.result()
            await over
    finally:
        over.cancel()
        playing.cancel()
        await asyncio.gather(over, playing, return_exceptions=True)
    return 0


async def _played(part: Part, speed: float) -> None:
    before, shift = None, 0.0
    descriptor = os.open(part["target"], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    # A part is written in pieces between waits, each in microseconds.
    with open(part["path"], "rb") as log, os.fdopen(descriptor, "wb", buffering=0) as out:  # noqa: PTH123, ASYNC230
        for number, line in enumerate(log):
            at = told_at(line)
            pause = gap(before, at, speed)
            if pause or number % _AT_ONCE == 0:
                await asyncio.sleep(pause)
            if at is not None:
                before, shift = at, time.time() - at
            out.write(altered(line.rstrip(b"\r\n"), part["cwd"], part["worktree"], shift) + b"\n")
