"""What the two writers of the demo's logs share: ids that a seed gives, times, and the result of a call.

The writers themselves are `adapters.demo_claude` and `adapters.demo_codex`.
"""

import string
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import unified_diff
from random import Random
from typing import Any, Protocol
from uuid import UUID

from adapters.demo_beats import Moment

Record = dict[str, Any]
"""One line of a log, before it is JSON."""
_EPOCH_MS = 1_790_000_000_000
"""The clock inside the version 7 ids: fixed, so that a seed gives the same ids on every day."""


class Log(Protocol):
    """Writes one run's log. `session` is the agent's own name for the run."""

    session: str

    def place(self, began: float) -> str:
        """Give the file's path below the agent's home; `began` is when its run began, in seconds since 1970."""
        ...

    def records(self, moment: Moment, at: float, files: Mapping[str, str]) -> list[Record]:
        """Give what the log says of a moment at the time `at`; `files` are the worktree's by then."""
        ...


class Ids:
    """Gives ids and figures that depend on the seed and the branch alone."""

    def __init__(self, seed: int, branch: str) -> None:
        self._random = Random(f"{seed} {branch}")
        self._tick = self._random.randrange(10_000_000_000)

    def uuid4(self) -> str:
        """Give an id such as Claude Code's."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def uuid7(self) -> str:
        """Give an id such as Codex's, whose first digits are a clock (RFC 9562, 5.7)."""
        self._tick += self._random.randrange(1, 5000)
        bits = (_EPOCH_MS + self._tick) << 80 | self._random.getrandbits(80)
        return str(UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62))

    def word(self, prefix: str, length: int = 22) -> str:
        """Give an id of letters and digits."""
        return prefix + "".join(self._random.choices(string.ascii_letters + string.digits, k=length))

    def between(self, least: int, most: int) -> int:
        """Give a figure."""
        return self._random.randint(least, most)


def stamp(at: float) -> str:
    """Give a time as both agents write it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hunk(old: str, new: str) -> str:
    """Give the lines of a difference, without the two headings."""
    lines = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
    return "\n".join(list(lines)[2:])
