"""OpenCode's hook: a plugin file of our own in its configuration directory, which asks the hook before each tool.

Format: https://opencode.ai/docs/plugins, as seen with 1.18.33: `tool.execute.before` may wait, and a throw blocks.
"""

from collections.abc import Mapping
from pathlib import Path

from adapters.hook.command import plugin_text
from adapters.install.change import Registration
from adapters.install.json_scan import Unsure
from adapters.install.own_file import own_file

AGENT = "opencode"


def user(environment: Mapping[str, str]) -> list[Registration]:
    """Give the plugin file with the command that it starts. Raises `Unsure` where no place for it is known."""
    return [own_file(AGENT, _folder(environment) / "plugin" / "headgate.js", plugin_text().encode(), "user")]


def _folder(environment: Mapping[str, str]) -> Path:
    config, home = environment.get("XDG_CONFIG_HOME", ""), environment.get("HOME", "")
    if config.startswith("/"):
        return Path(config, "opencode")
    if not home.startswith("/"):
        raise Unsure("no home directory is known: set HOME")
    return Path(home, ".config", "opencode")
