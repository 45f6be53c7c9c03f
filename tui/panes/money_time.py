"""The second part of the money screen: what was spent when, as columns, and by what, as a table."""

import time
from collections.abc import Iterator, Sequence

from state.money.spending import NOTHING, Cost, added
from state.money.spent import Spent
from tui import wording_money as words
from tui.panes.empty import empty
from tui.panes.line import Line, note
from tui.panes.money import Looks, Read, Row, Window, title, unread, with_repository
from tui.panes.money_asked import over_time_figure
from tui.panes.money_bars import bar, column, round_above
from tui.spans import Span, Spans, fit, spans
from tui.wording import UNKNOWN, short

_AXIS = 9
_TALLEST, _LOWEST, _WIDEST = 12, 6, 6
_HEADS = ("cost", "", "share", "runs", "tokens", "$/Mtok", "of list", "cache net")
_WIDTHS = (13, 0, 7, 6, 8, 11, 9, 12)
_ROOMY = 100
"""Cells from which on the table has all its columns."""


def time_rows(read: Read, looks: Looks) -> list[Row]:
    """Give the part."""
    times, spent = read.times, read.spent
    rows = title(words.TIME_TITLE, above=False)
    rows += unread(times) if isinstance(times, str | None) else _chart_rows(times, looks)
    rows += title(f"{words.GROUP_TITLE} by {words.GROUP_WORDS.get(looks.by, looks.by)}")
    return rows + (unread(spent) if isinstance(spent, str | None) else _table_rows(spent, read, looks))


def _chart_rows(times: Sequence[tuple[float, Cost]], looks: Looks) -> list[Row]:
    total = added([NOTHING, *(cost for _, cost in times)])
    if total == NOTHING:
        return [Row(one) for one in empty("spending")]
    height = min(max(looks.height // 3, _LOWEST), _TALLEST) // 2 * 2
    asked = over_time_figure([(stretch(at, looks.window), at, cost) for at, cost in times], total)
    # Each line of it opens, so that the cursor begins at its top and all of it stays in sight.
    lines = [Row(Line(body, label), asked) for label, body in chart(times, looks, height)]
    when, dearest = max(times, key=lambda one: one[1].usd)
    said = f"{words.total_said(total, looks.window.days)} · {words.dearest_said(stretch(when, looks.window), dearest)}"
    hatched = spans((f" · {looks.strokes.hatch} {words.HATCHED}", "warn")) if total.unpriced_tokens else ()
    return [*lines, Row(Line((*spans((said, "text")), *hatched), fit((), _AXIS)), asked)]


def chart(times: Sequence[tuple[float, Cost]], looks: Looks, height: int) -> Iterator[tuple[Spans, Spans]]:
    """Give the columns from the top row down to the axis and its names, each row with its label."""
    strokes, most = looks.strokes, round_above(max(float(cost.usd) for _, cost in times))
    each = max(min((looks.width - _AXIS) // max(len(times), 1), _WIDEST), 1)
    cells = [
        column(float(cost.usd) / most if cost.known else None, bool(cost.unpriced_tokens), height, strokes)
        for _, cost in times
    ]
    fill, gap = (each - 1, " ") if each > 2 else (each, "")
    labels = {height - 1: words.axis_said(most), height // 2 - 1: words.axis_said(most / 2)}
    for row in reversed(range(height)):
        body = spans(*((one[row][0] * fill + gap, one[row][1]) for one in cells))
        yield _axis(labels.get(row, ""), strokes.tick if row in labels else strokes.axis), body
    ends = spans((strokes.floor * (each * len(times)), "rule"))
    yield _axis("$0", strokes.corner), ends
    yield _axis("", " "), spans((_names([at for at, _ in times], each, looks.window), "dim"))


def _axis(said: str, sign: str) -> Spans:
    return (*fit(spans((said, "dim")), _AXIS - 2, "right"), Span(f" {sign}", "rule"))


def _names(starts: Sequence[float], each: int, window: Window) -> str:
    """Write the names of stretches below their columns, as many as have room."""
    text = ""
    for number, at in enumerate(starts):
        place = number * each
        if _is_named(at, window) and place >= len(text):
            text = f"{text:<{place}}{name_of(at, window)} "
    return text


def _is_named(at: float, window: Window) -> bool:
    then = time.localtime(at)
    if window.days == 1:
        return then.tm_hour % 6 == 0
    return then.tm_hour == 0 and (window.days <= 7 or then.tm_wday == 0)


def name_of(at: float, window: Window) -> str:
    """Name the beginning of a stretch in a few cells: 18:00, Mon 16, 16 Nov."""
    form = "%H:%M" if window.days == 1 else "%a %d" if window.days <= 7 else "%d %b"
    return time.strftime(form, time.localtime(at))


def stretch(at: float, window: Window) -> str:
    """Name a stretch in words: 18:00, Mon 16 Nov 06:00, Mon 16 Nov."""
    form = "%H:%M" if window.days == 1 else "%a %d %b %H:%M" if window.hours < 24 else "%a %d %b"
    return time.strftime(form, time.localtime(at))


def _table_rows(spent: Sequence[Spent], read: Read, looks: Looks) -> list[Row]:
    if not spent:
        return [Row(note(words.NOTHING_SPENT))]
    known = {name: card for card in read.cards for name in (card.session_id, card.id)}
    whole = sum((one.cost.usd for one in spent), start=NOTHING.usd)
    most = max(one.cost.usd for one in spent)
    label, width, shown = _laid_out(looks)
    heads = (
        cell for head, size in zip(_HEADS, _WIDTHS, strict=True) for cell in _cell(head, "faint", size or width, size)
    )
    rows = [Row(Line(tuple(heads)[:shown], fit((), label)))]
    for one in spent:
        card = known.get(one.key) if looks.by == "session" else None
        name = (card.task_title or card.branch or one.key) if card else one.key
        named = with_repository(spans(name), read.repositories.get(card.id if card else "", ""), label - 1)
        share = float(one.cost.usd / whole) if whole else 0.0
        reach = float(one.cost.usd / most) if most else 0.0
        line = Line(_table_line(one, share, reach, width, looks)[:shown], (*named, Span(" ")), copy=one.key)
        rows.append(Row(line, card or one))
    return rows


def _laid_out(looks: Looks) -> tuple[int, int, int]:
    """Give the cells of the name, those of the bar, and how many spans of a row are shown."""
    roomy = looks.width >= _ROOMY
    shown = len(_HEADS) if roomy else 5
    others = sum(_WIDTHS[:shown])
    label = min(max((looks.width - others) * 2 // 3, 14), 48)
    return label, max(min(looks.width - others - label, 40), 4), shown


def _cell(text: str, role: str, size: int, right: int) -> tuple[Span]:
    made = fit(spans((text, role)), size, "right" if right else "left")
    return (Span("".join(piece.text for piece in made), role),)


def _table_line(one: Spent, share: float, reach: float, width: int, looks: Looks) -> Spans:
    cost = one.cost
    told = (
        (words.percent(share) if cost.known is not None else UNKNOWN, "dim"),
        (str(one.runs), "dim"),
        (short(one.usage.tokens), "dim"),
        (words.usd(one.per_token), "dim"),
        (words.percent(one.of_list) if one.of_list is not None else UNKNOWN, "dim"),
        (words.usd(one.cache_net), "warn" if one.cache_net is not None and one.cache_net < 0 else "dim"),
    )
    sure = cost.state in ("priced", "plan")
    amount = _cell(words.cost_short(cost), "text" if sure else "warn", _WIDTHS[0], 1)
    drawn = bar(reach, width - 2, looks.strokes) if cost.known is not None else spans((looks.strokes.hatch * 3, "warn"))
    (shown,) = _cell(
        "  " + "".join(piece.text for piece in drawn), "working" if cost.known is not None else "warn", width, 0
    )
    return (
        *amount,
        shown,
        *(cell for (text, role), size in zip(told, _WIDTHS[2:], strict=True) for cell in _cell(text, role, size, 1)),
    )
