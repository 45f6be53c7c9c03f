"""Holds the rows of decisions, freezes, approvals, packages and requests against the ledger, and it against them.

Whoever writes into the database with `sqlite3` changes a row and not the entry that told of it, or the other way round;
which of the two is false cannot be said from here, only that they differ, and where.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, cast

from state.ledger.shown import milliseconds, shown_digest
from state.ledger.verifying import Fault
from state.store import gates
from state.store.row_words import decision_told, freeze_told
from state.store.triggers import wrong_triggers
from state.text import clean

Told = Callable[[sqlite3.Row], dict[str, Any]]
_MOST = 20
"""Faults that are told; a database that somebody filled with forged rows has thousands."""


def faults(connection: sqlite3.Connection) -> tuple[Fault, ...]:
    """Give what does not fit, the gravest kinds first, twenty at most."""
    found: list[Fault] = []
    for fault in _faults(connection):
        found.append(fault)
        if len(found) == _MOST:
            return (*found, Fault("more rows do not fit; these are the first"))
    return tuple(found)


def _faults(connection: sqlite3.Connection) -> Iterator[Fault]:
    yield from _twice(connection)
    yield from _rows(connection, "decision", "asked", _decision)
    yield from _rows(connection, "freeze", "asked", _freeze)
    yield from _rows(connection, "approval", "id", _approval)
    yield from _rows(connection, "package", "sha", _package)
    yield from _undecided(connection)
    yield from _requests(connection)
    yield from _moved_approvals(connection)
    yield from _without_rows(connection)
    yield from (Fault(told) for _, told in wrong_triggers(connection))


def vouched(connection: sqlite3.Connection, row: sqlite3.Row, table: str, once: str) -> bool:
    """Say whether the ledger tells of a row of one of these tables, of another database even, just as it is."""
    body = told_of(connection, once)
    if not body or table == "request":
        return bool(body) and body.get("shown") == _shown(row)
    told = {"decision": _decision, "freeze": _freeze, "approval": _approval, "package": _package}[table]
    return all(body.get(name) == value for name, value in _values(told, row).items())


def told_of(connection: sqlite3.Connection, once: str) -> dict[str, Any]:
    """Give what the entry of that name says, with who said it; nothing where there is none."""
    found = connection.execute("SELECT body, actor FROM ledger WHERE once = ?", (once,)).fetchone()
    return {} if found is None else _with_actor(_body(found[0]), found[1])


def _with_actor(body: dict[str, Any], actor: str) -> dict[str, Any]:
    """Name who said it: the entry's actor, or whom an entry that only tells of somebody names."""
    return {"by": body.get("said_by") or actor, **body}


def _twice(connection: sqlite3.Connection) -> Iterator[Fault]:
    asked = (
        "SELECT once, count(*) AS n, max(seq) AS seq FROM ledger NOT INDEXED WHERE once <> ''"
        " GROUP BY once HAVING n > 1"
    )
    for row in connection.execute(asked):
        yield Fault(f"entry {row['seq']}: what it records ({_short(row['once'])}) is recorded before", row["seq"])


def _rows(connection: sqlite3.Connection, table: str, key: str, told: Told) -> Iterator[Fault]:
    """Name the rows of a table that have no entry, and those whose entry says something else."""
    asked = (
        f"SELECT {table}.*, ledger.seq AS entry, ledger.body AS body, ledger.actor AS actor"
        f" FROM {table} LEFT JOIN ledger ON ledger.once = '{table}:' || {table}.\"{key}\""
    )
    for row in connection.execute(asked):
        named = f"the {table} {_short(row[key])}"
        if row["entry"] is None:
            yield Fault(f"{named} stands in the database, and the ledger does not tell of it")
            continue
        body = _with_actor(_body(row["body"]), row["actor"])
        if odd := [name for name, value in _values(told, row).items() if body.get(name) != value]:
            yield Fault(f"{named} says another {', '.join(odd)} than entry {row['entry']}", row["entry"])


def _values(told: Told, row: sqlite3.Row) -> dict[str, Any]:
    try:
        return told(row)
    except (TypeError, ValueError, AttributeError):
        return {"kind of value": "none that Headgate writes"}


def _decision(row: sqlite3.Row) -> dict[str, Any]:
    return {**decision_told(row), "by": row["by"]}


def _freeze(row: sqlite3.Row) -> dict[str, Any]:
    return {**freeze_told(row), "by": row["by"]}


def _approval(row: sqlite3.Row) -> dict[str, Any]:
    whole = hashlib.sha256(row["statement"].encode()).hexdigest()
    signature = hashlib.sha256(row["signature"].encode()).hexdigest() if row["signature"] else ""
    told = {"approval": whole, "signature_sha": signature, "expires_ms": milliseconds(row["expires"])}
    return {**told, **{name: row[name] for name in ("request", "by", "level", "key", "counter")}}


def _package(row: sqlite3.Row) -> dict[str, Any]:
    return {"package": hashlib.sha256(row["document"].encode()).hexdigest()}


def _undecided(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Name requests that claim an answer which no decision gave."""
    asked = (
        "SELECT request.id, request.state FROM request WHERE state IN ('approved', 'denied') AND NOT EXISTS (SELECT 1"
        " FROM decision WHERE decision.request = request.id AND decision.answer = CASE request.state"
        " WHEN 'approved' THEN 'approve' ELSE 'deny' END)"
    )
    for row in connection.execute(asked):
        yield Fault(f"the request {_short(row['id'])} stands as {row['state']}, and no decision says so")


def _requests(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Name requests whose words are not those that were shown."""
    asked = (
        "SELECT request.*, ledger.seq AS entry, ledger.body AS body FROM request"
        " JOIN ledger ON ledger.once = 'request:' || id"
    )
    for row in connection.execute(asked):
        if _shown(row) != _body(row["body"]).get("shown"):
            yield Fault(f"the request {_short(row['id'])} is not worded as entry {row['entry']} says", row["entry"])


def _moved_approvals(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Name approvals that were used up or made void, and approvals brought back to life, without an entry."""
    for column, word in (("merge", "merge"), ("void", "void")):
        asked = (
            f'SELECT approval.id, approval."{column}" AS now, ledger.seq AS entry, ledger.body AS body FROM approval'
            f" LEFT JOIN ledger ON ledger.once = 'approval:' || approval.id || ':{word}'"
        )
        for row in connection.execute(asked):
            # Why it is void may be said anew; which commit used it up may not.
            told = _body(row["body"])
            if bool(row["now"]) != bool(told) or (
                column == "merge" and row["now"] and told.get("commit") != row["now"]
            ):
                yield Fault(f"the approval {_short(row['id'])} says another {column} than the ledger", row["entry"])


def _shown(row: sqlite3.Row) -> str | None:
    try:
        (request,) = gates.with_decisions([dict(row)], {})
        return shown_digest(request)
    except (ValueError, TypeError):
        return None


_TELLING = (("decision", "decision", "asked"), ("approval", "approval", "id"), ("evidence", "package", "sha"))


def _without_rows(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Name entries whose rows are gone, unless the ledger itself says that an earlier database went with them."""
    asked = "SELECT max(seq) FROM ledger WHERE kind IN ('salvaged', 'begun_anew', 'shortened') AND actor_kind = 'tool'"
    since = connection.execute(asked).fetchone()[0] or 0
    for kind, table, key in _TELLING:
        told = (
            f"SELECT ledger.seq FROM ledger WHERE kind = ? AND seq > ? AND NOT EXISTS (SELECT 1 FROM {table}"
            f" WHERE '{table}:' || {table}.\"{key}\" = ledger.once)"
        )
        for row in connection.execute(told, (kind, since)):
            yield Fault(f"entry {row['seq']} tells of a {table} that is not in the database any more", row["seq"])


def _body(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, TypeError, RecursionError):
        return {}
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def _short(name: object) -> str:
    return clean(str(name), 80)
