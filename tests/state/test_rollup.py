"""The sums of calls are those of the calls, whatever happens to them: recounted here from `usage`, one by one."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.money.fresh_calls import apart
from state.money.meter import Metered, count
from state.money.pricing import NoBook, Pricing
from state.money.rollup import COLUMNS
from state.money.spending import STATES, Doubt, Edition, NoPrice, Rates, Tariff, Terms
from state.runs.card import Card
from state.runs.event import Event, RequestMetered
from state.runs.run import Origin, Run, RunKey, Usage
from state.runs.skimmed import CallsMetered
from state.store import rows
from state.store.totals import TIMED, task_digest
from state.store.writer import Store
from tests.tries import tries

RUNS = [RunKey("aaaaaaaaaa"), RunKey("bbbbbbbbbb")]
RATES = Rates(*map(Decimal, ("5", "0.5", "6.25", "10", "25", "0.01")))
FINE = Rates(*map(Decimal, ("0.00000013", "0.0000000333", "0.1", "0.2", "1")))
TERMS = (Terms(), Terms(searches=3), Terms(lifetime_known=False), Terms(partial=True), Terms(plan=True))
TIMES = [None, -5.0, 0.5, 3599.9, 3600.0, 86399.5, 86400.0, 90_000.0, 1_000_000.0]
FIGURES = COLUMNS[:7]


class Book(NoBook):
    """Prices by model, of each kind that a book may answer with; `dearer` times what they were."""

    def __init__(self) -> None:
        self.dearer = 0

    def tariff(self, model: str | None, at: float | None, terms: Terms, usage: Usage) -> Tariff | NoPrice:
        more = Decimal(self.dearer)
        prices = {
            "plain": Tariff(replace(RATES, input=5 + more), "a test"),
            "fine": Tariff(FINE, "a test"),
            "doubtful": Tariff(RATES, "a test", (Doubt("cache_read", "assumed", "guessed"),)),
            "partly": Tariff(Rates(input=Decimal(3), cache_read=Decimal(1)), "a test"),
        }
        return prices.get(model or "", NoPrice("not in this book"))

    def edition(self) -> Edition:
        return Edition("1", str(self.dearer))


@st.composite
def records(draw: st.DrawFn) -> RequestMetered:
    usage = Usage(*(draw(st.integers(0, 99)) for _ in range(6)), requests=1)
    origin = Origin("/log", draw(st.integers(0, 9)), draw(st.sampled_from(TIMES)))
    model = draw(st.sampled_from([None, "plain", "fine", "doubtful", "partly", "strange"]))
    run, key = draw(st.sampled_from(RUNS)), draw(st.sampled_from("abcdef"))
    return RequestMetered(run, origin, key, model, usage, draw(st.booleans()), draw(st.sampled_from(TERMS)))


def figures(usage: Usage) -> tuple[int, int, int, int, int, int]:
    return (*(getattr(usage, name) for name in FIGURES[:6]),)  # type: ignore[return-value]


@st.composite
def skims(draw: st.DrawFn) -> CallsMetered:
    told = draw(st.lists(records(), min_size=1, max_size=6, unique_by=lambda one: one.key))
    calls = tuple(
        (one.key, one.origin.at, one.model, *figures(one.usage), 0, TERMS.index(one.terms), one.side) for one in told
    )
    return CallsMetered(told[0].run, Origin("/log", 0), TERMS, calls)


@st.composite
def shown(draw: st.DrawFn) -> Card:
    words = [draw(st.sampled_from([None, "x", "y"])) for _ in range(4)]
    names = ("role", "owner", "lane_asked", "task_title")
    run = draw(st.sampled_from(RUNS))
    return Card(run, "codex", run, "idle", "", 0, **dict(zip(names, words, strict=True)))  # type: ignore[arg-type]


STEPS = st.lists(
    st.lists(records() | skims(), max_size=6) | st.just("dearer") | st.lists(shown(), min_size=1, max_size=2),
    max_size=7,
)


def do(store: Store, pricing: Pricing, book: Book, step: Sequence[Event | Card] | str) -> None:
    """Do in one transaction what the core does with such a step."""
    if step == "dearer":
        book.dearer += 1
    some = [] if isinstance(step, str) else step
    with store.transaction() as transaction:
        pricing.renew(transaction)
        logs, events = apart([one for one in some if not isinstance(one, Card)], transaction.metered)
        fresh, _ = pricing.fresh(logs)
        calls, _ = count(events, transaction.metered, pricing.quote)
        transaction.count_fresh(fresh)
        transaction.count(calls)
        cards = [one for one in some if isinstance(one, Card)]
        transaction.show([(Run(RunKey(card.id), card.agent, card.id), card) for card in cards])
    pricing.settle()


@given(STEPS)
@settings(max_examples=tries(8, 500))
def test_sums_are_those_of_the_calls_after_any_step(tmp_path_factory: pytest.TempPathFactory, steps: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("sums")
    store, book = Store(folder / "state.db"), Book()
    store.begin(0.0)
    pricing = Pricing(book)
    for step in steps:
        do(store, pricing, book, step)
    store.close()
    kept = tables(folder / "state.db")
    assert kept == expected(folder / "state.db")
    again = sqlite3.connect(folder / "state.db")
    again.execute("DELETE FROM meta WHERE key = 'spending'")
    again.execute("DELETE FROM spending_day")
    again.commit()
    again.close()
    store = Store(folder / "state.db")
    store.begin(1.0)
    store.close()
    assert tables(folder / "state.db") == kept


def tables(path: Path) -> tuple[list[Any], ...]:
    connection = sqlite3.connect(path)
    names = ("spending", "spending_day", "spending_run", "spending_time")
    found = tuple(sorted(connection.execute(f"SELECT * FROM {name}").fetchall()) for name in names)
    connection.close()
    return found


def expected(path: Path) -> tuple[list[Any], ...]:
    """Add every call up anew, in decimals."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    calls = [rows.metered_of_row(dict(row)) for row in connection.execute("SELECT * FROM usage")]
    names = {row["id"]: row for row in connection.execute("SELECT * FROM run")}
    connection.close()
    by_hour: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(COLUMNS))
    for call in calls:
        hour = -1 if call.at is None or call.at < 0 else int(call.at // 3600)
        place = (call.run, hour, call.model or "", int(call.side))
        by_hour[place] = [one + more for one, more in zip(by_hour[place], sums_of(call), strict=True)]
    by_day: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * (1 + len(COLUMNS)))
    by_run: dict[tuple[Any, ...], int] = defaultdict(int)
    by_time: dict[int, list[int]] = defaultdict(lambda: [0] * len(TIMED))
    for (run, hour, model, side), some in by_hour.items():
        row = names.get(run)
        label = [row[name] or "" if row else "" for name in ("agent", "role", "lane_asked", "owner")]
        first = min((one[1] < 0, *one[1:]) for one in by_hour if one[0] == run) == (hour < 0, hour, model, side)
        for days in (1, 32):
            cell = (days, hour // 24 // days * days, *label, model)
            by_day[cell] = [one + more for one, more in zip(by_day[cell], (int(first), *some), strict=True)]
        timed = [some[COLUMNS.index(name)] for name in TIMED]
        by_time[hour] = [one + more for one, more in zip(by_time[hour], timed, strict=True)]
        task = task_digest(row["task_title"]) if row else ""
        by_run[run, hour // 24, task, *label] += some[COLUMNS.index("usd_e12")]
    return (
        sorted((*place, *some) for place, some in by_hour.items()),
        sorted((*cell, *some) for cell, some in by_day.items()),
        sorted((run, day, usd, *label) for (run, day, *label), usd in by_run.items()),
        sorted((hour, *some) for hour, some in by_time.items()),
    )


def sums_of(call: Metered) -> list[int]:
    """Give what one call adds, by the formulas of research/economics.md 1.5, rounded at the very end."""
    quote, usage = call.quote, call.usage
    assert quote is not None
    rates, usd = quote.rates, e12(quote.usd or Decimal(0))
    figures = [getattr(usage, name) for name in FIGURES]
    parts = ["fresh_input", "cache_read", "cache_write_5m", "cache_write_1h", "output"]
    of = dict(zip(parts, [getattr(rates, name, None) for name in ("input", *parts[1:])], strict=True))
    lacking = [name for name in parts if getattr(usage, name) and of[name] is None]
    inputs = usage.tokens - usage.output
    if rates is None or lacking or (inputs - usage.fresh_input and of["fresh_input"] is None):
        told = [0, 0, 0, 1]
    else:
        fresh, read, short, long, output = (one or Decimal(0) for one in of.values())
        listed = (inputs * fresh + usage.output * output) / 1_000_000
        net = usage.cache_read * (fresh - read) - usage.cache_write_5m * (short - fresh)
        net -= usage.cache_write_1h * (long - fresh)
        told = [e12(listed), e12(net / 1_000_000), usd, 0]
    tools = e12(call.terms.searches * rates.search) if rates and rates.search and quote.usd is not None else 0
    states = [int(quote.state == state) for state in STATES]
    return [*figures, usd, *told, call.terms.searches, tools, quote.unpriced_tokens, *states]


def e12(usd: Decimal) -> int:
    return int((usd * 10**12).to_integral_value(ROUND_HALF_EVEN))
