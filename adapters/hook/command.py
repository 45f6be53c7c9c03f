"""The command that calls the hook, and OpenCode's plugin, which is told it.

What is registered with an agent is a shell line about this command that turns a hook which never ran into a denial
(`adapters.install.command`), because Claude Code and Codex let a call run then (research/real-clients.md 0.3).
"""

import json
import sys
from pathlib import Path

_PLUGIN = Path(__file__).with_name("opencode_plugin.js")
_MARKS = ("/*HOOK*/", "/*KOOH*/")


def hook_command(agent: str) -> list[str]:
    """Give the argument list that calls the hook for an agent, its name last; no path in it is looked up."""
    return [_interpreter(), "-I", "-S", str(Path(__file__).resolve().with_name("start.py")), agent]


def plugin_text() -> str:
    """Give OpenCode's plugin with the command that it runs written into it, as JSON, which is JavaScript too."""
    text = _PLUGIN.read_text(encoding="utf-8")
    head, rest = text.split(_MARKS[0], 1)
    return f"{head}{json.dumps(hook_command('opencode'))}{rest.split(_MARKS[1], 1)[1]}"


def _interpreter() -> str:
    """Give this environment's interpreter by its own path, so that it finds what is installed beside it."""
    return str(Path(sys.executable).absolute())
