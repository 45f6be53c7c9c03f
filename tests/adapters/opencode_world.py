"""A home with an OpenCode database that a test writes as OpenCode does, and what a store would keep of reading it."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.agents.opencode import OpenCode
from adapters.source import LogSource
from state.ports import LogMark
from state.runs.event import Event, PromptGiven, RequestMetered
from state.runs.fold import fold
from state.runs.run import Run, Usage, run_key
from state.runs.worktree import Worktree

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "tests" / "fixtures" / "opencode" / "schema.sql"
LIVE = ROOT.parent / "shared" / "corpus" / "live" / "opencode"
ONE_SHOT = '[{"permission":"question","pattern":"*","action":"deny"}]'
NOW = 1_790_000_000_000
"""Milliseconds at which the stories of the tests begin."""
ANSWERED = {"time": {"created": NOW, "completed": NOW + 900}, "finish": "stop"}


def identity(prefix: str, at: int, number: int = 1) -> str:
    """Give an id as OpenCode makes it at a time: 48 bits of clock and counter, and more that tells nothing."""
    return f"{prefix}_{(at * 4096 + number) % (1 << 48):012x}AbCdEfGhIjKlMn"


class Database:
    """The database of one home, written as OpenCode does: WAL, rows updated in place."""

    def __init__(self, path: Path, *, wal: bool = True) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}")
        if not self.connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            self.connection.executescript(SCHEMA.read_text())

    def session(self, name: str, at: int = NOW, /, **columns: Any) -> None:
        """Write a session's row."""
        own = {"project_id": "p", "slug": "s", "directory": "/w/one", "title": "A title", "version": "1.18.33"}
        self._write("session", {"id": name, **own, "time_created": at, "time_updated": at, **columns})

    def message(self, name: str, session: str, at: int = NOW, updated: int | None = None, /, **data: Any) -> None:
        """Write a message's row, or write it over; `at` is when it was begun."""
        told = {"time": {"created": at}, **data}
        row = {"id": name, "session_id": session, "time_created": at, "time_updated": updated or at}
        self._write("message", {**row, "data": json.dumps(told)})

    def part(
        self, name: str, message: str, session: str, at: int = NOW, updated: int | None = None, /, **data: Any
    ) -> None:
        """Write a part's row, or write it over."""
        row = {"id": name, "message_id": message, "session_id": session}
        row |= {"time_created": at, "time_updated": updated or at, "data": json.dumps(data)}
        self._write("part", row)

    def prompt(self, session: str, at: int, text: str) -> str:
        """Write a human's message; gives its id."""
        message = identity("msg", at)
        self.message(message, session, at, role="user", agent="build")
        self.part(identity("prt", at, 2), message, session, at, type="text", text=text)
        return message

    def answer(self, session: str, at: int, /, **data: Any) -> str:
        """Write a message of the model's; gives its id."""
        message = identity("msg", at)
        own = {"role": "assistant", "agent": "build", "modelID": "m-1", "providerID": "anthropic"}
        self.message(message, session, at, **{**own, **data})
        return message

    def call(self, session: str, message: str, at: int, tool: str, updated: int | None = None, /, **state: Any) -> str:
        """Write a tool call; gives its name."""
        part = identity("prt", at, 7)
        given = {"input": {}, "time": {"start": at}, **state}
        self.part(part, message, session, at, updated, type="tool", tool=tool, callID=f"call_{at}", state=given)
        return f"call_{at}"

    def execute(self, text: str, *values: object) -> None:
        """Run a statement."""
        self.connection.execute(text, values)

    def close(self) -> None:
        """Close it as OpenCode does when it ends: the WAL is gone then."""
        self.connection.close()

    def _write(self, table: str, row: dict[str, Any]) -> None:
        names = ", ".join(row)
        changed = ", ".join(f"{name} = excluded.{name}" for name in row if name != "time_created")
        marks = ", ".join("?" * len(row))
        text = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {changed}"
        self.connection.execute(text, tuple(row.values()))


def tokens(fresh: int = 100, output: int = 10, **more: Any) -> dict[str, Any]:
    """Give a message's tokens as OpenCode 1.18 writes them."""
    cache = {"read": more.pop("read", 0), "write": more.pop("write", 0)}
    total = fresh + output + cache["read"] + cache["write"]
    return {"total": total, "input": fresh, "output": output, "reasoning": 0, "cache": cache, **more}


class Home:
    """A home, and what was committed of reading its logs; it can be restarted from that at any time."""

    def __init__(self, folder: Path) -> None:
        self.environment = {"HOME": str(folder)}
        self.path = folder / ".local" / "share" / "opencode" / "opencode.db"
        self.marks: dict[str, LogMark] = {}
        self.events: list[Event] = []
        self.problems: dict[str, str] = {}
        self.agent = OpenCode()
        self.source = self.restart()

    def restart(self) -> LogSource:
        """Begin another life."""
        self.agent = OpenCode()
        self.source = LogSource([self.agent], self.environment, _nowhere, everything=True)
        self.source.remember(list(self.marks.values()))
        return self.source

    async def catch_up(self) -> list[Event]:
        """Read what is new and commit it; gives the events of this time."""
        before = len(self.events)
        async for batch in self.source.catch_up():
            self.events += batch.events
            self.marks |= {mark.path: mark for mark in batch.marks}
            for about in batch.solved:
                self.problems.pop(about, None)
            self.problems |= {problem.about: problem.text for problem in batch.problems}
        return self.events[before:]

    def usage(self) -> Usage:
        """Count as the meter does: each key once, the larger telling is the truer."""
        return counted(self.events)

    def run(self, session: str) -> Run:
        """Give the run as it stands."""
        run = Run(run_key("opencode", session), "opencode", session)
        for event in self.events:
            run = fold(run, event) if event.run == run.key else run
        return run


def counted(events: Sequence[Event]) -> Usage:
    """Give the usage of all calls, each key once."""
    largest: dict[str, Usage] = {}
    for event in events:
        if isinstance(event, RequestMetered):
            old = largest.get(event.key)
            largest[event.key] = event.usage if old is None or event.usage.tokens > old.tokens else old
    total = Usage()
    for usage in largest.values():
        total += usage
    return total


def prompts(home: Home) -> list[str]:
    """Give the words of the human's that were told."""
    return [event.text for event in home.events if isinstance(event, PromptGiven)]


def columns_of(path: Path) -> Usage:
    """Give what a database's own session columns say; they count no requests."""
    query = "SELECT sum(tokens_input), sum(tokens_cache_read), sum(tokens_cache_write), sum(tokens_output) FROM session"
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    fresh, read, write, output = connection.execute(query).fetchone()
    connection.close()
    return Usage(fresh, read, write, 0, output, 0, 0)


def without_requests(usage: Usage) -> Usage:
    """Leave out the number of calls."""
    return replace(usage, requests=0, reasoning=0)


def _nowhere(cwd: str, worktrees: Sequence[Worktree]) -> str | None:
    return None
