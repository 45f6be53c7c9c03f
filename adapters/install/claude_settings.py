"""Claude Code's settings: `settings.json` of each of its configuration directories, and the machine's managed ones.

Format: https://code.claude.com/docs/en/hooks and, for `onFailure`, the types of @anthropic-ai/claude-agent-sdk 0.3.330;
2.1.197 was seen to take that key without a word and to ignore it.
"""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from adapters.install.change import Registration
from adapters.install.command import NOTE_SECONDS, WAIT_SECONDS, is_ours, line, told_line
from adapters.install.json_text import added, grouped, removed
from adapters.install.own_file import json_bytes, own_file

AGENT = "claude-code"
MANAGED = "claude-code/managed-settings.d/50-headgate.json"


def user(folder: Path, command: Sequence[str]) -> list[Registration]:
    """Give what is registered in one configuration directory."""
    entries, own = entries_for(command), partial(is_ours, AGENT)

    def put(content: bytes | None) -> bytes:
        return added(content or b"", entries)

    def take(content: bytes | None) -> bytes | None:
        return None if content is None else removed(content, own)

    return [Registration(AGENT, folder / "settings.json", "user", put, take)]


def managed(system: Path, command: Sequence[str]) -> list[Registration]:
    """Give the machine's own settings file, which no project and no user setting switches off."""
    document = {"allowManagedHooksOnly": True, "hooks": grouped(entries_for(command))}
    return [own_file(AGENT, system / MANAGED, json_bytes(document), "managed")]


def launch(command: Sequence[str]) -> str:
    """Give the settings of one launch: for `claude --settings FILE --setting-sources ""`."""
    return json.dumps({"hooks": grouped(entries_for(command))}, indent=2) + "\n"


def entries_for(command: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """Give the entries, each with its event: those that may deny, and those that are only told."""
    asks = {"type": "command", "command": line(command), "timeout": WAIT_SECONDS, "onFailure": "block"}
    notes = {"type": "command", "command": told_line(command), "timeout": NOTE_SECONDS}
    return [
        ("PreToolUse", {"matcher": "*", "hooks": [asks]}),
        ("PermissionRequest", {"matcher": "*", "hooks": [asks]}),
        *((event, {"hooks": [notes]}) for event in ("SessionStart", "SessionEnd")),
    ]
