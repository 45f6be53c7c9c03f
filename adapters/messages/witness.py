"""Looks in a run's log for the record with which its model was given a text, by a mark that only this text holds.

A client also notes what it only took in: a queue, a hook's output, the last prompt. Those records say nothing of the
model and do not count. Source: the logs of research/corpus live, experiments c-inject, c-ctx-pre and x-ctx-pre.
"""

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from adapters.agents.claude_record import seconds
from adapters.agents.opencode_rows import OpenCodeStore
from adapters.rows import Database, database_of

_TAKEN_IN = frozenset({"hook_additional_context", "queued_command"})


class Witness:
    """What of each log was looked at, so that only what is new is read."""

    def __init__(self) -> None:
        self._looked: dict[tuple[str, str], int] = {}
        self._databases: dict[str, Database] = {}

    def written(self, log: str) -> int:
        """Give the size of a log in bytes; 0 where it is none, or rows of a database."""
        try:
            return 0 if "#" in log else Path(log).lstat().st_size
        except OSError:
            return 0

    def reached(self, agent: str, log: str, mark: str, since: int) -> float | None:
        """Say when the model was given what holds `mark`, in seconds since 1970, by a record behind byte `since`."""
        if "#" in log:
            return self._in_rows(log, mark)
        counts = _COUNTS.get(agent, _any)
        key = (log, mark)
        for line, end in _lines(log, self._looked.get(key, since)):
            record = _record(line) if mark.encode() in line else None
            if record is not None and counts(record):
                return _time(record) or Path(log).lstat().st_mtime
            self._looked[key] = end
        return None

    def _in_rows(self, log: str, mark: str) -> float | None:
        path, _, session = log.rpartition("#")
        database = self._databases.setdefault(path, Database(database_of(path), OpenCodeStore()))
        asked = "SELECT min(time_updated) FROM part WHERE session_id = ? AND instr(data, ?) > 0"
        found = database.asked(asked, session, mark)
        return found[0] / 1000 if found and found[0] is not None else None


def _lines(path: str, since: int) -> Iterator[tuple[bytes, int]]:
    """Give the complete lines behind a byte, each with its end; from the beginning where the file is shorter."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return
    with os.fdopen(opened, "rb") as file:
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode) or found.st_size == since:
            return
        at = since if since < found.st_size else 0
        file.seek(at)
        for line in file:
            at += len(line)
            if line.endswith(b"\n"):
                yield line, at


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, Any], found) if isinstance(found, dict) else None


def _time(record: dict[str, Any]) -> float | None:
    told = record.get("timestamp")
    return seconds(told) if isinstance(told, str) else None


def _claude(record: dict[str, Any]) -> bool:
    attachment = record.get("attachment")
    if isinstance(attachment, dict):
        return cast(dict[str, Any], attachment).get("type") in _TAKEN_IN
    return record.get("type") == "user"


def _codex(record: dict[str, Any]) -> bool:
    return record.get("type") == "response_item"


def _any(record: dict[str, Any]) -> bool:
    return True


_COUNTS: dict[str, Callable[[dict[str, Any]], bool]] = {"claude-code": _claude, "codex": _codex}
