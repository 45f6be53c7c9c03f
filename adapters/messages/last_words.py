"""Reads the whole of what a run's model said last, because events keep its words cut short."""

import json
import os
from collections.abc import Callable
from typing import Any, cast

from adapters.rows import RowLog

MOST = 4 << 20
"""Bytes at the end of a log that are looked through."""
LONGEST = 40_000
_LAST_SPOKEN = """
SELECT json_extract(p.data, '$.text') FROM part p JOIN message m ON m.id = p.message_id
WHERE p.session_id = ? AND json_extract(m.data, '$.role') = 'assistant' AND json_extract(p.data, '$.type') = 'text'
  AND trim(json_extract(p.data, '$.text')) <> ''
ORDER BY m.time_created DESC, m.id DESC, p.id DESC LIMIT 1
"""
"""OpenCode's tables: research/log-formats.md 5.2."""


def last_said(agent: str, log: str) -> str:
    """Give the text of the last record in which the model spoke; "" where it stands in none that is known."""
    read = _READERS.get(agent)
    if read is None:
        return ""
    for line in reversed(_end_of(log)):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict) and (text := read(cast(dict[str, Any], record)).strip()):
            return text[:LONGEST]
    return ""


def last_row_said(rows: RowLog) -> str:
    """Give the last text in which the model spoke in a session that is kept as rows of OpenCode's; "" where in none."""
    found = rows.database.asked(_LAST_SPOKEN, rows.session)
    return found[0][:LONGEST] if found and isinstance(found[0], str) else ""


def _end_of(log: str) -> list[bytes]:
    try:
        opened = os.open(log, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return []
    with os.fdopen(opened, "rb") as file:
        file.seek(max(0, os.fstat(opened).st_size - MOST))
        return file.read(MOST).splitlines()


def _claude(record: dict[str, Any]) -> str:
    message = _words(record, "message")
    return "" if record.get("type") != "assistant" else _text(message.get("content"))


def _codex(record: dict[str, Any]) -> str:
    payload = _words(record, "payload")
    spoken = record.get("type") == "response_item" and payload.get("type") == "message"
    return _text(payload.get("content")) if spoken and payload.get("role") == "assistant" else ""


def _gemini(record: dict[str, Any]) -> str:
    return _text(record.get("content")) if record.get("type") == "gemini" else ""


def _words(record: dict[str, Any], name: str) -> dict[str, Any]:
    found = record.get(name)
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = cast(list[Any], content) if isinstance(content, list) else []
    texts = [cast(dict[str, Any], part).get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


_READERS: dict[str, Callable[[dict[str, Any]], str]] = {"claude-code": _claude, "codex": _codex, "gemini-cli": _gemini}
