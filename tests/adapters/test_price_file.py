"""Prices that a human writes: what is accepted, what is said about what is not, and what `set` changes."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.price_file import PricesInvalid, read_prices, with_price
from adapters.prices import AMENDMENTS, read_own

GOOD = '[[price]]\nmodel = "gpt-5.9"\ninput = 1.25\noutput = "10"\n'


def test_a_price_is_read_exactly() -> None:
    (price,) = read_prices(f"{GOOD}since = 2026-06-01\ncached = 0.1\n", "prices.toml").prices
    assert (price.rates.input, price.rates.output) == (Decimal("1.25"), Decimal(10))
    assert (price.rates.cache_read, price.rates.cache_write_5m) == (Decimal("0.1"), None)
    assert price.since == datetime(2026, 6, 1, tzinfo=UTC).timestamp()


def test_an_empty_file_holds_nothing() -> None:
    assert read_prices("# nothing yet\n", "prices.toml").prices == ()


def test_the_amendments_are_sound() -> None:
    assert len(read_prices(AMENDMENTS.read_text(), AMENDMENTS.name).prices) == 4


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[price]\n", "prices.toml: "),
        ("[price]\nmodel = 'x'\n", "two brackets"),
        ("speed = 1\n", "`speed` is not known"),
        ("[[price]]\ninput = 1\noutput = 1\n", "prices.toml, line 1: `model` is missing"),
        ("[[price]]\nmodel = 5\n", "line 2: `model` must be text"),
        ('[[price]]\nmodel = "x"\ninput = 1\n', "line 1: `output` is missing"),
        (f'{GOOD}\n[[price]]\nmodel = "x"\n\ninput = "cheap"\noutput = 1\n', "line 9: `input` must be an amount"),
        ('[[price]]\nmodel = "x"\ninput = -1\noutput = 1\n', "line 3: `input` must be an amount"),
        ('[[price]]\nmodel = "x"\ninput = nan\noutput = 1\n', "line 3: `input` must be an amount"),
        ('[[price]]\nmodel = "x"\ninput = true\noutput = 1\n', "line 3: `input` must be an amount"),
        (f"{GOOD}cache = 1\n", "line 5: `cache` is not known; known are batch, cache_write_1h"),
        (f'{GOOD}since = "soon"\n', "line 5: `since` must be a date"),
        (f"{GOOD}since = 2026-02-01\nuntil = 2026-01-01\n", "line 6: `until` must lie after"),
        (f'{GOOD}plan = "yes"\n', "line 5: `plan` must be true or false"),
        ('[[alias]]\nmodel = "x"\n', "line 1: `is` must be the name"),
        ('[[alias]]\nmodel = "x"\nis = "y"\nfrom = 1\n', "line 4: `from` is not known"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_key(text: str, says: str) -> None:
    with pytest.raises(PricesInvalid) as wrong:
        read_prices(text, "prices.toml")
    assert says in str(wrong.value)
    assert str(wrong.value).isprintable()


@pytest.mark.parametrize(("held", "says"), [(b"a\n\xff\n", "line 2: not UTF-8"), (b"#" * 1_000_002, "larger")])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, held: bytes, says: str) -> None:
    (tmp_path / "prices.toml").write_bytes(held)
    with pytest.raises(PricesInvalid, match=says):
        read_own(tmp_path / "prices.toml")


def test_a_new_price_is_added_and_everything_else_stays() -> None:
    text = f"# mine\n{GOOD}  # last words"
    changed = with_price(text, {"model": '"x"', "input": "1", "output": "2"}, "prices.toml")
    assert changed == f'{text}\n\n[[price]]\nmodel = "x"\ninput = 1\noutput = 2\n'


def test_the_price_of_the_same_model_and_day_is_replaced_with_its_comments_kept() -> None:
    other = '[[price]]\nmodel = "y"\ninput = 3\noutput = 4\n'
    text = f'# mine\n[[price]]\n# from the contract\nmodel = "x"\ninput = 1\noutput = 2\n\n{other}'
    changed = with_price(text, {"model": '"x"', "input": "5", "output": "6"}, "prices.toml")
    assert changed == f'# mine\n[[price]]\nmodel = "x"\ninput = 5\noutput = 6\n# from the contract\n\n{other}'
    dated = with_price(text, {"model": '"x"', "since": "2026-01-01", "input": "5", "output": "6"}, "prices.toml")
    assert dated.startswith(text)


def test_a_wrong_price_changes_nothing() -> None:
    with pytest.raises(PricesInvalid, match="`output` is missing"):
        with_price(GOOD, {"model": '"x"', "input": "1"}, "prices.toml")


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_in_one_printable_sentence(text: str) -> None:
    for held in (text, f"{GOOD}{text}", f"[[price]]\nmodel = {text}\n"):
        try:
            read_prices(held, "prices.toml")
        except PricesInvalid as wrong:
            assert str(wrong).isprintable()
