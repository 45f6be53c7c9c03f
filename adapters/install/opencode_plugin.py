"""OpenCode's hook: a plugin file of our own in its configuration directory, which asks the hook before each tool.

Format: https://opencode.ai/docs/plugins, as seen with 1.18.33: `tool.execute.before` may wait, and a throw blocks.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.install.change import Registration
from adapters.install.json_scan import Unsure
from adapters.install.own_file import own_file

AGENT = "opencode"
_SHIPPED = Path(__file__).parents[1] / "hook" / "opencode_plugin.js"
_OPEN, _CLOSE = "/*HOOK*/", "/*KOOH*/"


def user(environment: Mapping[str, str], command: Sequence[str]) -> list[Registration]:
    """Give the plugin file, with the command that it starts. Raises `Unsure` where it cannot be made."""
    try:
        text = _SHIPPED.read_text("utf-8")
    except FileNotFoundError:
        raise Unsure("this Headgate ships no plugin for OpenCode") from None
    before, mark, rest = text.partition(_OPEN)
    _, other, behind = rest.partition(_CLOSE)
    if not mark or not other:
        raise Unsure("the plugin that this Headgate ships for OpenCode names no place for the command")
    made = f"{before}{json.dumps(list(command))}{behind}"
    return [own_file(AGENT, _folder(environment) / "plugin" / "headgate.js", made.encode(), "user")]


def _folder(environment: Mapping[str, str]) -> Path:
    config, home = environment.get("XDG_CONFIG_HOME", ""), environment.get("HOME", "")
    if config.startswith("/"):
        return Path(config, "opencode")
    if not home.startswith("/"):
        raise Unsure("no home directory is known: set HOME")
    return Path(home, ".config", "opencode")
