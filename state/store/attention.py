"""Reads attention out of the state database: who looked at what for how long, and what humans said and did to runs.

Everything here is asked for a window, `since` to `until` in seconds since 1970, of which `until` is outside.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from state.attention.composed import MOST, Composed, composed
from state.attention.re_explained import re_explained
from state.money.accounts import Attended, Intervention

REMEMBERED = 2000
"""Earlier interventions, the newest, in which an explanation is looked for."""
DENIED = 10.0
"""Seconds after a refusal in which an interruption is the same act: agents write both down."""
_MINUTES = "SELECT * FROM attention WHERE since < ? AND until > ? ORDER BY since, id"
_SAID = "SELECT * FROM intervention WHERE at >= ? AND at < ? ORDER BY at"
_BEFORE = f"SELECT * FROM intervention WHERE at < ? ORDER BY at DESC LIMIT {REMEMBERED}"
_SPOKE = (
    "SELECT max(at) AS at FROM event WHERE run = ? AND at < ? AND at >= ?"
    " AND kind IN ('said', 'result', 'asked', 'turn', 'plan', 'error')"
)
_WORDS = frozenset({"gate", "answer", "correction", "re-explain"})
"""Interventions that a human had to write; the first message of a run follows no word of the agent's."""


def minutes(connection: sqlite3.Connection, since: float, until: float) -> tuple[Attended, ...]:
    """Give the stretches in which a human looked at a run or a task, cut to the window, oldest first.

    This is measured, and a lower bound: what was looked at in an editor or a terminal is not in it.
    """
    found = [Attended(**_values(Attended, row)) for row in _rows(connection, _MINUTES, until, since)]
    return tuple(replace(one, since=max(one.since, since), until=min(one.until, until)) for one in found)


def interventions(connection: sqlite3.Connection, since: float, until: float) -> tuple[Intervention, ...]:
    """Give what humans said and did to runs, oldest first; what has no time is in no window.

    A message that explains again what another run was told before is of kind `re-explain`, whatever else it is.
    """
    said = [Intervention(**_values(Intervention, row)) for row in _rows(connection, _SAID, since, until)]
    before = [Intervention(**_values(Intervention, row)) for row in _rows(connection, _BEFORE, since)]
    return _once(one for one in re_explained((*before, *said)) if one.at is not None and one.at >= since)


def compositions(connection: sqlite3.Connection, since: float, until: float) -> tuple[Composed, ...]:
    """Give the gaps in which humans composed messages outside every board: an estimate, never a measurement."""
    looked = minutes(connection, since - MOST, until)
    gaps: list[Composed] = []
    for one in interventions(connection, since, until):
        if one.kind not in _WORDS or one.at is None:
            continue
        spoke = _rows(connection, _SPOKE, one.run, one.at, one.at - MOST * 12)[0]["at"]
        near = (each for each in looked if each.until > one.at - MOST and each.since < one.at)
        if (gap := composed(one.run, spoke, one.at, near)) is not None:
            gaps.append(gap)
    return tuple(gaps)


def _once(said: Iterable[Intervention]) -> tuple[Intervention, ...]:
    """Leave out what is told twice: a copy of a session's log, and an interruption that a refusal was."""
    met: set[tuple[float | None, str, str]] = set()
    denied: defaultdict[str, float] = defaultdict(lambda: float("-inf"))
    kept: list[Intervention] = []
    for one in said:
        at, same = one.at or 0.0, (one.at, one.kind, one.text)
        if same in met or (one.kind == "interrupt" and at - denied[one.run] <= DENIED):
            continue
        if one.kind == "deny":
            denied[one.run] = at
        met.add(same)
        kept.append(one)
    return tuple(kept)


def _rows(connection: sqlite3.Connection, query: str, *values: object) -> list[dict[str, Any]]:
    """Ask, whatever kind of rows the connection gives otherwise."""
    found = connection.execute(query, values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def _values(kind: type, row: dict[str, Any]) -> dict[str, Any]:
    return {field.name: row[field.name] for field in fields(kind)}
