"""What is known for the merge gate, in the state database: packages, results of checks, approvals, and items."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter

from state.approval.approval import Approval
from state.checks.check import CheckResult
from state.evidence.document import canonical_text
from state.evidence.package import Package
from state.evidence.review import Review, Reviewed
from state.release.item import Item

PACKAGE, RESULT = TypeAdapter(Package), TypeAdapter(CheckResult)
APPROVAL_COLUMNS = tuple(field.name for field in fields(Approval))
ITEM_COLUMNS = tuple(field.name for field in fields(Item))
_PACKAGE = "INSERT OR IGNORE INTO package (sha, run, head, tree, document, facts, built, rev) VALUES (?,?,?,?,?,?,?,?)"
_RESULT = "INSERT OR REPLACE INTO check_result (key, tree, name, state, facts, rev) VALUES (?,?,?,?,?,?)"
_MOVED = 'UPDATE approval SET "merge" = ?, void = ?, rev = ? WHERE id = ?'
_SEEN = "INSERT OR IGNORE INTO seen_hunk (run, hunk, by, at) VALUES (?, ?, ?, ?)"
_UNSEEN = "DELETE FROM seen_hunk WHERE run = ? AND hunk = ?"
_NEWEST = "SELECT facts FROM package WHERE seq IN (SELECT max(seq) FROM package GROUP BY run)"


def _insert(table: str, columns: tuple[str, ...], or_what: str) -> str:
    named = ", ".join(f'"{name}"' for name in (*columns, "rev"))
    return f"INSERT OR {or_what} INTO {table} ({named}) VALUES ({', '.join('?' * (len(columns) + 1))})"


_APPROVAL = _insert("approval", APPROVAL_COLUMNS, "IGNORE")
_ITEM = _insert("item", ITEM_COLUMNS, "REPLACE")


def write(connection: sqlite3.Connection, news: Reviewed, rev: int) -> None:
    """Write what is new; of an approval only what became of it is ever changed."""
    connection.executemany(_PACKAGE, [_row_of_package(one, rev) for one in news.packages])
    connection.executemany(_RESULT, [_row_of_result(one, rev) for one in news.results])
    connection.executemany(_APPROVAL, [(*_values(one, APPROVAL_COLUMNS), rev) for one in news.approvals])
    connection.executemany(_MOVED, [(one.merge, one.void, rev, one.id) for one in news.approvals])
    connection.executemany(_ITEM, [(*_values(one, ITEM_COLUMNS), rev) for one in news.items])
    connection.executemany(_SEEN, [(one.run, one.hunk, one.by, one.at) for one in news.seen if one.seen])
    connection.executemany(_UNSEEN, [(one.run, one.hunk) for one in news.seen if not one.seen])


def read(connection: sqlite3.Connection) -> Review:
    """Read all that the merge gate needs: of each run the newest package, every result, approval and item."""
    return Review().after(
        Reviewed(
            tuple(PACKAGE.validate_json(row["facts"]) for row in connection.execute(_NEWEST)),
            tuple(RESULT.validate_json(row["facts"]) for row in connection.execute("SELECT facts FROM check_result")),
            tuple(map(approval_of_row, connection.execute("SELECT * FROM approval"))),
            tuple(map(item_of_row, connection.execute("SELECT * FROM item"))),
        )
    )


def approval_of_row(row: Mapping[str, Any]) -> Approval:
    """Give the approval whose columns stand in `row`."""
    return Approval(**{name: row[name] for name in APPROVAL_COLUMNS})


def item_of_row(row: Mapping[str, Any]) -> Item:
    """Give the item whose columns stand in `row`."""
    return Item(**{name: row[name] for name in ITEM_COLUMNS})


def _values(one: object, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in names)


def _row_of_package(one: Package, rev: int) -> tuple[Any, ...]:
    facts = PACKAGE.dump_json(one).decode()
    return one.sha, one.run, one.proposal.head, one.proposal.tree, canonical_text(one), facts, one.built, rev


def _row_of_result(one: CheckResult, rev: int) -> tuple[Any, ...]:
    return one.key, one.tree, one.name, one.state, RESULT.dump_json(one).decode(), rev
