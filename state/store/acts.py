"""What humans asked of runs, in the state database: one row an act, moved on as more of it is observed."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter

from state.control.act import Act, Acts, Step

COLUMNS = tuple(field.name for field in fields(Act))
_JSON: dict[str, TypeAdapter[Any]] = {
    "steps": TypeAdapter(tuple[Step, ...]),
    "left": TypeAdapter(tuple[str, ...]),
    "facts": TypeAdapter(dict[str, str]),
}
_QUOTED = ", ".join(f'"{name}"' for name in COLUMNS)
_ACT = f"INSERT OR REPLACE INTO act ({_QUOTED}, rev) VALUES ({', '.join('?' * len(COLUMNS))}, ?)"


def write(connection: sqlite3.Connection, acts: Iterable[Act], rev: int) -> None:
    """Write acts as they stand now."""
    connection.executemany(_ACT, [(*_row(one), rev) for one in acts])


def read(connection: sqlite3.Connection) -> Acts:
    """Read every act."""
    return Acts().after(act_of_row(dict(row)) for row in connection.execute("SELECT * FROM act ORDER BY at"))


def act_of_row(row: Mapping[str, Any]) -> Act:
    """Give the act whose columns stand in `row`."""
    facts = {name: _JSON[name].validate_json(row[name]) if name in _JSON else row[name] for name in COLUMNS}
    return Act(**facts)


def _row(act: Act) -> tuple[Any, ...]:
    values = ((name, getattr(act, name)) for name in COLUMNS)
    return tuple(_JSON[name].dump_json(value).decode() if name in _JSON else value for name, value in values)
