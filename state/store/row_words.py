"""Rows of decisions and freezes in the words of their entries in the ledger, so that the two can be held together."""

import sqlite3
from typing import Any

from state.ledger.shown import milliseconds


def decision_told(row: sqlite3.Row) -> dict[str, Any]:
    """Give what a decision's row says in the words of its entry."""
    told = {name: row[name] for name in ("request", "answer", "account", "reason", "via", "shown_sha", "assurance")}
    truths = {"opened": bool(row["opened"]), "late": bool(row["late"])}
    times = {"dwell_ms": milliseconds(row["dwell"]), "at_ms": milliseconds(row["at"])}
    return {**told, **truths, **times, "order": row["asked"]}


def freeze_told(row: sqlite3.Row) -> dict[str, Any]:
    """Give what a freeze's row says in the words of its entry."""
    frozen = bool(row["frozen"])
    return {"order": row["asked"], "reason": row["reason"], "frozen": frozen, "at_ms": milliseconds(row["at"])}
