"""Which rows are shown, and in which order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.runs.card import Card
from state.runs.view import SORTS, Sort, matches, needs_you, next_pane, next_sort, ordered, shown

NOW = 1_000_000.0


def card(name: str, **facts: object) -> Card:
    plain = Card(id=name, agent="codex", session_id=name, state="working", because="", need=20)
    return replace(plain, **facts)  # type: ignore[arg-type]


def ids(cards: list[Card]) -> list[str]:
    return [one.id for one in cards]


def test_the_run_that_needs_the_human_most_is_first() -> None:
    cards = [card("a", need=20), card("b", need=90), card("c", need=65)]
    assert ids(ordered(cards, "need", NOW)) == ["b", "c", "a"]


def test_among_equal_needs_the_most_recent_is_first() -> None:
    cards = [card("a", seen=NOW - 500), card("b", seen=NOW - 100), card("c", seen=None), card("d", seen=NOW - 5)]
    assert ids(ordered(cards, "need", NOW)) == ["d", "b", "a", "c"]


def test_busy_rows_do_not_change_places_when_one_of_them_gets_news() -> None:
    cards = [card("a", seen=NOW - 40, task_title="one"), card("b", seen=NOW - 1, task_title="two")]
    before = ids(ordered(cards, "need", NOW))
    assert before == ids(ordered([replace(cards[0], seen=NOW), cards[1]], "need", NOW)) == ["a", "b"]


def test_a_run_of_the_future_is_just_now() -> None:
    cards = [card("b", seen=NOW + 900, task_title="b"), card("a", seen=NOW, task_title="a")]
    assert ids(ordered(cards, "recent", NOW)) == ["a", "b"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("task", ["b", "a", "c"]),
        ("branch", ["c", "a", "b"]),
        ("state", ["c", "b", "a"]),
        ("recent", ["a", "b", "c"]),
    ],
)
def test_each_order_puts_what_is_unknown_last(sort: Sort, order: list[str]) -> None:
    cards = [
        card("a", task_title="Zebra", branch="b/2", state="done", seen=NOW),
        card("b", task_title="apple", branch=None, state="working", seen=NOW - 100),
        card("c", task_title=None, branch="b/1", state="waiting", seen=None),
    ]
    assert ids(ordered(cards, sort, NOW)) == order


def test_the_filter_wants_each_word_in_any_of_five_facts() -> None:
    one = card("a", task_title="Fix the Login", branch="fix/login", model="gpt-5", state="waiting")
    for wanted in ("login", "FIX login", "codex gpt", "waiting fix", ""):
        assert matches(one, wanted), wanted
    for wanted in ("logout", "login done", "a"[:0] + "zzz"):
        assert not matches(one, wanted), wanted


def test_a_word_never_matches_across_two_facts() -> None:
    assert not matches(card("a", task_title="one", branch="two"), "onetwo")


def test_only_a_need_of_sixty_and_more_needs_the_human() -> None:
    assert [needs_you(card("a", need=need)) for need in (0, 59, 60, 100)] == [False, False, True, True]


def test_orders_and_panes_cycle() -> None:
    seen = ["need"]
    while (following := next_sort(seen[-1])) != "need":
        seen.append(following)
    assert tuple(seen) == SORTS
    assert (next_pane("facts"), next_pane("tests"), next_pane("facts", -1)) == ("plan", "facts", "tests")


some_cards = st.lists(
    st.builds(
        card,
        st.text("abcdef0123456789", min_size=1, max_size=4),
        need=st.integers(0, 100),
        seen=st.none() | st.floats(NOW - 1e6, NOW + 1e3),
        task_title=st.none() | st.text(max_size=5),
        branch=st.none() | st.text(max_size=5),
        state=st.sampled_from(["working", "waiting", "idle", "blocked", "held", "stopped", "done", "unknown"]),
    ),
    unique_by=lambda one: one.id,
    max_size=20,
)


@given(some_cards, st.sampled_from(SORTS), st.randoms())
def test_the_order_depends_on_the_runs_alone_and_loses_none(cards: list[Card], sort: Sort, shuffle) -> None:
    order = ids(ordered(cards, sort, NOW))
    mixed = list(cards)
    shuffle.shuffle(mixed)
    assert ids(ordered(mixed, sort, NOW)) == order
    assert sorted(order) == sorted(ids(cards))


@given(some_cards, st.text(max_size=4))
def test_what_is_shown_is_what_matches(cards: list[Card], wanted: str) -> None:
    assert {one.id for one in shown(cards, wanted, "need", NOW)} == {one.id for one in cards if matches(one, wanted)}
