"""Which agent a recorded log is of, where it would lie in a home, and how its records are altered when it is played.

Altered are the directory that its run worked in, wherever a record names it, and the times: a record is of the moment
at which it is written anew. All else stays as it was recorded, byte for byte.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from adapters.agents.agent import HASHED, Agent, Head, LogPlace
from adapters.agents.claude_code import ClaudeCode
from adapters.agents.claude_record import seconds
from adapters.agents.codex import Codex
from adapters.agents.copilot_cli import CopilotCli
from adapters.agents.gemini_cli import GeminiCli
from adapters.agents.pi import Pi
from adapters.opening import Unreadable
from adapters.relevance import introduce
from adapters.tail import first_lines
from state.text import clean

MOST_GAP = 5.0
"""Seconds that a pause between two records lasts at the most, however long it was."""
_FIRST = 64
"""Records among which one must tell the agent."""
_AGENTS: dict[str, type[Agent]] = {
    "claude-code": ClaudeCode,
    "codex": Codex,
    "gemini-cli": GeminiCli,
    "copilot-cli": CopilotCli,
    "pi": Pi,
}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_TIME = re.compile(rb'(?<!\\)"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|\+00:00))"')
_COUNTED = re.compile(rb'"(timestamp|started_at|completed_at)":( ?)(\d{13}|\d{10})(?=[,}\s])')
_REMEDY = "name a session's log of Claude Code, Codex, Gemini CLI, Copilot CLI or Pi, one JSON record a line"


class Unplayable(Exception):
    """A file that cannot be played; the text is one sentence with the file and a remedy."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded log: `path` opens it, `agent` recognised it, `cwd` is where its run worked, if it tells that.

    `name` is what it is called in a home; nothing in it leads out of a directory.
    """

    path: str
    agent: str
    session: str
    cwd: str | None
    side: bool
    name: str


def recorded(file: str) -> Recorded:
    """Say what log a file is. Raises `Unplayable`."""
    path = str(Path(file).resolve())
    beginning = first_lines(path)
    if isinstance(beginning, Unreadable):
        why = "there is no such file" if beginning.kind == "gone" else beginning.why
        raise Unplayable(f"{clean(file)} cannot be read: {why}; {_REMEDY}")
    name = agent_of(beginning.lines)
    if name is None:
        raise Unplayable(f"{clean(file)} is no log that is known here; {_REMEDY}")
    head = _head(_AGENTS[name](), path)
    session = head.session or Path(path).stem
    cwd = None if head.cwd is None or head.cwd.startswith(HASHED) else head.cwd
    if cwd is None and name != "gemini-cli":
        raise Unplayable(f"{clean(file)} names no directory that its run worked in; play a log whose records do")
    return Recorded(path, name, session, cwd, head.side, _UNSAFE.sub("-", Path(path).name))


def agent_of(lines: Sequence[bytes]) -> str | None:
    """Name the agent whose log begins with these lines, by what only its records hold; None where none is told."""
    for line in lines[:_FIRST]:
        if (record := _record(line)) is not None and (name := _agent_of(record)) is not None:
            return name
    return None


def _agent_of(record: dict[str, Any]) -> str | None:
    kind = record.get("type")
    if isinstance(record.get("payload"), dict):
        return "codex"
    if "projectHash" in record and "sessionId" in record:
        return "gemini-cli"
    if isinstance(kind, str) and "." in kind and isinstance(record.get("data"), dict):
        return "copilot-cli"
    if kind == "session" and "id" in record and "cwd" in record:
        return "pi"
    message = record.get("message")
    is_qwens = isinstance(message, dict) and "parts" in message
    is_claudes = "isSidechain" in record or (kind in ("user", "assistant") and isinstance(message, dict))
    return "claude-code" if is_claudes and not is_qwens else None


def _head(agent: Agent, path: str) -> Head:
    stem = Path(path).stem
    named = stem if agent.name == "claude-code" and _UUID.fullmatch(stem) else None
    found = introduce(agent, LogPlace(path, named, side=agent.name == "claude-code" and stem.startswith("agent-")))
    if isinstance(found, Unreadable):
        raise Unplayable(f"{clean(path)} cannot be read: {found.why}; {_REMEDY}")
    return found.head


def place_of(log: Recorded, project: str) -> str:
    """Give where a log lies below a home; `project` names the directory in which its agent files it."""
    session = _UNSAFE.sub("-", log.session)
    match log.agent:
        case "claude-code" if log.side:
            return f".claude/projects/{project}/{session}/subagents/{log.name.removesuffix('.jsonl')}.jsonl"
        case "claude-code":
            return f".claude/projects/{project}/{session}.jsonl"
        case "codex":
            named = log.name.startswith("rollout-") and log.name.endswith(".jsonl")
            return f".codex/sessions/{log.name if named else f'rollout-{session}.jsonl'}"
        case "gemini-cli":
            return f".gemini/tmp/{project}/chats/session-{session}.jsonl"
        case "copilot-cli":
            return f".copilot/session-state/{session}/events.jsonl"
        case _:
            return f".pi/agent/sessions/{project}/{session}.jsonl"


def told_at(line: bytes) -> float | None:
    """Give when a record was made, in seconds since 1970; None where it does not tell."""
    at = (_record(line) or {}).get("timestamp")
    if isinstance(at, int | float) and not isinstance(at, bool):
        return at / 1000 if at > 1e11 else float(at)
    return seconds(at) if isinstance(at, str) else None


def gap(before: float | None, at: float | None, speed: float) -> float:
    """Give the seconds to wait between a record made at `before` and one made at `at`."""
    return 0.0 if before is None or at is None else min(max(at - before, 0.0), MOST_GAP) / speed


def altered(line: bytes, cwd: str | None, worktree: str, shift: float) -> bytes:
    """Give a record as it is written anew: its run works in `worktree`, and its times lie `shift` seconds later."""
    if cwd is not None:
        pattern = _pattern(cwd)
        line = pattern.sub(lambda _: json.dumps(worktree)[1:-1].encode(), line)
    line = _TIME.sub(lambda found: _later(found, shift), line)
    return _COUNTED.sub(lambda found: _counted_later(found, shift), line)


def _pattern(cwd: str) -> re.Pattern[bytes]:
    """Find a directory where it is written in JSON, and not as a part of another's name."""
    if not cwd.strip("/"):
        return re.compile(rb'(?<=")/(?=")')
    name = re.escape(json.dumps(cwd.rstrip("/"), ensure_ascii=False)[1:-1].encode())
    return re.compile(rb"(?<![\w./-])" + name + rb"(?![\w-]|\.\w)")


def _later(found: re.Match[bytes], shift: float) -> bytes:
    at = seconds(found[1].decode())
    if at is None:
        return found[0]
    try:
        moved = datetime.fromtimestamp(at + shift, UTC)
    except (OverflowError, ValueError):
        return found[0]
    return f'"{moved.isoformat(timespec="milliseconds").replace("+00:00", "Z")}"'.encode()


def _counted_later(found: re.Match[bytes], shift: float) -> bytes:
    unit = 1000 if len(found[3]) == 13 else 1
    return b'"%s":%s%d' % (found[1], found[2], int(found[3]) + round(shift * unit))


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None
