"""Gemini CLI's settings: `.gemini/settings.json`, timeouts in milliseconds.

Format: docs/hooks of @google/gemini-cli-core 0.61.0.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from adapters.install.change import Registration
from adapters.install.command import NOTE_SECONDS, WAIT_SECONDS, is_ours, line, told_line
from adapters.install.json_text import added, grouped, removed
from adapters.install.own_file import json_bytes, own_file

AGENT = "gemini-cli"
MANAGED = "gemini-cli/settings.json"


def user(folder: Path, command: Sequence[str]) -> list[Registration]:
    """Give what is registered in one `.gemini` directory."""
    entries, own = entries_for(command), partial(is_ours, AGENT)

    def put(content: bytes | None) -> bytes:
        return added(content or b"", entries)

    def take(content: bytes | None) -> bytes | None:
        return None if content is None else removed(content, own)

    return [Registration(AGENT, folder / "settings.json", "user", put, take)]


def managed(system: Path, command: Sequence[str]) -> list[Registration]:
    """Give the machine's own settings file. Gemini CLI passes over one that others than root can write."""
    return [own_file(AGENT, system / MANAGED, json_bytes({"hooks": grouped(entries_for(command))}), "managed")]


def entries_for(command: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """Give the entries, each with its event."""

    def entry(told: str, seconds: int) -> dict[str, Any]:
        return {"hooks": [{"name": "headgate", "type": "command", "command": told, "timeout": seconds * 1000}]}

    notes = ((event, entry(told_line(command), NOTE_SECONDS)) for event in ("SessionStart", "SessionEnd"))
    return [("BeforeTool", {"matcher": "*", **entry(line(command), WAIT_SECONDS)}), *notes]
