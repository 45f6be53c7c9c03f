"""Keeps the sums of calls, by run and hour and by day and what runs are called, in one transaction with the calls.

What a run is called (its role, the lane asked for, its owner, its task) may change after it has spent. So the days that
a change concerns are taken off under the old name and added under the new one; a run's other days are not read.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from operator import add, sub
from typing import Any, NamedTuple, TypeAlias

from state.money.rollup import COLUMNS, Place, Sums
from state.money.spending import STATES
from state.runs.card import Card

_AT_ONCE = 400
HOURS = 24
_MOST = 1 << 62
_Cell: TypeAlias = tuple[int, str, str, str, str, str]
"""Day, agent, role, lane, owner, model."""
_Rows: TypeAlias = dict[Place, list[int]]
_COUNTS = slice(len(COLUMNS) - len(STATES), len(COLUMNS))


class Label(NamedTuple):
    """What a run is called; "" where that is unknown. `task` is a digest of its title."""

    task: str = ""
    agent: str = ""
    role: str = ""
    lane: str = ""
    owner: str = ""


@dataclass
class _Known:
    """What the tables hold of a run: its name and what it came to on each day."""

    label: Label
    days: set[int] = field(default_factory=set[int])


def task_digest(title: str | None) -> str:
    """Name a task shortly, by its title."""
    return blake2s(title.encode("utf-8", "replace"), digest_size=8).hexdigest() if title else ""


def label_of(card: Card) -> Label:
    """Give what a run is called."""
    return Label(task_digest(card.task_title), card.agent, card.role or "", card.lane_asked or "", card.owner or "")


def began(places: Iterable[Place]) -> Place:
    """Give the place of a run's first call; one of unknown time is the first only where all are."""
    return min(places, key=lambda place: (place[1] < 0, *place[1:]))


def settle(connection: sqlite3.Connection, sums: Sums, labels: Mapping[str, Label]) -> None:
    """Add `sums` to the tables, and call runs what `labels` says from now on."""
    known = _known(connection, {place[0] for place in sums} | labels.keys())
    news: dict[str, _Rows] = defaultdict(dict)
    for place, some in sums.items():
        news[place[0]][place] = some
    renamed = {run for run, old in known.items() if run in labels and labels[run] != old.label}
    unnamed = _labels_kept(connection, [run for run in news if run not in labels and run not in known])
    step = _Step()
    for run in news.keys() | renamed:
        old = known.get(run)
        label = labels.get(run) or (old.label if old else unnamed.get(run, Label()))
        whole, rows = _held(connection, run, old, news.get(run, {}), whole=run in renamed)
        step.move(rows, news.get(run, {}), old.label if old else label, label, whole=whole)
    step.write(connection)


def _known(connection: sqlite3.Connection, runs: Collection[str]) -> dict[str, _Known]:
    known: dict[str, _Known] = {}
    wanted = "SELECT run, day, task, agent, role, lane, owner FROM spending_run WHERE run IN"
    for row in _of_runs(connection, wanted, runs):
        known.setdefault(row[0], _Known(Label(*row[2:7]))).days.add(row[1])
    return known


def _labels_kept(connection: sqlite3.Connection, runs: Collection[str]) -> dict[str, Label]:
    wanted = "SELECT id, task_title, agent, role, lane_asked, owner FROM run WHERE id IN"
    found = _of_runs(connection, wanted, runs)
    return {row[0]: Label(task_digest(row[1]), *(word or "" for word in tuple(row)[2:])) for row in found}


def _of_runs(connection: sqlite3.Connection, wanted: str, runs: Collection[str]) -> Iterable[Any]:
    named = sorted(runs)
    for begin in range(0, len(named), _AT_ONCE):
        some = named[begin : begin + _AT_ONCE]
        yield from connection.execute(f"{wanted} ({', '.join('?' * len(some))})", some)


def _held(
    connection: sqlite3.Connection, run: str, old: _Known | None, news: _Rows, *, whole: bool
) -> tuple[bool, _Rows]:
    """Give the rows of the days that change; the whole run's where its name or its first day does, and say so."""
    if old is None:
        return True, {}
    days = {place[1] // HOURS for place in news}
    first = min(old.days, key=lambda day: (day < 0, day))
    if whole or (whole := bool(days) and (min(days) <= first or first < 0)):
        low, high = -HOURS, 1 << 40
    else:
        low, high = min(days) * HOURS, (max(days) + 1) * HOURS
    wanted = f"SELECT hour, model, side, {', '.join(COLUMNS)} FROM spending WHERE run = ? AND hour >= ? AND hour < ?"
    found = connection.execute(wanted, (run, low, high))
    return whole, {(run, *tuple(row)[:3]): list(row)[3:] for row in found}


@dataclass
class _Step:
    """What one transaction changes in the three tables."""

    rows: _Rows = field(default_factory=dict[Place, list[int]])
    cells: dict[_Cell, list[int]] = field(default_factory=dict[_Cell, list[int]])
    days: dict[tuple[str, int], tuple[int, Label] | None] = field(
        default_factory=dict[tuple[str, int], tuple[int, Label] | None]
    )

    def move(self, held: _Rows, news: _Rows, old: Label, new: Label, *, whole: bool) -> None:
        """Take a run's rows from under its old name to the new one, with what is new of them."""
        after = dict(held)
        for place, some in news.items():
            after[place] = list(map(add, after[place], some)) if place in after else some
        self.rows |= {place: after[place] for place in news}
        after = {place: some for place, some in after.items() if any(some[_COUNTS])}
        self._count(held, old, sub, whole=whole)
        self._count(after, new, add, whole=whole)
        for run, hour, *_ in held:
            self.days[run, hour // HOURS] = None
        for (run, hour, *_), some in after.items():
            told = self.days.get((run, hour // HOURS))
            self.days[run, hour // HOURS] = ((told[0] if told else 0) + some[_USD], new)

    def _count(self, rows: _Rows, label: Label, how: Callable[[int, int], int], *, whole: bool) -> None:
        first = began(rows) if rows and whole else None
        for place, some in rows.items():
            cell = (place[1] // HOURS, *label[1:], place[2])
            self.cells[cell] = list(map(how, self.cells.get(cell) or _EMPTY, (int(place == first), *some)))

    def write(self, connection: sqlite3.Connection) -> None:
        """Write it; what came to nothing is no row."""
        filled = sorted((*place, *_bounded(some)) for place, some in self.rows.items() if any(some[_COUNTS]))
        connection.executemany(_ROW, filled)
        emptied = [place for place, some in self.rows.items() if not any(some[_COUNTS])]
        cells = sorted((*cell, *_bounded(some)) for cell, some in self.cells.items() if any(some))
        connection.executemany(_CELL, cells)
        days = sorted((*key, min(told[0], _MOST), *told[1]) for key, told in self.days.items() if told)
        connection.executemany(_DAY, days)
        gone = [key for key, told in self.days.items() if told is None]
        if emptied or gone or any(one < 0 for cell in cells for one in cell[6:]):
            connection.executemany(_ROW_GONE, emptied)
            connection.executemany(_DAY_GONE, gone)
            connection.executemany(_CELL_GONE, [cell[:6] for cell in cells])


def _bounded(some: list[int]) -> list[int]:
    """Keep sums of a hostile log within what SQLite takes."""
    return some if -_MOST < min(some) <= max(some) < _MOST else [max(-_MOST, min(_MOST, one)) for one in some]


def _insert(table: str, names: Sequence[str]) -> str:
    return f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


_USD = COLUMNS.index("usd_e12")
_EMPTY = [0] * (1 + len(COLUMNS))
_CELL_KEY = ("day", "agent", "role", "lane", "owner", "model")
_CELL_SUMS = ("begun", *COLUMNS)
_ROW = _insert("spending", ("run", "hour", "model", "side", *COLUMNS))
_DAY = _insert("spending_run", ("run", "day", "usd_e12", "task", "agent", "role", "lane", "owner"))
_CELL = (
    f"INSERT INTO spending_day ({', '.join((*_CELL_KEY, *_CELL_SUMS))})"
    f" VALUES ({', '.join('?' * (len(_CELL_KEY) + len(_CELL_SUMS)))})"
    f" ON CONFLICT ({', '.join(_CELL_KEY)}) DO UPDATE SET"
    f" {', '.join(f'{name} = {name} + excluded.{name}' for name in _CELL_SUMS)}"
)
_ROW_GONE = "DELETE FROM spending WHERE run = ? AND hour = ? AND model = ? AND side = ?"
_DAY_GONE = "DELETE FROM spending_run WHERE run = ? AND day = ?"
_CELL_GONE = (
    f"DELETE FROM spending_day WHERE {' AND '.join(f'{name} = ?' for name in _CELL_KEY)} AND begun = 0"
    f" AND {' + '.join(STATES)} = 0"
)
