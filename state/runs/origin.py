"""What every room says of a run: its key, where a datum was read, and the tokens that were used.

Kept apart from the run itself, because a board shows rows and needs no more than these at its start.
"""

from dataclasses import dataclass
from typing import Literal, NewType

RunKey = NewType("RunKey", str)
"""Ten hexadecimal digits that name a run for ever, on every machine that reads the same logs."""
Role = Literal["planner", "mapper", "implementer", "tester", "reviewer", "security", "release", "watcher", "librarian"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one datum was read: a file, a byte offset in it, and the time that the record claims.

    `at` is in seconds since 1970 UTC, or None where the record has no time of its own.
    """

    log: str
    offset: int
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, in disjoint parts: fresh input, cache reads, cache writes by lifetime, and output.

    `reasoning` is a part of `output` and never added to it.
    """

    fresh_input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning: int = 0
    requests: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.fresh_input + other.fresh_input,
            self.cache_read + other.cache_read,
            self.cache_write_5m + other.cache_write_5m,
            self.cache_write_1h + other.cache_write_1h,
            self.output + other.output,
            self.reasoning + other.reasoning,
            self.requests + other.requests,
        )

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(
            self.fresh_input - other.fresh_input,
            self.cache_read - other.cache_read,
            self.cache_write_5m - other.cache_write_5m,
            self.cache_write_1h - other.cache_write_1h,
            self.output - other.output,
            self.reasoning - other.reasoning,
            self.requests - other.requests,
        )

    @property
    def tokens(self) -> int:
        """All tokens, each counted once."""
        return self.fresh_input + self.cache_read + self.cache_write_5m + self.cache_write_1h + self.output
