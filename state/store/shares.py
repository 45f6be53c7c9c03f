"""What each model of one run came to, read beside the writer from the calls that were counted."""

import contextlib
import sqlite3
from decimal import Decimal
from pathlib import Path

from state.evidence.history import Share

_CALLS = (
    "SELECT model, usd, unpriced_tokens, requests,"
    " fresh_input + cache_read + cache_write_5m + cache_write_1h + output AS tokens FROM usage WHERE run = ?"
)


def shares_of(database: Path, run: str) -> tuple[Share, ...]:
    """Give the models of a run; empty where the database cannot be read now, because a package does without them."""
    try:
        with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=2.0)) as connection:
            found = connection.execute(_CALLS, (run,)).fetchall()
    except sqlite3.Error:
        return ()
    told: dict[str, Share] = {}
    for model, usd, unpriced, requests, tokens in found:
        name = model or "unknown"
        before = told.get(name, Share(name, 0, 0))
        paid = before.usd if usd is None else (before.usd or Decimal(0)) + Decimal(usd)
        told[name] = Share(name, before.calls + requests, before.tokens + tokens, paid, before.unpriced + unpriced)
    return tuple(told.values())
