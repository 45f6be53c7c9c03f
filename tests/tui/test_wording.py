"""Ages, numbers and sentences."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.runs.card import Card
from state.runs.run import Usage
from tui import wording
from tui.wording import age, age_ends, ago, from_worktree, many, needs, nothing_there, short, spent
from tui.wording_needs import terminal_title

NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("silent", "said"),
    [
        (-500, "now"),
        (0, "now"),
        (59, "now"),
        (60, "1m"),
        (119, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (47 * 3600, "47h"),
        (48 * 3600, "2d"),
        (30 * 86400, "30d"),
    ],
)
def test_an_age_is_coarse(silent: float, said: str) -> None:
    assert age(NOW - silent, NOW) == said


def test_an_unknown_age_is_no_zero() -> None:
    assert (age(None, NOW), ago(None, NOW), age_ends(None, NOW)) == ("?", "at an unknown time", float("inf"))


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_an_age_reads_the_same_until_it_ends_and_differently_then(at: float, now: float) -> None:
    ends = age_ends(at, now)
    assert ends > now
    assert age(at, max(now, ends - 0.001)) == age(at, now)
    assert age(at, ends + 0.001) != age(at, now)


@pytest.mark.parametrize(
    ("number", "said"),
    [(None, "?"), (0, "0"), (999, "999"), (1000, "1.0k"), (9949, "9.9k"), (38_400, "38k"), (1_230_000, "1.2M")],
)
def test_a_count_takes_five_characters_at_most(number: int | None, said: str) -> None:
    assert short(number) == said


@given(st.integers(0, 10**12))
def test_no_count_is_longer(number: int) -> None:
    assert len(short(number)) <= 5


def test_many_says_one_and_more() -> None:
    assert (many(1, "run"), many(0, "run"), many(12_000, "run")) == ("1 run", "0 runs", "12 000 runs")


def test_the_first_words_say_whether_anything_needs_you() -> None:
    assert (needs(0), needs(1), needs(2)) == ("nothing needs you", "1 needs you", "2 need you")


def test_the_terminal_title_holds_nothing_foreign() -> None:
    assert (terminal_title(0), terminal_title(3)) == ("headgate", "headgate: 3 need you")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "?"),
        ({"usage": Usage(fresh_input=38_000, requests=2)}, "38k tok unpriced"),
        ({"cost_usd": "4.12", "cost_state": "priced"}, "$4.12"),
        (
            {"cost_usd": "4.12", "cost_state": "lower_bound", "unpriced_tokens": 38_000},
            "≥ $4.12 + 38k tok unpriced",
        ),
        ({"cost_usd": "4.12", "cost_state": "lower_bound"}, "≥ $4.12"),
        ({"cost_usd": "0.004", "cost_state": "priced"}, "<$0.01"),
        ({"cost_usd": "1234.5", "cost_state": "plan"}, "$1,234.50 at list price, paid by a plan"),
        ({"cost_usd": "4.12", "cost_state": "priced", "cost_per_hour": "1.10"}, "$4.12 · $1.10 in the last hour"),
        ({"cost_usd": "4.12", "cost_state": "assumed"}, "≈ $4.12, some prices assumed"),
        ({"cost_usd": "0", "cost_state": "unpriced", "usage": Usage(output=5, requests=1)}, "5 tok unpriced"),
    ],
)
def test_a_cost_that_is_not_known_is_never_a_zero(facts: dict[str, object], said: str) -> None:
    assert spent(Card(id="a", agent="b", session_id="c", state="idle", because="", need=0, **facts)) == said  # type: ignore[arg-type]


def test_the_empty_table_says_where_it_looked_and_what_to_do() -> None:
    said = "\n".join(text for text, _ in nothing_there(("/logs/a",), None))
    assert "/logs/a" in said and "headgate demo" in said and "headgate doctor" in said
    assert "43%" in "\n".join(text for text, _ in nothing_there((), 0.434))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("passed", "pytest", 42, 0, 0), "42 passed (pytest)"),
        (("failed", "jest", 39, 3, 2), "3 failed, 39 passed, 2 skipped (jest)"),
        (("failed", None, None, None, None), "failed (tests)"),
        (("passed", "go", None, 0, None), "passed (go)"),
        (("none_ran", "pytest", 0, 0, 0), "ran, and found no test (pytest)"),
        (("unverified", "go", None, None, None), "ran, and nothing tells how they ended (go)"),
    ],
)
def test_what_tests_came_to_is_said_without_a_zero_that_no_one_counted(told: tuple[Any, ...], said: str) -> None:
    assert wording.tests_said(*told) == said


@given(st.one_of(st.none(), st.integers(0, 10**6)), st.one_of(st.none(), st.integers(0, 10**6)))
def test_counted_tests_fit_their_column(passed: int | None, failed: int | None) -> None:
    assert len(wording.tests_counted(passed, failed)) <= 6


def test_a_path_below_the_worktree_is_shown_from_there_and_no_other_one() -> None:
    for text, shown in (
        ("Read /w/t/a.py", "Read a.py"),
        ("cp '/w/t/a b' x=/w/t/c", "cp 'a b' x=c"),
        ("rm -rf /w/t/", "rm -rf /w/t/"),
        ("cat /x/w/t/a /w/tt/a", "cat /x/w/t/a /w/tt/a"),
    ):
        assert from_worktree(text, "/w/t") == shown and from_worktree(text, None) == text
