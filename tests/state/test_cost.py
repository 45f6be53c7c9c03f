"""What a call costs, and what sums of costs may claim."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.contract import total_state
from state.money.cost import BUCKET_SECONDS, burnt, dollars, per_hour, quote
from state.money.spending import NOTHING, STATES, Cost, Doubt, NoPrice, Quote, Rates, Tariff, Terms
from state.runs.run import Usage

OPUS = Rates(*(Decimal(rate) for rate in ("5", "0.5", "6.25", "10", "25", "0.01")))
MONEY = st.decimals("0", "1000", places=6)
COUNTS = st.integers(0, 10**9)
USAGES = st.builds(Usage, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, st.just(0), st.just(1))
RATES = st.builds(Rates, *[st.none() | MONEY] * 6)
DOUBTS = st.builds(
    Doubt, st.sampled_from([None, "cache_read"]), st.sampled_from(["assumed", "lower_bound"]), st.just("?")
)
TARIFFS = st.builds(NoPrice, st.just("unknown")) | st.builds(
    Tariff, RATES, st.just("a book"), st.lists(DOUBTS, max_size=2).map(tuple), st.booleans()
)
TERMS = st.builds(Terms, plan=st.booleans(), lifetime_known=st.booleans(), searches=st.integers(0, 5))
QUOTES = st.builds(quote, USAGES, TERMS, TARIFFS)


def test_each_part_is_paid_at_its_own_rate() -> None:
    paid = quote(Usage(1_000_000, 2_000_000, 4_000_000, 1_000_000, 100_000, 0, 1), Terms(searches=3), Tariff(OPUS, "t"))
    assert (paid.usd, paid.state, paid.unpriced_tokens) == (Decimal("43.53"), "priced", 0)


def test_a_part_without_a_rate_makes_a_lower_bound_and_names_its_tokens() -> None:
    paid = quote(Usage(1_000_000, 38_000), Terms(), Tariff(Rates(input=Decimal(4), output=Decimal(1)), "t"))
    assert (paid.usd, paid.state, paid.unpriced_tokens) == (Decimal(4), "lower_bound", 38_000)
    assert paid.why == "no price for cache read"


def test_without_any_rate_there_is_no_amount() -> None:
    assert quote(Usage(10, output=5), Terms(), NoPrice("who?")) == Quote(None, "unpriced", 15, why="who?")
    assert quote(Usage(10), Terms(), Tariff(Rates(output=Decimal(1)), "t")).usd is None


def test_a_doubt_counts_only_where_its_tokens_are() -> None:
    doubted = Tariff(OPUS, "t", (Doubt("cache_read", "assumed", "guess"),))
    assert quote(Usage(1), Terms(), doubted).state == "priced"
    assert quote(Usage(1, 1), Terms(), doubted).state == "assumed"


def test_a_cache_write_of_unknown_lifetime_is_at_least_the_short_one() -> None:
    assert quote(Usage(cache_write_5m=9), Terms(lifetime_known=False), Tariff(OPUS, "t")).state == "lower_bound"
    assert quote(Usage(fresh_input=9), Terms(lifetime_known=False), Tariff(OPUS, "t")).state == "priced"


def test_a_call_of_which_only_a_part_is_told_costs_at_least_that_part() -> None:
    found = quote(Usage(output=9), Terms(plan=True, partial=True), Tariff(OPUS, "t"))
    assert (found.state, found.why) == ("lower_bound", "the log tells only a part of the tokens")
    assert found.usd == quote(Usage(output=9), Terms(), Tariff(OPUS, "t")).usd


def test_a_search_without_a_price_is_not_free() -> None:
    assert quote(Usage(1), Terms(searches=1), Tariff(Rates(Decimal(1)), "t")).state == "lower_bound"


def test_a_plan_pays_list_price() -> None:
    assert quote(Usage(1), Terms(plan=True), Tariff(OPUS, "t")).state == "plan"
    assert quote(Usage(1), Terms(), Tariff(OPUS, "t", plan=True)).state == "plan"


@given(st.lists(QUOTES, max_size=8), st.integers(0, 8))
def test_cost_is_additive_however_the_calls_are_cut(quotes: list[Quote], cut: int) -> None:
    costs = [one.cost for one in quotes]
    whole = sum(costs, NOTHING)
    assert sum(costs[:cut], NOTHING) + sum(costs[cut:], NOTHING) == whole
    assert whole.usd == sum((one.usd or 0 for one in quotes), Decimal(0))
    for one in costs:
        whole -= one
    assert whole == NOTHING


@given(QUOTES)
def test_no_call_costs_less_than_nothing_and_no_token_is_lost(paid: Quote) -> None:
    assert paid.usd is None or paid.usd >= 0
    assert paid.unpriced_tokens >= 0
    assert (paid.usd is None) == (paid.state == "unpriced")


@given(st.lists(QUOTES, min_size=1, max_size=8))
def test_a_sum_is_never_more_certain_than_its_worst_part(quotes: list[Quote]) -> None:
    total = sum((one.cost for one in quotes), NOTHING)
    states = {one.state for one in quotes}
    if any(one.unpriced_tokens or one.state in ("unpriced", "lower_bound") for one in quotes):
        assert total.state in ("lower_bound", "unpriced")
    else:
        assert total.state == max(states, key=STATES.index)
    assert (total.known is None) == (states == {"unpriced"})
    assert total_state(one.state for one in quotes) == total.state


def test_an_hours_burn_counts_calls_by_their_own_times() -> None:
    burn = ()
    for at, usd in ((0, "9"), (4000, "1"), (7000, "2"), (7200, "0.5")):
        burn = burnt(burn, at, Cost(Decimal(usd), priced=1))
    assert per_hour(burn, 7200) == Decimal("3.5")
    assert per_hour(burn, 7200 + 3600) == 0
    assert len(burn) == 3


def test_a_call_in_the_last_hour_without_a_price_leaves_the_burn_unknown() -> None:
    burn = burnt(burnt((), 100, Cost(Decimal(1), priced=1)), 200, Cost(unpriced_tokens=5, unpriced=1))
    assert per_hour(burn, 300) is None
    assert per_hour(burn, 300 + 3600) == 0


@given(st.lists(st.tuples(st.integers(0, 20_000), MONEY), max_size=20))
def test_a_burn_holds_an_hour_and_no_more(calls: list[tuple[int, Decimal]]) -> None:
    burn = ()
    for at, usd in calls:
        burn = burnt(burn, at, Cost(usd, priced=1))
    newest = max((at for at, _ in calls), default=0)
    oldest = newest // BUCKET_SECONDS - 11
    assert per_hour(burn, newest) == sum((usd for at, usd in calls if at // BUCKET_SECONDS >= oldest), Decimal(0))
    assert len(burn) <= 13


@pytest.mark.parametrize(
    ("usd", "said"), [("4.12", "4.12"), ("4", "4.00"), ("0.0364575", "0.0364575"), ("1E+2", "100.00"), ("0.10", "0.10")]
)
def test_dollars_are_exact_decimal_strings(usd: str, said: str) -> None:
    assert dollars(Decimal(usd)) == said
    assert dollars(None) is None
