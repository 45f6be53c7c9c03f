"""What the board was introduced to for the merge gate: what shows a change, what it lacks, what signs its approval."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from state.attention.limits import IDLE_CUTOFF
from state.board import ChangeDetail
from state.runs.card import Card

if TYPE_CHECKING:
    from state.evidence.diffs import Diffs
    from tui.ledgers import Ledgers
    from tui.moneys import Moneys

Sign = Callable[[bytes], Mapping[str, str] | str]
"""Signs the statement of an approval with the human's key, on the terminal that the board has let go of.

Gives the words signature and key of the order to approve; a sentence says why there are none. It blocks for a human.
"""
Unmet = Callable[[ChangeDetail, Card | None], Awaitable[Sequence[tuple[str, str]]]]
"""Says what a change lacks before it may be merged: each thing in a sentence, with what would meet it."""


@dataclass(frozen=True, slots=True)
class ReviewTools:
    """The tools of one board; None where it has no store to show a change from, no policy to ask, no key to sign with.

    `principal` is the name that the human signs with, "" where the account's own name is meant.
    """

    diffs: Diffs | None = None
    unmet: Unmet | None = None
    sign: Sign | None = None
    ledgers: Ledgers | None = None
    principal: str = ""
    moneys: Moneys | None = None
    idle_cutoff: float = IDLE_CUTOFF
    """Seconds without a key after which nobody is taken to look."""
