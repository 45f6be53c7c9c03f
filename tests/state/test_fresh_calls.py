"""Calls that only one skim shows are counted in one loop: to exactly what counting them one by one gives."""

from collections.abc import Iterable
from decimal import Decimal
from operator import attrgetter

from hypothesis import given
from hypothesis import strategies as st

from state.money.fresh_calls import apart, count_fresh
from state.money.meter import Metered, count
from state.money.pricing import NoBook, priced
from state.money.spending import Doubt, NoPrice, Rates, Tariff, Terms
from state.runs.event import RequestMetered, UsageCounted
from state.runs.fold import folded
from state.runs.run import Origin, Run, RunKey, Usage
from state.runs.skimmed import Call, CallsMetered
from state.store.rows import row_of_metered, rows_of_fresh

RUN = RunKey("aaaaaaaaaa")
RATES = Rates(*map(Decimal, ("5", "0.5", "6.25", "10", "25", "0.01")))
TERMS = (Terms(), Terms(plan=True), Terms(searches=2), Terms(lifetime_known=False), Terms(partial=True))


class Book(NoBook):
    """Prices by model, of each kind that a book may answer with."""

    def __init__(self) -> None:
        doubt = Doubt("cache_read", "assumed", "guessed")
        self.prices = {
            "plain": Tariff(RATES, "a test"),
            "plan": Tariff(RATES, "a test", plan=True),
            "doubtful": Tariff(RATES, "a test", (doubt,)),
            "partly": Tariff(Rates(input=Decimal(3)), "a test"),
        }

    def tariff(self, model: str | None, at: float | None, terms: Terms, usage: Usage) -> Tariff | NoPrice:
        return self.prices.get(model or "", NoPrice("not in this book"))


def unknown(keys: Iterable[str]) -> dict[str, Metered]:
    return {}


@st.composite
def some_calls(draw: st.DrawFn) -> Call:
    at = draw(st.none() | st.sampled_from([0.0, 1.0, 299.0, 300.0, 301.0, 9000.0]))
    model = draw(st.sampled_from([None, "plain", "plan", "doubtful", "partly", "strange"]))
    figures = draw(st.tuples(*[st.integers(0, 9)] * 6))
    offset, terms, side = draw(st.integers(0, 99)), draw(st.integers(0, len(TERMS) - 1)), draw(st.booleans())
    return f"claude:{draw(st.integers(0, 999))}", at, model, *figures, offset, terms, side


@given(st.lists(some_calls(), min_size=1, max_size=12, unique_by=lambda call: call[0]))
def test_fresh_calls_cost_what_they_cost_one_by_one(calls: list[Call]) -> None:
    book, skim = Book(), CallsMetered(RUN, Origin("/log", 0), TERMS, tuple(calls))
    (fresh,), whole = count_fresh([skim], book)
    changed, counted = count([skim], unknown, lambda call: priced(book, call))
    assert sorted(rows_of_fresh(fresh)) == sorted(map(row_of_metered, changed))
    assert _facts(whole) == _facts(counted)


def _facts(counted: list[UsageCounted]) -> tuple[object, ...]:
    facts = attrgetter("usage", "cost", "burn", "seen")
    return facts(folded(Run(key=RUN, agent="claude-code", session="s"), counted))


def test_a_call_that_another_record_shows_too_is_counted_with_that() -> None:
    def skim(log: str, *keys: str) -> CallsMetered:
        calls: list[Call] = [(key, 1.0, "plain", 1, 0, 0, 0, 0, 0, 0, 0, False) for key in keys]
        return CallsMetered(RUN, Origin(log, 0), TERMS, tuple(calls))

    one, two, copy, told, before = skim("1", "a"), skim("2", "b", "c"), skim("3", "c"), skim("4", "d"), skim("5", "e")
    record = RequestMetered(RUN, Origin("6", 0), "d", "plain", Usage(1), False)
    assert apart([one, two, copy, told, before, record], lambda keys: {"e"} & set(keys)) == (
        [one],
        [two, copy, told, before, record],
    )
