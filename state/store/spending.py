"""Reads what history cost, by any dimension, over time, and of one run; read-only, and quick over 100,000 runs.

Windows are of whole hours: an hour that a window begins or ends in counts with all of it. Whole days come from
`spending_day` and `spending_run`, the hours at both ends from `spending`. Calls of unknown time count only where no
window is asked for.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from operator import add, sub
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from state.money.lane import Lane, effective
from state.money.rollup import COLUMNS
from state.money.spending import Cost
from state.money.spent import OTHERS, PICO, UNKNOWN, Dimension, Spent, spent_of, sums_of
from state.store.database import VERSION
from state.store.totals import SPANS, TIMED

MOST_ROWS = 200
"""How many sessions or tasks are given one by one, the dearest; the rest together is one more row."""
_END = 1 << 40
_AT_ONCE = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Sums = list[int]
_Told = TypeVar("_Told")
Database: TypeAlias = sqlite3.Connection


class HistoryUnreadable(Exception):
    """The database cannot be asked now; the text is one sentence on why."""


def asked_of(path: Path, ask: Callable[[Database], _Told]) -> _Told:
    """Open a database read-only, ask it, and close it; it blocks. Raises `HistoryUnreadable`."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2.0)) as database:
            database.row_factory = sqlite3.Row
            if database.execute("PRAGMA user_version").fetchone()[0] < VERSION:
                raise HistoryUnreadable(
                    "history is still of an older Headgate; a core of this one brings it up to date"
                )
            return ask(database)
    except sqlite3.Error as error:
        raise HistoryUnreadable(f"the history in {path.name} cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class Window:
    """Hours from `low` to before `high`, parted in whole days and the hours before and after them."""

    low: int
    high: int

    @property
    def days(self) -> tuple[int, int]:
        """The whole days in it, from the first to before the last."""
        return (self.low, _END) if self.low < 0 else (ceil(self.low / 24), max(ceil(self.low / 24), self.high // 24))

    @property
    def spans(self) -> tuple[tuple[int, int, int], ...]:
        """Its whole days, in long stretches and the days beside them: how long each is, from where, to where."""
        short, long = SPANS
        first, end = self.days
        if first < 0:
            return ((long, -long, _END),)
        begin = min(-(-first // long) * long, end)
        last = max(begin, end // long * long)
        parts = ((short, first, begin), (long, begin, last), (short, last, end))
        return tuple(part for part in parts if part[1] < part[2])

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """The hours that are in no whole day."""
        if self.low < 0:
            return ()
        first, last = (24 * day for day in self.days)
        ends = ((self.low, min(first, self.high)), (max(last, min(first, self.high)), self.high))
        return tuple((begin, end) for begin, end in ends if begin < end)


def window(since: float | None, until: float | None) -> Window:
    """Give the hours of a time; both None means everything."""
    if since is None and until is None:
        return Window(-1, _END)
    low = max(0, int((since or 0.0) // 3600))
    return Window(low, max(low, ceil(until / 3600)) if until is not None else _END)


def spent(
    connection: sqlite3.Connection, by: Dimension, asked: Window, lanes: Mapping[str, Lane] | None = None
) -> tuple[Spent, ...]:
    """Give what calls cost by a dimension, the dearest first; `lanes` are those of the settings.

    Of sessions and tasks `MOST_ROWS` are given one by one. Raises `sqlite3.Error`.
    """
    if by in ("session", "task"):
        return _by_many(connection, by, asked)
    key_of = _KEYS[by] if by != "lane" else _by_lane(lanes or {})
    rows: dict[str, _Sums] = {}
    for name, sums in _by_few(connection, _COLUMNS_OF[by], asked):
        key = key_of(*name) or UNKNOWN
        rows[key] = list(map(add, rows[key], sums)) if key in rows else sums
    return dearest(spent_of(key, sums[1:], runs=sums[0]) for key, sums in rows.items())


def of_runs(connection: sqlite3.Connection, runs: Sequence[str], asked: Window) -> dict[str, Spent]:
    """Give what each of these runs cost; those without a call are left out. Raises `sqlite3.Error`."""
    return {row[0]: spent_of(row[0], row[1], runs=1) for row in _sums_of_runs(connection, runs, asked)}


def of_run_by_model(connection: sqlite3.Connection, run: str) -> tuple[Spent, ...]:
    """Give what one run cost by model. Raises `sqlite3.Error`."""
    found = connection.execute(f"SELECT model, {_SUMS} FROM spending WHERE run = ? GROUP BY model", (run,))
    return dearest(spent_of(row[0] or UNKNOWN, tuple(row)[1:], runs=1) for row in found)


def over_time(connection: sqlite3.Connection, asked: Window, hours: int) -> tuple[tuple[float, Cost], ...]:
    """Give what was spent in each stretch of so many hours, by when it begins, empty ones included.

    The window must have both ends. Raises `sqlite3.Error`.
    """
    wanted = (
        f"SELECT (hour - ?) / ?, {', '.join(f'sum({name})' for name in TIMED)} FROM spending_time"
        " WHERE hour >= ? AND hour < ? GROUP BY 1"
    )
    found = {row[0]: _cost(*tuple(row)[1:]) for row in connection.execute(wanted, (asked.low, hours, *_ends(asked)))}
    stretches = range(-(-(asked.high - asked.low) // hours))
    return tuple(((asked.low + number * hours) * 3600.0, found.get(number, Cost())) for number in stretches)


def _cost(usd: int, unpriced: int, *states: int) -> Cost:
    return Cost(usd * PICO, unpriced, *states)


def _ends(asked: Window) -> tuple[int, int]:
    return asked.low, asked.high


def dearest(rows: Iterable[Spent]) -> tuple[Spent, ...]:
    """Put rows in order: the dearest first, and what stands for many last."""
    return tuple(sorted(rows, key=lambda row: (bool(row.others), -row.cost.usd, -row.usage.tokens, row.key)))


def _by_few(
    connection: sqlite3.Connection, names: Sequence[str], asked: Window
) -> Iterable[tuple[tuple[Any, ...], _Sums]]:
    """Give sums by columns of `spending_day`, of its days and of the hours beside them; the runs begun come first."""
    of_days = ", ".join(names)
    wanted = (
        f"SELECT {', '.join([*names, 'sum(begun)', _SUMS])} FROM spending_day"
        f" WHERE days = ? AND day >= ? AND day < ?{f' GROUP BY {of_days}' if names else ''}"
    )
    for span in [(1, *asked.days)] if "day" in names else asked.spans:
        yield from _parted(connection.execute(wanted, span), len(names))
    for edge in asked.edges:
        grouped = f" GROUP BY {', '.join(map(str, range(1, len(names) + 1)))}" if names else ""
        of_hours = [f"{_OF_HOUR[name]} AS {name}" for name in names]
        wanted = f"SELECT {', '.join([*of_hours, _BEGUN, _SUMS_S])} FROM {_NAMED_HOURS}{grouped}"
        yield from _parted(connection.execute(wanted, edge), len(names))


def _parted(found: Iterable[Any], names: int) -> Iterable[tuple[tuple[Any, ...], _Sums]]:
    """Part rows in names and sums; the sum of nothing, which is no number, is left out."""
    for row in found:
        if row[names] is not None:
            yield tuple(row)[:names], list(row)[names:]


def _by_lane(lanes: Mapping[str, Lane]) -> Callable[[str, str], str | None]:
    return lambda asked, model: effective(lanes.values(), model, asked or None)


def _by_many(connection: sqlite3.Connection, by: Dimension, asked: Window) -> tuple[Spent, ...]:
    """Give sessions or tasks: which are the dearest is told by dollars alone, and only those are added up whole."""
    column = "run" if by == "session" else "task"
    usd: dict[str, int] = {}
    for edge in asked.edges:
        wanted = f"SELECT {_EDGE_KEY[column]}, sum(s.usd_e12) FROM {_EDGE} GROUP BY 1"
        for row in connection.execute(wanted, edge):
            usd[row[0]] = usd.get(row[0], 0) + row[1]
    grouped = f"FROM spending_run{_INDEXED[column]} WHERE day >= ? AND day < ? GROUP BY {column}"
    best = f"SELECT {column}, sum(usd_e12) AS usd {grouped} ORDER BY usd DESC, {column} LIMIT {MOST_ROWS}"
    days = dict(tuple(row) for row in connection.execute(best, asked.days))
    if missing := [name for name in usd if name not in days]:
        wanted = f"SELECT {column}, sum(usd_e12) FROM spending_run WHERE day >= ? AND day < ? AND {column} IN"
        days |= dict.fromkeys(missing, 0)
        days |= dict(tuple(row) for row in _in(connection, wanted, asked.days, missing, f" GROUP BY {column}"))
    whole = {name: amount + usd.get(name, 0) for name, amount in days.items()}
    chosen = sorted(whole, key=lambda name: (-whole[name], name))[:MOST_ROWS]
    rows = _sessions(connection, chosen, asked) if by == "session" else _tasks(connection, chosen, asked)
    if len(chosen) < MOST_ROWS:
        return dearest(rows)
    count = connection.execute(f"SELECT count(*) FROM (SELECT 1 {grouped})", asked.days).fetchone()[0]
    outside = sum(not connection.execute(*_among(column, name, asked)).fetchone() for name in usd)
    return dearest([*rows, *_rest(connection, asked, rows, count + outside - len(chosen))])


def _among(column: str, name: str, asked: Window) -> tuple[str, tuple[Any, ...]]:
    """Ask whether a session or task has a part in the whole days."""
    wanted = f"SELECT 1 FROM spending_run WHERE {column} = ? AND day >= ? AND day < ? LIMIT 1"
    return wanted, (name, *asked.days)


def _rest(connection: sqlite3.Connection, asked: Window, rows: Sequence[Spent], others: int) -> list[Spent]:
    """Give what all rows but these came to: the sum of everything less theirs."""
    if others <= 0:
        return []
    left = [0] * (1 + len(COLUMNS))
    for _, sums in _by_few(connection, (), asked):
        left = list(map(add, left, sums))
    for row in rows:
        left = list(map(sub, left, (row.runs, *sums_of(row))))
    return [spent_of(OTHERS, left[1:], runs=max(0, left[0]), others=others)]


def _sessions(connection: sqlite3.Connection, runs: Sequence[str], asked: Window) -> list[Spent]:
    names = dict(tuple(row) for row in _in(connection, "SELECT id, session_id FROM run WHERE id IN", (), runs))
    found = _sums_of_runs(connection, runs, asked)
    return [spent_of(names.get(run) or UNKNOWN, sums, runs=1) for run, sums in found]


def _sums_of_runs(
    connection: sqlite3.Connection, runs: Sequence[str], asked: Window
) -> Iterable[tuple[str, Sequence[int]]]:
    wanted = f"SELECT run, {_SUMS} FROM spending WHERE hour >= ? AND hour < ? AND run IN"
    for row in _in(connection, wanted, _ends(asked), runs, " GROUP BY run"):
        yield row[0], tuple(row)[1:]


def _tasks(connection: sqlite3.Connection, tasks: Sequence[str], asked: Window) -> list[Spent]:
    wanted = (
        f"SELECT task, max(day.run), count(DISTINCT day.run), {_SUMS_S}"
        " FROM spending_run AS day CROSS JOIN spending AS s"
        " ON s.run = day.run AND s.hour >= 24 * day.day AND s.hour < 24 * day.day + 24"
        " WHERE s.hour >= ? AND s.hour < ? AND task IN"
    )
    found = [tuple(row) for row in _in(connection, wanted, _ends(asked), tasks, " GROUP BY task")]
    titles = _in(connection, "SELECT id, task_title FROM run WHERE id IN", (), [row[1] for row in found])
    names = dict(tuple(row) for row in titles)
    return [spent_of(names.get(row[1]) or UNKNOWN, row[3:], runs=row[2]) for row in found]


def _in(
    connection: sqlite3.Connection, wanted: str, values: Sequence[int], names: Sequence[str], grouped: str = ""
) -> Iterable[Any]:
    for begin in range(0, len(names), _AT_ONCE):
        some = names[begin : begin + _AT_ONCE]
        yield from connection.execute(f"{wanted} ({', '.join('?' * len(some))}){grouped}", (*values, *some))


def _date(day: int) -> str:
    return UNKNOWN if day < 0 else (_EPOCH + timedelta(days=day)).date().isoformat()


_KEYS: dict[Dimension, Callable[..., str]] = {
    "day": _date,
    **dict.fromkeys(("model", "role", "agent", "owner"), str),
}
_COLUMNS_OF: dict[Dimension, tuple[str, ...]] = {
    **{name: (name,) for name in ("model", "role", "agent", "owner", "day")},
    "lane": ("lane", "model"),
}
_SUMS = ", ".join(f"sum({name})" for name in COLUMNS)
_SUMS_S = ", ".join(f"sum(s.{name})" for name in COLUMNS)
_OF_HOUR = {
    **{name: f"coalesce(run.{name}, '')" for name in ("agent", "role", "owner")},
    "lane": "coalesce(run.lane_asked, '')",
    "model": "s.model",
    "day": "s.hour / 24",
}
_BEGUN = (
    "sum((s.hour, s.model, s.side) = (SELECT hour, model, side FROM spending WHERE run = s.run"
    " ORDER BY hour < 0, hour, model, side LIMIT 1)) AS begun"
)
_NAMED_HOURS = "spending AS s LEFT JOIN run ON run.id = s.run WHERE s.hour >= ? AND s.hour < ?"
_EDGE = (
    "spending AS s LEFT JOIN spending_run AS day ON day.run = s.run AND day.day = s.hour / 24"
    " WHERE s.hour >= ? AND s.hour < ?"
)
_EDGE_KEY = {"run": "s.run", "task": "coalesce(day.task, '')"}
_INDEXED = {"run": "", "task": " INDEXED BY spending_task"}
