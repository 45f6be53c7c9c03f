"""What boards tell of attention: what is kept of it, and what is refused in one sentence."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.attention.attended import attended_of
from state.attention.limits import MOST
from state.spool import Order

NOW = 1_000_000.0
BOARD = "ab" * 16
STRETCH: dict[str, Any] = {"run": "a1", "task": "", "surface": "board", "since": NOW - 30, "until": NOW - 10, "keys": 4}


def order(*stretches: dict[str, Any], board: str = BOARD) -> Order:
    return Order("o1", "attended", {"board": board, "stretches": json.dumps([{**STRETCH, **one} for one in stretches])})


def test_an_order_tells_stretches_by_whom_the_core_says() -> None:
    first, second = attended_of(order({}, {"since": NOW - 10, "until": NOW, "run": ""}), NOW, "ana", NOW - 30)
    assert (first.id, first.run, first.surface, first.keys, first.by) == ("o1:0", "a1", "board", 4, "ana")
    assert (second.id, second.since, second.until) == ("o1:1", NOW - 10, NOW)


@pytest.mark.parametrize(
    "told",
    [
        order(board="../x"),
        order({"run": "'; DROP"}),
        order({"surface": "elsewhere"}),
        order({"since": NOW - 5, "until": NOW - 6}),
        order({"until": NOW + 3600}),
        order({"since": NOW - 30 * 86_400, "until": NOW - 30 * 86_400 + 1}),
        order({"since": NOW - 7 * 3600}),
        order({}, {}),
        order({"since": "nan"}),
        order({"keys": -1}),
        order({"extra": 1}),
        order(),
        order(*[{}] * (MOST + 1)),
        Order("o1", "attended", {}),
    ],
)
def test_what_is_no_attention_is_refused_in_one_sentence(told: Order) -> None:
    with pytest.raises(ValueError, match=r"^an order on attention [^\n]*; nothing was kept$"):
        attended_of(told, NOW, "ana")


def test_what_a_board_told_already_is_refused() -> None:
    with pytest.raises(ValueError, match="told already"):
        attended_of(order({}), NOW, "ana", NOW - 20)


@given(st.text(max_size=200))
def test_foreign_words_are_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="nothing was kept"):
        attended_of(Order("o", "attended", {"board": BOARD, "stretches": text}), NOW, "ana")
