"""Exactly-once counting: one call to a model counts once, however often and in however many files its record stands.

Agents repeat a call's usage on every row of it, copy rows into resumed and forked sessions, and write a placeholder
before the final figure. So of all records of one key the largest figures hold, and the first run that showed the key
keeps it, unless that was a subagent's copy of its parent's call. What a call costs is asked anew whenever what is known
of it changes, and only then.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from operator import attrgetter

from state.money.cost import BUCKET_SECONDS
from state.money.spending import STANDARD, Cost, Quote, Terms, added
from state.runs.event import Event, RequestMetered, UsageCounted
from state.runs.run import Origin, RunKey, Usage
from state.runs.skimmed import CallsMetered


@dataclass(frozen=True, slots=True)
class Metered:
    """What is known of one call: who paid, when (seconds since 1970), with which model, how much."""

    key: str
    run: RunKey
    at: float | None
    model: str | None
    side: bool
    usage: Usage
    log: str
    offset: int
    terms: Terms = STANDARD
    quote: Quote | None = None
    """What it costs; None until a price book was asked. It stays the last field."""

    @property
    def cost(self) -> Cost:
        """What it adds to a sum: all of its tokens are unpriced until a price book was asked."""
        return self.quote.cost if self.quote else Cost(unpriced_tokens=self.usage.tokens, unpriced=1)


_FIGURES: Callable[[Usage], tuple[int, ...]] = attrgetter(*(field.name for field in fields(Usage)))
_KNOWN = attrgetter(*(field.name for field in fields(Metered) if field.name != "quote"))


def quoted(call: Metered, quote: Quote | None) -> Metered:
    """Give a call at a price; `replace` takes five times as long, and a backlog holds a hundred thousand calls."""
    return Metered(*_KNOWN(call), quote=quote)


def unasked(call: Metered) -> Quote | None:
    """Price nothing, where there is no price book."""
    return call.quote


def larger(one: Usage, other: Usage) -> Usage:
    """Give the greater of each figure: of two records of one call the later says more, never less."""
    return Usage(
        max(one.fresh_input, other.fresh_input),
        max(one.cache_read, other.cache_read),
        max(one.cache_write_5m, other.cache_write_5m),
        max(one.cache_write_1h, other.cache_write_1h),
        max(one.output, other.output),
        max(one.reasoning, other.reasoning),
        max(one.requests, other.requests),
    )


def met(event: RequestMetered) -> Metered:
    """Give what one record says of its call."""
    origin = event.origin
    return Metered(
        event.key, event.run, origin.at, event.model, event.side, event.usage, origin.log, origin.offset, event.terms
    )


def all_met(event: CallsMetered) -> Iterator[Metered]:
    """Give what a skim of a log says of its calls."""
    run, log, terms = event.run, event.origin.log, event.terms
    for key, at, model, fresh, read, short, long, output, reasoning, offset, named, side in event.calls:
        usage = Usage(fresh, read, short, long, output, reasoning, 1)
        yield Metered(key, run, at, model, side, usage, log, offset, terms[named])


def merged(old: Metered | None, new: Metered) -> Metered:
    """Give the call after one more record of it."""
    if old is None:
        return new
    owner = new if old.side and not new.side else old
    usage, terms = larger(old.usage, new.usage), plainer(old.terms, new.terms)
    return replace(owner, usage=usage, terms=terms, model=owner.model or new.model, quote=old.quote)


def plainer(one: Terms, other: Terms) -> Terms:
    """Give the terms that two records of one call tell together: later rows name what the first do not."""
    return Terms(
        provider=one.provider or other.provider,
        speed=_telling(one.speed, other.speed),
        tier=_telling(one.tier, other.tier),
        batch=one.batch or other.batch,
        geo=one.geo or other.geo,
        plan=one.plan or other.plan,
        tier_known=one.tier_known or other.tier_known,
        lifetime_known=one.lifetime_known and other.lifetime_known,
        searches=max(one.searches, other.searches),
        partial=one.partial and other.partial,
    )


def _telling(one: str | None, other: str | None) -> str | None:
    """Of two words for the same thing the one that departs from the standard says more."""
    return max(one, other, key=lambda word: (word is not None, word not in (None, "standard", "default"), word or ""))


def count(
    events: Iterable[Event],
    known: Callable[[Iterable[str]], dict[str, Metered]],
    price: Callable[[Metered], Quote | None] = unasked,
) -> tuple[list[Metered], list[UsageCounted]]:
    """Give the calls that `events` change, and for each run what that adds to what was counted before.

    `known` looks up calls by their keys, `price` says what one costs. A call that changes hands is taken from one run
    and given to the other.
    """
    records: list[Metered] = []
    for event in events:
        if isinstance(event, RequestMetered):
            records.append(met(event))
        elif isinstance(event, CallsMetered):
            records += all_met(event)
    before = known({record.key for record in records}) if records else {}
    after = dict(before)
    for record in records:
        after[record.key] = merged(after.get(record.key), record)
    changed = [quoted(call, price(call)) for key, call in after.items() if call != before.get(key)]
    return changed, summed(counted for call in changed for counted in deltas(before.get(call.key), call))


def summed(counted: Iterable[UsageCounted]) -> list[UsageCounted]:
    """Add up what follows on one another for the same run and the same bucket of time: it folds to the same."""
    sums: list[UsageCounted] = []
    same: list[UsageCounted] = []
    of: tuple[RunKey, int] | None = None
    for one in counted:
        at = one.origin.at
        now = None if at is None else (one.run, int(at // BUCKET_SECONDS))
        if now is None or now != of:
            sums += _one_of(same)
            same = []
        same.append(one)
        of = now
    return [*sums, *_one_of(same)]


def _one_of(same: list[UsageCounted]) -> list[UsageCounted]:
    """Add up what one run counts in one bucket; the newest record stands for it."""
    if len(same) < 2:
        return same
    usage = Usage(*map(sum, zip(*(_FIGURES(one.usage) for one in same), strict=True)))
    newest = max(reversed(same), key=lambda one: one.origin.at or 0.0)
    return [UsageCounted(same[0].run, newest.origin, usage, added(one.cost for one in same))]


def deltas(old: Metered | None, new: Metered) -> list[UsageCounted]:
    """Give what the runs count differently now that a call is known as `new` and no longer as `old`."""
    origin = Origin(new.log, new.offset, new.at)
    if old is None:
        return [UsageCounted(new.run, origin, new.usage, new.cost)]
    if (old.run, old.at) == (new.run, new.at):
        return [UsageCounted(new.run, origin, new.usage - old.usage, new.cost - old.cost)]
    taken = UsageCounted(old.run, replace(origin, at=old.at), Usage() - old.usage, Cost() - old.cost)
    return [taken, UsageCounted(new.run, origin, new.usage, new.cost)]
