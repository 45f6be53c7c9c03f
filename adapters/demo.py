"""Plays the demo: a temporary repository in which scripted agents really write logs, source files and commits.

Nothing outside the given folder is read or written. Log and files follow from seed and beginning alone, so the player,
another process than the one that prepared, rehearses the past in memory and knows where every run stands.
"""

import asyncio
import heapq
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from adapters import demo_beats as beats
from adapters.demo_beats import Moment, Story
from adapters.demo_claude import VERSION as CLAUDE_VERSION
from adapters.demo_claude import ClaudeLog
from adapters.demo_codex import CodexLog
from adapters.demo_logs import Ids, Log, Record
from adapters.demo_script import STORIES
from adapters.demo_service import COMMITS, REPOSITORY
from adapters.git import door
from adapters.processes import started

MOST_BYTES = 8 << 20
"""A run whose log has grown to this size gets no further prompt, so that a demo left open for ever fills no disk."""
_DAY = 86_400.0


def surroundings(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of everything that takes part: every home and state directory lies in `folder`."""
    home = folder / "home"
    own = {
        "HOME": home,
        "CLAUDE_CONFIG_DIR": home / ".claude",
        "CODEX_HOME": home / ".codex",
        "GEMINI_CLI_HOME": home / ".gemini",
        "HEADGATE_STATE_DIR": folder / "state",
        "HEADGATE_CONFIG_DIR": folder / "config",
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local/share",
        "XDG_STATE_HOME": home / ".local/state",
        "XDG_CACHE_HOME": home / ".cache",
    }
    return {**environment, **{name: str(path) for name, path in own.items()}}


def prepare(folder: Path, seed: int, now: float) -> str:
    """Make the repository, its worktrees and the past of every run in `folder`; give the repository's directory.

    `now` is the beginning in seconds since 1970. Raises `OSError` and `GitFailed`.
    """
    folder = folder.resolve()
    repository = folder / REPOSITORY
    repository.mkdir(mode=0o700, parents=True)
    door.make(["init", "-q", "-b", "main"], str(repository))
    files = _commits(repository, now)
    (folder / "beginning.json").write_text(json.dumps({"now": now}))
    for actor in _cast(folder, seed, now, files):
        if not actor.story.appears:
            actor.settle()
            for moment in beats.past(actor.story):
                actor.act(moment, now + moment.at)
    return str(repository)


async def play(folder: Path, speed: float, seed: int, leash: int = 0) -> int:
    """Play on in a prepared `folder` until the descriptor `leash` ends; `speed` divides all waits. Gives 0.

    Raises `OSError` and `GitFailed` where the folder cannot be written any more.
    """
    folder = folder.resolve()
    now = float(json.loads((folder / "beginning.json").read_text())["now"])
    files = {path: text for _, added in COMMITS for path, text in added.items()}
    actors = _cast(folder, seed, now, files)
    for actor in actors:
        actor.rehearse(now)
    ended = asyncio.create_task(_ended(leash))
    playing = asyncio.create_task(_played(actors, speed, seed))
    try:
        await asyncio.wait((ended, playing), return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            playing.result()
    finally:
        ended.cancel()
        playing.cancel()
        await asyncio.gather(ended, playing, return_exceptions=True)
        for actor in actors:
            actor.leave()
    return 0


def _commits(repository: Path, now: float) -> dict[str, str]:
    """Make main's commits, a day apart, and give all files."""
    files: dict[str, str] = {}
    for number, (message, added) in enumerate(COMMITS):
        for path, text in added.items():
            _write(repository / path, text)
        files |= added
        _commit(str(repository), message, now - _DAY * (len(COMMITS) - number))
    return files


def _commit(directory: str, message: str, at: float) -> None:
    door.make(["add", "-A"], directory)
    door.make(["commit", "-q", "-m", message], directory, at=int(at))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _cast(folder: Path, seed: int, now: float, files: Mapping[str, str]) -> list["_Actor"]:
    return [_Actor(story, folder, Ids(seed, story.branch), now, files) for story in STORIES]


async def _ended(leash: int) -> None:
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


async def _played(actors: Sequence["_Actor"], speed: float, seed: int) -> None:
    """Let everyone act in the order of time, for ever."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for actor in actors:
        actor.register()
    for at, _, actor, moment in heapq.merge(*map(_cues, actors, range(len(actors)), [seed] * len(actors))):
        await asyncio.sleep(max(0.0, began + at / speed - loop.time()))
        await asyncio.to_thread(actor.act, moment, time.time())
        actor.register()


def _cues(actor: "_Actor", place: int, seed: int) -> Iterator[tuple[float, int, "_Actor", Moment]]:
    """Give one run's future as tuples that sort by time, then by place in the cast."""
    for moment in beats.future(actor.story, Random(f"{seed} {actor.story.branch} pace")):
        yield moment.at, place, actor, moment


class _Actor:
    """One run: its worktree, its log, what stands in both, and what its process would say of itself."""

    def __init__(self, story: Story, folder: Path, ids: Ids, now: float, files: Mapping[str, str]) -> None:
        self.story = story
        self._repository = folder / REPOSITORY
        self._worktree = folder / f"{REPOSITORY}.worktrees" / story.branch.replace("/", "-")
        self._files = dict(files)
        self._agent = folder / "home" / (".claude" if story.agent == "claude-code" else ".codex")
        writer = ClaudeLog if story.agent == "claude-code" else CodexLog
        self._log: Log = writer(story, str(self._worktree), ids)
        self._path = self._agent / self._log.place(
            now + next((moment.at for moment in beats.past(story)), story.appears)
        )
        self._status, self._told = "idle", ""
        self._full = False

    def settle(self) -> None:
        """Make the worktree."""
        start = "main~1" if self.story.behind else "main"
        add = ["worktree", "add", "-q", "-b", self.story.branch, str(self._worktree), start]
        door.make(add, str(self._repository))

    def rehearse(self, now: float) -> None:
        """Go through the past without leaving a trace, so as to know what comes next."""
        for moment in beats.past(self.story):
            self._change(moment)
            self._log.records(moment, now + moment.at, self._files)
            self._status = _status(moment)

    def act(self, moment: Moment, at: float) -> None:
        """Do what a moment says at the time `at`: change the files, commit, write the log."""
        if isinstance(moment.beat, beats.Prompt):
            self._full = self._path.exists() and self._path.stat().st_size >= MOST_BYTES
        if self._full:
            return
        if self.story.appears and not self._worktree.exists():
            self.settle()
        self._save(self._change(moment))
        if moment.closing and isinstance(moment.beat, beats.Commit):
            _commit(str(self._worktree), moment.beat.message, at)
        self._append(self._log.records(moment, at, self._files))
        self._status = _status(moment)

    def _change(self, moment: Moment) -> str | None:
        """Change a file in memory; give its path. Raises `ValueError` where the script does not fit the file."""
        if not (moment.closing and isinstance(moment.beat, beats.Edit)):
            return None
        edit = moment.beat
        text = self._files.get(edit.path, "")
        if text.count(edit.old) != 1 and edit.old:
            raise ValueError(f"{self.story.branch}: {edit.path} does not hold {edit.old!r} exactly once")
        self._files[edit.path] = text.replace(edit.old, edit.new) if edit.old else edit.new
        return edit.path

    def _save(self, path: str | None) -> None:
        if path is not None:
            _write(self._worktree / path, self._files[path])

    def _append(self, records: Sequence[Record]) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = "".join(f"{json.dumps(record, separators=(',', ':'), ensure_ascii=False)}\n" for record in records)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())

    # The live registry, by which Claude Code tells of its processes

    @property
    def _entry(self) -> Path:
        return self._agent / "sessions" / f"{os.getpid()}.json"

    def register(self) -> None:
        """Say in the registry what the run's process, which the player stands for, does now; once a change."""
        if not self.story.registered or self._status == self._told:
            return
        self._told, now = self._status, int(time.time() * 1000)
        entry: Record = {"pid": os.getpid(), "sessionId": self._log.session, "cwd": str(self._worktree)}
        entry |= {"startedAt": now, "procStart": str(started(os.getpid())), "version": CLAUDE_VERSION}
        entry |= {"kind": "interactive", "entrypoint": "cli", "status": self._status}
        entry |= {"waitingFor": "permission prompt"} if self._status == "waiting" else {}
        entry |= {"updatedAt": now, "statusUpdatedAt": now}
        self._entry.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = self._entry.with_suffix(".aside")
        aside.write_text(json.dumps(entry))
        aside.rename(self._entry)

    def leave(self) -> None:
        """Take the run's process out of the registry, as a clean exit does."""
        if self.story.registered:
            self._entry.unlink(missing_ok=True)


def _status(moment: Moment) -> str:
    """Give what the agent's process says of itself after a moment: busy, idle, or waiting for the human."""
    match moment.beat:
        case beats.End() | beats.Limit() | beats.Interrupt() | beats.Leave():
            return "idle"
        case beats.Ask() | beats.Propose():
            return "waiting"
        case beats.Shell(leave=leave) if leave and not moment.closing:
            return "waiting"
        case _:
            return "busy"
