"""Until when the model's service keeps a run's prompt cached, as far as the run's own usage tells."""

from state.runs.run import Run

SHORT, LONG = 300.0, 3600.0
"""Seconds that a cached prompt lives after its last use: the two lifetimes that Anthropic bills apart, by name."""
_TELL = frozenset({"claude-code"})
"""Agents whose log tells the lifetime of a cache write (`state.runs.run.Usage`); others' stands as the short one."""


def cache_until(run: Run) -> float | None:
    """Give when the cache of the last call runs out, in seconds since 1970; None where nothing tells.

    Where a run wrote with both lifetimes the shorter counts: it is the earliest at which something may be gone.
    """
    last = run.origins.get("usage")
    if run.agent not in _TELL or run.skimmed or last is None or last.at is None:
        return None
    if run.usage.cache_write_5m:
        return last.at + SHORT
    return last.at + LONG if run.usage.cache_write_1h else None
