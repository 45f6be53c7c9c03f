"""How OpenCode keeps its sessions in SQLite: which rows are new, in which order, each as one JSON line.

A message's parts come before the message itself, because its row is finished last. OpenCode's ids begin with a clock
(48 bits: milliseconds times 4096 and a counter), which is unique: that number, times four, stands where a line has its
byte offset, so that a row can be found again by its id even after a VACUUM. Only the tables named here are ever read.
Source: research/log-formats.md 5.2; a database of 1.18.33.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

from adapters.rows import Key, Session
from adapters.tail import Line

TELLINGS = 4
"""Numbers that belong to one row: its beginning and its end are told apart."""
_NEEDED = {
    "session": {"id", "parent_id", "directory", "title", "time_created", "time_updated"},
    "message": {"id", "session_id", "time_created", "time_updated", "data"},
    "part": {"id", "message_id", "session_id", "time_created", "time_updated", "data"},
}
_MORE = ("version", "permission", "time_archived")
"""Columns of a session that some versions lack."""
_LAST = 4
"""Messages of a session in which rows may still change without a new row; a prompt may wait behind an open answer."""
_LIVELY = 86_400_000
"""Milliseconds after its session's last change in which a row of it may change: OpenCode notes each step there."""
_ANCESTORS = 8
_CLOCK = re.compile(r"[a-z]+_([0-9a-f]{12})")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,120}")
_FIRST, _LATE = " ", "~"
"""What sorts before every other row, and behind every id."""
_NEW_FORM = "session_message"

_STAMPS = f"""
SELECT s.id, s.parent_id, s.time_updated,
  CASE WHEN s.time_updated < (SELECT max(time_updated) FROM session) - {_LIVELY} THEN 0 ELSE (
    SELECT max(p.time_updated) FROM part p WHERE p.message_id IN (
      SELECT id FROM message m WHERE m.session_id = s.id ORDER BY m.time_created DESC, m.id DESC LIMIT {_LAST})) END,
  CASE WHEN s.time_updated < (SELECT max(time_updated) FROM session) - {_LIVELY} THEN 0 ELSE (
    SELECT max(time_updated) FROM (SELECT time_updated FROM message m WHERE m.session_id = s.id
      ORDER BY m.time_created DESC, m.id DESC LIMIT {_LAST})) END
FROM session s
"""
_MESSAGES = """
SELECT id, rowid, time_created, time_updated FROM message
WHERE session_id = ? AND (time_updated >= ? OR rowid > ?)
"""
_PARTS = """
SELECT p.id, p.rowid, m.time_created, p.time_updated, p.message_id FROM part p JOIN message m ON m.id = p.message_id
WHERE p.session_id = ? AND (p.time_updated >= ? OR p.rowid > ?)
"""


class OpenCodeStore:
    """The tables of OpenCode 1.2 and later: `session`, `message` and `part`."""

    def complaint(self, connection: sqlite3.Connection) -> str | None:
        """Say which table is not as it should be; `session_message` alone is the model of OpenCode 2."""
        there = _tables(connection)
        if _NEW_FORM in there and not {"message", "part"} <= there:
            return "it keeps its sessions as OpenCode 2 does, which is not understood yet"
        if not _NEEDED.keys() <= there:
            return None  # OpenCode makes its tables one by one when it is started for the first time.
        for table, needed in _NEEDED.items():
            if missing := needed - _columns(connection, table):
                return f"its table {table} has no column {min(missing)}: a version of OpenCode that is not understood"
        return None

    def sessions(self, connection: sqlite3.Connection) -> Iterable[Session]:
        """Give every session; its stamp is the newest time among its own row and its last messages' rows."""
        made = _NEEDED.keys() <= _tables(connection)
        for name, parent, *times in connection.execute(_STAMPS) if made else ():
            if isinstance(name, str) and _NAME.fullmatch(name):
                yield Session(name, isinstance(parent, str), max(_whole(time) for time in times))

    def head(self, connection: sqlite3.Connection, session: str) -> bytes | None:
        """Give the session's row, with the session at the top of its ancestors as `root`."""
        more = [name for name in _MORE if name in _columns(connection, "session")]
        columns = ("id", "parent_id", "directory", "title", "time_created", *more)
        row = connection.execute(f"SELECT {', '.join(columns)} FROM session WHERE id = ?", (session,)).fetchone()
        if row is None:
            return None
        told = dict(zip(columns, row, strict=True)) | {"table": "session", "root": _root(connection, session)}
        return _encoded(told)

    def keys(self, connection: sqlite3.Connection, session: str, since: int, rows: Mapping[str, int]) -> list[Key]:
        """Give the rows in the order in which their messages were begun."""
        found: list[Key] = []
        for name, row, begun, updated in connection.execute(_MESSAGES, (session, since, _behind(rows, "message"))):
            found.append(Key(_order(begun, name, _LATE), "message", str(name), row, _whole(updated)))
        parts = connection.execute(_PARTS, (session, since, _behind(rows, "part")))
        for name, row, begun, updated, message in parts:
            found.append(Key(_order(begun, message, name), "part", str(name), row, _whole(updated)))
        own = connection.execute("SELECT rowid, time_updated FROM session WHERE id = ?", (session,)).fetchone()
        if own is not None and _whole(own[1]) >= since:
            found.append(Key(_FIRST, "session", session, 0, _whole(own[1])))
            found += self._unread(connection, session, _whole(own[1]))
        return found

    def line(self, connection: sqlite3.Connection, session: str, key: Key) -> Line | None:
        """Give one row; of a part with its message, because that tells who speaks."""
        match key.table:
            case "session":
                head = self.head(connection, session)
                return None if head is None else (0, head)
            case "message":
                row = connection.execute("SELECT data FROM message WHERE id = ?", (key.name,)).fetchone()
                told = row and {"table": "message", "id": key.name, "order": key.order, "data": _json(row[0])}
            case "part":
                row = connection.execute(
                    "SELECT p.time_created, p.time_updated, p.message_id, p.data, m.data "
                    "FROM part p JOIN message m ON m.id = p.message_id WHERE p.id = ?",
                    (key.name,),
                ).fetchone()
                told = row and _part(key, row)
            case _:
                told = {"table": key.table, "id": key.name, "order": key.order}
        return (_number(key), _encoded(told)) if told else None

    def _unread(self, connection: sqlite3.Connection, session: str, updated: int) -> list[Key]:
        """Give a row that stands for messages of OpenCode 2's model, where a session has no others."""
        if _NEW_FORM not in _tables(connection):
            return []
        if connection.execute("SELECT 1 FROM message WHERE session_id = ? LIMIT 1", (session,)).fetchone():
            return []
        query = f"SELECT 1 FROM {_NEW_FORM} WHERE session_id = ? LIMIT 1"
        held = connection.execute(query, (session,)).fetchone()
        return [Key(_LATE, _NEW_FORM, f"{_NEW_FORM} {session}", 0, updated)] if held else []


def _part(key: Key, row: tuple[object, ...]) -> dict[str, object]:
    begun, updated, message, data, of = row
    told = {"table": "part", "id": key.name, "order": key.order, "message": message}
    return told | {"begun": begun, "updated": updated, "data": _json(data), "of": _json(of)}


def _json(data: object) -> str:
    """Pass a JSON text on as a text: what is in it can forge nothing beside it."""
    return data if isinstance(data, str) else ""


def _encoded(told: object) -> bytes:
    return msgspec.json.encode(told)


def _root(connection: sqlite3.Connection, session: str) -> str:
    """Follow the parents up to the session that a human began."""
    for _ in range(_ANCESTORS):
        row = connection.execute("SELECT parent_id FROM session WHERE id = ?", (session,)).fetchone()
        if row is None or not isinstance(row[0], str) or not _NAME.fullmatch(row[0]):
            break
        session = row[0]
    return session


def _order(begun: object, message: object, part: object) -> str:
    return f"{_whole(begun):015d} {message} {part}"


def _number(key: Key) -> int:
    told = place_of(key.name)
    return key.row * TELLINGS if told is None else told


def place_of(name: str) -> int | None:
    """Give the number that stands for a row's beginning, by its id; None for an id of another kind."""
    told = _CLOCK.match(name)
    return int(told[1], 16) * TELLINGS if told else None


def clock_of(name: str) -> int | None:
    """Give the milliseconds that an id was made at, of which 36 bits are kept; None for an id of another kind."""
    told = _CLOCK.match(name)
    return int(told[1], 16) >> 12 if told else None


def _behind(rows: Mapping[str, int], table: str) -> int:
    return rows.get(table, 1 << 62)


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
