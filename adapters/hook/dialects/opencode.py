"""OpenCode's events as our plugin sends them, `adapters/hook/opencode_plugin.js`, and the answers that it reads.

The plugin throws, and so denies, for every exit code but 0 and where the hook did not run at all.
"""

from typing import Any

from adapters.hook.exchange import Answer, Heard, needed, text_of, words_of
from adapters.hook.tools import call_of

LONGEST = 9000
BY_DENIAL = True


def hear(agent: str, event: dict[str, Any], environment: dict[str, str]) -> Heard:
    """Read one event. Raises `NotUnderstood`."""
    name, session, cwd = needed(event, "event"), text_of(event, "sessionID"), text_of(event, "directory")
    if name != "tool.execute.before":
        return Heard(agent, name, "other", session, cwd)
    words = words_of(event, "args")
    known = {"call": text_of(event, "callID")}
    tool = needed(event, "tool")
    call, text = call_of(agent, needed(event, "sessionID"), tool, words, needed(event, "directory"), **known)
    return Heard(agent, name, "before", session, cwd, call, text)


def let_go(heard: Heard) -> Answer:
    """Say nothing."""
    return Answer()


def approved(heard: Heard) -> Answer:
    """Say no more than of any call that may go: its human has answered at the board."""
    return let_go(heard)


def refuse(heard: Heard | None, reason: str) -> Answer:
    """Deny the call."""
    return Answer(2, "", reason)


def hand_over(heard: Heard, reason: str) -> Answer | None:
    """Give None: OpenCode asked its own human before it called the plugin."""
    return None


def hand_out(heard: Heard, text: str) -> Answer:
    """Deny the call once, because the model reads nothing else of a hook's, and say that it may be made again."""
    return refuse(heard, f"{text}\n\nFor that this one call was not made. Make it again where it still fits.")
