"""What runs burn now, in dollars an hour, for the first line of the board and for the money screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from state.money.stretches import BUCKET_SECONDS, HOUR_SECONDS

if TYPE_CHECKING:
    from state.runs.card import Card

_RECENT = HOUR_SECONDS + BUCKET_SECONDS
"""Seconds after its newest datum for which a run's last hour can still hold a call."""


@dataclass(frozen=True, slots=True)
class Burning:
    """What some runs spent in the last hour, in USD; `at_least` where a call of them has no price."""

    runs: int = 0
    usd: Decimal = Decimal(0)
    at_least: bool = False

    def __add__(self, other: Burning) -> Burning:
        return Burning(self.runs + other.runs, self.usd + other.usd, self.at_least or other.at_least)

    @property
    def known(self) -> Decimal | None:
        """The dollars, None where nothing but calls without a price burns."""
        return None if self.at_least and not self.usd else self.usd


def burning(card: Card, now: float) -> Burning | None:
    """Give what a run spent in the last hour; None where it spent nothing."""
    if not card.usage.requests or (card.seen is not None and now - card.seen > _RECENT):
        return None
    if card.cost_per_hour is None:
        return Burning(1, at_least=True)
    try:
        usd = Decimal(card.cost_per_hour)
    except InvalidOperation:
        return Burning(1, at_least=True)
    return Burning(1, usd) if usd.is_finite() and usd > 0 else None


def burn_of(cards: Iterable[Card], now: float) -> list[tuple[Card, Burning]]:
    """Give the runs that burn: first those that have no price, because they may be the dearest, then the dearest."""
    found = [(card, burn) for card in cards if (burn := burning(card, now)) is not None]
    return sorted(found, key=lambda one: (not one[1].at_least, -one[1].usd, one[0].id))
