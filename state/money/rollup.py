"""Adds calls up by run, hour, model and thread, in whole picodollars: what the table `spending` keeps of them.

A sum is a list of whole numbers in the order of `COLUMNS`, so that sums add exactly in Python and in SQLite alike. Each
call is rounded once, to picodollars (1e-12 USD); where a call changes, its old part is taken off and its new one added.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from operator import add, attrgetter, sub
from typing import TypeAlias

from state.money.fresh_calls import Fresh
from state.money.meter import Metered
from state.money.spending import STATES, CostState, Quote, Rates
from state.runs.run import Usage
from state.runs.skimmed import Call

FIGURES = tuple(field.name for field in fields(Usage))
COLUMNS = (
    *FIGURES,
    *("usd_e12", "list_e12", "net_e12", "listed_e12", "unlisted", "searches", "tools_e12", "unpriced_tokens"),
    *STATES,
)
NO_TIME = -1
"""The hour of calls of which no time is known."""
Place: TypeAlias = tuple[str, int, str, int]
"""Run, hours since 1970 UTC, model ("" where unknown), and 1 for subagents' calls."""
Sums: TypeAlias = dict[Place, list[int]]
_Paid: TypeAlias = tuple[Decimal | None, Quote]
_PicoRates: TypeAlias = tuple[int | Decimal | None, ...]
"""Picodollars a token of each part, whole numbers where a rate has six decimals at the most, as nearly all have."""
_Parts: TypeAlias = tuple[int, int, int, int, int]
"""Fresh input, cache reads, cache writes for five minutes and for an hour, and output."""
_figures: Callable[[Usage], tuple[int, ...]] = attrgetter(*FIGURES)
_ONE = {state: [int(state == other) for other in STATES] for state in STATES}
_TO_PICO = -12
_MOST = 10**17
"""Picodollars that one call counts for at the most: no real one comes near, and sums stay within SQLite's integers."""
_NOTHING = Decimal(0)
_CALM = Decimal(1000)
"""USD below which no call of a sum reached `_MOST`."""


def changed(before: Mapping[str, Metered], after: Iterable[Metered]) -> Sums:
    """Give what sums change by now that these calls are known so, and no longer as they were `before`."""
    sums: Sums = {}
    for call in after:
        if (old := before.get(call.key)) is not None:
            _put(sums, _place(old), _of_call(old), sub)
        _put(sums, _place(call), _of_call(call), add)
    return {place: some for place, some in sums.items() if any(some)}


def of_fresh(fresh: Fresh) -> Sums:
    """Give the sums of a log's calls, none of which was known; calls at the same rates are taken together."""
    alike: dict[tuple[int, str | None, bool, CostState, int], list[int]] = defaultdict(list)
    quotes = fresh.quotes
    for number, call in enumerate(fresh.calls):
        at, quote = call[1], quotes[number][1]
        hour = int(at) // 3600 if at is not None and at >= 0 else NO_TIME
        alike[hour, call[2], call[11], quote.state, id(quote.rates)].append(number)
    sums: Sums = {}
    for (hour, model, side, *_), numbers in alike.items():
        calls, paid = [fresh.calls[number] for number in numbers], [quotes[number] for number in numbers]
        _put(sums, (fresh.run, hour, model or "", int(side)), _of_alike(fresh, calls, paid), add)
    return sums


def merged(sums: Sums, more: Mapping[Place, Sequence[int]]) -> None:
    """Add `more` to sums."""
    for place, some in more.items():
        _put(sums, place, some, add)


def hour_of(at: float | None) -> int:
    """Give the hour that a call belongs to; a time before 1970 is none."""
    return int(at) // 3600 if at is not None and at >= 0 else NO_TIME


def pico(usd: Decimal | None) -> int:
    """Round an amount to whole picodollars; what has no price adds nothing."""
    return 0 if usd is None else _rounded(usd.scaleb(12))


def listed(rates: Rates | None, parts: _Parts) -> tuple[int, int] | None:
    """Give what tokens cost at list price without a cache, and what the cache saved less what it cost to fill.

    Both in picodollars; None where a rate that they need is not known. Formula: research/economics.md 1.5.
    """
    return None if rates is None else _listed(_pico_rates(rates), parts)


def _place(call: Metered) -> Place:
    return call.run, hour_of(call.at), call.model or "", int(call.side)


def _put(sums: Sums, place: Place, some: Sequence[int], how: Callable[[int, int], int]) -> None:
    known = sums.get(place) or [0] * len(COLUMNS)
    sums[place] = list(map(how, known, some))


def _of_call(call: Metered) -> list[int]:
    figures = _figures(call.usage)
    quote = call.quote
    if quote is None:
        lacking = [0, 0, 0, 0, 1, call.terms.searches, 0, call.usage.tokens]
        return [*figures, *lacking, *_ONE["unpriced"]]
    return [*figures, *_of_quote(quote, _parts(figures), call.terms.searches), *_ONE[quote.state]]


def _of_quote(quote: Quote, parts: _Parts, searches: int) -> tuple[int, ...]:
    usd = pico(quote.usd)
    known = listed(quote.rates, parts)
    of_list = (0, 0, 0, 1) if known is None else (*known, usd, 0)
    return (usd, *of_list, searches, _searched(quote, searches), quote.unpriced_tokens)


def _searched(quote: Quote, searches: int) -> int:
    """Give what web searches came to, where their price is a part of the call's."""
    rate = quote.rates.search if quote.rates and searches else None
    return 0 if rate is None or quote.usd is None else pico(searches * rate)


def _parts(figures: Sequence[int]) -> _Parts:
    return figures[0], figures[1], figures[2], figures[3], figures[4]


def _of_alike(fresh: Fresh, calls: Sequence[Call], paid: Sequence[_Paid]) -> Sequence[int]:
    """Add up calls of one model, state and rates: at once where that is exact, else one by one."""
    totals = [sum(column) for column in list(zip(*calls, strict=True))[3:9]]
    quote, count = paid[0][1], len(calls)
    usd = sum((usd for usd, _ in paid if usd is not None), _NOTHING)
    rates = None if quote.rates is None else _pico_rates(quote.rates)
    known = None if rates is None else _listed(rates, _parts(totals))
    rounded = _finer(usd) or usd > _CALM or (rates is not None and any(type(one) is Decimal for one in rates))
    rounded = rounded or (rates is not None and known is None) or any(abs(one) >= _MOST for one in known or ())
    if rounded or any(one.searches for one in fresh.terms):
        return _one_by_one(fresh, calls, paid)
    total, unpriced = pico(usd), sum(quote.unpriced_tokens for _, quote in paid)
    of_list = (0, 0, 0, count) if known is None else (*known, total, 0)
    return [*totals, count, total, *of_list, 0, 0, unpriced, *(count * one for one in _ONE[quote.state])]


def _one_by_one(fresh: Fresh, calls: Sequence[Call], paid: Sequence[_Paid]) -> Sequence[int]:
    sums = [0] * len(COLUMNS)
    for call, (usd, quote) in zip(calls, paid, strict=True):
        own = Quote(usd, quote.state, quote.unpriced_tokens, quote.rates)
        told = _of_quote(own, _parts(call[3:8]), fresh.terms[call[10]].searches)
        sums = list(map(add, sums, (*call[3:9], 1, *told, *_ONE[quote.state])))
    return sums


@lru_cache(maxsize=4096)
def _pico_rates(rates: Rates) -> _PicoRates:
    told = (rates.input, rates.cache_read, rates.cache_write_5m, rates.cache_write_1h, rates.output)
    return tuple(None if rate is None else _whole(rate * 1_000_000) for rate in told)


def _whole(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value


def _listed(rates: _PicoRates, parts: _Parts) -> tuple[int, int] | None:
    if any(rate is None and count for rate, count in zip(rates, parts, strict=True)):
        return None
    fresh, read, short, long, output = parts
    filled = read + short + long
    if rates[0] is None and filled:
        return None
    of_input, of_read, of_short, of_long, of_output = (Decimal(rate or 0) for rate in rates)
    at_list = (fresh + filled) * of_input + output * of_output
    saved = read * (of_input - of_read) - short * (of_short - of_input) - long * (of_long - of_input)
    return _rounded(at_list), _rounded(saved)


def _finer(usd: Decimal) -> bool:
    """Say whether an amount, or one that it is the sum of, has a part below a picodollar."""
    exponent = usd.as_tuple().exponent
    return not isinstance(exponent, int) or exponent < _TO_PICO


def _rounded(value: Decimal) -> int:
    return max(-_MOST, min(_MOST, int(value.to_integral_value(ROUND_HALF_EVEN))))
