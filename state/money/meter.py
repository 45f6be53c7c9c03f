"""Exactly-once counting: one call to a model counts once, however often and in however many files its record stands.

Agents repeat a call's usage on every row of it, copy rows into resumed and forked sessions, and write a placeholder
before the final figure. So of all records of one key the largest figures hold, and the first run that showed the key
keeps it, unless that was a subagent's copy of its parent's call.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from state.runs.event import Event, RequestMetered, UsageCounted
from state.runs.run import Origin, RunKey, Usage


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
    return Metered(event.key, event.run, origin.at, event.model, event.side, event.usage, origin.log, origin.offset)


def merged(old: Metered | None, new: Metered) -> Metered:
    """Give the call after one more record of it."""
    if old is None:
        return new
    owner = new if old.side and not new.side else old
    return replace(owner, usage=larger(old.usage, new.usage), model=owner.model or new.model)


def count(
    events: Iterable[Event], known: Callable[[Iterable[str]], dict[str, Metered]]
) -> tuple[list[Metered], list[UsageCounted]]:
    """Give the calls that `events` change, and for each run what that adds to what was counted before.

    `known` looks up calls by their keys. A call that changes hands is taken from one run and given to the other.
    """
    records = [met(event) for event in events if isinstance(event, RequestMetered)]
    before = known({record.key for record in records}) if records else {}
    after = dict(before)
    for record in records:
        after[record.key] = merged(after.get(record.key), record)
    changed = [call for key, call in after.items() if call != before.get(key)]
    return changed, [counted for call in changed for counted in _deltas(before.get(call.key), call)]


def _deltas(old: Metered | None, new: Metered) -> list[UsageCounted]:
    origin = Origin(new.log, new.offset, new.at)
    if old is None:
        return [UsageCounted(new.run, origin, new.usage)]
    if old.run == new.run:
        return [UsageCounted(new.run, origin, new.usage - old.usage)]
    return [UsageCounted(old.run, origin, Usage() - old.usage), UsageCounted(new.run, origin, new.usage)]
