"""Counts what a Codex thread used: each call to the model once, although its log says it several times.

Two records tell of usage. `token_count` repeats itself, restarts, is lost when the client is killed, and is replayed
into the logs of forks and subagents; only the growth of its running total counts. `token_usage_record` (0.169) is one
call with the id of its answer; where it is written it counts, and the `token_count` that follows it adds only what no
record had. Source: research/log-formats.md 3.5, and `live/codex/s-codex-kill`, where the running total lost one call.
"""

from msgspec import Struct

from adapters.agents.codex_records import Counts, Info, Metered, Note, mapping
from state.runs.run import Usage
from state.text import clean

_NONE = Counts()


class Meter(Struct):
    """What is to be remembered between two records of usage."""

    child: bool = False
    """The thread was forked, spawned or taken back: its running total may begin at another's."""
    total: Counts | None = None
    covered: Counts = _NONE
    """What records counted and the running total has not reached yet."""
    restarts: int = 0

    def measure(self, record: Metered, thread: str | None) -> tuple[str, Usage] | None:
        """Give key and usage of one call, or None for a call of another thread that this log only repeats."""
        thread = thread or record.thread_id
        if record.usage is None or (record.thread_id or thread) != thread:
            return None
        self.covered = _combined(self.covered, record.usage, 1)
        so_far = _size(record.thread_token_usage or _NONE)
        return f"codex:{thread}:{record.response_id or ''}:{so_far}", usage_of(record.usage)

    def grow(self, info: Info, thread: str) -> tuple[str, Usage] | None:
        """Give key and usage of what the running total gained and no record counted, or None."""
        if info.total_token_usage is None:
            return None
        before, self.total = self.total, info.total_token_usage
        gained = self._gained(before, self.total, info.last_token_usage)
        if not _size(gained):
            return None
        gained, self.covered = _combined(gained, self.covered, -1), _NONE
        if not (gained.input_tokens or gained.output_tokens):
            return None
        return f"codex:{thread}:{self.restarts}.{_size(self.total)}", usage_of(gained)

    def skip(self, info: Info) -> None:
        """Take a running total that is another thread's: what follows is counted from there."""
        self.total = info.total_token_usage or self.total

    def shrinks(self, info: Info) -> bool:
        """Say whether a running total is less than the one before it."""
        total = info.total_token_usage
        return total is not None and self.total is not None and _size(total) < _size(self.total)

    def _gained(self, before: Counts | None, total: Counts, last: Counts | None) -> Counts:
        if before is None:
            inherited = last is not None and not (last.input_tokens or last.output_tokens)
            return _NONE if inherited else (last if self.child and last else total)
        if _size(total) < _size(before):
            self.restarts += 1
            return last or _NONE
        return _combined(total, before, -1)


def usage_of(counts: Counts) -> Usage:
    """Give the vendor's nested counts as disjoint parts; a cache write's lifetime is not told, so it is the short."""
    cached, written = counts.cached_input_tokens, counts.cache_write_input_tokens
    return Usage(
        fresh_input=max(0, counts.input_tokens - cached - written),
        cache_read=cached,
        cache_write_5m=written,
        output=counts.output_tokens,
        reasoning=min(counts.reasoning_output_tokens, counts.output_tokens),
        requests=1,
    )


def service_tier(note: Note) -> str | None:
    """Give the service tier that a `thread_settings_applied` names; None is the standard one."""
    told = mapping(note.thread_settings).get("service_tier")
    return clean(told[:80], 40).lower() or None if isinstance(told, str) else None


def _size(counts: Counts) -> int:
    return counts.total_tokens or counts.input_tokens + counts.output_tokens


def _combined(one: Counts, other: Counts, sign: int) -> Counts:
    """Add `other` to `one`, or take it away, part by part; no part falls below zero."""
    return Counts(
        max(0, one.input_tokens + sign * other.input_tokens),
        max(0, one.cached_input_tokens + sign * other.cached_input_tokens),
        max(0, one.cache_write_input_tokens + sign * other.cache_write_input_tokens),
        max(0, one.output_tokens + sign * other.output_tokens),
        max(0, one.reasoning_output_tokens + sign * other.reasoning_output_tokens),
        max(0, one.total_tokens + sign * other.total_tokens),
    )
