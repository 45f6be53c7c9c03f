"""What the store keeps of prices: the rates used, sums by their changes, and prices that changed."""

import json
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from state.money.meter import Metered, count
from state.money.pricing import ABOUT_PRICES, Pricing, priced
from state.money.spending import NOTHING, Cost, Edition, NoPrice, Rates, Tariff, Terms
from state.ports import Batch, Problem
from state.runs import event as ev
from state.runs.fold import fold
from state.runs.run import Origin, Run, RunKey, Usage
from state.store import database
from state.store.writer import Store

KEY = RunKey("aaaaaaaaaa")


class Book:
    """Prices by model: input USD per million, output the same."""

    def __init__(self, edition: Edition, **prices: str) -> None:
        self.now, self.prices = edition, prices
        self.asked = 0
        self.wrong: Problem | None = None

    def tariff(self, model: str | None, at: float | None, terms: Terms, usage: Usage) -> Tariff | NoPrice:
        self.asked += 1
        price = self.prices.get(model or "")
        rate = None if price is None else Decimal(price)
        return NoPrice("not in this book") if rate is None else Tariff(Rates(input=rate, output=rate), "a test")

    def edition(self) -> Edition:
        return self.now

    def load(self) -> None: ...

    def complaint(self) -> Problem | None:
        return self.wrong


def call(key: str, model: str, tokens: int, at: float = 10.0) -> ev.RequestMetered:
    return ev.RequestMetered(KEY, Origin("/log", 0, at), key, model, Usage(fresh_input=tokens, requests=1))


def take(store: Store, pricing: Pricing, run: Run, events: Iterable[ev.RequestMetered]) -> Run:
    with store.transaction() as transaction:
        changes = pricing.renew(transaction)
        calls, counted = count(events, transaction.metered, pricing.quote)
        transaction.count(calls)
    pricing.settle()
    for one in (*changes, *counted):
        run = fold(run, one)
    return run


def usd(run: Run) -> tuple[str, str, int]:
    return f"{run.cost.usd.normalize():f}", run.cost.state, run.cost.unpriced_tokens


RUN = Run(KEY, "codex", "one")


def test_the_rates_used_are_stored_with_the_call(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    take(store, Pricing(Book(Edition("1", ""), a="2")), RUN, [call("k", "a", 1_000_000), call("m", "?", 7)])
    store.close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        found = connection.execute("SELECT usd, cost_state, unpriced_tokens, rates FROM usage ORDER BY key").fetchall()
    connection.close()
    assert [row[:3] for row in found] == [("2", "priced", 0), (None, "unpriced", 7)]
    assert json.loads(found[0][3]) == {"source": "a test", "input": "2", "output": "2"}
    assert json.loads(found[1][3]) == {"why": "not in this book"}


def test_a_repeated_record_is_not_priced_again(tmp_path: Path) -> None:
    store, book = Store(tmp_path / "state.db"), Book(Edition("1", ""), a="2")
    pricing = Pricing(book)
    run = take(store, pricing, RUN, [call("k", "a", 1_000_000)])
    run = take(store, pricing, run, [call("k", "a", 1_000_000)])
    assert (usd(run), book.asked) == (("2", "priced", 0), 1)
    run = take(store, pricing, run, [call("k", "a", 1_500_000)])
    assert (usd(run), book.asked) == (("3", "priced", 0), 2)
    store.close()


def test_a_newer_catalogue_prices_what_had_no_price_and_rewrites_no_history(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    run = take(store, Pricing(Book(Edition("1", ""), a="2")), RUN, [call("k", "a", 1_000_000), call("m", "b", 500_000)])
    assert usd(run) == ("2", "lower_bound", 500_000)
    run = take(store, Pricing(Book(Edition("2", ""), a="9", b="4")), run, [])
    assert usd(run) == ("4", "priced", 0)
    store.close()


def test_changed_prices_of_ones_own_hold_for_every_call(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    pricing = Pricing(book := Book(Edition("1", ""), a="2"))
    run = take(store, pricing, RUN, [call("k", "a", 1_000_000)])
    assert not pricing.moved()
    book.now, book.prices = Edition("1", "mine"), {"a": "3"}
    assert pricing.moved()
    run = take(store, pricing, run, [])
    assert (usd(run), run.burn[-1][1].usd, pricing.moved()) == (("3", "priced", 0), Decimal(3), False)
    store.close()


def test_prices_that_cannot_be_read_change_nothing_until_they_can(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    pricing = Pricing(book := Book(Edition("1", "mine"), a="2"))
    run = take(store, pricing, RUN, [call("k", "a", 1_000_000)])
    book.now, book.prices, book.wrong = Edition("1", None), {"a": "5"}, Problem(ABOUT_PRICES, "broken", "mend it")
    assert pricing.told(Batch())[0] == (book.wrong,)
    run = take(store, pricing, run, [])
    assert usd(run)[0] == "2"
    assert pricing.told(Batch()) == ((), ())
    book.now, book.wrong = Edition("1", "mine"), None
    assert pricing.told(Batch()) == ((), (ABOUT_PRICES,))
    assert usd(take(store, pricing, run, []))[0] == "5"
    store.close()


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy?"), st.integers(0, 10**7)), max_size=12),
    st.integers(0, 12),
)
def test_a_runs_cost_is_the_sum_of_its_calls_however_they_come(records: list[tuple[str, str, int]], cut: int) -> None:
    book = Book(Edition("1", ""), x="2", y="3")
    known: dict[str, Metered] = {}
    run = RUN
    events = [call(key, model, tokens, float(at)) for at, (key, model, tokens) in enumerate(records)]
    for batch in (events[:cut], events[cut:], events):
        calls, counted = count(
            batch, lambda keys: {key: known[key] for key in keys if key in known}, lambda one: priced(book, one)
        )
        known.update({one.key: one for one in calls})
        for one in counted:
            run = fold(run, one)
    assert run.cost == sum((one.cost for one in known.values()), NOTHING)
    assert sum((spent for _, spent in run.burn), NOTHING) == run.cost
    if any(one.model == "?" and one.usage.tokens for one in known.values()):
        assert run.cost.state in ("lower_bound", "unpriced")


def test_a_subagents_copy_gives_its_cost_back() -> None:
    other = RunKey("bbbbbbbbbb")
    book = Book(Edition("1", ""), x="1")
    side = replace(call("k", "x", 10**6), side=True)
    main = replace(call("k", "x", 10**6), run=other)
    first, _ = count([side], lambda keys: {}, lambda one: priced(book, one))
    _, counted = count([main], lambda keys: {"k": first[0]}, lambda one: priced(book, one))
    assert {one.run: one.cost for one in counted} == {KEY: NOTHING - first[0].cost, other: Cost(Decimal(1), priced=1)}


def test_every_column_of_usage_says_what_it_is() -> None:
    script = database.SCHEMA.read_text()
    table = script[script.index("CREATE TABLE usage") : script.index("-- What is wrong outside")]
    lines = [line for line in table.splitlines()[1:] if re.match(r"    [a-z]", line)]
    assert len(lines) > 20
    assert [line for line in lines if not re.search(r"-- \S+", line)] == []
