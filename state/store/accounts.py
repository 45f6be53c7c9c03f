"""What is kept on money and attention, in the state database: attention, interventions, routes, estimates, budgets."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from state.money.accounts import Accounted, Accounts, Attended, BudgetStands, Ceiling, Estimated, Intervention, Routed
from state.money.alarm import Alarm

_MONEY = {"spent", "usd", "usd_low", "usd_high", "ceiling", "guess"}
"""Columns of decimals, which are kept as their exact text."""


def _columns(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _insert(table: str, kind: type, or_what: str) -> str:
    names = _columns(kind)
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT OR {or_what} INTO {table} ({quoted}) VALUES ({', '.join('?' * len(names))})"


_ATTENDED = _insert("attention", Attended, "IGNORE")
_INTERVENED = _insert("intervention", Intervention, "IGNORE")
_ROUTED = _insert("route", Routed, "IGNORE")
_ESTIMATED = _insert("estimate", Estimated, "REPLACE")
_BUDGET = _insert("budget", BudgetStands, "REPLACE")
_CEILING = _insert("ceiling", Ceiling, "IGNORE")
_ALARM = _insert("alarm", Alarm, "REPLACE")


def write(connection: sqlite3.Connection, news: Accounted) -> None:
    """Write what one step adds; what is told twice stands once."""
    told: tuple[tuple[str, Iterable[object]], ...] = (
        (_ATTENDED, news.attended),
        (_INTERVENED, news.interventions),
        (_ROUTED, news.routed),
        (_ESTIMATED, news.estimated),
        (_BUDGET, news.budgets),
        (_CEILING, news.ceilings),
        (_ALARM, news.alarms),
    )
    connection.executemany("DELETE FROM budget WHERE name = ?", [(name,) for name in news.outlived])
    for statement, rows in told:
        connection.executemany(statement, [_row(one) for one in rows])


def read(connection: sqlite3.Connection) -> Accounts:
    """Read what the core keeps in mind."""
    return Accounts().after(
        Accounted(
            routed=tuple(
                Routed(**_values(Routed, row)) for row in connection.execute("SELECT * FROM route ORDER BY at")
            ),
            estimated=tuple(estimated_of_row(row) for row in connection.execute("SELECT * FROM estimate")),
            budgets=tuple(
                BudgetStands(**_values(BudgetStands, row)) for row in connection.execute("SELECT * FROM budget")
            ),
            ceilings=tuple(
                Ceiling(**_values(Ceiling, row)) for row in connection.execute("SELECT * FROM ceiling ORDER BY at")
            ),
            alarms=tuple(alarm_of_row(row) for row in connection.execute("SELECT * FROM alarm")),
        )
    )


def estimated_of_row(row: Mapping[str, Any]) -> Estimated:
    """Give what was estimated of a run as its row tells it."""
    return Estimated(**_values(Estimated, row))


def alarm_of_row(row: Mapping[str, Any]) -> Alarm:
    """Give the alarm whose columns stand in `row`."""
    values = _values(Alarm, row)
    values["holds"] = bool(values["holds"])
    return Alarm(**values)


def _row(one: object) -> tuple[Any, ...]:
    values = ((name, getattr(one, name)) for name in _columns(type(one)))
    return tuple(str(value) if isinstance(value, Decimal) else value for _, value in values)


def _values(kind: type, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Decimal(row[name]) if name in _MONEY and row[name] is not None else row[name] for name in _columns(kind)
    }
