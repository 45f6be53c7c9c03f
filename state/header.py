"""What the board's header says of a repository, and how the store keeps it."""

from dataclasses import dataclass
from typing import Protocol

from state.ports import Batch


class Sayable(Protocol):
    """What is asked of a transaction of the store."""

    def say(self, key: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Header:
    """What the board says of the repository: its name, its base branch, and where logs were looked for.

    `base_ref` is the whole ref of the base branch, for hooks.
    """

    repository: str
    base: str | None
    looked_in: tuple[str, ...]
    base_ref: str | None = None

    def say(self, store: Sayable, batch: Batch) -> None:
        """Write it, and how far the first reading is after `batch`."""
        store.say("repository", self.repository)
        store.say("base", self.base or "")
        store.say("looked_in", "\n".join(self.looked_in))
        if batch.backlog:
            left = batch.done < batch.backlog
            store.say("indexing", f"{batch.done / batch.backlog:.3f}" if left else "")
