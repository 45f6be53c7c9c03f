"""What one commit of the core came to: what memory takes over once the transaction stands."""

from dataclasses import dataclass

from state.beside import Beside
from state.findings.duplicate import Compared
from state.runs.card import Card
from state.runs.event import UsageCounted
from state.runs.fleet import Fleet
from state.runs.run import RunKey


@dataclass(frozen=True, slots=True)
class Written:
    """All runs, what was compared of them, the rows shown anew, what was written beside, and what calls added."""

    fleet: Fleet
    compared: Compared
    cards: dict[RunKey, Card]
    beside: Beside
    counted: tuple[UsageCounted, ...]
