"""Which of two runs that do the same work is the cheaper one to keep: by cost where both are known, else by tokens."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from state.runs.card import Card

_WHOLE = ("priced", "plan", "assumed")
"""What a cost must be to stand against another: of any other a part is not known."""


@dataclass(frozen=True, slots=True)
class Cheaper:
    """The run to keep, None where that is not known or both cost the same, and by what they were compared."""

    keep: Card | None
    by: Literal["cost", "tokens", "unknown"]


def cheaper(one: Card, other: Card) -> Cheaper:
    """Compare what two runs cost; a cost of which a part is not known is no cost to compare."""
    costs = _cost(one), _cost(other)
    if costs[0] is not None and costs[1] is not None:
        return Cheaper(_less(one, other, costs[0], costs[1]), "cost")
    if one.usage.tokens and other.usage.tokens:
        return Cheaper(_less(one, other, Decimal(one.usage.tokens), Decimal(other.usage.tokens)), "tokens")
    return Cheaper(None, "unknown")


def _less(one: Card, other: Card, first: Decimal, second: Decimal) -> Card | None:
    return None if first == second else one if first < second else other


def _cost(card: Card) -> Decimal | None:
    if card.cost_usd is None or card.cost_state not in _WHOLE:
        return None
    try:
        return Decimal(card.cost_usd)
    except InvalidOperation:
        return None
