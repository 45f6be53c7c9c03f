"""The third and fourth part of the money screen: figures on the work's outcome, and those that tell of waste."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from state.outcomes.figure import Figure, Outcomes
from state.runs.card import Card
from tui import wording_money as words
from tui.panes.line import Line, note
from tui.panes.money import Looks, Read, Row, title, unread
from tui.panes.money_bars import bar
from tui.spans import Span, fit, spans

_VALUE, _COUNT = 12, 8
_TOLD = 44
"""Cells for a figure's value, its n, and what it was before."""


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
    return [*(rows or [Row(note(words.NOTHING_MEASURED))]), *_notes(told)]


def waste_rows(read: Read, looks: Looks) -> list[Row]:
    """Give the fourth part: what repeats itself now, then what did in the window."""
    rows = [*title(words.LIVE_TITLE, above=False), *_live(read.cards, looks)]
    told = read.outcomes
    rows += title(f"In {words.days(looks.window.days)}")
    if isinstance(told, str | None):
        return rows + unread(told)
    figures = [row for one in words.wasted(told) for row in figure_rows(one, looks, parts=bool(one.parts))]
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
    """Give a figure: its value with n and what it was before, faint where it rests on too few; its parts below it."""
    label = min(max(looks.width - _TOLD, 20), 48)
    unknown = figure.value is None
    role = "unknown" if unknown else "faint" if figure.few else "warn" if figure.at_least else "strong"
    named = fit(spans((figure.title, "faint" if figure.few else "text")), label - 1)
    told = [figure.note if unknown else words.few_said(figure), words.before_said(figure)]
    body = (
        *fit(spans((words.value_said(figure), role)), _VALUE, "right"),
        *fit(spans((f"n {figure.n}", "faint" if figure.few else "dim")), _COUNT, "right"),
        *spans((f"  {' · '.join(one for one in told if one)}", "faint" if figure.few else "dim")),
    )
    line = Line(body, (*named, Span(" ")), copy=f"{figure.title}: {words.value_said(figure)} (n {figure.n})")
    rows = [Row(line, figure)]
    if parts and figure.parts:
        rows += _parts(figure, label, looks)
    return rows


def _parts(figure: Figure, label: int, looks: Looks) -> Iterator[Row]:
    """Give a line for each part of the numerator, with its own bar: which one weighs is what one wants to see."""
    over = words.numerator_unit(figure)
    whole = sum((value for _, value in figure.parts if value is not None and value > 0), Decimal(0))
    width = min(max(looks.width - label - _VALUE - 3, 4), 48)
    for name, value in figure.parts:
        share = float(value / whole) if value is not None and value > 0 else 0.0
        drawn = bar(share, width, looks.strokes) if value is not None else spans((looks.strokes.hatch * 3, "warn"))
        said = spans((words.measured(value, over), "text" if value is not None else "unknown"))
        named = fit(spans((f"  {name}", "dim")), label - 1)
        yield Row(Line((*fit(said, _VALUE, "right"), Span("  "), *drawn), (*named, Span(" "))), figure)
