"""Counts the calls of skimmed logs that no other record shows: nearly all calls of a first index, in one tight loop.

What they come to is exactly what `state.money.meter.count` makes of them one by one, at a third of the time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from state.money.cost import BUCKET_SECONDS, MILLION, quote
from state.money.spending import STATES, Cost, Quote, Tariff, Terms
from state.ports import PriceBook
from state.runs.event import Event, RequestMetered, UsageCounted
from state.runs.run import Origin, RunKey, Usage
from state.runs.skimmed import Call, CallsMetered

_NO_DOLLARS = Decimal(0)


@dataclass(frozen=True, slots=True)
class Fresh:
    """The calls of one log, and for each what it costs: dollars, and a quote whose other fields hold for it."""

    run: RunKey
    log: str
    terms: tuple[Terms, ...]
    calls: tuple[Call, ...]
    quotes: tuple[tuple[Decimal | None, Quote], ...]


def apart(
    events: Sequence[Event], known: Callable[[Iterable[str]], Iterable[str]]
) -> tuple[list[CallsMetered], list[Event]]:
    """Part `events` in logs of which every call is shown here only and for the first time, and all others.

    `known` names those of some keys that were counted before.
    """
    skims = [event for event in events if isinstance(event, CallsMetered)]
    if not skims:
        return [], list(events)
    keys, shared = set[str](), set[str]()
    for event in events:
        if isinstance(event, RequestMetered):
            shared.add(event.key)
        elif isinstance(event, CallsMetered):
            of_log = {call[0] for call in event.calls}
            shared |= keys & of_log
            keys |= of_log
    shared.update(known(keys))
    fresh = [event for event in skims if shared.isdisjoint(call[0] for call in event.calls)] if shared else skims
    chosen = set(map(id, fresh))
    return fresh, [event for event in events if id(event) not in chosen]


def count_fresh(skims: Iterable[CallsMetered], book: PriceBook) -> tuple[list[Fresh], list[UsageCounted]]:
    """Price the calls of logs that `apart` chose; gives them and what their runs count by them."""
    shared: _Shared = {}
    fresh = [Fresh(one.run, one.origin.log, one.terms, one.calls, _quotes(one, book, shared)) for one in skims]
    return fresh, [counted for one in fresh for counted in _summed(one)]


_Rates = tuple[Decimal, Decimal, Decimal, Decimal, Decimal]
_Shared = dict[int, tuple[Tariff, Quote, _Rates | None]]
"""By a tariff's identity what all calls at it have in common; no rates where each needs a look of its own."""


def _quotes(event: CallsMetered, book: PriceBook, shared: _Shared) -> tuple[tuple[Decimal | None, Quote], ...]:
    quotes: list[tuple[Decimal | None, Quote]] = []
    tariff_of, all_terms = book.tariff, event.terms
    for _, at, model, fresh, read, short, long, output, reasoning, _, named, _ in event.calls:
        usage, terms = Usage(fresh, read, short, long, output, reasoning, 1), all_terms[named]
        tariff = tariff_of(model, at, terms, usage)
        known = None
        if isinstance(tariff, Tariff) and terms.lifetime_known and not (terms.searches or terms.partial or terms.plan):
            known = shared.get(id(tariff)) or shared.setdefault(id(tariff), _in_common(tariff))
        rates = known[2] if known else None
        if known is None or rates is None:
            own = quote(usage, terms, tariff)
            quotes.append((own.usd, own))
            continue
        micro = _NO_DOLLARS
        for count, rate in zip((fresh, read, short, long, output), rates, strict=True):
            if count:
                micro += count * rate
        quotes.append((micro / MILLION, known[1]))
    return tuple(quotes)


def _in_common(tariff: Tariff) -> tuple[Tariff, Quote, _Rates | None]:
    """Give what holds of every call at a tariff whose rates are all known and without doubt."""
    rates = tariff.rates
    parts = (rates.input, rates.cache_read, rates.cache_write_5m, rates.cache_write_1h, rates.output)
    common = Quote(_NO_DOLLARS, "plan" if tariff.plan else "priced", 0, rates, tariff.source)
    known = [rate for rate in parts if rate is not None]
    if len(known) < len(parts) or tariff.doubts:
        return tariff, common, None
    return tariff, common, (known[0], known[1], known[2], known[3], known[4])


def _summed(fresh: Fresh) -> Iterator[UsageCounted]:
    """Add up what the run counts in each bucket of time; the newest call of a bucket stands for it."""
    buckets: dict[int | None, list[int]] = {}
    for number, call in enumerate(fresh.calls):
        at = call[1]
        buckets.setdefault(None if at is None else int(at // BUCKET_SECONDS), []).append(number)
    for bucket, numbers in buckets.items():
        whole = len(numbers) == len(fresh.calls)
        calls = fresh.calls if whole else [fresh.calls[number] for number in numbers]
        quotes = fresh.quotes if whole else [fresh.quotes[number] for number in numbers]
        columns = list(zip(*calls, strict=True))
        usage = Usage(*map(sum, columns[3:9]), requests=len(calls))
        newest = calls[-1] if bucket is None else max(reversed(calls), key=lambda call: call[1] or 0.0)
        yield UsageCounted(fresh.run, Origin(fresh.log, newest[9], newest[1]), usage, _cost(quotes))


def _cost(quotes: Sequence[tuple[Decimal | None, Quote]]) -> Cost:
    usd = sum((usd for usd, _ in quotes if usd is not None), _NO_DOLLARS)
    states = Counter(quote.state for _, quote in quotes)
    return Cost(usd, sum(quote.unpriced_tokens for _, quote in quotes), *(states[state] for state in STATES))
