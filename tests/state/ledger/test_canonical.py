"""One value has one text and one text one value; every other text is refused, and no program can be told two things."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.ledger.canonical import canonical, digest, read

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_comes_back_from_its_text(value: Any) -> None:
    assert read(canonical(value).decode()) == value


@given(st.dictionaries(TEXT, st.integers(0, 9), min_size=2, max_size=4))
def test_the_order_of_keys_changes_nothing(value: dict[str, int]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical(turned) == canonical(value) and digest(turned) == digest(value)


@given(VALUES, st.sampled_from([" ", "\n", "\t"]))
def test_the_same_value_with_a_blank_more_is_refused(value: Any, blank: str) -> None:
    with pytest.raises(ValueError, match="canonical"):
        read(canonical(value).decode() + blank)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}', '{"a":1,"a":1}', '{"b":1,"a":1}', '{"a": 1}', "NaN", "Infinity", "-Infinity", "1.0", "1e3",
        "-0", "01", '"\\u00e9"', '"\\/"', '"\\u000a"', "{'a':1}", '{"a":1}}', "", '"\ud800"', "[" * 100_000,
        "1" * 5000, "\ufeff1",
    ],
)  # fmt: skip
def test_a_text_that_is_not_the_one_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read(text)


def test_two_unicode_forms_of_a_word_are_two_values() -> None:
    assert digest("caf\u00e9") != digest("cafe\u0301")
    assert read('"cafe\u0301"') == "cafe\u0301"


@pytest.mark.parametrize("value", [1.0, float("nan"), b"x", {1: "a"}, {"a": {2.5}}, [{"a": 0.1}], object()])
def test_what_has_no_text_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="canonical JSON takes"):
        canonical(value)


@given(TEXT)
def test_any_json_reader_reads_it(word: str) -> None:
    assert json.loads(canonical({"a": word})) == {"a": word}
