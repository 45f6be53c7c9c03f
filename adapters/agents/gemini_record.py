"""The shapes of what a log of Gemini CLI can hold, and one record decoded; fields come and go with the version.

Source: research/log-formats.md 4.2, and the chat recording service of 0.61.
"""

import json
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from adapters.agents.loose import read_loosely

Count = Annotated[int, Meta(ge=0, le=10**15)]
"""A count of tokens; the bound keeps a nonsense number out of sums and of SQLite's 64 bits."""
_Shape = TypeVar("_Shape", bound=Struct)
PADDING = b" \t\r\n\0"


class Tokens(Struct):
    """The tokens of one call: `cached` is a part of `input`, `thoughts` is none of `output`."""

    input: Count = 0
    output: Count = 0
    cached: Count = 0
    thoughts: Count = 0
    tool: Count = 0
    total: Count = 0


class Asked(Struct):
    """A call as it stands among a message's parts."""

    id: str | None = None
    name: str | None = None
    args: Any = None


class Part(Struct):
    """One part of a message's content."""

    text: str | None = None
    thought: bool | None = None
    functionCall: Asked | None = None
    functionResponse: Any = None
    inlineData: Raw = Raw(b"")


Content = str | Part | list[str | Part] | None


class Call(Struct):
    """A tool call with its result, written when it is over."""

    id: str | None = None
    name: str | None = None
    args: Any = None
    result: Any = None
    status: str | None = None
    timestamp: str | None = None
    resultDisplay: Any = None


class Message(Struct):
    """One message; it is written again, with the same id, when it grows."""

    id: str | None = None
    timestamp: str | None = None
    type: str | None = None
    content: Content = None
    tokens: Tokens | None = None
    model: str | None = None
    toolCalls: list[Call] | None = None


class Change(Struct):
    """`$set`: what is changed of the first record; `messages` replaces all messages."""

    sessionId: str | None = None
    summary: str | None = None
    messages: list[Message] | None = None


class Line(Message):
    """Any record: the first one, a message, a change or a rewind."""

    sessionId: str | None = None
    projectHash: str | None = None
    startTime: str | None = None
    summary: str | None = None
    kind: str | None = None
    directories: list[str] | None = None
    change: Change | None = msgspec.field(default=None, name="$set")
    rewind: str | None = msgspec.field(default=None, name="$rewindTo")


_DECODE = msgspec.json.Decoder(Line)


def decoded(line: bytes) -> tuple[Line, bool]:
    """Give one record, and whether it is damaged: bytes in it that no writer of JSON writes.

    Raises ValueError with one short sentence where it is no JSON object.
    """
    return decoded_as(_DECODE, Line, line)


def decoded_as(decoder: msgspec.json.Decoder[_Shape], shape: type[_Shape], line: bytes) -> tuple[_Shape, bool]:
    """Give one record of any shape as `decoded` does."""
    try:
        # What is skipped is not looked at by the decoder, and a name that is damaged is skipped.
        return decoder.decode(line), not line.isascii() and is_damaged(line)
    except (ValueError, RecursionError):
        return read_loosely(line, shape), is_damaged(line)


def is_damaged(line: bytes) -> bool:
    """Say whether bytes stand in a line that no writer of JSON writes."""
    try:
        json.loads(line.decode())
    except (ValueError, RecursionError):
        return True
    return False


def parts_of(content: Content) -> list[Part]:
    """Give content as parts."""
    if content is None:
        return []
    whole = content if isinstance(content, list) else [content]
    return [Part(text=one) if isinstance(one, str) else one for one in whole]


def text_of(content: Content) -> str:
    """Give the words of content, thoughts left out."""
    if isinstance(content, str):
        return content
    return "".join(part.text or "" for part in parts_of(content) if not part.thought)
