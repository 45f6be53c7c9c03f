"""Reads how money stands now out of the state database, for boards and verbs."""

import sqlite3
from datetime import datetime, tzinfo

from state.findings.finding import SEVERITIES
from state.money.forecast import by_day, forecast
from state.money.purse import Purse
from state.store.accounts import read
from state.store.hours import spent_by_hour

_BACK = 45 * 86_400.0
"""Seconds that hold this month and the ten working days before it."""


def purse(connection: sqlite3.Connection, now: float, zone: tzinfo | None = None) -> Purse:
    """Give budgets, forecast and alarms as of `now`; days are those of `zone`, None for this machine's.

    `connection` gives rows by name (`sqlite3.Row`). Raises `sqlite3.Error`.
    """
    accounts = read(connection)
    hours = spent_by_hour(connection, now - _BACK)
    days = by_day(((hour, cost.usd) for hour, cost in hours.items()), zone)
    stands = sorted(
        (one for one in accounts.alarms.values() if one.holds),
        key=lambda one: (-SEVERITIES.index(one.severity), one.since, one.name),
    )
    budgets = tuple(accounts.budgets[name] for name in sorted(accounts.budgets))
    lacking = by_day(((hour, cost.usd) for hour, cost in hours.items() if cost.unpriced_tokens), zone)
    foreseen = forecast(days, datetime.fromtimestamp(now, zone).date(), lacking)
    return Purse(budgets, foreseen, tuple(one.text for one in stands), about={one.text: one.about for one in stands})
