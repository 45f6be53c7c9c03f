"""The table's columns: which are shown, how wide, and what they say of what is not known."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.runs.card import Card
from state.runs.run import Usage
from tui.columns import COLUMNS, GAP, context_percent, laid_out, model_name, row, titles
from tui.spans import plain, width_of

NOW = 1_795_262_400.0
BARE = Card(id="0000bare00", agent="codex", session_id="s", state="unknown", because="", need=0, certain=False)


def cell(card: Card, key: str) -> str:
    column = next(one for one in COLUMNS if one.key == key)
    return plain(column.cell(card, NOW))


def keys(width: int) -> list[str]:
    return [column.key for column, _ in laid_out(width)]


@given(st.integers(10, 400))
def test_columns_and_gaps_never_exceed_the_width(width: int) -> None:
    layout = laid_out(width)
    assert sum(cells for _, cells in layout) + GAP * (len(layout) - 1) <= width
    assert all(cells >= column.smallest for column, cells in layout)


@given(st.integers(38, 200))
def test_a_wider_table_never_loses_what_is_essential(width: int) -> None:
    essential = [column.key for column in COLUMNS if column.essential]
    assert [key for key in keys(width) if key in essential] == [key for key in essential if key in keys(width)]
    assert {"state", "task", "age"} <= set(keys(width))


def test_narrow_hides_by_priority() -> None:
    assert keys(77) == ["state", "task", "why", "plan", "tests", "age"]
    assert keys(117) == ["state", "task", "why", "branch", "plan", "tests", "risk", "age"]
    assert keys(310) == [column.key for column in COLUMNS]


@given(st.integers(10, 240))
def test_every_cell_has_its_column_s_width(width: int) -> None:
    layout = laid_out(width)
    widths = [cells for _, cells in layout]
    assert [width_of(one) for one in row(BARE, NOW, layout)] == widths == [width_of(one) for one in titles(layout)]


@pytest.mark.parametrize("key", ["task", "branch", "model", "files", "base", "context", "tokens", "age"])
def test_what_is_not_known_is_a_question_mark_and_no_zero(key: str) -> None:
    assert cell(BARE, key) == "?"


@pytest.mark.parametrize(
    ("facts", "key", "said"),
    [
        ({"state": "waiting"}, "state", "▲ waiting?"),
        ({"state": "waiting", "certain": True}, "state", "▲ waiting"),
        ({}, "state", "◌ unknown"),
        ({"plan_steps": 7, "plan_steps_done": 3}, "plan", "3/7"),
        ({"plan_state": "proposed"}, "plan", "shown"),
        ({}, "plan", "–"),
        ({"changed_files": 12, "added": 1240, "deleted": 61}, "files", "12 +1.2k −61"),
        ({"changed_files": 1, "added": None, "deleted": 0}, "files", "1 +? −0"),
        ({"changed_files": 0}, "files", "–"),
        ({"ahead": 3, "behind": 0}, "base", "↑3 ↓0"),
        ({"context_used": 50_000, "context_limit": 200_000}, "context", "25%"),
        ({"context_used": 50_000}, "context", "50k"),
        ({"usage": Usage(cache_read=1_200_000, requests=4)}, "tokens", "1.2M"),
        ({"cost_usd": "4.12", "cost_state": "priced"}, "cost", "$4.12"),
        ({"cost_usd": "4.12", "cost_state": "lower_bound"}, "cost", "≥$4.12"),
        ({"cost_usd": "4.12", "cost_state": "assumed"}, "cost", "≈$4.12"),
        ({"usage": Usage(output=5, requests=1)}, "cost", "unpriced"),
        ({}, "cost", "?"),
        ({"seen": NOW - 200}, "age", "3m"),
        ({"agent": "claude-code"}, "agent", "claude"),
        ({"next_text": "look"}, "why", "look"),
    ],
)
def test_a_cell_says(facts: dict[str, object], key: str, said: str) -> None:
    assert cell(replace(BARE, **facts), key) == said  # type: ignore[arg-type]


def test_a_full_context_is_a_warning() -> None:
    column = next(one for one in COLUMNS if one.key == "context")
    roles = [column.cell(replace(BARE, context_used=used, context_limit=100), NOW)[0].role for used in (79, 80)]
    assert roles == ["dim", "warn"]
    assert context_percent(replace(BARE, context_used=5, context_limit=0)) is None


def test_a_model_s_date_and_maker_tell_nothing_apart() -> None:
    assert model_name("claude-opus-4-5-20251101") == "opus-4-5"
    assert model_name("gpt-5.2-codex") == "gpt-5.2-codex"
    assert model_name(None) == "?"


def test_a_long_wide_title_keeps_the_columns_aligned(cards: list[Card]) -> None:
    layout = laid_out(117)
    japanese: Callable[[Card], bool] = lambda one: one.id == "c0ffee0042"  # noqa: E731 - its type is what is tested
    told = row(next(filter(japanese, cards)), NOW, layout)
    assert [width_of(one) for one in told] == [cells for _, cells in layout]
    assert plain(told[1]).rstrip().endswith("…")


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({}, "–"),
        ({"tests_state": "passed", "tests_passed": 42, "tests_failed": 0, "tests_fresh": True}, "✓ 42"),
        ({"tests_state": "passed", "tests_passed": None, "tests_failed": 0, "tests_fresh": True}, "✓"),
        ({"tests_state": "failed", "tests_passed": 39, "tests_failed": 3, "tests_fresh": True}, "✗ 3/42"),
        ({"tests_state": "failed", "tests_passed": None, "tests_failed": 3, "tests_fresh": True}, "✗ 3"),
        ({"tests_state": "failed", "tests_passed": 1180, "tests_failed": 171, "tests_fresh": False}, "✗ 171~"),
        ({"tests_state": "passed", "tests_passed": 42, "tests_failed": 0, "tests_fresh": False}, "✓ 42~"),
        ({"tests_state": "none_ran", "tests_passed": 0, "tests_failed": 0, "tests_fresh": True}, "○"),
        ({"tests_state": "not_run", "tests_fresh": True}, "□"),
        ({"tests_state": "unverified", "tests_fresh": True}, "?"),
        ({"tests_state": "truncated", "tests_fresh": False}, "?~"),
    ],
)
def test_what_its_tests_came_to(facts: dict[str, Any], shown: str) -> None:
    assert cell(replace(BARE, **facts), "tests") == shown
