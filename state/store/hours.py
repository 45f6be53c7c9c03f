"""What the calls of each hour cost, all runs together, read past whatever transaction is open."""

import contextlib
import sqlite3
from decimal import Decimal
from pathlib import Path

from state.money.spending import Cost
from state.money.spent import PICO

_SUMS = (
    "SELECT hour, SUM(usd_e12), SUM(unpriced_tokens), SUM(priced), SUM(plan), SUM(assumed), SUM(lower_bound),"
    " SUM(unpriced) FROM spending WHERE hour >= ? GROUP BY hour"
)


def spent_by_hour(connection: sqlite3.Connection, since: float) -> dict[int, Cost]:
    """Give the cost of each hour (since 1970 UTC) from that of `since` on; calls without a time are in none.

    Each call was rounded once, to a picodollar. Raises `sqlite3.Error`.
    """
    found = connection.execute(_SUMS, (max(0, int(since // 3600)),))
    return {hour: Cost(Decimal(picos) * PICO, *counts) for hour, picos, *counts in found}


def hours_of(path: Path, since: float) -> dict[int, Cost] | None:
    """Give the same of a database on disk; None where it cannot be read now: it is asked again."""
    try:
        with contextlib.closing(_read_only(path)) as connection:
            return spent_by_hour(connection, since)
    except sqlite3.Error:
        return None


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2.0)
