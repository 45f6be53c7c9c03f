"""Cutting, padding and wrapping by terminal cells, whatever the text."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.spans import Span, Spans, cut, cut_left, fit, plain, spans, steady, width_of, wrapped

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
pieces = st.lists(st.builds(Span, text, st.sampled_from(["text", "dim"])), max_size=4).map(tuple)
widths = st.integers(0, 40)


@given(pieces, widths, st.sampled_from(["left", "right"]))
def test_a_fitted_cell_has_exactly_its_width(told: Spans, width: int, align: str) -> None:
    assert width_of(fit(told, width, align)) == width  # type: ignore[arg-type]


@given(pieces, widths)
def test_a_cut_text_is_never_wider_and_its_cut_shows(told: Spans, width: int) -> None:
    shown = cut(told, width)
    assert width_of(shown) <= width
    if width_of(tuple(Span(steady(one.text)) for one in told)) > width > 0:
        assert plain(shown).endswith("…")


@given(text, widths)
def test_a_path_keeps_its_end(path: str, width: int) -> None:
    shown = cut_left(path, width)
    assert cell_len(shown) <= width
    if shown.startswith("…") and not steady(path).startswith("…"):
        assert steady(path).endswith(shown[1:])


@given(pieces, st.integers(2, 40))
def test_wrapping_loses_nothing_but_the_spaces_at_the_breaks(told: Spans, width: int) -> None:
    lines = wrapped(told, width)
    assert all(width_of(line) <= width for line in lines)
    whole = steady("".join(one.text for one in told))
    joined = "".join(plain(line) for line in lines)
    assert joined.replace(" ", "") == whole.replace(" ", "")


@given(pieces, widths)
def test_nothing_that_acts_on_a_terminal_comes_out(told: Spans, width: int) -> None:
    for shown in (fit(told, width), *wrapped(told, width)):
        assert plain(shown).isprintable()


def test_wrapping_breaks_at_spaces_and_keeps_roles() -> None:
    told = spans(("one two", "dim"), (" three", "text"))
    assert [plain(line) for line in wrapped(told, 8)] == ["one two ", "three"]
    assert wrapped(told, 8)[1][0].role == "text"


def test_a_wide_character_is_never_halved() -> None:
    assert [plain(line) for line in wrapped(spans("日本語"), 3)] == ["日", "本", "語"]
    assert plain(fit(spans("日本語"), 4)) == "日… "


def test_a_variation_selector_changes_no_width() -> None:
    assert plain(fit(spans("▶️x"), 4)) == "▶x  "
