"""What a difference is read from: a git directory of Headgate's own, in which no attribute of anybody else is in force.

There are two: the authority store, and one on what the snapshots of worktrees made.
"""

from collections.abc import Sequence
from typing import Protocol

from adapters.git.command import Place


class Asked(Protocol):
    """A store that can be asked."""

    def place(self) -> Place:
        """Give the place of the store."""
        ...

    async def ask(self, *args: str, feed: bytes | None = None, fine: Sequence[int] = (0,)) -> bytes:
        """Ask the store, and give what git printed. Raises `GitFailed`."""
        ...
