"""What was spent when, in stretches of five minutes, and how much that is over a window that ends now.

Only the calls' own times count. So a first index of old logs adds nothing to the last hours; a clock that goes over to
daylight saving time changes nothing, because all times are seconds since 1970; and the order of events does not matter.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from state.money.cost import BUCKET_SECONDS, HOUR_SECONDS, MILLION, Burn
from state.money.spending import NOTHING, Cost

Spread = Mapping[int, Cost]
"""Costs by the number of their five minutes since 1970."""
_IN_HOUR = HOUR_SECONDS // BUCKET_SECONDS
UNSEEN = Decimal(50)
"""USD per million tokens where not one rate was seen: the dearest of the essay's price card."""


def spread(hours: Mapping[int, Cost], burns: Iterable[Burn], now: float) -> dict[int, Cost]:
    """Put together what each run burnt within the last hour, and the sums of whole hours before that.

    What an hour's sum holds beyond the first is laid evenly over the rest of it.
    """
    newest = int(now // BUCKET_SECONDS)
    found: dict[int, Cost] = {}
    for burn in burns:
        for number, cost in burn:
            if newest - _IN_HOUR < number <= newest:
                found[number] = found.get(number, NOTHING) + cost
    for hour, cost in hours.items():
        first = hour * _IN_HOUR
        older = range(first, min(first + _IN_HOUR, newest - _IN_HOUR + 1))
        lately = sum((found.get(number, NOTHING) for number in range(older.stop, first + _IN_HOUR)), NOTHING)
        usd, tokens = max(Decimal(0), cost.usd - lately.usd), max(0, cost.unpriced_tokens - lately.unpriced_tokens)
        for number in older:
            found[number] = Cost(usd / len(older), tokens // len(older))
    return found


def spent(spread: Spread, now: float, seconds: float, *, whole: bool = False) -> Cost:
    """Give what was spent in the window of so many seconds that ends now, in whole stretches.

    The last one is still under way, so the window is up to five minutes shorter than asked; `whole` takes one more, and
    makes it up to five minutes longer. What has a time still to come is in no window.
    """
    newest = int(now // BUCKET_SECONDS)
    oldest = newest - max(1, int(seconds // BUCKET_SECONDS)) + (0 if whole else 1)
    return sum((cost for number, cost in spread.items() if oldest <= number <= newest), NOTHING)


def without(spread: Spread, told: Spread) -> dict[int, Cost]:
    """Give it without what was told of already: where a clock is set back, its times come a second time."""
    return {number: cost - told.get(number, NOTHING) for number, cost in spread.items()}


def guess(cost: Cost, dearest: Decimal | None) -> Decimal:
    """Give the upper guess in USD: what has a price, and every other token at the dearest rate seen."""
    return cost.usd + cost.unpriced_tokens * (UNSEEN if dearest is None else dearest) / MILLION
