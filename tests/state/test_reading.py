"""What is looked for in a text, and how it is marked."""

from hypothesis import given
from hypothesis import strategies as st

from state.commands import COMMANDS, LOGGING, READING
from state.reading import Wanted, next_of
from tui.panes.matched import with_matches
from tui.spans import Span, plain, spans


def test_small_letters_stand_for_capitals_and_a_capital_for_itself() -> None:
    assert Wanted("error").within("An ERROR") is True
    assert Wanted("Error").within("An ERROR") is False
    assert Wanted("a.b").places("a.b axb a.b") == [(0, 3), (8, 11)]
    assert Wanted("").places("anything") == []


def test_the_next_line_is_looked_for_that_way_only() -> None:
    lines = ["x", "y", "x", "y"]
    assert next_of(lines, Wanted("x"), 0, forward=True) == 2
    assert next_of(lines, Wanted("x"), 2, forward=True) is None
    assert next_of(lines, Wanted("x"), 2, forward=False) == 0
    assert next_of(lines, Wanted("x"), -1, forward=True) == 0


@given(st.lists(st.text("abİß\u0301", max_size=6), max_size=6), st.text("abİß", max_size=3))
def test_marking_changes_no_text_and_marks_exactly_the_words(pieces: list[str], words: str) -> None:
    made = with_matches(spans(*pieces), Wanted(words))
    assert plain(made) == "".join(pieces)
    marked = sum(len(span.text) for span in made if span.role.endswith("+word"))
    assert marked == sum(end - start for start, end in Wanted(words).places("".join(pieces)))


def test_words_over_two_pieces_are_marked_in_both() -> None:
    made = with_matches((Span("ab", "dim"), Span("cd", "code-key")), Wanted("bc"))
    assert made == (Span("a", "dim"), Span("b", "dim+word"), Span("c", "code-key+word"), Span("d", "code-key"))


def test_no_two_commands_of_reading_share_an_id_or_a_key_with_each_other() -> None:
    ids = [one.id for one in (*COMMANDS, *READING, *LOGGING)]
    keys = [key for one in (*READING, *LOGGING) for key in one.keys]
    assert len(ids) == len(set(ids))
    assert len(keys) == len(set(keys))
