"""Plays the demo: a temporary repository in which scripted agents really write logs, source files and commits.

Nothing outside the given folder is read or written. Log and files follow from seed and beginning alone, so the player,
another process than the one that prepared, rehearses the past in memory and knows where every run stands.
"""

import asyncio
import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from adapters import demo_beats as beats
from adapters.demo_actor import Actor, commit, write
from adapters.demo_budget import SETTINGS
from adapters.demo_faults import go_wrong
from adapters.demo_gate import first_denial, gated
from adapters.demo_history import write_history
from adapters.demo_logs import Ids
from adapters.demo_script import STORIES
from adapters.demo_service import COMMITS, REPOSITORY
from adapters.git import door
from adapters.git import repository as repositories
from state.settings import FILE
from state.spool import Spool, take_lock

_DAY = 86_400.0
BEGINNING = "beginning.json"
"""The file that says when a demo began, and that its folder is one."""
_AGENTS_OWN = ("CLAUDE_", "CODEX_", "COPILOT_", "GEMINI_", "OPENCODE_", "PI_", "QWEN_")
"""How the names of variables begin with which the user tells agents where their own files lie."""
_LOOK_SECONDS = 0.2
"""How often a player looks whether its runs' processes are held or were ended."""
_LAST_CORE_SECONDS = 10.0
"""A core ends by itself within a few seconds after its last board."""


def surroundings(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of everything that takes part: every home and state directory lies in `folder`."""
    home = folder / "home"
    own = {
        "HOME": home,
        "CLAUDE_CONFIG_DIR": home / ".claude",
        "CODEX_HOME": home / ".codex",
        "GEMINI_CLI_HOME": home,
        "HEADGATE_STATE_DIR": folder / "state",
        "HEADGATE_CONFIG_DIR": folder / "config",
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local/share",
        "XDG_STATE_HOME": home / ".local/state",
        "XDG_CACHE_HOME": home / ".cache",
    }
    kept = {name: value for name, value in environment.items() if not name.startswith(_AGENTS_OWN)}
    return {**kept, **{name: str(path) for name, path in own.items()}}


def prepare(folder: Path, seed: int, now: float) -> str:
    """Make the repository, its worktrees and the past of every run in `folder`; give the repository's directory.

    `now` is the beginning in seconds since 1970. Raises `OSError` and `GitFailed`.
    """
    folder = folder.resolve()
    repository = folder / REPOSITORY
    repository.mkdir(mode=0o700, parents=True)
    door.make(["init", "-q", "-b", "main"], str(repository))
    files = _commits(repository, now)
    (folder / BEGINNING).write_text(json.dumps({"now": now}))
    for actor in _cast(folder, seed, now, files):
        if not actor.story.appears:
            actor.settle()
            actor.look_back(now)
    settings = folder / "config" / FILE
    settings.parent.mkdir(mode=0o700)
    settings.write_text(SETTINGS)
    state = Spool(folder / "state" / repositories.find(str(repository)).id)
    write_history(folder, str(repository), state.database, seed, now)
    return str(repository)


async def play(folder: Path, speed: float, seed: int, leash: int = 0, *, faults: bool = False) -> int:
    """Play on in a prepared `folder` until the descriptor `leash` ends; `speed` divides all waits. Gives 0.

    With `faults` things go wrong in it as well (`adapters.demo_faults`).

    Raises `OSError` and `GitFailed` where the folder cannot be written any more.
    """
    folder = folder.resolve()
    now = float(json.loads((folder / BEGINNING).read_text())["now"])
    files = {path: text for _, added in COMMITS for path, text in added.items()}
    actors = _cast(folder, seed, now, files)
    for actor in actors:
        actor.rehearse(now)
    over = asyncio.create_task(ended(leash))
    playing = asyncio.create_task(_played(folder, actors, speed, seed, faults=faults))
    try:
        await asyncio.wait((over, playing), return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            playing.result()
    finally:
        over.cancel()
        playing.cancel()
        await asyncio.gather(over, playing, return_exceptions=True)
        for actor in actors:
            actor.leave()
    return 0


def clear_away(folder: Path) -> None:
    """Remove the folder of a demo that is over, once no core works in it any more; any other folder is left alone.

    The player does it, because it outlives a board that was killed or lost its terminal. Raises `OSError`.
    """
    if not (folder / BEGINNING).is_file():
        return
    deadline = time.monotonic() + _LAST_CORE_SECONDS
    for lock in folder.glob("state/*/core.lock"):
        while (held := take_lock(lock)) is None and time.monotonic() < deadline:
            time.sleep(0.1)
        if held is not None:
            os.close(held)
    shutil.rmtree(folder)


def _commits(repository: Path, now: float) -> dict[str, str]:
    """Make main's commits, a day apart, and give all files."""
    files: dict[str, str] = {}
    for number, (message, added) in enumerate(COMMITS):
        for path, text in added.items():
            write(repository / path, text)
        files |= added
        commit(str(repository), message, now - _DAY * (len(COMMITS) - number))
    return files


def _cast(folder: Path, seed: int, now: float, files: Mapping[str, str]) -> list[Actor]:
    return [Actor(story, folder, Ids(seed, story.branch), now, files) for story in STORIES]


async def ended(leash: int) -> None:
    """Wait for the end of a pipe."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def read() -> None:
        if not os.read(leash, 4096):
            ended.set()

    try:
        loop.add_reader(leash, read)
    except PermissionError:
        return  # A plain file or /dev/null cannot be waited for (epoll_ctl(2)): it has ended already.
    try:
        await ended.wait()
    finally:
        loop.remove_reader(leash)


async def _played(folder: Path, actors: Sequence[Actor], speed: float, seed: int, *, faults: bool) -> None:
    """Let everyone act at their time, for ever; one who waits for a human keeps nobody else waiting."""
    for actor in actors:
        actor.register()
    turn, began = asyncio.Lock(), asyncio.get_running_loop().time()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_looked_after(actors))
            if faults:
                group.create_task(go_wrong(folder, speed))
            for actor in actors:
                group.create_task(_acted(folder, actor, turn, began, speed, seed))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _held(actor: Actor) -> float:
    """Wait for as long as a signal holds the run's process; give the seconds."""
    clock = asyncio.get_running_loop().time
    began = clock()
    while True:
        if not actor.is_held:
            return clock() - began
        await asyncio.sleep(_LOOK_SECONDS)


async def _looked_after(actors: Sequence[Actor]) -> None:
    """Notice at once, for ever, whose process a human ended: nothing of it stays, not even a zombie."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        for actor in actors:
            actor.look()


async def _acted(folder: Path, actor: Actor, turn: asyncio.Lock, began: float, speed: float, seed: int) -> None:
    """Let one act; the time for which its hook waited comes on top."""
    clock, late = asyncio.get_running_loop().time, 0.0
    cues = beats.future(actor.story, Random(f"{seed} {actor.story.branch} pace"))
    moment = next(cues, None)
    if actor.story.supervised:
        await gated(folder)
    while moment is not None:
        await asyncio.sleep(max(0.0, began + moment.at / speed + late - clock()))
        late += await _held(actor)
        if not actor.look():
            return
        async with turn:
            await asyncio.to_thread(actor.act, moment, time.time())
            actor.register()
        asked = clock()
        denied = await first_denial(actor.asks(moment))
        late += clock() - asked
        if denied is not None:
            async with turn:
                await asyncio.to_thread(actor.be_refused, denied, time.time())
        try:
            moment = cues.send(denied is None)
        except StopIteration:
            return
