"""Reads what one run's calls cost in their mix, and by which prices, for the screen that shows the run."""

import sqlite3
from pathlib import Path

from state.money.spent import PriceUsed, Spent
from state.store import spending

_PRICES = """
SELECT model, coalesce(json_extract(rates, '$.source'), '') AS source, min(at) AS first, max(at) AS last,
       sum(requests) AS calls
FROM usage WHERE run = ? GROUP BY 1, 2 ORDER BY calls DESC, 1, 2
"""


class Paid:
    """Keeps the answer of the run that was asked for last, as long as it makes no further call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[object, tuple[Spent | None, tuple[PriceUsed, ...]]] | None = None

    def of(self, run: str, requests: int) -> tuple[Spent | None, tuple[PriceUsed, ...]]:
        """Give the sums of a run that has made so many calls, and its prices, the most used first; it blocks.

        Raises `spending.HistoryUnreadable`.
        """
        if self._known is None or self._known[0] != (run, requests):
            self._known = (run, requests), spending.asked_of(self._path, lambda database: _asked(database, run))
        return self._known[1]


def _asked(database: sqlite3.Connection, run: str) -> tuple[Spent | None, tuple[PriceUsed, ...]]:
    sums = spending.of_runs(database, [run], spending.window(None, None)).get(run)
    found = database.execute(_PRICES, (run,))
    used = (PriceUsed(row["model"], row["source"], row["first"], row["last"], row["calls"]) for row in found)
    return sums, tuple(used)
