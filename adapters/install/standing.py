"""How each agent's hook stands: registered where, by which command, trusted or switched off, seen to fire or not."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from adapters.install import claude_settings, codex_settings, gemini_settings
from adapters.install.command import line
from adapters.install.files import read, target_of
from adapters.install.json_scan import Unsure, parsed
from adapters.install.json_text import entries_of
from adapters.install.plan import HOOKED, Installer
from state.guarantee import HookFound
from state.ports import AgentFound
from state.spool import make_private, read_whole, write_whole

_ASKS = {"claude-code": "PreToolUse", "codex": "PreToolUse", "gemini-cli": "BeforeTool"}
_MANAGED = {
    "claude-code": claude_settings.MANAGED,
    "codex": codex_settings.MANAGED,
    "gemini-cli": gemini_settings.MANAGED,
}


def hooks_of(found: tuple[AgentFound, ...], installer: Installer) -> dict[str, HookFound]:
    """Look at the hook of every agent that has one."""
    canaries = read_whole(_canaries(installer.root)) or {}
    return {one.agent: _hook_of(one, installer, canaries.get(one.agent)) for one in found if one.agent in HOOKED}


def remember_canary(root: Path, agent: str, told: dict[str, object]) -> None:
    """Keep what a canary showed."""
    make_private(root)
    write_whole(_canaries(root), {**(read_whole(_canaries(root)) or {}), agent: told})


def _canaries(root: Path) -> Path:
    return root / "canaries.json"


def _hook_of(agent: AgentFound, installer: Installer, flown: Any) -> HookFound:
    command = tuple(installer.commands(agent.agent))
    managed = installer.system / _MANAGED.get(agent.agent, "headgate/none")
    complaint: str | None = None
    place: Path | None = None
    for file in (managed, *installer.user_files(agent.agent)):
        try:
            if _stands(agent.agent, file, command):
                place = file
                break
        except Unsure as unsure:
            complaint = f"{file}: {unsure}"
    canary = cast(dict[str, Any], flown) if isinstance(flown, dict) else {}
    counts = canary.get("version") == agent.version and canary.get("command") == list(command)
    return HookFound(
        agent.agent,
        agent.version,
        command,
        file=str(place) if place else None,
        managed=place == managed,
        complaint=complaint or (_hindrance(agent.agent, place, command, managed=place == managed) if place else None),
        fires=canary.get("fires") if counts else None,
        canary=canary.get("why") if counts else None,
        checked_at=canary.get("at"),
        checked_version=canary.get("version"),
        sandboxed=place is not None and _sandboxed(agent.agent, place),
        guarded=all(_is_anothers(Path(word)) for word in command if word.startswith("/")),
    )


def _stands(agent: str, file: Path, command: tuple[str, ...]) -> bool:
    """Say whether a file registers this very command. Raises `Unsure` for one that cannot be read."""
    content = read(target_of(file))
    if content is None:
        return False
    if agent == "opencode":
        return b"headgate-hook" in content and command[-2].encode() in content
    if file.suffix == ".toml":
        hooks = codex_settings.toml_of(content).get("hooks", {})
        entries = [("PreToolUse", one) for one in hooks.get("PreToolUse", [])]
    else:
        entries = entries_of(parsed(content))
    told = [hook.get("command") for name, entry in entries if name == _ASKS[agent] for hook in entry.get("hooks", [])]
    return line(command) in told


def _hindrance(agent: str, place: Path, command: tuple[str, ...], *, managed: bool) -> str | None:
    """Say what keeps a registered hook from running, where that can be read."""
    gone = next((word for word in command if word.startswith("/") and not Path(word).exists()), None)
    if gone is not None:
        return f"the registered command names {gone}, which is gone: run `headgate init` again"
    if managed:
        return None
    if agent == "claude-code" and _told(place).get("disableAllHooks") is True:
        return f"{place} says disableAllHooks, so that no hook runs"
    if agent == "gemini-cli" and cast(dict[str, Any], _told(place).get("hooksConfig") or {}).get("enabled") is False:
        return f"{place} switches hooks off"
    if agent == "codex":
        return _codex_hindrance(place)
    return None


def _codex_hindrance(place: Path) -> str | None:
    config = place.parent / "config.toml"
    try:
        told = codex_settings.toml_of(read(target_of(config)) or b"")
    except Unsure as unsure:
        return f"{config}: {unsure}"
    if cast(dict[str, Any], told.get("features") or {}).get("hooks") is False:
        return f"{config} switches hooks off"
    state = cast(dict[str, Any], cast(dict[str, Any], told.get("hooks") or {}).get("state") or {})
    if not any(key.startswith(f"{place}:pre_tool_use:") for key in state):
        return "Codex does not trust the hook and passes it over: trust it in its /hooks, or run `headgate init`"
    return None


def _sandboxed(agent: str, place: Path) -> bool:
    """Say whether the settings beside the hook confine the agent's shell without a way round."""
    if agent == "claude-code":
        box = _told(place).get("sandbox")
        told = cast(dict[str, Any], box) if isinstance(box, dict) else {}
        return bool(
            told.get("enabled") and told.get("failIfUnavailable") and told.get("allowUnsandboxedCommands") is False
        )
    if agent == "codex":
        try:
            mode = codex_settings.toml_of(read(place.parent / "config.toml") or b"").get("sandbox_mode")
        except Unsure:
            return False
        return mode in ("workspace-write", "read-only")
    return False


def _told(place: Path) -> Mapping[str, Any]:
    try:
        return cast(dict[str, Any], parsed(read(target_of(place)) or b"{}"))
    except Unsure:
        return {}


def _is_anothers(path: Path) -> bool:
    """Say whether this account can neither write a file nor put another in its place."""
    if os.geteuid() == 0:
        return False
    for one in (path, *path.parents):
        try:
            found = one.stat()
        except OSError:
            return False
        if found.st_uid == os.geteuid() or found.st_mode & stat.S_IWOTH or os.access(one, os.W_OK):
            return False
    return True
