"""Saves, beside the entries, the rows of a database set aside that its ledger vouches for: what decisions were made on.

A row that no entry tells of, or of which an entry says something else, stays where it is: a damaged file may have been
damaged on purpose, and nothing of it may count that was not recorded.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from state.store import held

_KEYS = {"decision": "asked", "freeze": "asked", "package": "sha", "approval": "id", "request": "id"}
"""Decisions before the requests that they answer."""


def rows_saved(connection: sqlite3.Connection, aside: Path) -> int:
    """Copy what is vouched for out of the database `aside` into the new one, and count it."""
    with closing(sqlite3.connect(f"{aside.as_uri()}?mode=ro", uri=True, timeout=2.0)) as old:
        old.row_factory = sqlite3.Row
        return sum(_copied(connection, row, table) for table in _KEYS for row in _rows(old, table))


def _rows(old: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    try:
        yield from old.execute(f"SELECT * FROM {table}")
    except sqlite3.Error:
        # What can no longer be read stays aside; the entry that tells of this counts what was saved.
        return


def _copied(connection: sqlite3.Connection, row: sqlite3.Row, table: str) -> bool:
    named = f"{table}:{row[_KEYS[table]]}"
    if not held.vouched(connection, row, table, named):
        return False
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 - rows of sqlite3 have no `in`
    if table == "request":
        values["state"] = _state(connection, str(row["id"]), str(row["state"]))
    if table == "approval":
        values["merge"] = held.told_of(connection, f"{named}:merge").get("commit")
        values["void"] = str(held.told_of(connection, f"{named}:void").get("why", ""))
    columns = ", ".join(f'"{name}"' for name in values)
    query = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({', '.join('?' * len(values))})"
    return connection.execute(query, tuple(values.values())).rowcount == 1


def _state(connection: sqlite3.Connection, request: str, state: str) -> str:
    """Give a request's state as its saved decision has it; where that is lost, nobody's answer counts any more."""
    found = connection.execute(
        "SELECT answer FROM decision WHERE request = ? AND answer <> 'escalate'", (request,)
    ).fetchone()
    if found is not None:
        return "approved" if found[0] == "approve" else "denied"
    return "moot" if state in ("approved", "denied") else state
