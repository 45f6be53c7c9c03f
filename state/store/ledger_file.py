"""Reads the ledger for verbs: read-only, in one snapshot, while a core may be writing; a long one streams.

What stands in the file may have been written by anybody, so that nothing is taken for granted here, not even that text
is text.
"""

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from state.gates.request import Request
from state.ledger.entry import Entry
from state.ledger.verifying import Anchor, Verdict, Verification
from state.release.item import Item
from state.store import gates, held, ledger, witness
from state.store.database import VERSION
from state.store.review import item_of_row


class NoLedger(Exception):
    """There is no ledger to be read; the text says why, and the remedy."""


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """One open ledger. `folder` is the directory of its database."""

    folder: Path
    connection: sqlite3.Connection

    def entries(self) -> Generator[dict[str, Any]]:
        """Give every row in order, as it stands. Raises `sqlite3.Error` where the file is damaged."""
        for row in self.connection.execute(ledger.IN_ORDER):
            yield dict(row)

    def searched(self, words: str = "", before: int | None = None, limit: int = 20) -> tuple[Entry, ...]:
        """Give the newest entries that hold each of these words."""
        return self._entries(*ledger.searched(words, before, limit))

    def at(self, seq: int) -> Entry | None:
        """Give one entry."""
        return next(iter(self._entries("SELECT * FROM ledger WHERE seq = ?", (seq,))), None)

    def runs(self, begun: str) -> tuple[str, ...]:
        """Name the runs whose id begins so."""
        asked = "SELECT DISTINCT run FROM ledger WHERE run >= ? AND run < ? ORDER BY run LIMIT 20"
        return tuple(row["run"] for row in self.connection.execute(asked, (begun, begun + "\U0010ffff")))

    def of_run(self, run: str) -> tuple[Entry, ...]:
        """Give the entries on one run, the oldest first."""
        return self._entries("SELECT * FROM ledger WHERE run = ? ORDER BY seq", (run,))

    def asked(self, begun: str) -> dict[str, str]:
        """Give the requests whose id begins so, each with its run, as the ledger alone tells of them."""
        asked = "SELECT once, run FROM ledger WHERE kind = 'request' AND once >= ? AND once < ? ORDER BY once LIMIT 20"
        found = self.connection.execute(asked, (f"request:{begun}", f"request:{begun}\U0010ffff"))
        return {row["once"].removeprefix("request:"): row["run"] for row in found}

    def requests(self, begun: str) -> tuple[Request, ...]:
        """Give the requests whose id begins so, as their rows are now."""
        found = self.connection.execute(
            "SELECT * FROM request WHERE id >= ? AND id < ? ORDER BY id LIMIT 20", (begun, begun + "\U0010ffff")
        )
        return gates.with_decisions([dict(row) for row in found], {})

    def package(self, sha: str) -> str | None:
        """Give the document of a package, None where it is not kept."""
        found = self.connection.execute("SELECT document FROM package WHERE sha = ?", (sha,)).fetchone()
        return None if found is None else str(found["document"])

    def told_before(self, kinds: Iterable[str]) -> tuple[Entry, ...]:
        """Give the entries of these kinds, the oldest first."""
        wanted = tuple(kinds)
        marks = ", ".join("?" * len(wanted))
        return self._entries(f"SELECT * FROM ledger WHERE kind IN ({marks}) ORDER BY seq", wanted)

    def approvals(self) -> tuple[dict[str, Any], ...]:
        """Give the rows of approvals: each names the head of the ledger that it was stated on."""
        return tuple(dict(row) for row in self.connection.execute("SELECT * FROM approval ORDER BY at"))

    def items(self) -> list[Item]:
        """Give what is kept in sight of merges, the oldest first."""
        return [item_of_row(dict(row)) for row in self.connection.execute("SELECT * FROM item ORDER BY at, id")]

    def verified(self, anchors: Iterable[Anchor] = ()) -> Verdict:
        """Verify all of it: the chain, the anchors, those beside the database too, and the rows that it tells of."""
        beside = (witness.head(self.folder), witness.pushed_anchor(self.folder))
        verification = Verification((*anchors, *(one for one in beside if one)))
        try:
            for row in self.entries():
                if not verification.take(row):
                    break
            others = held.faults(self.connection)
        except sqlite3.Error as error:
            verification.end(f"the database cannot be read: {error}")
            others = ()
        return verification.verdict(others)

    def _entries(self, query: str, values: Iterable[object]) -> tuple[Entry, ...]:
        return tuple(ledger.entry_of_row(dict(row)) for row in self.connection.execute(query, tuple(values)))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


@contextmanager
def ledger_at(database: Path) -> Generator[LedgerFile]:
    """Open the ledger of a database; what is read is of one moment. Raises `NoLedger`."""
    if not database.exists():
        raise NoLedger("no core has worked here yet, so that nothing is recorded: run `headgate status` once")
    try:
        connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=5.0, isolation_level=None)
    except sqlite3.Error as error:
        raise NoLedger(f"the state database cannot be opened: {error}") from error
    with closing(connection):
        connection.row_factory = sqlite3.Row
        connection.text_factory = _text
        try:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version < VERSION:
                raise NoLedger("the state database is of an older Headgate: run `headgate status` once")
            connection.execute("BEGIN")
            yield LedgerFile(database.parent, connection)
        except sqlite3.DatabaseError as error:
            raise NoLedger(f"the state database cannot be read: {error}") from error
