"""What it takes to ask a history of 100,000 runs over two years: every query of `state.store.spending`, in 200 ms each.

Run it: `uv run python -m tests.bench.history [--runs N]`. It makes a database in a temporary directory and asks each
query over a connection of its own, as a verb or a board does that has just begun, and once every outcome of four weeks.
The figure is the least time by the wall of five turns; the processor's own stands beside it, because on a busy machine
the wall tells of others too. It exits 1 when a limit is broken.
"""

import argparse
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, get_args

from state.money.lane import Lane
from state.money.rollup import COLUMNS
from state.money.spent import Dimension
from state.outcomes.outcomes import WINDOW, outcomes
from state.runs.card import Card
from state.settings import shipped
from state.store import recounting, rows, spending
from state.store.journal import read_journal
from state.store.writer import Store
from tests.bench.table import Table, made_once, room

LIMIT_MS = 200.0
YEARS = 2
BEGIN = 480_000
"""The first hour, since 1970."""
TURNS = 5
_AGENTS = {
    "claude-code": ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"),
    "codex": ("gpt-5.5", "gpt-5.4-mini"),
    "gemini-cli": ("gemini-3.1-pro",),
}
_ROLES = ("implementer",) * 5 + ("tester", "reviewer", "planner", "mapper", None)
_MODELS_OF_A_RUN = (1, 1, 1, 2)


class History:
    """Makes runs of a few hours each: with a task that two or three share, one or two models, and subagents."""

    def __init__(self, runs: int) -> None:
        self._chance, self._runs = Random(11), runs

    def cards(self) -> Iterator[Card]:
        """Give the runs."""
        for number in range(self._runs):
            agent = self._chance.choice((*_AGENTS, "claude-code"))
            yield Card(
                f"{number * 2_654_435_761 % (1 << 40):010x}", agent, f"session-{number}", "idle", "done", 0,
                role=self._chance.choice(_ROLES), owner=self._chance.choice(("maya", "maya", "jon")),
                lane_asked=self._chance.choice((None, None, None, "top", "cheap")),
                task_id=f"{number * 2 // 5:012x}" if number % 50 else None,
                task_title=f"handle case {number * 2 // 5} of what was reported" if number % 50 else None,
                seen=self._hour(number) * 3600.0 + 9000, source_log=f"/home/maya/.claude/projects/p/{number}.jsonl",
            )  # fmt: skip

    def _hour(self, number: int) -> int:
        """Give the hour in which a run begins: one after the other, those of one task within a few hours."""
        return BEGIN + number * YEARS * 365 * 24 // self._runs

    def calls(self, card: Card) -> Iterator[tuple[Any, ...]]:
        """Give the rows of `spending` of one run."""
        chance, models = self._chance, _AGENTS[card.agent]
        begin = self._hour(int(card.session_id.removeprefix("session-")))
        for model in chance.sample(models, min(len(models), chance.choice(_MODELS_OF_A_RUN))):
            for hour in range(begin, begin + chance.randrange(1, 4)):
                tokens = [chance.randrange(10**6) for _ in range(7)]
                money = [chance.randrange(10**12, 9 * 10**12) for _ in range(4)]
                yield (card.id, hour, model, int(chance.random() < 0.2), *tokens, *money, 0, 1, 9, 0, 8, 0, 1, 0, 0)

    def make(self, path: Path) -> None:
        """Write the database."""
        Store(path).close()
        connection = sqlite3.connect(path)
        cards = sorted(self.cards(), key=lambda card: card.id)
        marks = ", ".join("?" * (len(rows.CARD_COLUMNS) + 1))
        written = [(*rows.row_of_card(card), _facts(card)) for card in cards]
        connection.executemany(f"INSERT INTO run ({', '.join(rows.CARD_COLUMNS)}, facts) VALUES ({marks})", written)
        calls = sorted(call for card in cards for call in self.calls(card))
        connection.executemany(f"INSERT INTO spending VALUES ({', '.join('?' * (4 + len(COLUMNS)))})", calls)
        recounting.summarise(connection)
        connection.commit()
        for table in ("run", "spending", "spending_day", "spending_run", "spending_time"):
            print(f"{table}: {connection.execute(f'SELECT count(*) FROM {table}').fetchone()[0]:,} rows")
        connection.close()


def _facts(card: Card) -> str:
    """Give the facts of a run as long as those of a short one: what it must know, and blanks."""
    return json.dumps({"key": card.id, "agent": card.agent, "session": card.session_id}).ljust(1000)


def queries(lanes: dict[str, Lane], run: str) -> Iterator[tuple[str, Callable[[sqlite3.Connection], object]]]:
    """Give every query with what it is: over everything, and over a window that cuts days in two."""
    low, high = (BEGIN + 100 * 24 + 7) * 3600.0, (BEGIN + 600 * 24 + 19) * 3600.0
    everything, cut = spending.window(None, None), spending.window(low, high)
    for by in get_args(Dimension):
        yield f"by {by}", lambda at, by=by: spending.spent(at, by, everything, lanes)
        yield f"by {by}, 500 days", lambda at, by=by: spending.spent(at, by, cut, lanes)
    yield "over time, 500 days by the day", lambda at: spending.over_time(at, cut, 24)
    yield "over time, 500 days by the hour", lambda at: spending.over_time(at, cut, 1)
    yield "one run", lambda at: spending.of_runs(at, [run], everything)
    yield "one run by model", lambda at: spending.of_run_by_model(at, run)


def best(path: Path, ask: Callable[[sqlite3.Connection], object]) -> tuple[float, float]:
    """Give the least seconds by the wall and of the processor that a query took, with opening the database."""

    def asked() -> object:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return ask(connection)
        finally:
            connection.close()

    return timed(asked)


def timed(do: Callable[[], object]) -> tuple[float, float]:
    """Give the least seconds by the wall and of the processor of a few turns."""
    walls, processor = list[float](), list[float]()
    for _ in range(TURNS):
        began, used = time.perf_counter(), time.process_time()
        assert do()
        walls.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    return min(walls), min(processor)


def four_weeks(path: Path) -> object:
    """Give every outcome of four weeks in the middle of the history."""
    until = (BEGIN + 500 * 24) * 3600.0
    return outcomes(read_journal(path, until - WINDOW, until), until - WINDOW, until)


def judged(table: Table, what: str, taken: tuple[float, float]) -> None:
    """Tell both times; the wall's must hold."""
    wall, processor = (seconds * 1000 for seconds in taken)
    table.row(what, wall, LIMIT_MS, "ms", f"processor {processor:.0f} ms")


def main() -> int:
    """Make the history, ask, print, and say whether the limit holds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=100_000)
    chosen = parser.parse_args()
    table = Table("history")
    with room("history") as folder:
        path = made_once(folder / f"{chosen.runs}.db", History(chosen.runs).make)
        lanes = dict(shipped().lanes)
        run = next(History(1).cards()).id
        for what, ask in queries(lanes, run):
            judged(table, what, best(path, ask))
        judged(table, "all outcomes of four weeks", timed(lambda: four_weeks(path)))
    return table.status


if __name__ == "__main__":
    sys.exit(main())
