"""What of a repository's state a status line shows, read in a few milliseconds: no core's step, no validation.

Read-only, as a board reads it. What it says is as old as the last word of a core, so it says how old that is.
"""

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from state.spool import ring
from state.store.version import VERSION

NEEDS_YOU = 60
"""`state.runs.attention.NEEDS_YOU`, which takes longer to load than all of this."""
_REQUESTS = """
SELECT gate, id, text FROM request WHERE state = 'open' ORDER BY
    CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END,
    coalesce(deadline, 9e99), opened, id
"""
_RUNS = """
SELECT '', '', CASE WHEN state = 'working' THEN coalesce(json_extract(findings, '$[0].text'), because) ELSE because END
FROM run WHERE need >= ? AND id NOT IN (SELECT run FROM request WHERE state = 'open')
ORDER BY need DESC, coalesce(seen, 0) < ? - 60, lower(task_title), id
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """One thing that needs the human; `gate` and `request` are "" where no request does."""

    gate: str
    request: str
    text: str


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What needs the human, the first need first, None where that is not known; and how old it is.

    `age` is in seconds since the last word of a core, None while one works.
    """

    needs: tuple[Asking, ...] | None
    age: float | None = None


def glimpse(folder: Path, now: float) -> Glimpse:
    """Look at the directory that Headgate keeps for a repository."""
    database = folder / "state.db"
    try:
        alive = ring(folder / "spool" / "core.bell", softly=True)
        written = max(one.stat().st_mtime for one in (database, Path(f"{database}-wal")) if one.exists())
        found = _read(database, now)
    except (OSError, ValueError, sqlite3.Error):
        return Glimpse(None)
    return Glimpse(found, None if alive else max(now - written, 0.0))


def _read(database: Path, now: float) -> tuple[Asking, ...] | None:
    uri = f"{database.as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=1.0)) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            return None
        found = [*connection.execute(_REQUESTS), *connection.execute(_RUNS, (NEEDS_YOU, now))]
        return tuple(Asking(*row) for row in found)


def folders(root: Path) -> list[Path]:
    """Give the directories of every repository that Headgate keeps something of."""
    with os.scandir(root) as entries:
        return sorted(Path(one.path) for one in entries if (Path(one.path) / "state.db").exists())
