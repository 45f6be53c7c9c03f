"""Codex's settings: `hooks.json`, and in `config.toml` the trust without which it passes a hook over in silence.

Codex trusts a hook by a digest of its definition that only Codex can make; `adapters.install.codex_trust` asks it.
Format: https://developers.openai.com/codex/hooks, and what Codex 0.169 was seen to do.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from adapters.install.change import Registration
from adapters.install.command import NOTE_SECONDS, WAIT_SECONDS, is_ours, line, told_line
from adapters.install.json_scan import MOST_BYTES, Unsure
from adapters.install.json_text import added, removed
from adapters.install.own_file import own_file
from state.toml import TOMLDecodeError
from state.toml import toml_of as read_toml

AGENT = "codex"
MANAGED = "codex/requirements.toml"
BEGIN, END = "# headgate-hook: begin", "# headgate-hook: end"


def hooks_file(folder: Path, command: Sequence[str]) -> Registration:
    """Give the file in which the hook itself is registered."""
    entries, own = entries_for(command), partial(is_ours, AGENT)

    def put(content: bytes | None) -> bytes:
        return added(content or b"", entries)

    def take(content: bytes | None) -> bytes | None:
        return None if content is None else removed(content, own)

    return Registration(AGENT, folder / "hooks.json", "user", put, take)


def trust_file(folder: Path, trusted: Mapping[str, str]) -> Registration:
    """Give the file in which Codex keeps which hooks it trusts; `trusted` is each hook's key and its digest."""

    def put(content: bytes | None) -> bytes:
        return _with_trust(content or b"", trusted)

    return Registration(AGENT, folder / "config.toml", "user", put, lambda content: content and _without_trust(content))


def managed(system: Path, command: Sequence[str]) -> list[Registration]:
    """Give the machine's own requirements, whose hooks need no trust and cannot be switched off."""
    lines = ["# headgate-hook: written by `headgate init --managed`", "allow_managed_hooks_only = true", ""]
    lines += [
        "[features]",
        "hooks = true",
        "",
        "[hooks]",
        f"managed_dir = {json.dumps(str(Path(command[-2]).parent))}",
        "",
    ]
    for event, entry in entries_for(command):
        (hook,) = entry["hooks"]
        lines += [f"[[hooks.{event}]]", f"[[hooks.{event}.hooks]]"]
        lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in hook.items()] + [""]
    return [own_file(AGENT, system / MANAGED, "\n".join(lines).encode(), "managed")]


def entries_for(command: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """Give the entries, each with its event; a definition without a matcher is for every tool."""

    def entry(told: str, seconds: int) -> dict[str, Any]:
        return {"hooks": [{"type": "command", "command": told, "timeout": seconds}]}

    asks = ((event, entry(line(command), WAIT_SECONDS)) for event in ("PreToolUse", "PermissionRequest"))
    return [*asks, *((event, entry(told_line(command), NOTE_SECONDS)) for event in ("SessionStart", "SessionEnd"))]


def toml_of(content: bytes) -> dict[str, Any]:
    """Parse a settings file. Raises `Unsure`."""
    if len(content) > MOST_BYTES:
        raise Unsure("it is larger than 1 MiB, which no settings file is: look at it")
    try:
        return read_toml(content.decode())
    except UnicodeDecodeError as error:
        raise Unsure(f"byte {error.start} is not UTF-8: save it as UTF-8") from None
    except TOMLDecodeError as error:
        raise Unsure(f"it is not valid TOML ({error}): correct it") from None


def _with_trust(content: bytes, trusted: Mapping[str, str]) -> bytes:
    """Append a table for each hook: at the end of the file a table changes nothing that stands before it."""
    meant, text = toml_of(content), content.decode()
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [BEGIN]
    for key, told in trusted.items():
        lines += [f"[hooks.state.{json.dumps(key, ensure_ascii=False)}]", f'trusted_hash = "{told}"']
    gap = newline if text and not text.endswith("\n") else ""
    made = (text + gap + (newline if text else "") + newline.join([*lines, END, ""])).encode()
    try:
        state = meant.setdefault("hooks", {}).setdefault("state", {})
        state.update({key: {"trusted_hash": told} for key, told in trusted.items()})
        same = toml_of(made) == meant
    except (Unsure, AttributeError):
        same = False
    if not same:
        raise Unsure("its `hooks` are written so that a table cannot be added: trust the hook in Codex's /hooks")
    return made


def _without_trust(content: bytes) -> bytes | None:
    """Cut our lines out, from mark to mark; where the marks are gone, nothing is cut."""
    lines = content.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    bare = [one.strip() for one in lines]
    if bare.count(BEGIN) != 1 or bare.count(END) != 1 or bare.index(END) < bare.index(BEGIN):
        return content
    begin, end = bare.index(BEGIN), bare.index(END)
    if not all(not one or one.startswith(("[hooks.state.", "trusted_hash = ")) for one in bare[begin + 1 : end]):
        raise Unsure(f"lines {begin + 1} to {end + 1} hold more than Headgate wrote: take them out by hand")
    begin -= 1 if begin and not bare[begin - 1] else 0
    return "".join(lines[:begin] + lines[end + 1 :]).encode("utf-8", "surrogateescape")
