"""Reads the newest evidence package of a run beside the writer."""

import contextlib
import sqlite3
from pathlib import Path

from state.evidence.package import Package
from state.store.review import PACKAGE

_NEWEST = "SELECT facts FROM package WHERE run = ? ORDER BY seq DESC LIMIT 1"


def newest_package(database: Path, run: str) -> Package | None:
    """Give the package that was kept last for a run. Raises `sqlite3.Error` where the database cannot be read."""
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=2.0)) as connection:
        found = connection.execute(_NEWEST, (run,)).fetchone()
    return None if found is None else PACKAGE.validate_json(found[0])
