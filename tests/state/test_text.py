"""Whatever comes in, one printable line comes out."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from state.text import clean, lines_of

ANY_TEXT = st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=0x10FFFF, categories=None))
UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"}


@given(ANY_TEXT)
def test_nothing_unsafe_comes_out(text: str) -> None:
    assert all(unicodedata.category(character) not in UNSAFE for character in clean(text))


@given(ANY_TEXT)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_every_code_point_is_safe_after_cleaning() -> None:
    for first in range(0, 0x110000, 1024):  # a letter between each two, so that none is cut as one mark too many
        out = clean("a".join(map(chr, range(first, first + 1024))))
        assert out.isprintable() and out.count("a") >= 1023, hex(first)
    alone = [chr(code) for code in range(0x30000) if unicodedata.category(chr(code))[0] in "CMZ" and code < 0x3400]
    assert len(alone) > 700 and all(clean(one).isprintable() for one in alone)


def test_what_was_hidden_stays_visible() -> None:
    assert clean("\x1b]52;c;aGk=\x07") == "␛]52;c;aGk=␇"
    assert clean("a\u202eb") == "a⦃U+202E⦄b"
    assert clean("two\nlines\tand a tab") == "two⏎lines and a tab"
    assert clean("a\u00a0b") == "a b"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * 50, 10) == "xxxxxxxxx…"
    assert clean("x" * 10, 10) == "xxxxxxxxxx"


def test_a_pile_of_combining_marks_is_cut() -> None:
    assert clean("e" + "\u0301" * 300) == "e" + "\u0301" * 2


def test_no_combining_mark_escapes_the_count() -> None:
    for mark in filter(unicodedata.combining, map(chr, range(0x110000))):
        assert clean("e" + mark * 3) == "e" + mark * 2, hex(ord(mark))


def test_plain_text_is_left_alone() -> None:
    for text in ("plain", "écrire naïve", "日本語 “quoted” → ✓", "[bold]not markup[/]"):
        assert clean(text) == text


@given(st.lists(st.text(st.characters(categories=("L", "N", "P")), max_size=5), min_size=1))
def test_the_lines_of_a_cleaned_text_come_back(lines: list[str]) -> None:
    assert lines_of(clean("\n".join(lines))) == (tuple(lines) if any(lines) or len(lines) > 1 else ())


def test_a_plan_is_read_as_a_page() -> None:
    assert lines_of(clean("# Plan\r\n\n- one\x1b[m")) == ("# Plan", "", "- one␛[m")
    assert lines_of("") == ()
