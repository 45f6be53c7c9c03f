"""Reads how budgets stand, past whatever core is at work."""

import sqlite3
from pathlib import Path

from state.money.accounts import Accounts
from state.store import accounts


def accounts_at(path: Path) -> Accounts | None:
    """Read what is kept of money; None where there is no database, or none that can be read."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    except sqlite3.Error:
        return None
    try:
        connection.row_factory = sqlite3.Row
        return accounts.read(connection)
    except sqlite3.Error:
        return None
    finally:
        connection.close()
