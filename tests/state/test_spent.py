"""History is asked by any dimension and window, and each answer is the sum of the very calls that lie in it."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from math import ceil
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.money.lane import Lane
from state.money.meter import Metered
from state.money.rollup import COLUMNS, changed
from state.money.spending import Quote, Rates
from state.money.spent import Dimension, Spent, spent_of
from state.runs.card import Card
from state.runs.run import Run, RunKey, Usage
from state.store import spending
from state.store.paid import Paid
from state.store.writer import Store
from tests.tries import tries

LANES = {"top": Lane("top", ("opus*",)), "cheap": Lane("cheap", ("mini",))}
MODELS = (None, "opus-4", "opus-5", "mini", "strange")
HOUR = 3600.0


def calls() -> Iterator[Metered]:
    chance = Random(5)
    for number in range(160):
        model = chance.choice(MODELS)
        at = None if number % 40 == 0 else chance.choice((20, 21, 22)) * 24 * HOUR + chance.random() * 30 * HOUR
        usage = Usage(*(chance.randrange(99) for _ in range(6)), requests=1)
        rates = Rates(*(Decimal(chance.randrange(1, 90)) / 10 for _ in range(6))) if model != "strange" else None
        usd = Decimal(chance.randrange(10**9)) / 10**9 if rates else None
        quote = Quote(usd, "priced" if rates else "unpriced", 0 if rates else usage.tokens, rates)
        yield Metered(str(number), RunKey(f"run{number % 13}"), at, model, bool(number % 3), usage, "", 0, quote=quote)


CALLS = list(calls())
CARDS = {
    f"run{number}": Card(
        f"run{number}", "codex" if number % 2 else "claude-code", f"session {number}", "idle", "", 0,
        role=("tester", None, "planner")[number % 3], lane_asked=("top", None)[number % 2],
        owner="maya" if number % 4 else None, task_title=f"task {number % 5}" if number % 5 else None,
    )
    for number in range(13)
}  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("history") / "state.db"
    store = Store(path)
    with store.transaction() as transaction:
        transaction.count(CALLS)
        shown = [(Run(RunKey(card.id), card.agent, card.session_id), card) for card in CARDS.values()]
        transaction.show(shown)
    store.close()
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


HOURS = st.none() | st.integers(18 * 24, 25 * 24).map(float) | st.floats(19 * 24, 25 * 24)


@given(HOURS, HOURS)
@settings(max_examples=tries(25, 1000))
def test_every_dimension_and_window_gives_the_sums_of_its_calls(
    database: sqlite3.Connection, since: float | None, until: float | None
) -> None:
    since, until = since and since * HOUR, until and until * HOUR
    asked = spending.window(since, until)
    inside = [call for call in CALLS if lies_in(call, since, until)]
    for by in get_args(Dimension):
        found = spending.spent(database, by, asked, LANES)
        assert told(found) == told(by_hand(by, inside))
        assert [row.cost.usd for row in found] == sorted((row.cost.usd for row in found), reverse=True)


def lies_in(call: Metered, since: float | None, until: float | None) -> bool:
    if since is None and until is None:
        return True
    hour = None if call.at is None else int(call.at // HOUR)
    return hour is not None and (since or 0) // HOUR <= hour and (until is None or hour < ceil(until / HOUR))


def told(found: Any) -> dict[str, Any]:
    return {one.key: (one.usage, one.cost, one.listed, one.cache_net, one.listed_usd, one.unlisted) for one in found}


def by_hand(by: str, inside: list[Metered]) -> list[Spent]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * len(COLUMNS))
    for call in inside:
        (some,) = changed({}, [call]).values()
        key = key_of(by, call, CARDS[call.run])
        sums[key] = [one + more for one, more in zip(sums[key], some, strict=True)]
    return [spent_of(key, some, runs=0) for key, some in sums.items()]


def key_of(by: str, call: Metered, card: Card) -> str:
    day = "unknown" if call.at is None else datetime.fromtimestamp(call.at, UTC).date().isoformat()
    lane = {"opus-4": "top", "opus-5": "top", "mini": "cheap"}.get(call.model or "", "unknown")
    of_run = {"session": card.session_id, "role": card.role, "task": card.task_title, "agent": card.agent}
    named = {**of_run, "owner": card.owner, "model": call.model, "day": day, "lane": lane}
    return named[by] or "unknown"


@pytest.mark.parametrize(("by", "most"), [*product(["session", "task"], [1, 3])])
def test_what_is_not_given_row_by_row_is_in_the_last_one(
    database: sqlite3.Connection, by: Dimension, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spending, "MOST_ROWS", most)
    for since, until in ((None, None), (20.7 * 24 * HOUR, 22.2 * 24 * HOUR)):
        inside = [call for call in CALLS if lies_in(call, since, until)]
        whole = sorted(by_hand(by, inside), key=lambda one: -one.cost.usd)
        *shown, last = spending.spent(database, by, spending.window(since, until))
        assert told(shown) == told(whole[:most])
        assert (last.key, last.others) == ("others", len(whole) - most)
        rest = whole[most:]
        assert last.cost.usd == sum(one.cost.usd for one in rest)
        assert last.usage == sum((one.usage for one in rest), Usage())
        assert last.cache_net == sum(one.cache_net or 0 for one in rest)


def test_each_run_counts_once_where_it_began(database: sqlite3.Connection) -> None:
    for by in ("model", "day", "role"):
        assert sum(one.runs for one in spending.spent(database, by, spending.window(None, None))) == len(CARDS)
    early, late = spending.window(0.0, 21.3 * 24 * HOUR), spending.window(21.3 * 24 * HOUR, None)
    begun = sum(one.runs for part in (early, late) for one in spending.spent(database, "role", part))
    assert begun == sum(any(call.run == run and call.at is not None for call in CALLS) for run in CARDS)


def test_cost_over_time_has_every_stretch(database: sqlite3.Connection) -> None:
    begin, end = 20 * 24 * HOUR, 23 * 24 * HOUR + 5 * HOUR
    found = spending.over_time(database, spending.window(begin, end), 7)
    assert [at for at, _ in found] == [begin + 7 * HOUR * number for number in range(11)]
    inside = [call.cost.usd for call in CALLS if lies_in(call, begin, end)]
    assert sum(cost.usd for _, cost in found) == sum(inside)
    first = [call.cost.usd for call in CALLS if lies_in(call, begin, begin + 7 * HOUR)]
    assert found[0][1].usd == sum(first) > 0


def test_one_run_is_asked_alone_and_by_model(database: sqlite3.Connection) -> None:
    own = [call for call in CALLS if call.run == "run3"]
    (run,) = spending.of_runs(database, ["run3", "nobody"], spending.window(None, None)).values()
    assert run.usage == sum((call.usage for call in own), Usage())
    assert {one.key for one in spending.of_run_by_model(database, "run3")} == {one.model or "unknown" for one in own}


def test_the_prices_of_one_run_are_told_by_model_and_source_and_read_once_a_call(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = [call for call in CALLS if call.run == "run3"]
    paid = Paid(Path(database.execute("PRAGMA database_list").fetchone()["file"]))
    sums, used = paid.of("run3", len(own))
    assert sums is not None and sums.usage.requests == sum(one.calls for one in used) == len(own)
    by_model = {model: [call.at for call in own if call.model == model] for model in {call.model for call in own}}
    times = {model: [at for at in told if at is not None] for model, told in by_model.items()}
    assert {one.model: (one.first, one.last, one.calls) for one in used} == {
        model: (min(at, default=None), max(at, default=None), len(by_model[model])) for model, at in times.items()
    }
    monkeypatch.setattr(paid, "_path", Path("/gone"))
    assert paid.of("run3", len(own)) == (sums, used)
    with pytest.raises(spending.HistoryUnreadable):
        paid.of("run3", len(own) + 1)
