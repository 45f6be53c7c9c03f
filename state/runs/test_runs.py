"""The test runs that a run's log tells of, one after the other, as they are kept beside its story: each is claimed.

The last one stands in the run's row; what came before it tells whether the tests ever passed, and where they went.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from state.runs.run import Origin, TestState

if TYPE_CHECKING:
    from state.runs.event import TestsRan

KIND = "tests"
"""How the store calls such a line; it is no line of the story."""
_STATES: tuple[str, ...] = get_args(TestState)
_WORDS = ("state", "runner", "passed", "failed", "skipped", "failing", "command", "why", "since")
MOST_NAMED = 20
_written = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class RanTests:
    """One test run. Counts are None where its output told none; `output` is the end of its output, "" if not kept."""

    state: TestState
    runner: str | None
    passed: int | None
    failed: int | None
    skipped: int | None
    failing: tuple[str, ...]
    command: str
    why: str
    since: float | None
    origin: Origin
    output: str = ""


def text_of(event: TestsRan) -> str:
    """Give what is kept of a test run."""
    told: dict[str, Any] = {name: getattr(event, name) for name in _WORDS}
    told["failing"] = list(event.failing[:MOST_NAMED])
    return _written({name: value for name, value in told.items() if value not in (None, [], "")})


def read_back(text: str, origin: Origin, output: str) -> RanTests | None:
    """Read it back; None where another Headgate wrote it in a way that is not known."""
    try:
        told: dict[str, Any] = json.loads(text)
        if told["state"] not in _STATES:
            return None
        words: dict[str, Any] = {name: told.get(name) for name in _WORDS}
        words |= {name: told.get(name, "") for name in ("command", "why")}
        words["failing"] = tuple(told.get("failing", ()))
        return RanTests(**words, origin=origin, output=output)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
