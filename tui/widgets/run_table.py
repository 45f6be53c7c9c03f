"""The table of runs: one line a run, columns by the width, and a cursor that stays on its run when rows move."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.geometry import Size

from state.runs.view import with_sibling
from tui.columns import COLUMNS, GAP, Column, laid_out, row, titles
from tui.marks import CURSOR
from tui.spans import Span, Spans, cut, spans
from tui.widgets.lines import Lines
from tui.wording import age_ends
from tui.wording_control import why_ends

if TYPE_CHECKING:
    from state.runs.card import Card

_MARGIN = 2
"""Cells at the left edge for the cursor's mark, which shows where colour does not."""


_STEP = 4
"""Rows by which the table's height grows, so that one run more does not move the rest of the screen."""


class _Row:
    """The cells of one run, kept until its card or its age reads differently."""

    __slots__ = ("card", "cells", "follows", "until")

    def __init__(self, card: Card, cells: tuple[Spans, ...], until: float, follows: bool) -> None:
        self.card = card
        self.cells = cells
        self.until = until
        self.follows = follows


class RunTable(Lines):
    """The runs in the order that they are given, or a notice where there are none."""

    fixed = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._order: Sequence[str] = ()
        self._places: dict[str, int] = {}
        self._cards: Mapping[str, Card] = {}
        self._followers: frozenset[str] = frozenset()
        self._now = 0.0
        self._rows: dict[str, _Row] = {}
        self._layout: list[tuple[Column, int]] = []
        self._laid_for = -1
        self._offered: Sequence[Column] = COLUMNS
        self._height = 0
        self._notice: tuple[Spans, ...] = ()
        self.cursor: str | None = None

    def show(self, order: Sequence[str], cards: Mapping[str, Card], now: float) -> None:
        """Show these runs in this order; the cursor keeps its run, or its place when the run is gone."""
        row = self.cursor_row()
        was_visible = row is not None and self.row_is_visible(row)
        self._order, self._cards, self._now = order, cards, now
        self._followers = with_sibling([cards[run] for run in order])
        self._places = {run: place for place, run in enumerate(order)}
        self._notice = () if order else self._notice
        if self.cursor not in self._places:
            self.cursor = order[min(row or 0, len(order) - 1)] if order else None
        for gone in self._rows.keys() - cards.keys():
            del self._rows[gone]
        self._fit_height(len(cards))
        self.repaint()
        if was_visible or row is None:
            self.reveal()

    def offer(self, columns: Sequence[Column]) -> None:
        """Choose from these columns from now on."""
        self._offered, self._laid_for = columns, -1

    def show_notice(self, lines: Sequence[tuple[str, str]]) -> None:
        """Say something in place of the rows."""
        self._notice = tuple(spans("  ", line) for line in (("", "text"), *lines))
        self._order, self._places, self.cursor = (), {}, None
        self.repaint()

    def select(self, run: str) -> None:
        """Put the cursor on a run that is shown."""
        if run in self._places and run != self.cursor:
            self.cursor = run
            self.reveal()
            self.repaint()

    def move(self, step: int) -> None:
        """Move the cursor by rows, as far as there are any."""
        row = self.cursor_row()
        if row is not None:
            self.select(self._order[max(0, min(row + step, len(self._order) - 1))])

    def page(self) -> int:
        """Give the number of rows of a page."""
        return max(self.size.height - self.fixed - 1, 1)

    def run_at(self, row: int) -> str | None:
        """Give the run of a row."""
        return self._order[row] if row < len(self._order) else None

    def changes_at(self) -> float:
        """Give the time at which an age that can be seen next reads differently."""
        rows = (self._rows.get(self._order[place]) for place in self.visible_rows() if place < len(self._order))
        return min((row.until for row in rows if row), default=float("inf"))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Give the lines that the table wants: the filter leaves them alone, so that typing it moves nothing."""
        return self._height

    def cursor_row(self) -> int | None:
        """Give the place of the cursor's run."""
        return self._places.get(self.cursor) if self.cursor is not None else None

    def count(self) -> int:
        """Give the number of rows, or of lines of the notice."""
        return len(self._notice) if self._notice else len(self._order)

    def key(self, line: int) -> Hashable:
        """Give the titles' widths, or the row and whether the cursor stands on it."""
        if self._notice:
            return self._notice[line - 1] if line else "notice"
        if line == 0:
            return tuple((column.key, width) for column, width in self._columns())
        run = self._order[line - 1]
        return self._row(run), self.ground(line)

    def spans(self, line: int) -> Spans:
        """Give the cells of a line with the gaps between them."""
        if self._notice:
            return cut(self._notice[line - 1], self.size.width) if line else ()
        if line == 0:
            return _joined("", titles(self._columns()))
        run = self._order[line - 1]
        return _joined(CURSOR if run == self.cursor else "", self._row(run).cells)

    def ground(self, line: int) -> str | None:
        """Give the ground of the cursor's row."""
        if self._notice or line == 0 or self._order[line - 1] != self.cursor:
            return None
        return "cursor" if self.has_focus else "cursor-away"

    def _fit_height(self, runs: int) -> None:
        height = self.fixed + -(-runs // _STEP) * _STEP
        if height != self._height:
            self._height = height
            self.refresh(layout=True)

    def _columns(self) -> list[tuple[Column, int]]:
        """Give the columns for the width that there is; cells of another width are forgotten."""
        if self._laid_for != self.size.width:
            self._laid_for = self.size.width
            self._layout = laid_out(max(self.size.width - _MARGIN - 1, 1), self._offered)
            self._rows.clear()
        return self._layout

    def _row(self, run: str) -> _Row:
        layout = self._columns()
        card, known, follows = self._cards[run], self._rows.get(run), run in self._followers
        if known is not None and known.card is card and self._now < known.until and known.follows == follows:
            return known
        cells = row(card, self._now, layout, follows=follows)
        until = min(age_ends(card.seen, self._now), why_ends(card, self._now))
        if known is not None and known.cells == cells:
            known.card, known.until, known.follows = card, until, follows
            return known
        self._rows[run] = fresh = _Row(card, cells, until, follows)
        return fresh


def _joined(mark: str, cells: Sequence[Spans]) -> Spans:
    gap = Span(" " * GAP)
    joined: list[Span] = [Span(mark.ljust(_MARGIN), "strong")]
    for cell in cells:
        joined += [*cell, gap]
    return tuple(joined[:-1])
