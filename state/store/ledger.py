"""The ledger in the state database: appended to in the transaction that it tells of, and never written otherwise."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

from state.ledger.canonical import canonical
from state.ledger.chain import chained
from state.ledger.entry import Draft, Entry
from state.ledger.verifying import verified

COLUMNS = tuple(field.name for field in fields(Entry))
_ENTRY = f"INSERT INTO ledger ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_ONCE = "SELECT 1 FROM ledger WHERE once = ? AND once <> ''"
_LAST_WORD = "SELECT body FROM ledger WHERE run = ? AND kind = ? ORDER BY seq DESC LIMIT 1"
IN_ORDER = "SELECT * FROM ledger NOT INDEXED ORDER BY seq"
"""Every entry; an index that somebody changed has no say in it."""
_UP_TO = "SELECT * FROM ledger NOT INDEXED WHERE seq <= ? ORDER BY seq"
_SEARCHED = ("kind", "run", "actor", "body")


def append(connection: sqlite3.Connection, drafts: Iterable[Draft]) -> tuple[Entry, ...]:
    """Give what was not recorded before its place at the end, and write it."""
    fresh: dict[str, Draft] = {}
    for number, draft in enumerate(drafts):
        if draft.news and _said_last(connection, draft):
            continue
        if not draft.once or connection.execute(_ONCE, (draft.once,)).fetchone() is None:
            fresh.setdefault(draft.once or f"\0{number}", draft)
    if not fresh:
        return ()
    entries = chained(fresh.values(), last(connection))
    take_over(connection, entries)
    return entries


def take_over(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Write entries as they are."""
    connection.executemany(_ENTRY, (tuple(getattr(one, name) for name in COLUMNS) for one in entries))


def last(connection: sqlite3.Connection) -> Entry | None:
    """Give the newest entry."""
    found = connection.execute("SELECT * FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    return entry_of_row(dict(found)) if found else None


def hash_at(connection: sqlite3.Connection, seq: int) -> str | None:
    """Give the digest of one entry, None where there is none of that number."""
    found = connection.execute("SELECT hash FROM ledger WHERE seq = ?", (seq,)).fetchone()
    return None if found is None else str(found[0])


def looked_up(path: Path, seq: int | None) -> Entry | None:
    """Read an entry by its number, or the last one, through a connection of its own."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as connection:
        connection.row_factory = sqlite3.Row
        if seq is None:
            return last(connection)
        found = connection.execute("SELECT * FROM ledger WHERE seq = ?", (seq,)).fetchone()
        return entry_of_row(dict(found)) if found else None


def fault_up_to(path: Path, seq: int) -> str | None:
    """Say what is wrong with the entries up to `seq`, read through a connection of its own; None where nothing is.

    Each is made its digest of again, because a row that was edited may still hold the digest that it had.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as connection:
        connection.row_factory = sqlite3.Row
        verdict = verified(map(dict, connection.execute(_UP_TO, (seq,))))
    if verdict.faults:
        return verdict.faults[0].text
    return None if verdict.entries == seq else f"it ends at entry {verdict.entries}"


def entry_of_row(row: Mapping[str, Any]) -> Entry:
    """Give the entry whose columns stand in `row`."""
    return Entry(**{name: row[name] for name in COLUMNS})


def searched(words: str, before: int | None, limit: int) -> tuple[str, Sequence[object]]:
    """Give the query for the newest entries that hold each of these words, below the number `before`."""
    wanted, values = ["seq < ?"], list[object]([2**62 if before is None else before])
    for word in words.split():
        wanted.append("(" + " OR ".join(f"instr(lower({name}), ?)" for name in _SEARCHED) + ")")
        values += [word.lower()] * len(_SEARCHED)
    return f"SELECT * FROM ledger WHERE {' AND '.join(wanted)} ORDER BY seq DESC LIMIT ?", (*values, limit)


def _said_last(connection: sqlite3.Connection, draft: Draft) -> bool:
    found = connection.execute(_LAST_WORD, (draft.run, draft.kind)).fetchone()
    return found is not None and found[0] == canonical(dict(draft.body)).decode()
