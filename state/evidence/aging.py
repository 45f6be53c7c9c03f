"""Whether a package still tells of the change as its branch holds it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from state.evidence.package import Package
    from state.runs.card import Card


def stale(package: Package, card: Card | None) -> str:
    """Say why it does not, "" where it does as far as is known: the head, the base or its distance is another."""
    if card is None or card.head is None:
        return ""
    if card.head != package.proposal.head:
        return f"the branch is at {card.head[:8]} now"
    if package.facts.get("base_head") not in (None, card.base_head) and card.base_head is not None:
        return "its fork from the base is another now"
    behind = package.facts.get("behind")
    if behind is not None and card.behind is not None and behind != card.behind:
        return f"the base has moved: the branch is {card.behind} commits behind it, and was {behind}"
    return ""
