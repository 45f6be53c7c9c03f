"""What the database knows of the cost of calls since a time, by run and hour: from its sums, else from the calls."""

import sqlite3
from decimal import Decimal

from state.money.month import HOUR, UNTIMED
from state.money.spending import STATES, Cost
from state.runs.run import RunKey

_STATES = ", ".join(STATES)
_PICO = Decimal(1).scaleb(-12)
_SUMS = (
    f"SELECT run, hour, sum(usd_e12), sum(unpriced_tokens), {', '.join(f'sum({one})' for one in STATES)} FROM spending "
    "WHERE hour >= ? OR hour = -1 GROUP BY run, hour"
)
_CALLS = "SELECT run, at, usd, unpriced_tokens, cost_state FROM usage WHERE at >= ? OR at IS NULL"


def spent_since(connection: sqlite3.Connection, since: float) -> dict[tuple[RunKey, int], Cost]:
    """Give what each run's calls cost in each hour from the one of `since` on, and those without a time."""
    if connection.execute("SELECT 1 FROM spending LIMIT 1").fetchone() is None:
        return _of_calls(connection, since)
    found: dict[tuple[RunKey, int], Cost] = {}
    for run, hour, picos, tokens, *counts in connection.execute(_SUMS, (since // HOUR,)):
        found[RunKey(run), int(hour)] = Cost(picos * _PICO, tokens, *counts)
    return found


def _of_calls(connection: sqlite3.Connection, since: float) -> dict[tuple[RunKey, int], Cost]:
    found: dict[tuple[RunKey, int], Cost] = {}
    for run, at, usd, tokens, state in connection.execute(_CALLS, (since - since % HOUR,)):
        place = RunKey(run), UNTIMED if at is None else int(at // HOUR)
        counts = (int(state == one) for one in STATES)
        found[place] = found.get(place, Cost()) + Cost(Decimal(usd or 0), tokens, *counts)
    return found
