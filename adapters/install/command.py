"""The command that is registered for an agent: a shell line that denies when the hook does not end cleanly."""

import shlex
from collections.abc import Sequence
from typing import Any, cast

ELSE = "|| exit 2"
"""A missing interpreter, a crash and a kill all end the hook with a status that agents take for leave to run the tool;
2 is the one that denies in Claude Code, Codex and Gemini CLI (seen with 2.1.197, 2.1.330, 0.169 and 0.61)."""
WAIT_SECONDS = 86400
"""How long an agent lets the hook wait for a human: longer than the hook's own deadline, as a client's is leave."""
NOTE_SECONDS = 30


def line(command: Sequence[str]) -> str:
    """Give the shell line that carries `command` out and denies where it cannot."""
    return f"{shlex.join(command)} {ELSE}"


def told_line(command: Sequence[str]) -> str:
    """Give the shell line for an event that is only told: its failure denies nothing, because a denied end of a turn
    makes the agent go on for ever."""
    return shlex.join(command)


def is_ours(agent: str, entry: dict[str, Any]) -> bool:
    """Say whether an entry of a settings file is one that Headgate made for this agent, in this or another place."""
    hooks = entry.get("hooks")
    if not isinstance(hooks, list) or not hooks:
        return False
    handlers = cast(list[Any], hooks)
    return all(isinstance(one, dict) and _is_line(agent, cast(dict[str, Any], one).get("command")) for one in handlers)


def _is_line(agent: str, told: object) -> bool:
    if not isinstance(told, str):
        return False
    try:
        words = shlex.split(told.removesuffix(ELSE))
    except ValueError:
        return False
    return len(words) > 3 and words[1:3] == ["-I", "-S"] and words[-1] == agent and "/hook" in words[-2]
