"""OpenCode: where its database lies, which sessions it holds, and a reader for each.

Before 1.2 it kept a tree of JSON files; a newer OpenCode takes them into its database by itself, so here they are only
named as unread. `auth.json` and the tables of accounts are never opened. Source: research/log-formats.md 5.1.
"""

import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adapters import rows
from adapters.agents.agent import Head, LogPlace, Presence
from adapters.agents.opencode_reader import AGENT, OpenCodeReader
from adapters.agents.opencode_records import Row, decoded
from adapters.agents.opencode_rows import OpenCodeStore
from adapters.agents.tool_calls import name_line
from state.text import clean

_FOLDER = "opencode"
_DATABASE = re.compile(r"opencode(?:-[A-Za-z0-9._-]+)?\.db")
"""The release's database, and those of other channels."""
_OLD = Path("storage", "session")


class OpenCode:
    """The adapter of OpenCode."""

    name = AGENT
    program = "opencode"

    def __init__(self) -> None:
        """Know no database yet; what was seen in one is kept, so that it is opened only when it changed."""
        self.databases: dict[str, rows.Database] = {}
        self._named: set[str] = set()

    def roots(self, environment: Mapping[str, str]) -> tuple[Path, ...]:
        """Give `$XDG_DATA_HOME/opencode`, else `~/.local/share/opencode`, and the directory of `OPENCODE_DB`."""
        home, named = environment.get("HOME"), environment.get("XDG_DATA_HOME")
        data = Path(named) if named else Path(home, ".local", "share") if home else None
        found = [] if data is None else [data / _FOLDER]
        database = environment.get("OPENCODE_DB", "")
        if database and database != ":memory:" and (found or database.startswith("/")):
            path = Path(*found, database)
            self._named.add(str(path))
            found.append(path.parent)
        return tuple(dict.fromkeys(found))

    def folders(self, root: Path) -> Iterator[str]:
        """Give the root: the database and its WAL lie in it."""
        if root.is_dir():
            yield str(root)

    def logs(self, root: Path, unreadable: list[OSError]) -> Iterator[LogPlace]:
        """Give every session of every database; of a database that cannot be read now, those that it last had."""
        paths = self._databases_in(root, unreadable)
        for path in paths:
            database = self.databases.setdefault(path, rows.Database(path, OpenCodeStore()))
            try:
                database.look()
            except OSError as error:
                unreadable.append(error)
                continue
            if database.trouble:
                unreadable.append(OSError(errno.EIO, database.trouble, path))
            for place, log, session in rows.places(database):
                yield LogPlace(place, session.name, session.side, form="rows", rows=log)
        if not paths and _holds_any(root / _OLD):
            why = "it holds sessions of OpenCode before 1.2, which are not read; a newer OpenCode takes them over"
            unreadable.append(OSError(errno.ENOTSUP, why, str(root / _OLD)))

    def head(self, place: LogPlace, lines: Sequence[bytes]) -> Head:
        """Read whose session this is from its own row; a subagent's belongs to the one at the top of its ancestors."""
        try:
            row = decoded(lines[0], Row) if lines else Row()
        except ValueError:
            row = Row()
        return Head(
            session=name_line(row.root) if row.root else place.session,
            cwd=clean(row.directory) if row.directory else None,
            side=bool(row.root) and row.root != place.session,
            parent=name_line(row.parent_id) if row.parent_id else None,
            at=row.time_created / 1000 if row.time_created else None,
        )

    def reader(self, place: LogPlace, head: Head, saved: str) -> OpenCodeReader:
        """Make the reader."""
        session = place.session or place.path
        return OpenCodeReader(place.path, session, head.session or session, saved)

    def presences(self, root: Path) -> Iterator[Presence]:
        """Give nothing: OpenCode keeps no registry of live sessions."""
        return iter(())

    def _databases_in(self, root: Path, unreadable: list[OSError]) -> list[str]:
        """Give the databases in a directory; links are not followed."""
        found: list[str] = []
        try:
            with os.scandir(root) as entries:
                for entry in entries:
                    wanted = entry.path in self._named or _DATABASE.fullmatch(entry.name)
                    if wanted and entry.is_file(follow_symlinks=False):
                        found.append(entry.path)
        except FileNotFoundError:
            return []
        except OSError as error:
            unreadable.append(error)
        return sorted(found)


def _holds_any(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False
