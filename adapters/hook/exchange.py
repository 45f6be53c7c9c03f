"""What a hook hears and what it answers, in words of no agent's dialect. Standard library only."""

from dataclasses import dataclass
from typing import Any, Literal, cast

from state.policy.call import Call

Moment = Literal["before", "permission", "other"]
"""`before` a tool call; `permission`: the client is about to ask its own human; `other` events decide nothing."""


class NotUnderstood(Exception):
    """What came is no event that could be judged; the text says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One event. `call` is None for an event that decides nothing; `input` is the call's input as canonical JSON.

    `project` is where the client says that the run belongs, `attended` whether a human sits at it, None where the
    client does not say.
    """

    agent: str
    event: str
    moment: Moment
    session: str
    cwd: str
    call: Call | None = None
    input: str = "{}"
    project: str | None = None
    attended: bool | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How the hook's process ends: its exit code, and what it writes to its output and to its error output."""

    code: int = 0
    out: str = ""
    err: str = ""


def text_of(words: dict[str, Any], name: str) -> str:
    """Give a text of an event, "" where it has none. Raises `NotUnderstood` where something else stands there."""
    found = words.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise NotUnderstood(f"the event's {name} is no text")
    return found


def needed(words: dict[str, Any], name: str) -> str:
    """Give a text without which nothing can be judged. Raises `NotUnderstood`."""
    found = text_of(words, name)
    if not found:
        raise NotUnderstood(f"the event has no {name}")
    return found


def words_of(event: dict[str, Any], name: str) -> dict[str, Any]:
    """Give an object of an event, an empty one where it has none. Raises `NotUnderstood` where something else is."""
    found = event.get(name, {})
    if not isinstance(found, dict):
        raise NotUnderstood(f"the event's {name} is no object")
    return cast("dict[str, Any]", found)
