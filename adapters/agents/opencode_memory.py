"""What the reader of one OpenCode session remembers from row to row, and which rows it has told."""

import msgspec
from msgspec import Struct

from state.runs.run import TurnEnd

BEGUN, GRANTED, ENDED = 1, 2, 3
"""How far a row was told; a call is granted when its command runs."""
MOST_KNOWN = 120
"""Rows remembered as told."""


class Memory(Struct):
    """Saved as JSON with each checkpoint."""

    found: bool = False
    facts: dict[str, str] = {}
    headless: bool = False
    known: dict[str, int] = {}
    frontier: str = ""
    """The last row, in the story's order, that is no longer in `known`: what is not behind it was told."""
    turn: bool = False
    ended: str = ""
    """The message with which the last turn ended, as the beginning of an order."""
    stopped: tuple[TurnEnd, str, float] | None = None
    """How the last turn ended if not by itself: a prompt given before that moment was not taken up."""
    prompt: str = ""
    """The message of the last prompt, as the beginning of an order."""
    refused: dict[str, str] = {}
    """Messages in which a human, or nobody, refused leave for a call."""
    manual: str = ""
    """The message that asked for a compaction by hand: its answer ends the turn."""
    spawned: bool = False
    context: str = ""

    def is_news(self, order: str, phase: int) -> bool:
        """Note that a row is told as far as `phase`; says whether it was not before."""
        before = self.known.pop(order, None)
        if before is None and order <= self.frontier:
            return False
        self.known[order] = max(phase, before or 0)
        if len(self.known) > MOST_KNOWN:
            self._forget()
        return phase > (before or 0)

    def is_fact(self, name: str, value: str) -> bool:
        """Note a fact of the whole session; says whether it is another one than before."""
        if not value or self.facts.get(name) == value:
            return False
        self.facts[name] = value
        return True

    def encoded(self) -> str:
        """Give it as JSON."""
        return msgspec.json.encode(self).decode()

    def _forget(self) -> None:
        """Forget the row met longest ago; one that was begun only is kept as long as others can go."""
        order = next((order for order, phase in self.known.items() if phase == ENDED), next(iter(self.known)))
        del self.known[order]
        self.frontier = max(self.frontier, order)


_RESTORE = msgspec.json.Decoder(Memory)


def restored(saved: str) -> Memory:
    """Read what was saved; what cannot be understood is nothing."""
    try:
        return _RESTORE.decode(saved) if saved else Memory()
    except (ValueError, RecursionError):
        return Memory()
