"""Makes the sums of calls anew from the calls: where an older database has none, and where the two do not agree.

The sums are kept in the transactions that write the calls (`state.store.totals`), so they differ only where someone
else wrote into the file, or where Headgate did wrong. A core that begins after one that was killed compares them.
"""

import json
import sqlite3
from decimal import Decimal
from functools import lru_cache

from state.money.rollup import COLUMNS, FIGURES, listed, pico
from state.money.spending import RATE_NAMES, STATES, Rates
from state.ports import Problem
from state.store.totals import task_digest

ABOUT = "spending"
_FORM = "1"
"""How the sums are made; where it was made otherwise, or not at all, they are made anew."""


def agreed(connection: sqlite3.Connection, *, unclean: bool) -> tuple[Problem, ...]:
    """See to it that the sums are those of the calls; says where they were not, though they should have been.

    `unclean` says that the last life did not end by itself: then they are compared.
    """
    form = connection.execute("SELECT value FROM meta WHERE key = 'spending'").fetchone()
    if form is not None and form[0] == _FORM and not (unclean and differing(connection)):
        return ()
    recount(connection)
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('spending', ?)", (_FORM,))
    if form is None or form[0] != _FORM:
        return ()
    text = "the sums of what runs spent did not agree with the calls that they are made of"
    return (Problem(ABOUT, text, "they were made anew from the calls; nothing is to be done"),)


def differing(connection: sqlite3.Connection) -> bool:
    """Say whether sums and calls differ in tokens, dollars, or how many calls are in which state, or sums in theirs.

    Dollars are compared in whole picodollars; list prices, which follow from tokens and rates, are not made again.
    """
    _teach(connection)
    calls = tuple(connection.execute(_OF_CALLS).fetchone())
    if calls != tuple(connection.execute(_OF_SUMS).fetchone()):
        return True
    wanted = f"SELECT {', '.join(f'coalesce(sum({name}), 0)' for name in COLUMNS)} FROM"
    of_rows, of_days = (connection.execute(f"{wanted} {table}").fetchone() for table in ("spending", "spending_day"))
    of_runs = connection.execute("SELECT coalesce(sum(usd_e12), 0) FROM spending_run").fetchone()[0]
    return tuple(of_rows) != tuple(of_days) or of_runs != of_rows[COLUMNS.index("usd_e12")]


def recount(connection: sqlite3.Connection) -> None:
    """Make all sums anew."""
    _teach(connection)
    for statement in (*_EMPTIED, _ROWS, _DAYS, _RUNS):
        connection.execute(statement)


def _teach(connection: sqlite3.Connection) -> None:
    """Teach SQLite the arithmetic of `state.money.rollup`: what is kept as text cannot be added up exactly without."""
    for name, count, function in (
        ("pico", 1, _pico),
        ("at_list", 6, _at_list),
        ("saved", 6, _saved),
        ("searched", 3, _searched),
        ("task_digest", 1, task_digest),
    ):
        connection.create_function(name, count, function, deterministic=True)


def _pico(usd: str | None) -> int:
    return 0 if usd is None else pico(Decimal(usd))


def _at_list(rates: str | None, fresh: int, read: int, short: int, long: int, output: int) -> int | None:
    known = listed(_rates(rates), (fresh, read, short, long, output))
    return None if known is None else known[0]


def _saved(rates: str | None, fresh: int, read: int, short: int, long: int, output: int) -> int:
    known = listed(_rates(rates), (fresh, read, short, long, output))
    return 0 if known is None else known[1]


def _searched(usd: str | None, rates: str | None, searches: int) -> int:
    known = _rates(rates)
    rate = known.search if known is not None and searches and usd is not None else None
    return 0 if rate is None else pico(searches * rate)


@lru_cache(maxsize=4096)
def _rates(told: str | None) -> Rates | None:
    """Give the rates that stand in `usage.rates`; None where the call had none."""
    words: dict[str, str] = json.loads(told) if told else {}
    known = {name: Decimal(words[name]) for name in RATE_NAMES if name in words}
    return Rates(**known) if known else None


_HOUR = "CASE WHEN at >= 0 THEN CAST(at AS INTEGER) / 3600 ELSE -1 END"
_PARTS = ", ".join(FIGURES[:5])
_SUM_OF = {
    **{name: name for name in (*FIGURES, "searches", "unpriced_tokens")},
    "usd_e12": "pico(usd)",
    "list_e12": f"coalesce(at_list(rates, {_PARTS}), 0)",
    "net_e12": f"saved(rates, {_PARTS})",
    "listed_e12": f"CASE WHEN at_list(rates, {_PARTS}) IS NULL THEN 0 ELSE pico(usd) END",
    "unlisted": f"at_list(rates, {_PARTS}) IS NULL",
    "tools_e12": "searched(usd, rates, searches)",
    **{state: f"cost_state = '{state}'" for state in STATES},
}
_EMPTIED = tuple(f"DELETE FROM {table}" for table in ("spending", "spending_day", "spending_run"))
_ROWS = (
    f"INSERT INTO spending (run, hour, model, side, {', '.join(COLUMNS)})"
    f" SELECT run, {_HOUR}, coalesce(model, ''), side, {', '.join(f'sum({_SUM_OF[name]})' for name in COLUMNS)}"
    " FROM usage GROUP BY 1, 2, 3, 4"
)
_NAMED = ", ".join(f"coalesce(run.{name}, '')" for name in ("agent", "role", "lane_asked", "owner"))
_DAY = "CASE WHEN hour < 0 THEN -1 ELSE hour / 24 END"
_FIRST = (
    "SELECT *, row_number() OVER (PARTITION BY run ORDER BY hour < 0, hour, model, side) = 1 AS begins FROM spending"
)
_DAYS = (
    f"INSERT INTO spending_day (day, agent, role, lane, owner, model, begun, {', '.join(COLUMNS)})"
    f" SELECT {_DAY}, {_NAMED}, one.model, sum(begins), {', '.join(f'sum(one.{name})' for name in COLUMNS)}"
    f" FROM ({_FIRST}) AS one LEFT JOIN run ON run.id = one.run GROUP BY 1, 2, 3, 4, 5, 6"
)
_RUNS = (
    "INSERT INTO spending_run (run, day, usd_e12, task, agent, role, lane, owner)"
    f" SELECT spending.run, {_DAY}, sum(usd_e12), task_digest(run.task_title), {_NAMED}"
    " FROM spending LEFT JOIN run ON run.id = spending.run GROUP BY 1, 2"
)
_COMPARED = (*FIGURES, "searches", "unpriced_tokens", *STATES, "usd_e12")
_OF_CALLS = f"SELECT {', '.join(f'coalesce(sum({_SUM_OF[name]}), 0)' for name in _COMPARED)} FROM usage"
_OF_SUMS = f"SELECT {', '.join(f'coalesce(sum({name}), 0)' for name in _COMPARED)} FROM spending"
