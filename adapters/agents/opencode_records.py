"""The shapes of OpenCode's rows, as far as they are read, and the tokens of one call to the model.

Source: research/log-formats.md 5.3 and 5.4; a database of 1.18.33.
"""

import math
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from adapters.agents.loose import read_loosely
from adapters.agents.opencode_rows import clock_of
from state.money.spending import Terms
from state.runs.run import Usage
from state.text import clean

_Shape = TypeVar("_Shape", bound=Struct)
_CLOCK_BITS = 36
_COPIED = 10_000
"""Milliseconds by which an id is younger than its message where a fork copied the message."""


class Row(Struct):
    """A row as `opencode_rows` gives it; `data` and `of` (a part's message) are JSON texts."""

    table: str = ""
    id: str = ""
    order: str = ""
    message: str = ""
    begun: float = 0
    updated: float = 0
    data: str = ""
    of: str = ""
    root: str | None = None
    parent_id: str | None = None
    directory: str | None = None
    title: str | None = None
    version: str | None = None
    permission: str | None = None
    time_created: float | None = None
    time_archived: float | None = None


class Times(Struct):
    """Milliseconds since 1970. A message has `created`, a part or a tool call has `start`."""

    created: float | None = None
    completed: float | None = None
    start: float | None = None
    end: float | None = None


class Cache(Struct):
    """Tokens read from and written to the provider's cache."""

    read: float = 0
    write: float = 0


class Tokens(Struct):
    """What a call took; `input` is without the cache, and `total` is missing in some versions."""

    total: float | None = None
    input: float = 0
    output: float = 0
    reasoning: float = 0
    cache: Cache = msgspec.field(default_factory=Cache)


class Detail(Struct):
    """What an error says."""

    message: str | None = None
    statusCode: float | None = None


class Error(Struct):
    """An error of the model's service or of the session."""

    name: str = ""
    data: Detail = msgspec.field(default_factory=Detail)


class Message(Struct):
    """One message; of an assistant's, `finish` is why the model stopped and `summary` that it compacts."""

    role: str | None = None
    parentID: str | None = None
    modelID: str | None = None
    providerID: str | None = None
    agent: str | None = None
    mode: str | None = None
    summary: Any = None
    finish: str | None = None
    tokens: Tokens = msgspec.field(default_factory=Tokens)
    time: Times = msgspec.field(default_factory=Times)
    error: Error | None = None


class Call(Struct):
    """The state of a tool call: pending, running, completed or error."""

    status: str = ""
    input: dict[str, Any] = {}
    output: str = ""
    error: str = ""
    metadata: dict[str, Any] | None = None
    attachments: list[Any] | None = None
    time: Times = msgspec.field(default_factory=Times)


class Part(Struct):
    """One part of a message."""

    type: str = ""
    text: str = ""
    synthetic: bool = False
    ignored: bool = False
    auto: bool = False
    tool: str = ""
    callID: str = ""
    prompt: str = ""
    state: Call = msgspec.field(default_factory=Call)
    time: Times = msgspec.field(default_factory=Times)
    error: Error | None = None


def decoded(text: bytes, wanted: type[_Shape]) -> _Shape:
    """Read JSON as `wanted`, ill-typed fields left at their defaults. Raises ValueError where it is no object."""
    try:
        return msgspec.json.decode(text, type=wanted)
    except (msgspec.DecodeError, RecursionError):
        return read_loosely(text, wanted)


def is_copied(name: str, message: Message) -> bool:
    """Say whether a fork copied this message: an id has its own clock, and the copy keeps the old message's time."""
    clock, created = clock_of(name), message.time.created
    if clock is None or created is None or not math.isfinite(created):
        return False
    younger = (clock - int(created)) % (1 << _CLOCK_BITS)
    return _COPIED < younger < 1 << (_CLOCK_BITS - 1)


def usage_of(tokens: Tokens) -> Usage | None:
    """Count one call in disjoint parts; None where nothing was counted yet.

    The total, where there is one, tells whether reasoning is part of the output.
    """
    fresh, read, write, said, thought = map(
        _count, (tokens.input, tokens.cache.read, tokens.cache.write, tokens.output, tokens.reasoning)
    )
    output = said + thought if thought > said else said
    if tokens.total:
        output = max(said, _count(tokens.total) - fresh - read - write)
    if not fresh + read + write + output:
        return None
    return Usage(fresh, read, write, 0, output, min(thought, output), 1)


def terms_of(message: Message, usage: Usage) -> Terms:
    """Give the terms of a call: no row names a service tier or how long a cache write lives."""
    provider = clean(message.providerID[:80], 40) if message.providerID else None
    return Terms(provider=provider, tier_known=False, lifetime_known=not usage.cache_write_5m)


def kind_of(error: Error) -> str:
    """Give an error's kind in the words that every adapter uses."""
    status = _count(error.data.statusCode or 0)
    if error.name == "ProviderAuthError" or status in (401, 403):
        return "authentication_failed"
    if status == 429:
        return "rate_limit"
    if status in (503, 529):
        return "overloaded"
    if error.name == "APIError" or not error.name:
        return "server_error" if status >= 500 or not status else f"status {status}"
    return clean(error.name.removesuffix("Error"), 80) or "unknown"


def _count(value: float) -> int:
    return max(0, int(value)) if abs(value) < 1 << 53 else 0
