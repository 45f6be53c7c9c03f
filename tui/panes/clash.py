"""Two sides that do not merge, as lines: what each run says that it does, then the lines of both where they clash."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from state.board import Detail
from state.findings.cheaper import cheaper
from state.findings.conflict import Hunks, Region
from state.runs.card import Card
from tui import wording_conflicts as words
from tui.panes.line import Line, heading, labelled, note
from tui.panes.matrix import Cell
from tui.spans import Span, Spans, fit, spans, wrapped
from tui.wording import spent

_BETWEEN = " │ "
_MOST_SAID = 600


@dataclass(frozen=True, slots=True)
class SideTold:
    """One side as it is shown: its name, and what is known of the run in it; None for the base and for no run."""

    name: str
    is_base: bool = False
    detail: Detail | None = None


def clash_lines(cell: Cell, sides: tuple[SideTold, SideTold], hunks: Mapping[str, Hunks], width: int) -> list[Line]:
    """Give the page for a width; a file whose hunks are not there yet says so."""
    lines = [line for side in sides for line in _explained(side)]
    lines += list(_twice(cell, sides))
    pair = cell.pair
    if pair is None:
        return lines
    lines += [heading(words.told(pair)), Line()]
    for clash in pair.files:
        mark = words.grave((clash,))
        lines.append(Line(spans((f"{mark.glyph} ", mark.role), (words.path_of(clash), "strong"), f" · {clash.kind}")))
        found = hunks.get(clash.path)
        if found is None:
            lines.append(note(words.MERGING))
        else:
            lines += _hunks(found, sides, width)
        lines.append(Line())
    return lines


def _explained(side: SideTold) -> Iterator[Line]:
    """Say in a run's own words what it does."""
    if side.is_base:
        yield Line(spans((side.name, "strong"), (" · the base branch", "dim")))
        yield Line()
        return
    yield Line(spans((side.name, "strong"), (f" · {side.detail.card.id}" if side.detail else "", "faint")))
    if side.detail is None:
        yield note(words.NO_RUN_THERE)
    else:
        step = next((one.text for one in side.detail.steps if one.state == "in_progress"), "")
        said = next((one.text for one in reversed(side.detail.story) if one.kind == "said"), "")
        yield labelled(words.TASK, side.detail.card.task_title or "?")
        yield labelled(words.STEP, step or (words.NO_STEP, "dim"))
        yield labelled(words.SAID, said[:_MOST_SAID] or (words.NOTHING_SAID_YET, "dim"))
    yield Line()


def _twice(cell: Cell, sides: tuple[SideTold, SideTold]) -> Iterator[Line]:
    """Say what both do, and which is the cheaper one to keep."""
    if not cell.twice:
        return
    yield heading(words.TWICE_TITLE)
    for card, finding in cell.twice:
        name = next((side.name for side in sides if side.detail and side.detail.card.id == card.id), card.id)
        yield Line(spans((f"{name}: ", "dim"), finding.text), sources=finding.evidence)
    cards = [(side.name, side.detail.card) for side in sides if side.detail]
    if len(cards) == 2:
        yield Line(spans((_kept(cards), "warn")))
    yield Line()


def _kept(cards: Sequence[tuple[str, Card]]) -> str:
    (one, first), (other, second) = cards
    found = cheaper(first, second)
    keep = None if found.keep is None else one if found.keep is first else other
    return words.kept(keep, found.by, f"{one} {_cost(first, found.by)}, {other} {_cost(second, found.by)}")


def _cost(card: Card, by: str) -> str:
    return f"{card.usage.tokens:,} tokens" if by == "tokens" else spent(card)


def _hunks(found: Hunks, sides: tuple[SideTold, SideTold], width: int) -> Iterator[Line]:
    for region in found.regions:
        yield note(f"from line {region.line} of the merged file", "faint")
        yield from _beside(region, sides, width) if width >= words.WIDE else _stacked(region, sides)
    if found.cut:
        yield note(found.cut if not found.regions else f"not shown: {found.cut}")


def _beside(region: Region, sides: tuple[SideTold, SideTold], width: int) -> Iterator[Line]:
    half = (width - len(_BETWEEN)) // 2
    yield _row(spans((sides[0].name, "title")), spans((sides[1].name, "title")), half)
    for text in region.before:
        yield _row(spans((text, "faint")), spans((text, "faint")), half)
    for number in range(max(len(region.a), len(region.b))):
        left = wrapped(spans(_at(region.a, number)), half)
        right = wrapped(spans(_at(region.b, number)), half)
        for row in range(max(len(left), len(right))):
            yield _row(left[row] if row < len(left) else (), right[row] if row < len(right) else (), half)
    for text in region.after:
        yield _row(spans((text, "faint")), spans((text, "faint")), half)


def _row(left: Spans, right: Spans, half: int) -> Line:
    return Line((*fit(left, half), Span(_BETWEEN, "rule"), *fit(right, half)))


def _at(lines: Sequence[str], number: int) -> str:
    return lines[number] if number < len(lines) else ""


def _stacked(region: Region, sides: tuple[SideTold, SideTold]) -> Iterator[Line]:
    gutter = (Span("  "),)
    yield from (Line(spans((text, "faint")), gutter) for text in region.before)
    for side, lines in zip(sides, (region.a, region.b), strict=True):
        yield Line(spans((side.name, "title")))
        yield from (Line(spans(text), (Span("│ ", "rule"),)) for text in lines or ("",))
    yield from (Line(spans((text, "faint")), gutter) for text in region.after)
