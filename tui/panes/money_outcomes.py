"""The third and fourth part of the money screen: figures on the work's outcome, and those that tell of waste."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from state.outcomes.figure import Figure, Outcomes
from state.runs.card import Card
from tui import wording_money as words
from tui.panes.empty import empty
from tui.panes.line import Line, note
from tui.panes.money import Looks, Read, Row, title, unread
from tui.panes.money_bars import bar
from tui.spans import Span, Spans, fit, spans

_VALUE, _COUNT, _NAMED = 12, 8, 24
_ROOMY = 100
"""Cells from which on what a figure was before stands in a column of its own."""


def outcome_rows(read: Read, looks: Looks) -> list[Row]:
    """Give the third part."""
    told = read.outcomes
    if isinstance(told, str | None):
        return unread(told)
    rows: list[Row] = []
    for name, figures in words.sections(told):
        rows += title(name, above=bool(rows))
        for figure in figures:
            rows += figure_rows(figure, looks, parts=figure is words.main_figure(told))
    return [*(rows or [Row(one) for one in empty("outcomes")]), *_notes(told)]


def waste_rows(read: Read, looks: Looks) -> list[Row]:
    """Give the fourth part: what repeats itself now, then what did in the window."""
    rows = [*title(words.LIVE_TITLE, above=False), *_live(read.cards, looks)]
    told = read.outcomes
    rows += title(f"In {words.days(looks.window.days)}")
    if isinstance(told, str | None):
        return rows + unread(told)
    figures = [row for one in words.wasted(told) for row in figure_rows(one, looks, parts=False)]
    return [*rows, *(figures or [Row(note(words.NOTHING_MEASURED))]), *_notes(told)]


def _notes(told: Outcomes) -> list[Row]:
    lines = [note(words.period_said(told)), *(note(one) for one in told.notes)]
    return [Row(Line()), *(Row(line) for line in lines)]


def _live(cards: Iterable[Card], looks: Looks) -> list[Row]:
    label = min(max(looks.width // 3, 16), 44)
    found = [(card, one) for card in cards for one in card.findings if one.kind in words.LIVE_WASTE]
    return [
        Row(
            Line(
                spans((f"{words.LIVE_WASTE[one.kind]}  ", "warn"), (one.text, "text")),
                (*fit(spans(card.task_title or card.branch or card.id), label - 1), Span(" ")),
                sources=one.evidence,
            ),
            card,
        )
        for card, one in found
    ] or [Row(note(words.NOTHING_LIVE))]


def figure_rows(figure: Figure, looks: Looks, *, parts: bool) -> list[Row]:
    """Give a figure: its value and n, its whole title, what it was before; faint where it rests on too few.

    Its parts stand below it, or beside it where they are no sums.
    """
    unknown = figure.value is None
    role = "unknown" if unknown else "faint" if figure.few else "warn" if figure.at_least else "strong"
    told = [figure.note if unknown else words.few_said(figure)]
    roomy = looks.width >= _ROOMY
    told += [] if roomy else [words.before_said(figure)]
    if figure.unit != "usd" and not unknown:
        told += [f"{name} {value}" for name, value in words.parts_said(figure)]
    aside = "faint" if figure.few else "dim"
    label = (
        *_value(words.value_said(figure), role),
        *fit(spans((f"n {figure.n}", aside)), _COUNT, "right"),
        Span("  "),
    )
    more = " · ".join(one for one in told if one)
    body = spans((figure.title, "faint" if figure.few else "text"), (f"   {more}" if more else "", aside))
    tail = spans((words.before_said(figure) if roomy else "", aside))
    line = Line(body, label, tail, copy=f"{figure.title}: {words.value_said(figure)} (n {figure.n})")
    return [Row(line, figure), *(_parts(figure, looks) if parts else ())]


def _value(said: str, role: str) -> Spans:
    return fit(spans((said, role)), _VALUE, "right")


def _parts(figure: Figure, looks: Looks) -> Iterator[Row]:
    """Give a line for each part of the numerator, with its own bar: which one weighs is what one wants to see."""
    whole = sum((value for _, value in figure.parts if value is not None and value > 0), Decimal(0))
    named = max((len(name) for name, _ in figure.parts), default=0)
    named = min(named, _NAMED) + 2
    width = min(max(looks.width - _VALUE - _COUNT - 2 - named, 4), 48)
    for (name, value), (_, amount) in zip(figure.parts, words.parts_said(figure), strict=True):
        share = float(value / whole) if value is not None and value > 0 else 0.0
        drawn = bar(share, width, looks.strokes) if value is not None else spans((looks.strokes.hatch * 3, "warn"))
        label = (*_value(amount, "text" if value is not None else "unknown"), Span(" " * (_COUNT + 2)))
        yield Row(Line((*fit(spans((name, "dim")), named), *drawn), label), figure)
