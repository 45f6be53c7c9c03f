"""The pairs of worktrees that do not merge, in the state database: all of them are written anew when any changed."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter

from state.findings.conflict import Clash, Matrix, Pair, Side, Unread

COLUMNS = tuple(field.name for field in fields(Pair))
_FILES = TypeAdapter(tuple[Clash, ...])
_PAIR = f"INSERT INTO pair ({', '.join(COLUMNS)}, kinds, rev) VALUES ({', '.join('?' * len(COLUMNS))}, ?, ?)"
COMPARED = "compared"
"""The name in `meta` of the worktrees that were compared, one a line; of others it is not known whether they clash."""
LOOKED = "looked"
"""The name in `meta` of how they were compared, as JSON: when, with which base, and what was left out."""


def write(connection: sqlite3.Connection, matrix: Matrix, rev: int) -> None:
    """Write the pairs of this matrix in place of all others, and which worktrees were compared."""
    compared = "\n".join(side.name for side in matrix.sides if not side.is_base)
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (COMPARED, compared))
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (LOOKED, _looked(matrix)))
    connection.execute("DELETE FROM pair")
    connection.executemany(_PAIR, [(*_row(pair), " ".join(pair.kinds), rev) for pair in matrix.pairs])


def read(connection: sqlite3.Connection) -> Matrix:
    """Read what was said last: its sides have no more than a name."""
    named = connection.execute("SELECT value FROM meta WHERE key = ?", (COMPARED,)).fetchone()
    names = str(named[0]).split("\n") if named else []
    return Matrix(pairs_of(map(dict, connection.execute(ALL))), tuple(Side(name, "", "", "") for name in names if name))


ALL = "SELECT * FROM pair ORDER BY a, b"
META = f"SELECT key, value FROM meta WHERE key IN ('{COMPARED}', '{LOOKED}')"


def matrix_of(told: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> Matrix:
    """Give what was said last, from the rows of `META` by their keys and those of `ALL`."""
    looked: dict[str, Any] = json.loads(told.get(LOOKED, "{}"))
    unread: dict[str, list[list[str]]] = looked.get("unread", {})
    names = [name for name in told.get(COMPARED, "").split("\n") if name]
    return Matrix(
        pairs_of(rows),
        tuple(Side(name, "", "", "", unread=tuple(Unread(*one) for one in unread.get(name, ()))) for name in names),
        looked.get("left_out", {}),
        looked.get("base"),
        at=looked.get("at"),
    )


def _looked(matrix: Matrix) -> str:
    unread = {side.name: [[one.path, one.why] for one in side.unread] for side in matrix.sides if side.unread}
    return json.dumps(
        {
            "at": matrix.at,
            "base": matrix.base,
            "left_out": dict(matrix.left_out),
            "unread": unread,
        }
    )


def pairs_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Pair, ...]:
    """Give the pairs whose columns stand in these rows."""
    return tuple(_pair(row) for row in rows)


def _pair(row: Mapping[str, Any]) -> Pair:
    facts: dict[str, Any] = {name: row[name] for name in COLUMNS}
    facts |= {"files": _FILES.validate_json(row["files"]), "uncommitted": bool(row["uncommitted"])}
    return Pair(**facts)


def _row(pair: Pair) -> tuple[Any, ...]:
    values = ((name, getattr(pair, name)) for name in COLUMNS)
    return tuple(_FILES.dump_json(value).decode() if name == "files" else value for name, value in values)
