"""Reads how budgets stand, past whatever core is at work."""

import sqlite3
from pathlib import Path

from state.money.accounts import Accounts, BudgetStands
from state.store import accounts


def budgets_at(path: Path, now: float) -> tuple[BudgetStands, ...] | None:
    """Read the budgets whose period is not over at `now`, in seconds since 1970; None where they cannot be read."""
    accounts = accounts_at(path)
    if accounts is None:
        return None
    return tuple(one for one in accounts.budgets.values() if one.until is None or now < one.until)


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
