"""The ledger in the state database: appended to in the transaction that it tells of, and never written otherwise."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

from state.ledger.chain import chained
from state.ledger.entry import Draft, Entry

COLUMNS = tuple(field.name for field in fields(Entry))
_ENTRY = f"INSERT INTO ledger ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_ONCE = "SELECT 1 FROM ledger WHERE once = ? AND once <> ''"


def append(connection: sqlite3.Connection, drafts: Iterable[Draft]) -> tuple[Entry, ...]:
    """Give what was not recorded before its place at the end, and write it."""
    fresh: dict[str, Draft] = {}
    for number, draft in enumerate(drafts):
        if connection.execute(_ONCE, (draft.once,)).fetchone() is None:
            fresh.setdefault(draft.once or f"\0{number}", draft)
    entries = chained(fresh.values(), last(connection))
    connection.executemany(_ENTRY, [tuple(getattr(one, name) for name in COLUMNS) for one in entries])
    return entries


def last(connection: sqlite3.Connection) -> Entry | None:
    """Give the newest entry."""
    found = connection.execute("SELECT * FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    return entry_of_row(dict(found)) if found else None


def looked_up(path: Path, seq: int | None) -> Entry | None:
    """Read an entry by its number, or the last one, through a connection of its own."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as connection:
        connection.row_factory = sqlite3.Row
        if seq is None:
            return last(connection)
        found = connection.execute("SELECT * FROM ledger WHERE seq = ?", (seq,)).fetchone()
        return entry_of_row(dict(found)) if found else None


def entry_of_row(row: Mapping[str, Any]) -> Entry:
    """Give the entry whose columns stand in `row`."""
    return Entry(**{name: row[name] for name in COLUMNS})
