"""What a call costs, from its tokens and a tariff: nothing is guessed, and what has no price is named, never free.

`quote` is the only arithmetic on money. Formula (research/economics.md 1.5): each disjoint part of the usage times its
own rate, plus the web searches; the long-context tier was chosen by the tariff and holds for the whole call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from state.figures import dollars as dollars
from state.money.spending import NOTHING, STATES, Cost, CostState, Doubt, NoPrice, Quote, Rates, Tariff, Terms
from state.money.stretches import BUCKET_SECONDS as BUCKET_SECONDS
from state.money.stretches import HOUR_SECONDS as HOUR_SECONDS

if TYPE_CHECKING:
    from state.runs.origin import Usage

MILLION = Decimal(1_000_000)
ABOUT_PRICES = "prices"
"""What a complaint about the user's own prices is about."""

Burn = tuple[tuple[int, Cost], ...]
"""Costs by their calls' own times, in buckets of five minutes (number of the bucket since 1970), oldest first."""


def quote(usage: Usage, terms: Terms, tariff: Tariff | NoPrice) -> Quote:
    """Give what one call costs at `tariff`; parts without a price stay tokens."""
    if isinstance(tariff, NoPrice):
        return Quote(None, "unpriced", usage.tokens, why=tariff.why)
    micro, lacking = Decimal(0), tuple[str, ...]()
    for part, count, rate in _parts(usage, tariff.rates):
        if count and rate is None:
            lacking = (*lacking, part)
        elif count and rate is not None:
            micro += count * rate
    unpriced = sum(getattr(usage, part) for part in lacking)
    if lacking and unpriced == usage.tokens:
        why = f"no price for {_named(lacking)}"
        return Quote(None, "unpriced", unpriced, tariff.rates, tariff.source, why)
    usd = micro / MILLION
    if terms.searches:
        usd += terms.searches * (tariff.rates.search or 0)
    state, why = _certainty(usage, terms, tariff, lacking)
    return Quote(usd, state, unpriced, tariff.rates, tariff.source, why)


def _parts(usage: Usage, rates: Rates) -> tuple[tuple[str, int, Decimal | None], ...]:
    return (
        ("fresh_input", usage.fresh_input, rates.input),
        ("cache_read", usage.cache_read, rates.cache_read),
        ("cache_write_5m", usage.cache_write_5m, rates.cache_write_5m),
        ("cache_write_1h", usage.cache_write_1h, rates.cache_write_1h),
        ("output", usage.output, rates.output),
    )


def _certainty(usage: Usage, terms: Terms, tariff: Tariff, lacking: tuple[str, ...]) -> tuple[CostState, str]:
    told: CostState = "plan" if tariff.plan or terms.plan else "priced"
    if terms.lifetime_known and not (lacking or tariff.doubts or terms.searches or terms.partial):
        return told, ""
    doubts = [*_missing(lacking, terms, tariff.rates), *_doubts(usage, terms, tariff)]
    states: list[CostState] = [told, *(doubt.state for doubt in doubts)]
    return max(states, key=STATES.index), "; ".join(dict.fromkeys(doubt.why for doubt in doubts))


def _named(parts: Iterable[str]) -> str:
    return ", ".join(part.replace("_", " ") for part in parts)


def _missing(lacking: tuple[str, ...], terms: Terms, rates: Rates) -> Iterator[Doubt]:
    if lacking:
        yield Doubt(None, "lower_bound", f"no price for {_named(lacking)}")
    if terms.partial:
        yield Doubt(None, "lower_bound", "the log tells only a part of the tokens")
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
    bucket = int(at // BUCKET_SECONDS)
    if burn and burn[-1][0] == bucket and (spent := burn[-1][1] + cost) != NOTHING:
        return (*burn[:-1], (bucket, spent))
    held = dict(burn)
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
