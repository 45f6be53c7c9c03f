"""Sessions that an agent keeps as rows of an SQLite database, read while it writes them.

A row is no line: it changes in place while an answer streams. So what is new is asked by the rows' own times, each row
is given as often as it is met in another shape, and the agent's reader says only what it did not say before.

The database is opened strictly for reading. In WAL mode even a reader needs the `-shm` file beside it, and SQLite makes
one where there is none: so while no `-wal` file exists, which means that no writer has it open, it is opened as
immutable, leaves nothing behind, and counts only if nothing had changed at the end. Source: sqlite.org/wal.html and
/uri.html; research/log-formats.md 1.2.
"""

import os
import sqlite3
import stat
import zlib
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable
from urllib.parse import quote

import msgspec

from adapters.anchor import Restarted
from adapters.opening import Unreadable, opened, unreadable
from adapters.tail import CHUNK, LONGEST, Beginning, Chunk, Line, Skipped
from state.ports import LogMark
from state.text import clean

BUSY_SECONDS = 0.25
"""How long one read waits for a database that is locked, which a WAL database hardly ever is."""
SLACK = 5000
"""Milliseconds before the newest row seen that are looked at again: a slower writer commits an older time later."""
_FORM = "rows 1"
"""Stands in a mark where a file's has the digest of its first bytes; any other word means: read it again."""
_WAL_MODE = 2
_VERSION_AT = 18
"""The byte of an SQLite file that says how it is written (sqlite.org/fileformat.html, 1.3)."""


@dataclass(frozen=True, slots=True)
class Key:
    """One row as it stands now. `order` is its place in the session's story, `updated` its time in milliseconds."""

    order: str
    table: str
    name: str
    row: int
    updated: int


@dataclass(frozen=True, slots=True)
class Session:
    """A session that a database holds. `stamp` is the newest time among its rows, in milliseconds."""

    name: str
    side: bool
    stamp: int


class Store(Protocol):
    """How one agent keeps its sessions. Every method may raise `sqlite3.Error`."""

    def complaint(self, connection: sqlite3.Connection) -> str | None:
        """Say in a clause why these tables cannot be read at all."""
        ...

    def sessions(self, connection: sqlite3.Connection) -> Iterable[Session]:
        """Give every session."""
        ...

    def head(self, connection: sqlite3.Connection, session: str) -> bytes | None:
        """Give the session's own row as a JSON line; None where there is none."""
        ...

    def keys(self, connection: sqlite3.Connection, session: str, since: int, rows: Mapping[str, int]) -> list[Key]:
        """Give the rows updated at `since` or later, and those behind the row number that `rows` has for a table."""
        ...

    def line(self, connection: sqlite3.Connection, session: str, key: Key) -> Line | None:
        """Give a row as a JSON line with the number that stands for a byte offset; None where it went."""
        ...


class _Progress(msgspec.Struct):
    """How far a session was read: kept in the mark's `tail`.

    `at` is the newest row's time. While a pass is cut into chunks `after` is the last key read and `top` the time that
    `at` will be. `rows` has the highest row number of each table, `seen` the check sums of the rows within the slack.
    """

    at: int = 0
    after: str = ""
    top: int = 0
    rows: dict[str, int] = {}
    seen: dict[str, int] = {}


class _Unwilling(Exception):
    """A database cannot be read now; its text is a clause."""


class Database:
    """One database file, and what was last seen in it: that is asked again only when the file or its WAL changed."""

    def __init__(self, path: str, store: Store) -> None:
        """Name the file; nothing is opened yet."""
        self.path, self.store = path, store
        self._signed: tuple[tuple[int, int, int], ...] | None = None
        self._newest = 0
        self.sessions: dict[str, Session] = {}
        self.known: frozenset[str] = frozenset()
        """The sessions that were listed; others have come since."""
        self.trouble: str | None = None
        self.under_way: tuple[str, int, list[Key]] | None = None
        """The session whose rows are read in chunks, where its pass began, and the rows of that pass."""
        self._file = os.stat_result([0] * 10)

    def look(self) -> bool:
        """See what sessions there are, if the file changed; says whether that could be told. Raises OSError."""
        signed = self._signature()
        if signed != self._signed:
            try:
                with self.connected() as connection:
                    self.sessions = {one.name: one for one in self.store.sessions(connection)}
                self._newest = max((one.stamp for one in self.sessions.values()), default=0)
                self._signed, self.trouble = signed, None
            except (sqlite3.Error, _Unwilling) as error:
                self.trouble = clean(str(error), 200)
        return self.trouble is None

    def has_news(self) -> bool:
        """Say whether it holds other sessions than were listed."""
        try:
            return self.look() and self.sessions.keys() != self.known
        except OSError:
            return False

    def list(self) -> list[Session]:
        """Give the sessions, as those that are known from now on."""
        self.known = frozenset(self.sessions)
        return list(self.sessions.values())

    def stat_of(self, session: str) -> os.stat_result | None:
        """Give what stands for a file's state: the database's identity and the session's stamp as its time.

        Where the stamp is within the slack of the newest, times alone do not tell whether a row has changed: so the
        size is then another number with each change of the database.
        """
        found = self.sessions.get(session)
        if found is None:
            return None
        file, at = self._file, found.stamp // 1000
        size = zlib.crc32(repr(self._signed).encode()) if found.stamp >= self._newest - SLACK else 0
        told = [stat.S_IFREG | 0o600, file.st_ino, file.st_dev, 1, file.st_uid, file.st_gid, size, at, at, at]
        return os.stat_result(told, {"st_mtime_ns": found.stamp * 1_000_000})

    @property
    def weight(self) -> int:
        """The bytes of one session, as far as an average tells."""
        return max(1, self._file.st_size // max(1, len(self.sessions)))

    @contextmanager
    def connected(self) -> Generator[sqlite3.Connection]:
        """Open the database for one short read transaction. Raises OSError, sqlite3.Error and `_Unwilling`."""
        before = self._signature()
        alone = before[1] == _NOTHING and _is_wal(self.path)
        name = f"file:{quote(self.path)}?mode=ro" + ("&immutable=1" if alone else "")
        with closing(sqlite3.connect(name, uri=True, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            connection.text_factory = _text
            connection.execute("PRAGMA query_only = 1")
            try:
                connection.execute("BEGIN")
                if complaint := self.store.complaint(connection):
                    raise _Unwilling(complaint)
                yield connection
            except sqlite3.DatabaseError:
                if alone and self._signature() != before:
                    raise _Unwilling("it was written to while it was read") from None
                raise
        if alone and self._signature() != before:
            raise _Unwilling("it was written to while it was read")

    def asked(self, query: str, *given: object) -> tuple[Any, ...] | None:
        """Give the first row that a query finds; None where there is none, or the database cannot be read now."""
        try:
            with self.connected() as connection:
                return connection.execute(query, given).fetchone()
        except (OSError, sqlite3.Error, _Unwilling):
            return None

    def _signature(self) -> tuple[tuple[int, int, int], ...]:
        """Give what changes with the database: inode, size and time of it and of its WAL."""
        self._file = os.lstat(self.path)
        wal = _NOTHING
        with suppress(FileNotFoundError):
            found = os.lstat(f"{self.path}-wal")
            wal = (found.st_ino, found.st_size, found.st_mtime_ns)
        return (self._file.st_ino, self._file.st_size, self._file.st_mtime_ns), wal


_NOTHING = (0, 0, 0)


@runtime_checkable
class Keeper(Protocol):
    """An agent that keeps its sessions in databases; each by its path."""

    databases: dict[str, Database]


@dataclass(frozen=True, slots=True)
class RowLog:
    """One session of a database, which is followed as a log is."""

    database: Database
    session: str

    def look(self) -> os.stat_result | Unreadable:
        """Give what stands for the file's state; while the database cannot be read, what it last was."""
        try:
            told = self.database.look()
        except OSError as error:
            return unreadable(error)
        found = self.database.stat_of(self.session)
        if found is None:
            return Unreadable("gone", "it is no longer there") if told else self._refusal(self.database.trouble)
        return found

    def beginning(self) -> Beginning | Unreadable:
        """Give the session's own row."""
        found = self.look()
        if isinstance(found, Unreadable):
            return found
        try:
            with self.database.connected() as connection:
                line = self.database.store.head(connection, self.session)
        except OSError as error:
            return unreadable(error)
        except (sqlite3.Error, _Unwilling) as error:
            return self._refusal(error)
        return Beginning((line,) if line else (), found, "all")

    def waiting(self, mark: LogMark) -> int:
        """Give the bytes that stand unread, as far as an average tells."""
        found = self.database.stat_of(self.session)
        unread = found is not None and (mark.size, mark.modified_ns) != (found.st_size, found.st_mtime_ns)
        return self.database.weight if unread else 0

    def read_on(self, mark: LogMark, most: int = CHUNK) -> Chunk | Restarted | Unreadable:
        """Give the rows that are new or changed since `mark`, about `most` bytes of them, in the story's order."""
        if mark.offset and mark.head != _FORM:
            return Restarted("what had been read of it is no longer known")
        found = self.look()
        if isinstance(found, Unreadable):
            return found
        anew = bool(mark.inode) and mark.inode != found.st_ino
        reading = _Pass(self, _Progress() if anew else _progress(mark.tail))
        try:
            with self.database.connected() as connection:
                reading.run(connection, most)
        except OSError as error:
            return unreadable(error)
        except (sqlite3.Error, _Unwilling) as error:
            return self._refusal(error)
        return Chunk(tuple(reading.pieces), reading.after(mark, found), more=reading.more)

    def _refusal(self, why: object) -> Unreadable:
        return Unreadable("failed", clean(str(why), 200))


class _Pass:
    """One read transaction over a session's rows."""

    def __init__(self, log: RowLog, progress: _Progress) -> None:
        self._log, self._progress = log, progress
        self.pieces: list[Line | Skipped] = []
        self.held = 0
        self.more = False

    def run(self, connection: sqlite3.Connection, most: int) -> None:
        """Take rows until about `most` bytes are held or none is left."""
        progress, store, session = self._progress, self._log.database.store, self._log.session
        keys = self._keys(connection)
        progress.top = progress.top or max((key.updated for key in keys), default=0)
        rest = [key for key in keys if key.order > progress.after]
        for count, key in enumerate(rest, 1):
            self._take(key, store.line(connection, session, key))
            if self.held >= most and count < len(rest):
                progress.after, self.more = key.order, True
                return
        self._finish(keys)

    def _keys(self, connection: sqlite3.Connection) -> list[Key]:
        """Give the rows of this pass in order; they are asked for once, and what comes later is the next pass's."""
        progress, database, session = self._progress, self._log.database, self._log.session
        kept = database.under_way
        if progress.after and kept is not None and kept[:2] == (session, progress.at):
            return kept[2]
        found = database.store.keys(connection, session, progress.at - SLACK, progress.rows)
        keys = sorted(found, key=lambda key: key.order)
        database.under_way = session, progress.at, keys
        return keys

    def _take(self, key: Key, line: Line | None) -> None:
        if line is None:
            return
        number, text = line
        check, recent = zlib.crc32(text), key.updated >= self._progress.top - SLACK
        if self._progress.seen.get(key.name) == check:
            return
        if recent:
            self._progress.seen[key.name] = check
        self.held += len(text)
        self.pieces.append(line if len(text) <= LONGEST else Skipped(number, len(text), "too_long"))

    def _finish(self, keys: Iterable[Key]) -> None:
        """Close the pass: what comes is asked from here on."""
        progress = self._progress
        self._log.database.under_way = None
        progress.at, progress.after, progress.top = max(progress.at, progress.top), "", 0
        recent: set[str] = set()
        for key in keys:
            progress.rows[key.table] = max(key.row, progress.rows.get(key.table, 0))
            if key.updated >= progress.at - SLACK:
                recent.add(key.name)
        progress.seen = {name: check for name, check in progress.seen.items() if name in recent}

    def after(self, mark: LogMark, found: os.stat_result) -> LogMark:
        """Give the mark that describes the session after these rows."""
        return replace(
            mark,
            device=found.st_dev,
            inode=found.st_ino,
            size=-1 if self.more else found.st_size,
            modified_ns=found.st_mtime_ns,
            offset=mark.offset + self.held,
            head=_FORM,
            tail=msgspec.json.encode(self._progress).decode(),
        )


def _progress(kept: str) -> _Progress:
    try:
        return msgspec.json.decode(kept, type=_Progress) if kept else _Progress()
    except (ValueError, RecursionError):
        return _Progress()


def _is_wal(path: str) -> bool:
    with opened(path) as (descriptor, _):
        return os.pread(descriptor, 1, _VERSION_AT) == bytes([_WAL_MODE])


def _text(raw: bytes) -> str:
    """Read a text of the database, which SQLite does not promise to be UTF-8."""
    return raw.decode("utf-8", "replace")


def database_of(path: str) -> str:
    """Give the database that a changed path belongs to: a WAL and its index stand beside it under its name."""
    return path.removesuffix("-wal").removesuffix("-shm")


def places(database: Database) -> list[tuple[str, RowLog, Session]]:
    """Give for each session of a database the path that stands for it, and what reads it."""
    path = database.path
    return [(f"{path}#{one.name}", RowLog(database, one.name), one) for one in database.list()]
