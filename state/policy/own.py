"""What holds agents back and lies in files: Headgate's own places and the settings by which agents call its hook.

Source: research/control.md K. The environment is the hook's, so it says where this machine keeps them; the usual places
count as well, since a call may run under another environment.
"""

import os
import posixpath

from state.policy.glob import globs

_OWN = globs(
    (
        "**/.claude/{settings*.json,hooks,hooks/**,plugins,plugins/**}",
        "**/.claude.json",
        "/etc/claude-code/**",
        "**/.codex/{config.toml,hooks.json,hooks/**,rules/**,auth.json,requirements.toml,managed_config.toml}",
        "/etc/codex/**",
        "**/.gemini/{settings.json,hooks/**,policies/**,trustedFolders.json,extensions/**}",
        "**/.qwen/settings.json",
        "**/.cursor/{hooks.json,permissions.json,cli-config.json}",
        "**/.github/hooks/**",
        "**/.agents/plugins/**",
        "**/.config/{opencode,headgate}/**",
        "**/.opencode/{plugin,plugins}/**",
        "**/opencode.{json,jsonc}",
        "**/.local/state/headgate/**",
        "**/.copilot/{config.json,hooks/**}",
        "**/.git/{config,config.worktree,hooks/**,refs/**,packed-refs,objects/**,HEAD,worktrees/**,info/attributes}",
    )
)
_WHOLE = globs(
    (
        "**/.{claude,codex,gemini,cursor,git,opencode,agents}",
        "**/.git/{hooks,refs,objects,worktrees}",
        "**/.config/{opencode,headgate}",
        "**/.local/state/headgate",
    )
)
"""Directories: to write a file there is ordinary or judged by its name, to move or remove them is not."""
_POLICY = globs(("**/.headgate/**", "**/.headgate"))


def is_policy(path: str) -> bool:
    """Say whether a path is a policy's, in whatever worktree."""
    return _POLICY.match(path) and not f"/{path}".endswith("/.headgate/evidence.md")


def is_own(path: str) -> bool:
    """Say whether writing an absolute path could loosen what holds agents back."""
    return _OWN.match(path) or path.endswith("/.git") or any(_below(path, place) for place in _places())


def holds_own(path: str) -> bool:
    """Say whether removing or moving an absolute path would take such a file along."""
    return is_own(path) or _WHOLE.match(path) or any(_below(place, path) for place in _places())


def keeps_own(path: str) -> bool:
    """Say whether an absolute path lies where Headgate keeps its records, answers and settings."""
    return "/.local/state/headgate" in path or any(_below(path, place) for place in _kept())


def keeps_below(path: str) -> bool:
    """Say whether an absolute path is a directory that holds one of those places."""
    return any(_below(place, path.rstrip("/")) for place in _kept())


def _below(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _places() -> list[str]:
    """Give Headgate's own directories on this machine: state, settings, and the hook's program."""
    told = os.environ
    named = [
        *(posixpath.join(told.get(name, ""), file) for name, files in _SETTINGS for file in files if told.get(name)),
        _HOOK,
    ]
    return [*_kept(), *_real(named)]


def _kept() -> list[str]:
    """Give the directories of Headgate's records and settings on this machine."""
    told = os.environ
    home = told.get("HOME", "")
    return _real(
        [
            told.get("HEADGATE_STATE_DIR", ""),
            told.get("HEADGATE_CONFIG_DIR", ""),
            posixpath.join(told.get("XDG_STATE_HOME") or f"{home}/.local/state", "headgate"),
            posixpath.join(told.get("XDG_CONFIG_HOME") or f"{home}/.config", "headgate"),
        ]
    )


def _real(named: list[str]) -> list[str]:
    return [posixpath.realpath(place) for place in named if place.startswith("/") and place != "/"]


_SETTINGS = (
    ("CLAUDE_CONFIG_DIR", ("settings.json", "settings.local.json", "hooks", "plugins", ".claude.json")),
    ("CODEX_HOME", ("config.toml", "hooks.json", "rules", "hooks")),
)
_HOOK = posixpath.join(
    posixpath.dirname(posixpath.dirname(posixpath.dirname(posixpath.abspath(__file__)))), "adapters", "hook"
)
