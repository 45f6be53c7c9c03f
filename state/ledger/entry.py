"""One line of the ledger: who did what, chained to all that stood before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ActorKind = Literal["human", "tool", "hook", "agent"]
"""Who said or did it. `human`: a person's order named it; `tool`: Headgate by itself; `agent`: a model's words."""
TOOL = "headgate"
"""The actor of what Headgate did by itself."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be recorded, before it has its place. `body` holds JSON values without floats; `at` is in seconds.

    `once` names what it records, so that the same thing told twice stands once; "" where each telling counts. With
    `news` it stands only where the last entry of its kind on the same run tells something else.
    """

    actor_kind: ActorKind
    actor: str
    kind: str
    at: float
    run: str = ""
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    once: str = ""
    news: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as it stands. `seq` counts from 1 without a gap, `ts_ms` are milliseconds since 1970 UTC.

    `body` is canonical JSON text; `prev` and `hash` are lowercase hexadecimal SHA-256, `prev` of the first is 64 zeros.
    """

    seq: int
    ts_ms: int
    actor_kind: ActorKind
    actor: str
    kind: str
    run: str
    body: str
    once: str
    prev: str
    hash: str
