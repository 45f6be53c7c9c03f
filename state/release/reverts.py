"""A commit that takes back another: what git itself writes into the message of `git revert`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Revert:
    """A commit on a branch that takes back a merge, or a commit that came with it. `at` is in seconds since 1970."""

    merge: str
    commit: str
    reverted: str
    subject: str
    at: float


class Reverts(Protocol):
    """Finds them."""

    async def of(self, target: str, merges: Sequence[str]) -> tuple[Revert, ...]:
        """Give what was taken back on the branch `target` of these merges, the oldest of which comes first.

        Cheap where the branch has not moved. What git cannot tell is found another time.
        """
        ...
