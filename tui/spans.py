"""Text in pieces, each with a role, cut and wrapped by terminal cells: what panes and columns are made of.

A role is a word such as "dim"; what it looks like is the theme's. Nothing here knows the screen, so that the text verbs
can use the same cells. Widths are Rich's, because Textual lays out strips by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len, set_cell_size, split_graphemes

from state.text import clean

Align = Literal["left", "right"]

ELLIPSIS = "…"

# Terminals disagree on the width of a character that a variation selector follows, so none is ever drawn.
_SELECTORS = dict.fromkeys((*range(65024, 65040), *range(917760, 918000)))


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text of one role."""

    text: str
    role: str = "text"


Spans = tuple[Span, ...]


def spans(*pieces: str | Span | tuple[str, str]) -> Spans:
    """Make spans of plain text, (text, role) pairs and spans, leaving out the empty ones."""
    made = (
        piece if isinstance(piece, Span) else Span(*([piece] if isinstance(piece, str) else piece)) for piece in pieces
    )
    return tuple(span for span in made if span.text)


def steady(text: str) -> str:
    """Give `text` with nothing in it whose width or effect depends on the terminal."""
    if text.isascii() and text.isprintable():
        return text
    return clean(text).translate(_SELECTORS)


def _steadied(pieces: Spans) -> Spans:
    if all(span.text.isascii() and span.text.isprintable() for span in pieces):
        return pieces
    return tuple(Span(steady(span.text), span.role) for span in pieces)


def plain(pieces: Iterable[Span]) -> str:
    """Give the text alone."""
    return "".join(span.text for span in pieces)


def width_of(pieces: Iterable[Span]) -> int:
    """Give the width in cells."""
    return sum(cell_len(span.text) for span in pieces)


def cut(pieces: Spans, width: int) -> Spans:
    """Give at most `width` cells of `pieces`; what was cut off shows as an ellipsis."""
    pieces = _steadied(pieces)
    if width_of(pieces) <= width:
        return pieces
    kept: list[Span] = []
    room = width - 1
    for span in pieces:
        if room <= 0:
            break
        size = cell_len(span.text)
        kept.append(span if size <= room else Span(set_cell_size(span.text, room).rstrip(), span.role))
        room -= size
    role = kept[-1].role if kept else "dim"
    return spans(*kept, (ELLIPSIS, role)) if width > 0 else ()


def fit(pieces: Spans, width: int, align: Align = "left") -> Spans:
    """Give exactly `width` cells: cut where it is too long, padded where it is too short."""
    shown = cut(pieces, width)
    missing = width - width_of(shown)
    if missing <= 0:
        return shown
    return (Span(" " * missing), *shown) if align == "right" else (*shown, Span(" " * missing))


def cut_left(text: str, width: int) -> str:
    """Give the last `width` cells of a path or the like, whose end tells more than its beginning."""
    text = steady(text)
    if cell_len(text) <= width:
        return text
    kept, room = "", width - 1
    for start, end, size in reversed(split_graphemes(text)[0]):
        if size > room:
            break
        kept, room = text[start:end] + kept, room - size
    return ELLIPSIS + kept if width > 0 else ""


def wrapped(pieces: Spans, width: int) -> list[Spans]:
    """Break `pieces` into lines of at most `width` cells (two at least), after a space where there is one."""
    pieces = _steadied(pieces)
    return [_slice(pieces, start, end) for start, end in _lines(plain(pieces), max(width, 2))]


def _lines(text: str, width: int) -> list[tuple[int, int]]:
    """Give the start and end of each line."""
    lines: list[tuple[int, int]] = []
    start, after_space, used = 0, 0, 0
    for begin, end, size in split_graphemes(text)[0]:
        if used + size > width:
            if text[begin] == " ":
                lines.append((start, begin))
                start, after_space, used = end, end, 0
                continue
            stop = after_space if after_space > start else begin
            lines.append((start, stop))
            start, used = stop, cell_len(text[stop:begin])
        used += size
        if text[begin] == " ":
            after_space = end
    return [*lines, (start, len(text))]


def _slice(pieces: Spans, start: int, end: int) -> Spans:
    kept: list[Span] = []
    at = 0
    for span in pieces:
        part = span.text[max(start - at, 0) : max(end - at, 0)]
        if part:
            kept.append(Span(part, span.role))
        at += len(span.text)
    return tuple(kept)
