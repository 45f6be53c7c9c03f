"""What a call costs, from its tokens and a tariff: nothing is guessed, and what has no price is named, never free.

`quote` is the only arithmetic on money. Formula (research/economics.md 1.5): each disjoint part of the usage times its
own rate, plus the web searches; the long-context tier was chosen by the tariff and holds for the whole call.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from state.money.spending import STATES, Cost, CostState, Doubt, NoPrice, Quote, Rates, Tariff, Terms
from state.runs.run import Usage

MILLION = Decimal(1_000_000)
PARTS = ("fresh_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
_RATE_OF = {"fresh_input": "input"}
BUCKET_SECONDS = 300
HOUR_SECONDS = 3600
ABOUT_PRICES = "prices"
"""What a complaint about the user's own prices is about."""

Burn = tuple[tuple[int, Cost], ...]
"""Costs by their calls' own times, in buckets of five minutes (number of the bucket since 1970), oldest first."""


def quote(usage: Usage, terms: Terms, tariff: Tariff | NoPrice) -> Quote:
    """Give what one call costs at `tariff`; parts without a price stay tokens."""
    if isinstance(tariff, NoPrice):
        return Quote(None, "unpriced", usage.tokens, why=tariff.why)
    used = {part: getattr(usage, part) for part in PARTS if getattr(usage, part)}
    unpriced = [part for part in used if rate(tariff.rates, part) is None]
    if used and len(unpriced) == len(used):
        why = f"no price for {', '.join(unpriced)}"
        return Quote(None, "unpriced", usage.tokens, tariff.rates, tariff.source, why)
    usd = sum((count * (rate(tariff.rates, part) or 0) for part, count in used.items()), Decimal(0)) / MILLION
    usd += terms.searches * (tariff.rates.search or Decimal(0))
    doubts = [*_missing(unpriced, terms, tariff.rates), *_doubts(usage, terms, tariff)]
    states: list[CostState] = ["plan" if tariff.plan or terms.plan else "priced", *(doubt.state for doubt in doubts)]
    state = max(states, key=STATES.index)
    why = "; ".join(dict.fromkeys(doubt.why for doubt in doubts))
    return Quote(usd, state, sum(used[part] for part in unpriced), tariff.rates, tariff.source, why)


def rate(rates: Rates, part: str) -> Decimal | None:
    """Give the rate of one part of a usage."""
    return getattr(rates, _RATE_OF.get(part, part))


def _missing(unpriced: Iterable[str], terms: Terms, rates: Rates) -> Iterator[Doubt]:
    for part in unpriced:
        yield Doubt(None, "lower_bound", f"no price for {part.replace('_', ' ')}")
    if terms.searches and rates.search is None:
        yield Doubt(None, "lower_bound", f"no price for {terms.searches} web searches")


def _doubts(usage: Usage, terms: Terms, tariff: Tariff) -> Iterator[Doubt]:
    yield from (doubt for doubt in tariff.doubts if doubt.part is None or getattr(usage, doubt.part))
    rates = tariff.rates
    if usage.cache_write_5m and not terms.lifetime_known and rates.cache_write_5m != rates.cache_write_1h:
        yield Doubt("cache_write_5m", "lower_bound", "cache writes of unknown lifetime, counted as five minutes")


def burnt(burn: Burn, at: float | None, cost: Cost) -> Burn:
    """Give `burn` after a call at `at` cost that much more; buckets over an hour older than the newest are let go."""
    if at is None:
        return burn
    held = dict(burn)
    bucket = int(at // BUCKET_SECONDS)
    held[bucket] = held.get(bucket, Cost()) + cost
    oldest = max(held) - HOUR_SECONDS // BUCKET_SECONDS
    return tuple(sorted((number, spent) for number, spent in held.items() if number >= oldest and spent != Cost()))


def per_hour(burn: Burn, now: float) -> Decimal | None:
    """Give what the calls of the last hour cost, by their own times; None where one of them has no price.

    The hour is wall time, not the time of activity: cost over activity explodes in a run's first minutes. Ends at the
    end of the current bucket, so that the figure changes every five minutes at the most.
    """
    newest = int(now // BUCKET_SECONDS)
    recent = [spent for number, spent in burn if newest - HOUR_SECONDS // BUCKET_SECONDS < number <= newest]
    total = sum(recent, Cost())
    return None if total.unpriced_tokens or total.unpriced else total.usd


def dollars(usd: Decimal | None) -> str | None:
    """Give an amount as the exact decimal string of the contract: no exponent, no needless zeros, cents at least."""
    if usd is None:
        return None
    whole, _, part = f"{usd:f}".partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}"
