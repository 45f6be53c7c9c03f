"""Takes the ledger up where an earlier life left it, and says in it what happened in between.

A core that was killed leaves a gap; a database that was damaged, removed or put back from a copy leaves a ledger that
lacks its end. None of that passes in silence: each is an entry, and where the end is gone also a problem on the board.
"""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from state.ledger.chain import FIRST
from state.ledger.entry import TOOL, Draft, Entry
from state.ledger.shown import milliseconds
from state.ledger.verifying import Anchor, fault_of
from state.ports import Problem
from state.store import ledger, witness
from state.text import clean

_DECISIONS = "SELECT * FROM decision ORDER BY seq"
_FREEZES = "SELECT * FROM freeze ORDER BY seq"
_REMEDY = "read `headgate audit verify`, and compare with a checkpoint that you pushed"


@dataclass(frozen=True, slots=True)
class _Saved:
    """What could be saved of a database that was set aside: how many entries, and why not more."""

    aside: Path
    entries: int
    why: str = ""


def taken_up(connection: sqlite3.Connection, path: Path, alive: str, now: float) -> tuple[Problem, ...]:
    """Bring the ledger of the database at `path` up to now, and give what the human must know.

    `alive` is when the last life was seen at work, "" where it ended by itself.
    """
    witnessed, problems = witness.head(path.parent), list[Problem]()
    if ledger.last(connection) is None:
        problems += _begun(connection, path, witnessed, now)
    elif witnessed is not None and ledger.hash_at(connection, witnessed.seq) != witnessed.hash:
        problems.append(_shortened(connection, witnessed, now))
    if alive and (seconds := _number(alive)) is not None:
        body = {"from_ms": milliseconds(seconds), "to_ms": milliseconds(now), "reason": "unclean"}
        ledger.append(connection, [Draft("tool", TOOL, "gap", now, body=body)])
    return tuple(problems)


def _begun(connection: sqlite3.Connection, path: Path, witnessed: Anchor | None, now: float) -> Iterator[Problem]:
    """Begin a ledger: with what an earlier database held of it, or with the decisions of a time before it."""
    asides = _asides(path)
    saved = next((one for one in (_salvaged(connection, aside) for aside in asides) if one.entries), None)
    if saved is not None or witnessed is not None:
        body = _told(saved, asides, witnessed)
        ledger.append(connection, [Draft("tool", TOOL, "salvaged" if saved else "begun_anew", now, body=body)])
        if lost := body["lost"]:
            text = f"the ledger was begun anew and lacks its last {lost} entries"
            yield Problem("ledger", text, _REMEDY)
    ledger.append(connection, _before_it(connection, now))


def _told(saved: _Saved | None, asides: list[Path], witnessed: Anchor | None) -> dict[str, Any]:
    kept = saved.entries if saved else 0
    return {
        "aside": (saved.aside if saved else asides[0]).name if saved or asides else "",
        "entries": kept,
        "why": saved.why if saved else "",
        "last_seq": witnessed.seq if witnessed else kept,
        "last_hash": witnessed.hash if witnessed else "",
        "lost": max(0, witnessed.seq - kept) if witnessed else 0,
    }


def _shortened(connection: sqlite3.Connection, witnessed: Anchor, now: float) -> Problem:
    end = ledger.last(connection)
    seq = end.seq if end else 0
    body = {"last_seq": witnessed.seq, "last_hash": witnessed.hash, "found_seq": seq}
    ledger.append(connection, [Draft("tool", TOOL, "shortened", now, body=body)])
    text = f"the ledger ends at entry {seq} and is not the one that was seen to reach entry {witnessed.seq}"
    return Problem("ledger", text, _REMEDY)


def _before_it(connection: sqlite3.Connection, now: float) -> Iterator[Draft]:
    """Tell of decisions that a Headgate without a ledger kept: what their rows say, chained only from now on."""
    for row in connection.execute(_DECISIONS).fetchall():
        body = decision_told(row)
        once = f"decision:{row['asked']}"
        yield Draft("tool", TOOL, "decision_before_ledger", now, row["run"], {**body, "said_by": row["by"]}, once)
    for row in connection.execute(_FREEZES).fetchall():
        body = {**freeze_told(row), "said_by": row["by"]}
        yield Draft("tool", TOOL, "freeze_before_ledger", now, row["run"], body, f"freeze:{row['asked']}")


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


def _asides(path: Path) -> list[Path]:
    """Name the databases that were set aside, the newest first."""
    found = (one for one in path.parent.glob(f"{path.name}.corrupt-*") if not one.name.endswith(("-wal", "-shm")))
    return sorted(found, reverse=True)


def _salvaged(connection: sqlite3.Connection, aside: Path) -> _Saved:
    """Copy the entries of a database that was set aside, as far as they can be read and still verify."""
    counted, why = 0, list[str]()

    def sound() -> Generator[Entry]:
        nonlocal counted
        for entry in _sound_entries(aside, why):
            counted += 1
            yield entry

    ledger.take_over(connection, sound())
    return _Saved(aside, counted, clean(why[0], 300) if why else "")


def _sound_entries(aside: Path, why: list[str]) -> Generator[Entry]:
    seq, prev = 1, FIRST
    try:
        with closing(sqlite3.connect(f"{aside.as_uri()}?mode=ro", uri=True, timeout=2.0)) as old:
            old.row_factory = sqlite3.Row
            for row in old.execute(ledger.IN_ORDER):
                if wrong := fault_of(dict(row), seq, prev):
                    why.append(f"entry {seq}: {wrong}")
                    return
                entry = ledger.entry_of_row(dict(row))
                seq, prev = seq + 1, entry.hash
                yield entry
    except sqlite3.Error as error:
        why.append(str(error))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
