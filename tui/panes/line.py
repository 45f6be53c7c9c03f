"""A line of a pane, and how it lies in a given width.

A line has a label that stays, a body that may wrap below itself, and a tail at the right edge that says where the body
was read. What `y` copies is the whole of it, however much of it the width shows.
"""

from dataclasses import dataclass
from functools import lru_cache

from state.runs.origin import Origin
from tui.spans import Span, Spans, cut, cut_left, fit, plain, spans, width_of, wrapped

LABEL = 11
"""Cells of the label column, the blank after it included."""

LONGEST_SOURCE = 26
"""Cells of the tail that names a log and an offset."""

NARROWEST_BODY = 32
"""Cells that the body keeps before the tail gets any."""

_KEPT = 256
"""Lines whose rows are kept: a pane is made anew at each change of its run, which most of its lines do not show."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `copy` is what the clipboard gets, `what` its name in the message; empty means the body itself.

    `sources` are the records that it was read from: what the key for evidence opens. `gutter` stands before each
    further row of a body that wraps, as wide as the label: blanks where it is empty.
    """

    body: Spans = ()
    label: Spans = ()
    tail: Spans = ()
    copy: str = ""
    what: str = ""
    sources: tuple[Origin, ...] = ()
    gutter: Spans = ()
    message: str = ""
    """What can be written to the run about it."""

    @property
    def copied(self) -> str:
        """The text that `y` copies."""
        return self.copy or plain(self.body).strip()


def labelled(
    label: str | Spans, *pieces: str | Span | tuple[str, str], tail: str | Origin | None = "", copy: str = ""
) -> Line:
    """Make a line with a label of the common width; a tail that is a record is named and can be opened."""
    named = label if isinstance(label, tuple) else spans((label, "faint"))
    what = "" if isinstance(label, tuple) else label
    sources = (tail,) if isinstance(tail, Origin) else ()
    told = where(tail) if isinstance(tail, Origin) else tail or ""
    return Line(spans(*pieces), fit(named, LABEL), spans((told, "faint")), copy, what, sources)


def where(origin: Origin) -> str:
    """Name a log and an offset in a few cells; the end of a log's name tells it from its neighbours."""
    offset = f":{origin.offset}"
    return cut_left(origin.log.rsplit("/", 1)[-1], LONGEST_SOURCE - len(offset)) + offset


def heading(text: str) -> Line:
    """Make the line above a group of lines."""
    return Line(spans((text, "title")))


def note(text: str, role: str = "dim") -> Line:
    """Make a line that only says something."""
    return Line(spans((text, role)))


@lru_cache(_KEPT)
def laid(line: Line, width: int, wrap: bool) -> tuple[Spans, ...]:
    """Give the rows that a line takes in `width` cells: one, or as many as it needs when it may wrap."""
    indent = width_of(line.label)
    tail = _tail(line, width - indent)
    room = width - indent - (width_of(tail) + 2 if tail else 0)
    rows = wrapped(line.body, room) if wrap else [cut(line.body, room)]
    first = (*line.label, *fit(rows[0], room), *((Span("  "), *tail) if tail else ()))
    before = line.gutter or (Span(" " * indent),)
    return (cut(first, width), *(cut((*before, *row), width) for row in rows[1:]))


def _tail(line: Line, room: int) -> Spans:
    return line.tail if line.tail and room - width_of(line.tail) - 2 >= NARROWEST_BODY else ()
