"""Pieces of a page: text made safe, bars and columns as SVG, and tables. Values in, HTML out.

Whatever a log, a branch or a person wrote passes `safe`: printable, and escaped so that it can be no tag, attribute or
entity. Nothing here can name another place, because no attribute is made of foreign text.
"""

import time
from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

from state.money.spending import Cost
from state.text import clean
from tui import wording_money as words
from tui.panes.money_bars import round_above

LONGEST = 400
"""Characters kept of one foreign text."""
_WIDE, _TALL, _LEFT, _FLOOR = 760, 190, 56, 24


def safe(text: str) -> str:
    """Give foreign text as HTML that is only text."""
    return escape(clean(text, LONGEST), quote=True)


def moment(at: float | None) -> str:
    """Give a time of this machine's zone, a question mark where it is unknown or no time."""
    if at is None or not 0 <= at < 1 << 40:
        return "?"
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: int,
    drawn: int | None = None,
    rest: int | None = None,
    kind: str = "sums",
) -> str:
    """Give a table of cells that are HTML already: `right` holds figures, as all from `rest` on do, `drawn` bars.

    `kind` is its class: sums, parts (and counts, without bars), or events, whose rows a phone stacks.
    """

    def row(cells: Sequence[str], tag: str) -> str:
        made = (f"<{tag}{of(at)}>{cell}</{tag}>" for at, cell in enumerate(cells))
        return f"<tr>{''.join(made)}</tr>"

    def of(at: int) -> str:
        figures = at == right or (rest is not None and at >= rest)
        return ' class="right"' if figures else ' class="drawn"' if at == drawn else ""

    body = "".join(row(cells, "td") for cells in rows)
    head = f"<thead>{row(heads, 'th')}</thead>" if heads else ""
    return f'<table class="{kind}">{head}<tbody>{body}</tbody></table>'


def share_bar(share: float) -> str:
    """Give a bar of a share of one."""
    width = max(min(share, 1.0), 0.004 if share > 0 else 0.0) * 200
    drawn = f'<rect class="solid" width="{width:.1f}" height="12" rx="2"/>'
    return f'<svg viewBox="0 0 200 12" aria-hidden="true">{drawn}</svg>'


def budget_bar(spent: Decimal, used: Decimal, ceiling: Decimal, said: str) -> str:
    """Give the bar of a budget: solid what has a price, hatched what has none, and the ceiling as a line."""
    whole = max(used, ceiling, Decimal("0.000001"))
    solid, gone, at = (float(part / whole) * 760 for part in (max(spent, Decimal(0)), used, ceiling))
    unpriced = hatched(solid, 0, gone - solid, 14) if used > spent else ""
    return (
        f'<svg viewBox="-1 -3 762 20" role="img" aria-label="{escape(said)}">'
        f'<rect class="rest" width="760" height="14"/>'
        f'<rect class="solid" width="{min(solid, 760):.1f}" height="14"/>{unpriced}'
        f'<line class="ceiling" x1="{at:.1f}" x2="{at:.1f}" y1="-3" y2="17"/></svg>'
    )


def hatched(x: float, y: float, width: float, height: float) -> str:
    """Give slanted lines over a stretch: what has no price, told from the rest without colour."""
    count = max(int(width // 6), 1)
    step = width / count
    lines = (f"M{x + step * at:.1f} {y + height:.1f}L{x + step * (at + 1):.1f} {y:.1f}" for at in range(count))
    return f'<path class="lines" d="{"".join(lines)}"/>'


def columns(times: Sequence[tuple[float, Cost]], named: Sequence[str]) -> str:
    """Give a column for each stretch, its floor and three ticks; `named` is what each is called, "" where it is not."""
    most = round_above(max((float(cost.usd) for _, cost in times), default=0.0))
    each = (_WIDE - _LEFT) / max(len(times), 1)
    drawn = "".join(
        _column(_LEFT + each * at, each, float(cost.usd) / most, cost, when) for at, (when, cost) in enumerate(times)
    )
    ticks = "".join(_tick(most * part, _TALL * (1 - part) + 8) for part in (0.0, 0.5, 1.0))
    below = "".join(
        f'<text x="{_LEFT + each * at:.1f}" y="{_TALL + _FLOOR}">{escape(name)}</text>'
        for at, name in enumerate(named)
        if name
    )
    size = f"0 0 {_WIDE} {_TALL + _FLOOR + 8}"
    return f'<svg viewBox="{size}" role="img" aria-label="{words.TIME_TITLE}">{ticks}{drawn}{below}</svg>'


def _column(left: float, each: float, share: float, cost: Cost, when: float) -> str:
    tall, width = share * _TALL, max(each - 3, 1)
    said = f"<title>{moment(when)}: {escape(words.cost_said(cost))}</title>"
    top = _TALL + 8 - tall
    solid = f'<rect class="solid" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{tall:.1f}">{said}</rect>'
    return solid + (hatched(left, top - 10, width, 10) if cost.unpriced_tokens else "")


def _tick(value: float, y: float) -> str:
    line = f'<line class="line" x1="{_LEFT}" x2="{_WIDE}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{words.axis_said(value)}</text>'
