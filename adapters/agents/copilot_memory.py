"""What the reader of a Copilot CLI log must remember between two lines."""

import msgspec
from msgspec import Struct, field

from adapters.agents.open_calls import OpenCall


class Told(Struct):
    """What answers of one model told of their output in this life of the process, and how many there were."""

    output: int = 0
    requests: int = 0


class Memory(Struct):
    """What a reader must know of the lines before: saved as JSON with each checkpoint."""

    found: bool = False
    last: str | None = None
    """The id of the record before, None where the chain cannot be followed."""
    life: int = 0
    """Which life of the process the records are of: one begins with a start or a resume and ends with a shutdown."""
    told: dict[str, Told] = field(default_factory=dict[str, Told])
    cwd: str | None = None
    model: str | None = None
    version: str | None = None
    final: bool | None = None
    """Whether the last answer of this turn called no tool, so that the turn's end is the end of the work."""
    calls: dict[str, OpenCall] = field(default_factory=dict[str, OpenCall])
    shells: dict[str, OpenCall] = field(default_factory=dict[str, OpenCall])
    asked: dict[str, str] = field(default_factory=dict[str, str])
    """Open requests to the human: the request's id to the call that waits."""
    context: dict[str, str] = field(default_factory=dict[str, str])
    """What was told of the context: kind and name of each part to its value."""


_RESTORE = msgspec.json.Decoder(Memory)


def restored(saved: str) -> Memory:
    """Give the memory that was saved; what cannot be understood is nothing."""
    try:
        return _RESTORE.decode(saved) if saved else Memory()
    except (ValueError, RecursionError):
        return Memory()
