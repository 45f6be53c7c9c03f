"""Reads the journal of outcomes out of the state database: by time and by run, and never all of it.

What is read is the runs that were heard of in the two windows and shortly before, the other runs of their tasks, and
what the ledger, the rollup of spending and the tables of attention say of these.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter

from state.findings.finding import Finding
from state.money.accounts import Routed
from state.money.spending import STATES, Cost
from state.money.spent import PICO
from state.outcomes.closing import IDLE
from state.outcomes.journal import (
    BEFORE,
    EARLIER,
    NOW,
    Answered,
    Broken,
    Busy,
    Clashing,
    Entered,
    Journal,
    Paid,
    Read,
    Worked,
)
from state.outcomes.period import SURVIVAL
from state.runs.run import Usage
from state.store.attention import compositions, interventions, minutes
from state.store.pairs import ALL, META, matrix_of
from state.store.review import item_of_row

HOUR = 3600
KINDS = ("merge", "ref_moved", "ref_followed", "act", "decision", "evidence", "approval", "request")
"""Entries of the ledger that figures are made of."""
NAMING = frozenset({"merge", "act", "decision"})
"""Those that end a task, however long ago its runs were heard of."""
MOST_READ = 1000
"""Runs whose readings are looked at, the last ones: they stand in `facts`, which is dear to read."""
FELL, LEAST_INPUT = "0.2", 10_000
"""By how much the share out of the cache must fall, and how many tokens both hours must have, to be a break."""


def _columns(kind: type[Any]) -> str:
    return ", ".join(f'"{field.name}"' for field in fields(kind))


_FINDINGS = TypeAdapter(tuple[Finding, ...])
_USAGE = tuple(field.name for field in fields(Usage))
_SUMS = ("usd_e12", "net_e12", "unlisted", "tools_e12", "unpriced_tokens", *STATES, *_USAGE)
_SUMMED = ", ".join(f"sum({name})" for name in _SUMS)
_SPAN = f"CASE WHEN hour < ? THEN {BEFORE} ELSE {NOW} END"
_RUNS = """
SELECT id, task_id, task_title, agent, agent_version, role, owner, models, lane_asked, context_version, risk_level,
    parent, worktree, branch, head, ahead, added + deleted, seen, depth, findings, source_log,
    COALESCE((SELECT at FROM event WHERE run = id AND at IS NOT NULL ORDER BY at LIMIT 1),
             (SELECT min(hour) * 3600.0 FROM spending WHERE run = id AND hour >= 0))
FROM run
"""
_BEGAN = """EXISTS (SELECT 1 FROM spending WHERE run = id AND hour < ?)
    OR EXISTS (SELECT 1 FROM event WHERE run = id AND at < ?)"""
"""Of a run that was heard of since the window: whether it began before its end; the others are in none of it."""
_IN = "IN (SELECT value FROM json_each(?))"
_ENTRIES = "SELECT seq, ts_ms, actor_kind, actor, kind, run, body FROM ledger"
_ITEMS = f"SELECT * FROM item WHERE run {_IN}"
_WALL = "SELECT DISTINCT hour FROM spending WHERE hour >= ? AND hour < ?"
_ROUTED = f"SELECT {_columns(Routed)} FROM route WHERE run {_IN} ORDER BY run, at"
_BROKEN = f"""
WITH hourly AS (
    SELECT run, hour, sum(cache_read) AS cached,
        sum(fresh_input + cache_read + cache_write_5m + cache_write_1h) AS whole
    FROM spending WHERE hour >= ? AND hour < ? AND side = 0 GROUP BY run, hour
), followed AS (
    SELECT run, hour, CAST(cached AS REAL) / whole AS share,
        lag(CAST(cached AS REAL) / whole) OVER (PARTITION BY run ORDER BY hour) AS before
    FROM hourly WHERE whole >= {LEAST_INPUT}
)
SELECT run, hour, before, share FROM followed WHERE before - share > {FELL} ORDER BY hour
"""
_READINGS = """
SELECT id, worktree, json_extract(facts, '$.readings') FROM run
WHERE seen >= ? AND depth = 'read' ORDER BY seen DESC LIMIT ?
"""
_CHANGES = f"""
SELECT sha, (SELECT sum(json_extract(value, '$.added')) FROM json_each(facts, '$.proposal.files')),
    (SELECT sum(json_extract(value, '$.deleted')) FROM json_each(facts, '$.proposal.files'))
FROM package WHERE sha {_IN}
"""


def read_journal(database: Path, since: float, until: float) -> Journal:
    """Read what the figures of `since` to `until`, and of as long a time before that, are made of.

    Both are seconds since 1970 at whole hours. It blocks on the disk. Raises `sqlite3.Error` where the database cannot
    be read.
    """
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=2.0)) as connection:
        connection.execute("PRAGMA query_only = 1")
        connection.execute("BEGIN")
        return _Reading(connection, since, until).journal()


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading, in one transaction."""

    connection: sqlite3.Connection
    since: float
    until: float

    @property
    def first(self) -> float:
        """When the window before begins."""
        return 2 * self.since - self.until

    @property
    def reach(self) -> float:
        """From when on merges matter: their thirty days end in one of the windows."""
        return self.first - SURVIVAL

    def journal(self) -> Journal:
        entries = self._entries("ts_ms >= ?", self.reach * 1000)
        runs = self._runs({one.run for one in entries if one.kind in NAMING and one.run})
        names = _listed(run.run for run in runs)
        older = self._entries(f"run {_IN} AND ts_ms < ?", names, self.reach * 1000)
        entries = sorted((*older, *entries), key=lambda one: one.seq)
        paid, timeless = self._paid(names)
        readings, of = self._readings()
        began = min((run.began for run in runs if run.began is not None), default=self.first)
        return Journal(
            runs=runs,
            paid=paid,
            timeless=timeless,
            answered=tuple(self._answered(names)),
            broken=tuple(self._broken()),
            busy=tuple(self._busy()),
            wall=frozenset(hour for (hour,) in self._all(_WALL, *self._hours)),
            entries=tuple(entries),
            items=tuple(item_of_row(row) for row in self._named(_ITEMS, names)),
            attended=minutes(self.connection, began, self.until),
            interventions=interventions(self.connection, began, self.until),
            composed=compositions(self.connection, self.first, self.until),
            routes=tuple(_routed(row) for row in self._named(_ROUTED, names)),
            looks=tuple(self._looks(entries)),
            readings=readings,
            readings_of=of,
            clashing=tuple(self._clashing()),
            changes=tuple(self._changes(entries)),
            kept=frozenset(name for name in ("attention", "intervention", "route") if self._any(name)),
        )

    @property
    def _hours(self) -> tuple[int, int]:
        return int(self.first // HOUR), int(self.until // HOUR)

    def _all(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        return iter(self.connection.execute(query, values))

    def _named(self, query: str, *values: object) -> Iterator[dict[str, Any]]:
        found = self.connection.execute(query, values)
        names = [str(column[0]) for column in found.description]
        return (dict(zip(names, row, strict=True)) for row in found)

    def _any(self, table: str) -> bool:
        return self.connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None

    def _entries(self, where: str, *values: object) -> list[Entered]:
        """Read the entries that figures are made of, up to the window's end."""
        query = f"{_ENTRIES} WHERE kind IN ({', '.join('?' * len(KINDS))}) AND ts_ms < ? AND {where}"
        rows = self._all(query, *KINDS, self.until * 1000, *values)
        return [
            Entered(seq, ts / 1000, whose, who, kind, run, json.loads(body))
            for seq, ts, whose, who, kind, run, body in rows
        ]

    def _runs(self, named: Iterable[str]) -> tuple[Worked, ...]:
        """Read the runs that were heard of since shortly before `reach`, those named, and the others of their tasks."""
        # Which runs those are the index alone tells, so that no row is read of one that is not wanted.
        heard = f"{_RUNS} WHERE id IN (SELECT id FROM run WHERE seen >= ? AND (seen < ? OR {_BEGAN}))"
        ends = (self.until, self._hours[1], self.until)
        found = {row[0]: row for row in self._all(heard, self.reach - IDLE, *ends)}
        left = _listed(name for name in named if name not in found)
        found |= {row[0]: row for row in self._all(f"{_RUNS} WHERE id {_IN}", left)}
        tasks, known = _listed({row[1] for row in found.values() if row[1]}), _listed(found)
        others = f"{_RUNS} WHERE task_id {_IN} AND id NOT {_IN}"
        return tuple(_worked(row) for row in (*found.values(), *self._all(others, tasks, known)))

    def _paid(self, names: str) -> tuple[tuple[Paid, ...], Cost]:
        """Read what was spent: in the two windows by everyone, and before them by the runs of the tasks."""
        here = f"SELECT run, {_SPAN}, side, {_SUMMED} FROM spending WHERE hour >= ? AND hour < ? GROUP BY 1, 2, 3"
        then = f"SELECT run, {EARLIER}, side, {_SUMMED} FROM spending WHERE run {_IN} AND hour < ? GROUP BY 1, 2, 3"
        first, last = self._hours
        rows = (*self._all(here, self.since // HOUR, first, last), *self._all(then, names, first))
        ((*sums,),) = self._all(f"SELECT {_SUMMED} FROM spending WHERE hour = -1")
        timeless = Cost() if sums[0] is None else _sums(sums)[0]
        return tuple(_of_sums(*row) for row in rows), timeless

    def _answered(self, names: str) -> Iterator[Answered]:
        query = (
            f"SELECT run, model, min(hour), max(hour) FROM spending WHERE run {_IN} AND side = 0 AND hour >= 0"
            " AND hour < ? AND model <> '' GROUP BY run, model"
        )
        for run, model, began, ended in self._all(query, names, self._hours[1]):
            yield Answered(run, model, float(began * HOUR), float(ended * HOUR))

    def _broken(self) -> Iterator[Broken]:
        for run, hour, before, after in self._all(_BROKEN, *self._hours):
            yield Broken(run, float(hour * HOUR), Decimal(f"{before:.4f}"), Decimal(f"{after:.4f}"))

    def _busy(self) -> Iterator[Busy]:
        query = (
            f"SELECT run, {_SPAN}, count(DISTINCT hour) FROM spending INDEXED BY spending_hour"
            " WHERE hour >= ? AND hour < ? GROUP BY 1, 2"
        )
        return (Busy(run, span, hours) for run, span, hours in self._all(query, self.since // HOUR, *self._hours))

    def _looks(self, entries: Iterable[Entered]) -> Iterator[tuple[str, float]]:
        decided = _listed({one.run for one in entries if one.kind == "decision"})
        yield from cast(
            "Iterator[tuple[str, float]]", self._all(f"SELECT run, at FROM seen_hunk WHERE run {_IN}", decided)
        )

    def _changes(self, entries: Iterable[Entered]) -> Iterator[tuple[str, int, int]]:
        wanted = {one.word("sha") for one in entries if one.kind == "decision" and one.word("gate") == "merge"}
        for sha, added, deleted in self._all(_CHANGES, _listed(wanted)):
            yield sha, added or 0, deleted or 0

    def _readings(self) -> tuple[tuple[Read, ...], int]:
        rows = list(self._all(_READINGS, self.first, MOST_READ))
        return tuple(one for row in rows for one in _read(*row)), len(rows)

    def _clashing(self) -> Iterator[Clashing]:
        """Read the last comparison, where it is of this window."""
        told = {str(key): str(value) for key, value in self._all(META)}
        matrix = matrix_of(told, self._named(ALL))
        if matrix.at is None or not self.since <= matrix.at < self.until:
            return
        count = len(matrix.sides)
        pairs = tuple((one.a, one.b, ", ".join(one.kinds)) for one in matrix.pairs if one.files)
        with_base = count if matrix.base else 0
        yield Clashing(matrix.at, count * (count - 1) // 2 + with_base, pairs)


def _listed(names: Iterable[str]) -> str:
    return json.dumps(sorted(names))


def _worked(row: Sequence[Any]) -> Worked:
    run, task, title, agent, version, role, owner, models, lane, context, risk, *rest = row
    parent, worktree, branch, head, ahead, lines, seen, depth, findings, log, began = rest
    found = _FINDINGS.validate_json(findings) if findings != "[]" else ()
    used = tuple(json.loads(models)) if models != "[]" else ()
    return Worked(
        run, task or "", title or "", agent, version, role, owner, used, lane, context, risk, parent, worktree, branch,
        head, ahead, lines, began, seen, depth == "read", found, log or "",
    )  # fmt: skip


def _sums(sums: Sequence[int]) -> tuple[Cost, Usage, Decimal, int, Decimal]:
    usd, net, unlisted, tools, unpriced, *rest = sums
    cost = Cost(Decimal(usd) * PICO, unpriced, *rest[: len(STATES)])
    return cost, Usage(*rest[len(STATES) :]), Decimal(net) * PICO, unlisted, Decimal(tools) * PICO


def _of_sums(run: str, span: int, side: int, *sums: int) -> Paid:
    cost, usage, net, unlisted, tools = _sums(sums)
    return Paid(run, span, not side, cost, usage, net, unlisted, tools)


def _routed(row: Mapping[str, Any]) -> Routed:
    facts: dict[str, Any] = {**row, "spent": None if row["spent"] is None else Decimal(row["spent"])}
    return Routed(**facts)


def _read(run: str, worktree: str | None, readings: str | None) -> Iterator[Read]:
    top = f"{(worktree or '').rstrip('/')}/"
    for one in cast("list[dict[str, Any]]", json.loads(readings or "[]")):
        seen: dict[str, Any] = one["seen"][0] if one["seen"] else {}
        place = f"{seen.get('log', '')}:{seen.get('offset', 0)}"
        path = str(one["path"]).removeprefix(top) + (f" ({one['part']})" if one["part"] else "")
        yield Read(run, path, one["digest"], one["times"], one["again"], seen.get("at"), place)
