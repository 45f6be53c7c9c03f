"""What the ledger's screen asks: entries, newest first, the story of one, and whether all is what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from state.ledger.entry import Entry


class LedgerUnreadable(Exception):
    """The ledger cannot be read now; the text is one sentence on why."""


@dataclass(frozen=True, slots=True)
class Soundness:
    """What verification came to, in a sentence, with every fault and note below it."""

    sound: bool
    text: str
    more: tuple[str, ...] = ()


class Ledgers(Protocol):
    """Reads the ledgers of a board. It blocks nobody. Each may raise `LedgerUnreadable`."""

    async def entries(self, wanted: str, before: Entry | None, limit: int) -> tuple[Entry, ...]:
        """Give the newest entries that hold each word of `wanted`, of those before an entry."""
        ...

    async def story(self, entry: Entry) -> tuple[str, ...]:
        """Tell an entry, and where it is about a request or a change all that belongs to it."""
        ...

    async def verified(self) -> Soundness:
        """Read the whole chain again, and hold it against its anchors."""
        ...

    def repository_of(self, entry: Entry) -> str:
        """Name the repository of an entry that was given, "" where there is one only."""
        ...
