"""Each rung of each ladder, periods, ceilings, windows and guesses, on values; and that no step goes back by itself."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.money.accounts import Ceiling, Step
from state.money.budget import (
    LIFE,
    STEPS,
    Counted,
    Limit,
    Period,
    amount,
    ceiling_now,
    following,
    month_of,
    pauses_at,
    proposed,
    rounded,
    stands,
    step_at,
)
from state.money.budgeted import about, cause_text, ladder_of, raise_in
from state.money.spending import Cost
from state.settings import read_settings, shipped

BUDGETS = shipped().budgets
MONTH = Period(0.0, 1000.0, "2026-11")


def usd(spent: str, unpriced: int = 0) -> Counted:
    return Counted(Cost(D(spent), unpriced, priced=1), D(15) if unpriced else None)


@pytest.mark.parametrize(
    ("scope", "of", "ceiling", "steps"),
    [
        ("envelope", "", 6500, {4549: "ok", 4550: "warn", 5850: "ask", 65000: "ask"}),
        ("person", "ana", 10000, {7999: "ok", 8000: "warn", 10000: "ask", 99999: "ask"}),
        ("role", "mapper", 300, {299: "ok", 300: "warn", 9999: "warn"}),
        ("role", "planner", 500, {500: "warn", 9999: "warn"}),
        ("role", "implementer", 3000, {2399: "ok", 2400: "warn", 3000: "ask", 4500: "pause_new", 99999: "pause_new"}),
        ("role", "tester", 700, {700: "warn", 1050: "pause_new"}),
        ("role", "reviewer", 900, {900: "warn", 9999: "warn"}),
        ("role", "security", 400, {400: "warn", 9999: "warn"}),
        ("role", "release", 200, {200: "warn", 9999: "warn"}),
        ("role", "librarian", 200, {200: "warn", 9999: "warn"}),
        ("role", "watcher", 300, {299: "ok", 300: "pause_new", 360: "stop"}),
        ("run", "r1", 25, {14: "ok", 15: "warn", 25: "ask", 50: "pause_runs", 100: "stop"}),
    ],
)
def test_each_shipped_ladder_takes_its_steps(scope: str, of: str, ceiling: int, steps: dict[int, Step]) -> None:
    ladder = ladder_of(BUDGETS, scope, of)
    assert {used: step_at(ladder, D(used), D(ceiling))[0] for used in steps} == steps


def test_a_run_of_a_senior_role_is_asked_about_and_never_paused_unless_that_is_set() -> None:
    assert {step for _, step in ladder_of(BUDGETS, "run", "r1", "reviewer")} == {"warn", "ask"}
    own = read_settings("[budgets.run]\nsenior_roles = true\n", "c").budgets
    assert pauses_at(ladder_of(own, "run", "r1", "reviewer"), D(25)) == 50


def test_what_comes_next_is_told_with_its_amount() -> None:
    ladder = ladder_of(BUDGETS, "run", "r1")
    assert following(ladder, D(1), D(25)) == ("warn", D(15))
    assert following(ladder, D(60), D(25)) == ("stop", D(100))
    assert following(ladder, D(100), D(25)) is None


def test_what_has_no_price_counts_at_the_dearest_rate_and_is_said() -> None:
    stand = stands(Limit("run", "r1", D(25), ladder_of(BUDGETS, "run", "r1")), LIFE, usd("10", 1_000_000), D(25))
    assert (stand.spent, stand.guess, stand.used, stand.step) == (D(10), D(25), D(25), "ask")
    assert "$10.00 priced and 1000000 tokens without a price guessed at $15.00 a million" in stand.text
    unseen = Counted(Cost(D(0), 1_000_000, unpriced=1))
    assert (unseen.guess, unseen.rate) == (D(50), D(50))


def test_a_sum_that_shrinks_takes_no_step_back_and_a_new_ceiling_or_period_does() -> None:
    limit = Limit("role", "implementer", D(100), ladder_of(BUDGETS, "role", "implementer"))
    before = stands(limit, MONTH, usd("100"), D(100))
    assert before.step == "ask"
    assert stands(limit, MONTH, usd("10"), D(100), before).step == "ask"
    assert stands(limit, MONTH, usd("100"), D(200), before).step == "ok"
    assert stands(limit, Period(1000.0, 2000.0, "2026-12"), usd("0"), D(100), before).step == "ok"
    assert stands(limit, MONTH, usd("100"), D(100), softened="release 4.2").step == "warn"


def test_the_last_ceiling_of_the_period_holds_until_it_ends() -> None:
    limit = Limit("role", "tester", D(700), ())
    given = [
        Ceiling("o1", "role:tester", D(900), "ana", 100.0, "more"),
        Ceiling("o2", "role:tester", D(1200), "ana", 200.0, "much more", 300.0),
        Ceiling("o3", "role:mapper", D(1), "ana", 250.0, "another's"),
    ]
    assert [ceiling_now(limit, MONTH, given, at) for at in (250.0, 301.0)] == [D(1200), D(900)]
    assert ceiling_now(limit, Period(1000.0, 2000.0), given, 1001.0) == D(700)


def test_a_month_is_the_calendar_s_in_the_zone_of_the_machine() -> None:
    east = timezone(timedelta(hours=13))
    at = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()
    assert (month_of(at, UTC).label, month_of(at, east).label) == ("2026-11", "2026-12")
    december = month_of(datetime(2026, 12, 31, tzinfo=UTC).timestamp(), UTC)
    assert december.until == datetime(2027, 1, 1, tzinfo=UTC).timestamp()


def test_a_raise_proposes_a_round_amount_that_takes_the_step_back() -> None:
    ladder = ladder_of(BUDGETS, "run", "r1")
    assert [rounded(D(told)) for told in ("37.5", "0.075", "101", "0.05")] == [D(40), D("0.08"), D(150), D("0.05")]
    assert proposed(ladder, D(50), D(25)) == D(40)
    far = proposed(ladder, D(900), D(25))
    assert step_at(ladder, D(900), far)[0] != "stop"


def test_the_sentence_of_a_cause_tells_name_and_proposal_and_stays_while_the_step_does() -> None:
    limit = Limit("run", "r1", D("0.05"), ((D(100), "pause_runs"),))
    one, two = (stands(limit, LIFE, usd(spent), D("0.05")) for spent in ("0.051", "0.06"))
    text = cause_text(one, limit.ladder)
    assert text == cause_text(two, limit.ladder)
    assert raise_in(text) == ("run:r1", D("0.08"))
    assert about(text).endswith("is at 100 %: its runs pause at their next tool call")
    assert raise_in("rm -rf build") is None


@given(st.lists(st.decimals(0, 400, places=2), min_size=1, max_size=30))
def test_a_step_never_goes_back_without_a_human_or_a_new_period(sums: list[D]) -> None:
    limit, stand = Limit("run", "r1", D(25), ladder_of(BUDGETS, "run", "r1")), None
    reached = 0
    for spent in sums:
        stand = stands(limit, LIFE, Counted(Cost(spent, priced=1)), D(25), stand)
        assert STEPS.index(stand.step) >= reached
        reached = STEPS.index(stand.step)
        assert raise_in(cause_text(stand, limit.ladder)) is not None or stand.step in ("ok", "warn")


def test_amounts_are_read_in_cents_and_finer_where_cents_hide_them() -> None:
    assert [amount(D(told)) for told in ("0", "0.0512", "1234.5")] == ["0.00", "0.0512", "1,234.50"]


def test_wrong_budgets_are_named_with_their_line_and_the_rest_holds() -> None:
    text = '[budgets.roles.planner]\nmonth = 500\nat = {100 = "ask", 120 = "warn"}\n[budgets.run]\nenvelope = -1\n'
    found = read_settings(text, "c")
    assert "line 3: `budgets.roles.planner.at` is wrong: a higher share takes a milder step" in found.problems[0].text
    assert "line 5: `budgets.run.envelope` is wrong" in found.problems[0].text
    assert found.budgets.run.usd == D(25)


def test_budgets_that_are_hardly_meant_hold_and_are_named() -> None:
    text = '[budgets]\nperson_band = "toy"\n[budgets.envelope]\nmonth = 150\n[budgets.roles.planner]\nmonth = 9000\n'
    found = read_settings(text, "c")
    (told,) = (one.text for one in found.problems)
    assert "more than the envelope of $150" in told
    assert "line 4: $150 a month is below the floor of $200" in told
    assert "names toy, which is no band" in told
    assert found.budgets.envelope.usd == D(150)


@pytest.mark.parametrize(
    ("month", "told"),
    [("99", "the floor of $100 for any serious use"), ("100", "the floor of $200 for engineering"), ("200", "")],
)
def test_a_month_is_held_against_the_lower_floor_first(month: str, told: str) -> None:
    found = read_settings(f"[budgets.envelope]\nmonth = {month}\n", "c").problems
    assert [told in one.text for one in found] == ([True] if told else [])


def test_a_ladder_is_set_whole() -> None:
    own = read_settings('[budgets.run]\nat = {50 = "pause_runs"}\n', "c").budgets
    assert own.run.ladder == ((D(50), "pause_runs"), (D(400), "stop"))
