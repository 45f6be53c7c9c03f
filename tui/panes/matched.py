"""Words that are searched for, marked where they stand in a line."""

from itertools import pairwise

from state.reading import Wanted
from tui.spans import Span, Spans, plain


def with_matches(pieces: Spans, wanted: Wanted | None) -> Spans:
    """Give the same text with the wanted words in the look of a word that matters; roles stay what they were."""
    places = wanted.places(plain(pieces)) if wanted else []
    if not places:
        return pieces
    made: list[Span] = []
    at = 0
    for span in pieces:
        end = at + len(span.text)
        cuts = sorted({at, end, *(one for place in places for one in place if at < one < end)})
        for first, last in pairwise(cuts):
            found = any(start <= first < stop for start, stop in places)
            made.append(Span(span.text[first - at : last - at], f"{span.role}+word" if found else span.role))
        at = end
    return tuple(made)
