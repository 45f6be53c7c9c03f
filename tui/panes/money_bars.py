"""Bars and columns out of characters: what they are drawn with, and how long they are.

What is certain is solid and what has no price is hatched, in another character and not only in another colour, so that
both can be told apart without colour and without Unicode. Every bar stands beside its figure in text.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui.spans import Span, Spans, spans


@dataclass(frozen=True, slots=True)
class Strokes:
    """The characters of bars and columns, each one cell wide.

    `across` and `upright` hold parts of a cell from the least to the whole.
    """

    across: str
    upright: str
    hatch: str
    rest: str
    ceiling: str
    axis: str
    tick: str
    corner: str
    floor: str


BLOCKS = Strokes("▏▎▍▌▋▊▉█", "▁▂▃▄▅▆▇█", "╱", "·", "┃", "│", "┤", "└", "─")
LETTERS = Strokes("#", ".:#", "/", ".", "|", "|", "+", "+", "-")
"""For terminals that show ASCII alone."""


def bar(share: float, width: int, strokes: Strokes, role: str = "working") -> Spans:
    """Give a bar of `width` cells at the most; what is not nothing has the least part of a cell at least."""
    steps = len(strokes.across)
    filled = min(max(round(share * width * steps), 1 if share > 0 else 0), width * steps)
    whole, part = divmod(filled, steps)
    return spans((strokes.across[-1] * whole + (strokes.across[part - 1] if part else ""), role))


def budget_bar(
    spent: Decimal, guess: Decimal | None, ceiling: Decimal, width: int, strokes: Strokes, role: str
) -> Spans:
    """Give a bar of exactly `width` cells: solid what has a price, hatched what has none, and where the ceiling is.

    The whole width is the ceiling; where more is gone the bar is that much and the ceiling stands within it.
    """
    used = spent if guess is None else max(guess, spent)
    whole = max(used, ceiling, Decimal("0.000001"))
    room = width - 1
    solid, gone = (_cells(part, whole, room) for part in (spent, used))
    at = round(float(ceiling / whole) * room)
    hatched = max(gone - solid, 1 if used > spent and solid < room else 0)
    signs = strokes.across[-1] * solid + strokes.hatch * hatched
    signs += strokes.rest * (room - len(signs))
    roles = [role] * solid + ["warn"] * hatched + ["faint"] * (room - solid - hatched)
    cells = [*zip(signs, roles, strict=True)]
    cells.insert(at, (strokes.ceiling, "strong"))
    return _joined(cells)


def _cells(part: Decimal, whole: Decimal, room: int) -> int:
    """Give whole cells; what is not nothing has one, and what is not all leaves one."""
    if part <= 0:
        return 0
    cells = max(round(float(part / whole) * room), 1)
    return min(cells, room - 1) if part < whole else room


def _joined(cells: Sequence[tuple[str, str]]) -> Spans:
    made: list[Span] = []
    for sign, role in cells:
        if made and made[-1].role == role:
            made[-1] = Span(made[-1].text + sign, role)
        else:
            made.append(Span(sign, role))
    return tuple(made)


def column(share: float | None, unpriced: bool, height: int, strokes: Strokes) -> list[tuple[str, str]]:
    """Give the cells of one column from its floor up, `height` of them, with their roles.

    `share` is of the whole height, None where not a dollar of it is known. What has no price is a hatched cell on top.
    """
    steps = len(strokes.upright)
    room = height - 1 if unpriced else height
    least = 1 if share else 0
    filled = min(max(round((share or 0.0) * height * steps), least), room * steps)
    whole, part = divmod(filled, steps)
    cells = [(strokes.upright[-1], "working")] * whole
    cells += [(strokes.upright[part - 1], "working")] if part else []
    cells += [(strokes.hatch, "warn")] if unpriced else []
    return [*cells, *[(" ", "text")] * (height - len(cells))]


def round_above(most: float) -> float:
    """Give a round number that is not below `most`, to which an axis can go."""
    if most <= 0:
        return 1.0
    ten = 10.0 ** math.floor(math.log10(most))
    return next(step * ten for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * ten >= most * 0.9999)
