"""What a hook hears and what it answers, in words of no agent's dialect. Standard library only."""

import hashlib
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


_NAMES = ("session_id", "sessionID", "tool_name", "tool", "tool_use_id", "callID", "call_id", "agent_id")
_LONGEST_NAME = 200


def plainly_named(event: dict[str, Any]) -> dict[str, Any]:
    """Put a plain name in place of an odd one, by its digest: a session or a tool may be called anything at all.

    What it is called stands in file names and on the board, where control characters and long texts may not; and a
    question that the board cannot show would wait for nobody.
    """
    for key in _NAMES:
        name = event.get(key)
        if isinstance(name, str) and not (name.isascii() and name.isprintable() and len(name) <= _LONGEST_NAME):
            seen = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in name[:60])
            event[key] = f"{seen}-odd-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
    return event


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
