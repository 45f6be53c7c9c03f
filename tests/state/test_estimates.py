"""What a run is likely to cost and take by runs of its kind, how far off that was, and what a preference comes to."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.control.wanting import asked_of
from state.money.accounts import Estimated
from state.money.estimate import Accuracy, Likely, Past, accuracy, cost_off, estimate, time_off
from state.money.task_class import task_class
from state.settings import read_settings, shipped
from state.spool import Order

FIX = "Fix the parser"


def past(number: int, usd: str | None, role: str = "implementer", lane: str = "standard", **also: object) -> Past:
    base = Past(f"r{number}", role, lane, "fix", None if usd is None else Decimal(usd), usd is None, 60.0 * number)
    return replace(base, **also)  # type: ignore[arg-type]


FIVE = tuple(past(number, usd) for number, usd in enumerate(("1", "2", "3", "4", "5"), 1))


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("Document the session cookies", "docs"),
        ("Add docs for receivers", "docs"),
        ("Fix the failing test", "test"),
        ("Fix the parser", "fix"),
        ("Add a retry to the fetch", "feature"),
        ("Migrate the invoices to tenants", "migration"),
        ("Refactor the settings, then document them", "refactor"),
        ("Close the XSS hole", "security"),
        ("Prepare release 4.2", "release"),
        ("Rename three helpers", "format"),
        ("Find out why the report takes 40 s", "explore"),
        ("Do it", None),
        ("", None),
        (None, None),
    ],
)
def test_the_class_of_a_task_is_told_by_its_words(task: str | None, kind: str | None) -> None:
    assert task_class(task) == kind


def test_the_middle_half_of_the_runs_of_its_kind_is_told_with_their_number() -> None:
    others = tuple(past(number, "100", kind="docs") for number in range(20, 30))
    told = estimate((*others, *FIVE), "implementer", "standard", FIX)
    assert told == Likely(
        5, "fix tasks of role implementer in lane standard", (Decimal(2), Decimal(4)), (120.0, 240.0), 0
    )


@pytest.mark.parametrize(
    ("role", "lane", "task", "basis", "n"),
    [
        ("implementer", "standard", "Do it", "role implementer in lane standard", 5),
        ("implementer", "standard", "Migrate it", "role implementer in lane standard", 5),
        ("implementer", "top", FIX, "role implementer", 5),
        ("reviewer", "top", FIX, "every run here", 6),
        (None, None, FIX, "every run here", 6),
    ],
)
def test_a_group_with_too_few_runs_gives_way_to_a_coarser_one(
    role: str | None, lane: str | None, task: str, basis: str, n: int
) -> None:
    told = estimate((*FIVE, past(9, "9", role="tester")), role, lane, task)
    assert (told.basis, told.n) == (basis, n)


def test_without_history_nothing_is_made_up() -> None:
    assert estimate((), "implementer", "standard", FIX) == Likely()
    assert Likely().of("r", 1.0) == Estimated("r", 1.0, 0, "")


def test_a_run_without_a_price_makes_the_range_a_lower_bound_and_never_a_zero() -> None:
    told = estimate((*FIVE, past(6, None), past(7, "5", at_least=True)), "implementer", "standard", FIX)
    assert told.unpriced == 2
    assert told.usd is not None
    assert told.usd[0] > 2
    none = estimate((past(1, None), past(2, None)), "implementer", "standard", FIX)
    assert (none.n, none.usd, none.unpriced, none.seconds) == (2, None, 2, (75.0, 105.0))


@settings(max_examples=50)
@given(st.lists(st.decimals("0.01", "500", places=2), min_size=1, max_size=30))
def test_the_range_lies_within_what_runs_came_to_and_half_of_them_within_it(costs: list[Decimal]) -> None:
    told = estimate([past(1, str(cost)) for cost in costs], "implementer", "standard", FIX)
    assert told.usd is not None
    low, high = told.usd
    near = Decimal("0.0001")
    assert min(costs) - near <= low <= high <= max(costs) + near
    # Type 7 quartiles of n values leave a quarter of n - 1 gaps on each side.
    assert 2 * sum(low - near <= cost <= high + near for cost in costs) >= len(costs) - 2


def test_how_far_off_estimates_were_is_the_median_of_their_multiples() -> None:
    told = Estimated("r", 1.0, 5, "all", Decimal(2), Decimal(4), 60.0, 180.0)
    offs = [cost_off(told, Decimal(usd)) for usd in ("3", "6", "1.5")]
    assert [(one.ratio, one.inside) for one in offs if one] == [
        (Decimal(1), True),
        (Decimal(2), False),
        (Decimal("0.5"), False),
    ]
    assert accuracy([*offs, cost_off(told, None)]) == Accuracy(3, Decimal(1), Decimal(1) / 3)
    assert accuracy([cost_off(Estimated("r", 1.0, 0, ""), Decimal(1))]) == Accuracy()
    late = time_off(told, 240.0)
    assert late is not None
    assert (late.ratio, late.inside) == (Decimal(2), False)


def order(**words: str) -> Order:
    return Order("o", "start", {"agent": "claude-code", "task": FIX, **words})


@pytest.mark.parametrize(
    ("words", "lane", "by", "envelope"),
    [
        ({}, "standard", "role", None),
        ({"role": "reviewer"}, "top", "role", None),
        ({"lane": "cheap"}, "cheap", "human", None),
        ({"prefer": "cheap"}, "cheap", "prefer", "2.0"),
        ({"prefer": "balanced", "role": "reviewer"}, "top", "prefer", "25.0"),
        ({"prefer": "fast"}, "top", "prefer", "60.0"),
        ({"prefer": "cheap", "lane": "top"}, "top", "human", "2.0"),
    ],
)
def test_a_named_lane_holds_then_a_preference_then_the_role(
    words: dict[str, str], lane: str, by: str, envelope: str | None
) -> None:
    asked = asked_of(order(**words), shipped())
    assert (asked.lane, asked.choice.by) == (lane, by)
    assert asked.choice.envelope == (None if envelope is None else Decimal(envelope))
    assert asked.wanted.model == shipped().lanes[lane].route("claude-code").model


@pytest.mark.parametrize(
    ("task", "why"),
    [
        ("Migrate the sessions", "the class of its task, migration"),
        ("Change migrations/0001_users.py", "risk by"),
        ("Tidy up auth/session.py", "risk by"),
    ],
)
def test_a_preference_never_goes_below_the_floor_by_risk_and_says_so(task: str, why: str) -> None:
    asked = asked_of(order(task=task, prefer="cheap"), shipped())
    assert asked.lane == "standard"
    assert asked.choice.why.startswith("cheap would be lane cheap, but the lane cheap takes work up to medium risk")
    assert why in asked.choice.why


def test_a_preference_is_the_users_own_word_and_an_unknown_one_starts_nothing() -> None:
    mine = read_settings('[prefer.cheap]\nlane = "standard"\nenvelope = 7\n[prefer.night]\nlane = "top"\n', "c.toml")
    assert asked_of(order(prefer="cheap"), mine).choice.envelope == Decimal("7.0")
    assert asked_of(order(prefer="night"), mine).lane == "top"
    with pytest.raises(ValueError, match="slow is no preference: it is one of cheap, balanced, fast"):
        asked_of(order(prefer="slow"), shipped())
    (problem,) = read_settings('[prefer.cheap]\nlane = "nowhere"\nenvelope = 0\n', "c.toml").problems
    assert "line 2: `prefer.cheap.lane` names nowhere, which is no lane" in problem.text
    assert "line 3: `prefer.cheap.envelope` is wrong" in problem.text
