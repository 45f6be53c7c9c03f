"""A small agent with plain logs, and what the tests of the log source ask of it and of a source.

A line is `{"id": …}`, where `cwd`, `tool` and `session` may stand too; each becomes a prompt with its id as text. Main
logs are `projects/<folder>/<session>.jsonl`, subagents' logs `projects/<folder>/<session>/subagents/<name>.jsonl`.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.agents.agent import Head, LogPlace, Presence
from adapters.process_table import ProcessTable
from adapters.source import LogSource
from state.ports import Batch, LogMark
from state.runs.event import Event, LineNotUnderstood, PlaceEntered, PromptGiven, ToolEnded
from state.runs.run import Origin, RunKey, run_key
from state.runs.worktree import Worktree

PROGRAM = f"plain-{os.getpid()}"
"""What its processes are called: no other process of the tests that run beside this one is its own."""


class PlainReader:
    """Counts its lines, so that a reader that forgot or repeated some betrays itself."""

    def __init__(self, place: LogPlace, session: str, side: bool, saved: str) -> None:
        self.run: RunKey = run_key("plain", session)
        self._path, self._side = place.path, side
        self._lines = int(saved or "0")

    def read(self, line: bytes, offset: int) -> Sequence[Event]:
        origin = Origin(self._path, offset)
        self._lines += 1
        try:
            record = json.loads(line)
            events: list[Event] = [PromptGiven(self.run, origin, str(record["id"]))]
        except (ValueError, KeyError, TypeError):
            return [LineNotUnderstood(self.run, origin, "malformed", "no record")]
        if "cwd" in record and not self._side:
            events.append(PlaceEntered(self.run, origin, record["cwd"], None))
        if "tool" in record:
            events.append(ToolEnded(self.run, origin, record["tool"], failed=False, text="", side=self._side))
        return events

    def save(self) -> str:
        return str(self._lines)


@dataclass
class PlainAgent:
    """The agent; `heads_read` names the logs whose first records it was asked to read, `listed` counts its listings."""

    name: str = "plain"
    program: str = PROGRAM
    heads_read: list[str] = field(default_factory=list)
    lines_read: list[int] = field(default_factory=list)
    listed: int = 0

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        if named := environment.get("PLAIN_HOME"):
            return tuple(Path(part) for part in named.split(","))
        return (Path(environment["HOME"], ".plain"),) if "HOME" in environment else ()

    def folders(self, root: Path) -> Iterator[str]:
        for folder, _, _ in os.walk(root):
            yield folder

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        self.listed += 1
        if not (root / "projects").exists():
            return
        for folder, folders, files in os.walk(root / "projects", onerror=unreadable.append):
            folders.sort()
            for name in sorted(files):
                path = Path(folder, name)
                if name.endswith(".jsonl") and not path.is_symlink() and path.is_file():
                    side = path.parent.name == "subagents"
                    yield LogPlace(str(path), path.parent.parent.name if side else path.stem, side)

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        self.heads_read.append(place.path)
        session, cwd = place.session, None
        for line in lines:
            try:
                record = json.loads(line)
                session, cwd = record.get("session", session), cwd or record.get("cwd")
            except (ValueError, AttributeError):
                continue
        return Head(session, cwd, place.side, None, None)

    def reader(self, place: LogPlace, head: Head, saved: str) -> PlainReader:
        return PlainReader(place, head.session or place.path, head.side, saved)

    def presences(self, root: Path) -> Iterator[Presence]:
        for file in sorted((root / "sessions").glob("*.json")):
            try:
                entry = json.loads(file.read_bytes())
            except (OSError, ValueError):
                continue
            yield Presence(path=str(file), **{"start": None, "cwd": None, "status": None, "at": None, **entry})


def within(cwd: str, worktrees: Sequence[Worktree]) -> str | None:
    """Locate a directory by its path alone."""
    return next((tree.path for tree in worktrees if f"{cwd}/".startswith(f"{tree.path}/")), None)


def tree(path: str, *, main: bool = False) -> Worktree:
    return Worktree(path, f"{path}/.git", main=main)


def line(number: object, **more: object) -> bytes:
    return json.dumps({"id": str(number), **more}).encode() + b"\n"


class World:
    """A home with plain logs, and what a store would have kept of them: it commits each batch and can be restarted."""

    def __init__(self, home: Path, *, everything: bool = False, trees: Sequence[str] = ("/w/main", "/w/one")) -> None:
        self.home, self.root = home, home / ".plain"
        self.everything, self.trees = everything, [tree(path) for path in trees]
        self.environment = {"HOME": str(home)}
        self.agent = PlainAgent()
        self.table: ProcessTable | None = None
        self.marks: dict[str, LogMark] = {}
        self.events: list[tuple[Event, int]] = []
        self.batches: list[Batch] = []
        self.problems: dict[str, str] = {}
        self.source = self.restart()

    def restart(self) -> LogSource:
        """Begin another life from what was committed."""
        agents, everything = [self.agent], self.everything
        self.source = LogSource(agents, self.environment, within, everything=everything, table=self.table)
        self.source.remember(list(self.marks.values()))
        self.source.locate_in(self.trees)
        return self.source

    def commit(self, batch: Batch) -> None:
        """Keep a batch as the store does: events with the generation that its marks give, the last mark of a path."""
        self.batches.append(batch)
        generations = {mark.path: mark.generation for mark in batch.marks}
        self.events += [(event, generations.get(event.origin.log, 0)) for event in batch.events]
        self.marks |= {mark.path: mark for mark in batch.marks}
        for about in batch.solved:
            self.problems.pop(about, None)
        self.problems |= {problem.about: problem.text for problem in batch.problems}

    async def catch_up(self) -> list[Batch]:
        before = len(self.batches)
        async for batch in self.source.catch_up():
            self.commit(batch)
        return self.batches[before:]

    def log(self, name: str, *lines: bytes, folder: str = "-w-one") -> Path:
        """Write a log; `name` is a session, or `session/name` for a subagent's."""
        session, _, side = name.partition("/")
        below = f"{session}/subagents/{side}" if side else session
        path = self.root / "projects" / folder / f"{below}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(lines))
        return path

    def told(self, session: str | None = None) -> list[str]:
        """Give the ids that were told of a session, of all generations."""
        return told((event for event, _ in self.events), session)

    def kinds(self, kind: type) -> list[Event]:
        return [event for event, _ in self.events if isinstance(event, kind)]


def told(events: Iterable[Event], session: str | None = None) -> list[str]:
    run = run_key("plain", session) if session else None
    return [event.text for event in events if isinstance(event, PromptGiven) and run in (None, event.run)]


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def close(path: Path) -> None:
    """Take all rights from a file or directory; skips the test for a user whom that does not stop."""
    mode = path.stat().st_mode
    path.chmod(0)
    if os.access(path, os.R_OK):
        path.chmod(mode)
        pytest.skip("this user may read everything")
