"""Claude Code records for tests: made by hand, with the field names and value shapes of the real ones."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from adapters.agents.agent import LogPlace, LogReader
from adapters.agents.claude_code import ClaudeCode
from state.runs import event as ev
from state.runs.event import Event

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SESSION = "11111111-2222-4333-8444-555555555555"
PLACE = LogPlace(f"/c/projects/-w-app/{SESSION}.jsonl", SESSION)
SIDE = LogPlace(f"/c/projects/-w-app/{SESSION}/subagents/agent-a1b2c3d.jsonl", SESSION, side=True)
QUIET = ("RunFound", "VersionNoted", "PlaceEntered", "ModelUsed", "RequestMetered", "ContextMeasured", "FileRead")
QUIET += ("ClosingWritten", "EndsUntold")
"""Events that most records give on the way to what a test is about."""
HIDDEN = ("terms", "digest", "begun", "sha")
"""Fields that have tests of their own."""


def row(kind: str, **fields: Any) -> dict[str, Any]:
    """A record with its envelope."""
    envelope = {"sessionId": SESSION, "cwd": "/w/app", "gitBranch": "feat/x", "version": "2.1.185"}
    times = {"uuid": "u1", "timestamp": "2026-06-01T10:00:00.000Z", "isSidechain": False}
    return {"type": kind, **envelope, **times, **fields}


def user(content: Any, **fields: Any) -> dict[str, Any]:
    """What a human says, or a program in his place."""
    return row("user", message={"role": "user", "content": content}, **fields)


def model(*blocks: Any, id: str = "msg_A", stop: str | None = "tool_use", usage: Any = None, **fields: Any) -> Any:
    """A row of the model's."""
    message = {"id": id, "role": "assistant", "model": fields.pop("model", "claude-opus-4-7"), "content": list(blocks)}
    if usage is not None:
        message["usage"] = usage
    return row("assistant", message={**message, "stop_reason": stop}, **{"requestId": "req_A", **fields})


def text(words: str) -> dict[str, Any]:
    """Prose of the model's."""
    return {"type": "text", "text": words}


def call(name: str, id: str = "toolu_1", **given: Any) -> dict[str, Any]:
    """A tool call."""
    return {"type": "tool_use", "id": id, "name": name, "input": given}


def result(content: Any = "done", id: str = "toolu_1", failed: bool = False, told: Any = None, **fields: Any) -> Any:
    """A tool's result; `told` is its structured form."""
    block = {"type": "tool_result", "tool_use_id": id, "content": content, "is_error": failed}
    return user([block], **({} if told is None else {"toolUseResult": told}), **fields)


def lines_of(records: Iterable[Any]) -> list[bytes]:
    """Records as lines, without newlines."""
    return [record if isinstance(record, bytes) else json.dumps(record).encode() for record in records]


def reader_of(lines: list[bytes], place: LogPlace = PLACE, saved: str = "") -> LogReader:
    """The reader that the source would make for a log that begins with `lines`."""
    agent = ClaudeCode()
    return agent.reader(place, agent.head(place, lines), saved)


def read(lines: Iterable[bytes], reader: LogReader, offset: int = 0) -> Iterator[Event]:
    """All events of `lines`."""
    for line in lines:
        yield from reader.read(line, offset)
        offset += len(line) + 1


def events_of(*records: Any, place: LogPlace = PLACE) -> list[Event]:
    """All events of a log with these records."""
    lines = lines_of(records)
    return list(read(lines, reader_of(lines, place)))


def told(*records: Any, place: LogPlace = PLACE, quiet: tuple[str, ...] = QUIET) -> list[tuple[Any, ...]]:
    """The events of a log as tuples of name and own fields, without those named in `quiet`."""
    return [said(event) for event in events_of(*records, place=place) if type(event).__name__ not in quiet]


def _of_certain_ends(said: Callable[[Event], tuple[Any, ...]]) -> Callable[[Event], tuple[Any, ...]]:
    """Leave out of a turn's end that it is certain, as every end is that Claude Code writes."""
    return lambda event: said(event)[:-1] if isinstance(event, ev.TurnEnded) and event.certain else said(event)


@_of_certain_ends
def said(event: Event) -> tuple[Any, ...]:
    """An event without the run and the record that it is of, and without the terms of a call."""
    names = [name for name in event.__dataclass_fields__ if name not in (*HIDDEN, "run", "origin")]
    return (type(event).__name__, *(getattr(event, name) for name in names))


def metered(*records: Any, place: LogPlace = PLACE) -> list[ev.RequestMetered]:
    """What these records say of calls to the model."""
    return [event for event in events_of(*records, place=place) if isinstance(event, ev.RequestMetered)]


def corpus_lines(path: Path) -> list[bytes]:
    """The complete lines of a log of the corpus."""
    return path.read_bytes().split(b"\n")
