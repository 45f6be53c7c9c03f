"""Gemini CLI's events and answers, and those of Qwen Code, which is made from it.

A denial is exit 2 with the reason on the error output; every other exit code but 0 is a warning, and the call runs.
"""

from typing import Any

from adapters.hook.exchange import Answer, Heard, needed, text_of, words_of
from adapters.hook.tools import call_of

LONGEST = 9000
BY_DENIAL = True
_BEFORE = ("BeforeTool", "PreToolUse")


def hear(agent: str, event: dict[str, Any], environment: dict[str, str]) -> Heard:
    """Read one event. Raises `NotUnderstood`."""
    name, session, cwd = needed(event, "hook_event_name"), text_of(event, "session_id"), text_of(event, "cwd")
    project = environment.get("GEMINI_PROJECT_DIR") or None
    if name not in _BEFORE:
        return Heard(agent, name, "other", session, cwd, None, "{}", project)
    words = words_of(event, "tool_input")
    tool = needed(event, "tool_name")
    tool = tool if not isinstance(event.get("mcp_context"), dict) or tool.startswith("mcp__") else f"mcp__{tool}"
    call, text = call_of(agent, needed(event, "session_id"), tool, words, needed(event, "cwd"))
    return Heard(agent, name, "before", session, cwd, call, text, project)


def let_go(heard: Heard) -> Answer:
    """Say that there is nothing to say; Gemini takes an empty object for that."""
    return Answer(0, "{}")


def approved(heard: Heard) -> Answer:
    """Say no more than of any call that may go: its human has answered at the board."""
    return let_go(heard)


def refuse(heard: Heard | None, reason: str) -> Answer:
    """Deny the call."""
    return Answer(2, "", reason)


def hand_over(heard: Heard, reason: str) -> Answer | None:
    """Give None: no way was seen to work in which a hook makes Gemini ask."""
    return None


def hand_out(heard: Heard, text: str) -> Answer:
    """Deny the call once, because the model reads nothing else of a hook's, and say that it may be made again."""
    return refuse(heard, f"{text}\n\nFor that this one call was not made. Make it again where it still fits.")
