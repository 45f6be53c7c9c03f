"""Records as Gemini CLI writes them, and what the tests ask of their reader."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.agents.gemini_cli import GeminiCli
from adapters.agents.gemini_reader import GeminiReader
from adapters.source import LogSource
from state.money.meter import count
from state.ports import LogMark
from state.runs.event import Event
from state.runs.fold import fold
from state.runs.run import Run, Usage
from tests.adapters.plain_agent import within

NEVER_WRITTEN = [byte for byte in (*range(0x20), *range(0x80, 0x100)) if byte not in b"\t\r"]
"""Bytes that damage a line so that a reader can tell; white space in place of a digit leaves a number that is right."""
SESSION = "aaaaaaaa-1111-4222-8333-444444444444"
HEAD = {
    "sessionId": SESSION,
    "projectHash": "my-app",
    "startTime": "2026-05-01T09:00:00.000Z",
    "lastUpdated": "2026-05-01T09:00:00.000Z",
    "kind": "main",
}


def at(second: int) -> str:
    return f"2026-05-01T09:{second // 60:02}:{second % 60:02}.000Z"


def name(number: int) -> str:
    return f"{number:08}-1111-4222-8333-444444444444"


def user(number: int, text: str) -> dict[str, Any]:
    return {"id": name(number), "timestamp": at(number), "type": "user", "content": [{"text": text}]}


def answer(number: int, text: str, *calls: Mapping[str, Any], tokens: int = 100, **more: Any) -> dict[str, Any]:
    counted = {"input": tokens, "output": 10, "cached": tokens // 2, "thoughts": 5, "tool": 1, "total": tokens + 16}
    record = {"id": name(number), "timestamp": at(number), "type": "gemini", "content": text, "tokens": counted}
    return {**record, "model": "gemini-2.5-pro", **({"toolCalls": list(calls)} if calls else {}), **more}


def call(number: int, tool: str, output: str = "ok", status: str = "success", **args: Any) -> dict[str, Any]:
    key = "output" if status == "success" else "error"
    result = [{"functionResponse": {"id": f"c{number}", "name": tool, "response": {key: output}}}]
    return {
        "id": f"c{number}",
        "name": tool,
        "args": args,
        "status": status,
        "timestamp": at(number + 1),
        "result": result,
    }


def shell(number: int, command: str, output: str, code: int = 0) -> dict[str, Any]:
    told = f"\nExit Code: {code}" if code else ""
    text = f"<untrusted_context>\nOutput: {output}{told}\nProcess Group PGID: 7\n</untrusted_context>"
    return call(number, "run_shell_command", text, command=command)


def line(record: object) -> bytes:
    return json.dumps(record).encode()


def read(records: Iterable[object], reader: GeminiReader | None = None) -> list[Event]:
    reader = reader or GeminiReader("/log.jsonl", SESSION, SESSION, "/w/one", "")
    events: list[Event] = []
    offset = 0
    for record in records:
        data = record if isinstance(record, bytes) else line(record)
        events += reader.read(data, offset)
        offset += len(data) + 1
    return events


def folded(events: Sequence[Event]) -> Run:
    """The run after these events, its usage counted once."""
    run = Run(events[0].run, "", "")
    for event in [*events, *count(events, lambda keys: {})[1]]:
        run = fold(run, event)
    return run


def used(events: Sequence[Event]) -> Usage:
    return sum((one.usage for one in count(events, lambda keys: {})[0]), Usage())


def kinds(events: Iterable[Event], *wanted: type[Event]) -> list[str]:
    return [type(event).__name__ for event in events if isinstance(event, wanted)]


class Life:
    """A home of the client's, read by a source that may be killed and begun again."""

    def __init__(self, home: Path) -> None:
        self.home, self.chats = home, home / ".gemini" / "tmp" / "my-app" / "chats"
        self.chats.mkdir(parents=True, exist_ok=True)
        (self.chats.parent / ".project_root").write_text("/w/one")
        self.marks: dict[str, LogMark] = {}
        self.events: list[Event] = []
        self.problems: dict[str, str] = {}

    async def go_on(self) -> list[Event]:
        """Begin a new life from the marks and give what is new."""
        source = LogSource([GeminiCli()], {"HOME": str(self.home)}, within, everything=True)
        source.remember(list(self.marks.values()))
        before = len(self.events)
        async for batch in source.catch_up():
            self.marks |= {mark.path: mark for mark in batch.marks}
            self.events += batch.events
            self.problems = {one.about: one.text for one in batch.problems}
        return self.events[before:]

    def document(self, *messages: object, indent: int | None = 2) -> Path:
        """Write the session as one document, as the client did until 2026."""
        path = self.chats / f"session-2026-05-01T09-00-{SESSION[:8]}.json"
        path.write_text(json.dumps({**HEAD, "messages": messages}, indent=indent))
        return path
