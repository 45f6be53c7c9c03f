"""What the board was introduced to for the merge gate: what shows a change, and what signs its approval."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from state.board import ChangeDetail
from state.evidence.seeing import Diffs

Stated = Mapping[str, str]
"""The words that an order to approve has beside its usual ones: statement, signature and key."""
Sign = Callable[[ChangeDetail, str], Awaitable[Stated | str]]
"""Makes and signs the statement of an approval with this reason; the terminal is the key's while it asks.

A sentence says why there is none. What it is given is what stands on the screen, so nothing else is ever signed.
"""


@dataclass(frozen=True, slots=True)
class ReviewTools:
    """The tools of one board; None where it has no store to show a change from, and no key to sign with."""

    diffs: Diffs | None = None
    sign: Sign | None = None
