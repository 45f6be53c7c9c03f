"""One module a client: how its events read, and how it wants to be told."""

import sys
from typing import Any, Protocol, cast

from adapters.hook.exchange import Answer, Heard, NotUnderstood

_MODULES = {
    "claude-code": "claude",
    "codex": "codex",
    "gemini-cli": "gemini",
    "qwen-code": "gemini",
    "opencode": "opencode",
}


class Dialect(Protocol):
    """What each module of this folder gives."""

    LONGEST: int
    BY_DENIAL: bool

    def hear(self, agent: str, event: dict[str, Any], environment: dict[str, str]) -> Heard: ...
    def let_go(self, heard: Heard) -> Answer: ...
    def approved(self, heard: Heard) -> Answer: ...
    def refuse(self, heard: Heard | None, reason: str) -> Answer: ...
    def hand_over(self, heard: Heard, reason: str) -> Answer | None: ...
    def hand_out(self, heard: Heard, text: str) -> Answer: ...


def of(agent: str) -> Dialect:
    """Give the dialect of an agent. Raises `NotUnderstood` for one that has none."""
    name = _MODULES.get(agent)
    if name is None:
        raise NotUnderstood(f"no agent is called {agent[:80]!r} here; there are {', '.join(_MODULES)}")
    whole = f"adapters.hook.dialects.{name}"
    __import__(whole)
    return cast(Dialect, sys.modules[whole])
