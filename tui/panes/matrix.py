"""The matrix of worktrees as lines: one cell a pair, the base as the first column, and below it the merge order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from state.findings.conflict import Matrix, Pair
from state.findings.finding import Finding
from state.findings.merge_order import MergeStep
from state.runs.card import Card
from tui import wording_conflicts as words
from tui.panes.line import Line, heading, note
from tui.spans import Span, Spans, cut, fit, plain, spans
from tui.wording import branch_name, many

_NARROWEST, _NAMED, _WIDEST = 5, 14, 20
"""Cells of a column: at the least, from which on it is headed by a name, and at the most."""
_PART, _LABEL = 0.42, 44
_MOST_UNREAD = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of two sides: how they merge, and what a detector says that their runs do twice."""

    pair: Pair | None = None
    twice: tuple[tuple[Card, Finding], ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """The worktrees about which something was found, by name; `cells` hold both ways, what is clean has none.

    `free` merge with all others. `cards` are the runs that were seen last in each worktree.
    """

    names: tuple[str, ...] = ()
    base: str | None = None
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict[tuple[str, str], Cell])
    free: tuple[str, ...] = ()
    cards: Mapping[str, Card] = field(default_factory=dict[str, Card])

    @property
    def columns(self) -> tuple[str, ...]:
        """What heads the columns: the base, then the worktrees."""
        return (self.base, *self.names) if self.base else self.names

    def at(self, row: int, column: int) -> Cell | None:
        """Give what was found in a cell."""
        if not (0 <= row < len(self.names) and 0 <= column < len(self.columns)):
            return None
        return self.cells.get((self.names[row], self.columns[column]))

    def found(self) -> list[tuple[int, int]]:
        """Give the places of all cells in which something was found, each pair once, row by row."""
        places = [(row, column) for row in range(len(self.names)) for column in range(len(self.columns))]
        first = 1 if self.base else 0
        return [(row, at) for row, at in places if self.at(row, at) and (at < first or at - first > row)]

    def name(self, side: str) -> str:
        """Give the name by which a side is shown: its branch, else the last part of its path."""
        card = self.cards.get(side)
        return branch_name(card.branch if card else None) or PurePath(side).name or side


def grid_of(matrix: Matrix, cards: Iterable[Card]) -> Grid:
    """Put together what was found about each two."""
    sides = {side.name for side in matrix.sides if not side.is_base}
    held = holders(cards)
    cells: dict[tuple[str, str], Cell] = {}
    for pair in matrix.pairs:
        cells[pair.a, pair.b] = cells[pair.b, pair.a] = Cell(pair)
    for one, other, finding in _doubled({name: card for name, card in held.items() if name in sides}):
        for place in ((one, other), (other, one)):
            cell = cells.get(place, Cell())
            cells[place] = Cell(cell.pair, (*cell.twice, (held[one], finding)))
    named = {name for place in cells for name in place} & sides
    order = sorted(named, key=lambda name: (-sum(name == one for one, _ in cells), name))
    return Grid(tuple(order), matrix.base, cells, tuple(sorted(sides - named)), held)


def holders(cards: Iterable[Card]) -> dict[str, Card]:
    """Give the run that was seen last in each worktree."""
    held: dict[str, Card] = {}
    for card in sorted(cards, key=lambda card: (card.seen or 0.0, card.id)):
        if card.worktree:
            held[card.worktree] = card
    return held


def _doubled(held: Mapping[str, Card]) -> Iterator[tuple[str, str, Finding]]:
    for name, card in held.items():
        for finding in card.findings:
            if finding.kind != "duplicate_work":
                continue
            for other, twin in held.items():
                if other != name and f"(run {twin.id})" in finding.text:
                    yield name, other, finding


def cells_lines(grid: Grid, row: int, column: int, width: int) -> list[Line]:
    """Give a line for the headings and one a worktree; the cell of the cursor stands out.

    Where not all columns have room, those around the cursor are shown.
    """
    label, each, shown = _measured(grid, column, width)
    more = f"{shown.start + 1}–{shown.stop} of {len(grid.columns)}" if len(shown) < len(grid.columns) else ""
    heads: list[Span] = []
    for at in shown:
        role = "key" if at == column else "dim"
        heads += fit(_column_name(grid, at, each, role), each)
    lines = [Line(tuple(heads), fit(spans((more, "faint")), label))]
    for number in range(len(grid.names)):
        cells = tuple(
            piece for at in shown for piece in _cell(grid, number, at, each, here=(number, at) == (row, column))
        )
        lines.append(Line(cells, _row_name(grid, number, label, here=number == row)))
    return lines


def _measured(grid: Grid, column: int, width: int) -> tuple[int, int, range]:
    """Give the cells of a row's name and of a column, and the columns that are shown."""
    names = (_row_name(grid, number, _LABEL, here=False) for number in range(len(grid.names)))
    needed = max((len(plain(name).rstrip()) + 2 for name in names), default=0)
    label = max(16, min(int(width * _PART), needed))
    room = width - label
    each = max(_NARROWEST, min(_WIDEST, room // max(len(grid.columns), 1)))
    return label, each, _window(len(grid.columns), column, max(room // each, 1))


def column_at(grid: Grid, column: int, width: int, x: int) -> int | None:
    """Give the column in which cell `x` of a line lies, None where it lies in none; `column` is the cursor's."""
    label, each, shown = _measured(grid, column, width)
    place = (x - label) // each
    return shown[place] if 0 <= place < len(shown) else None


def _window(count: int, at: int, room: int) -> range:
    first = max(0, min(at - room // 2, count - room))
    return range(first, min(count, first + room))


def _column_name(grid: Grid, at: int, each: int, role: str) -> Spans:
    first = 1 if grid.base else 0
    if at < first:
        return cut(spans((branch_name(grid.base), role)), each - 1)
    name = f" {grid.name(grid.columns[at])}" if each >= _NAMED else ""
    return cut(spans((f"{at - first + 1}", role), (name, role)), each - 1)


def _row_name(grid: Grid, number: int, width: int, *, here: bool) -> Spans:
    side = grid.names[number]
    card = grid.cards.get(side)
    task = f"  {card.task_title}" if card and card.task_title else ""
    named = spans((f"{number + 1:>2} ", "dim"), (grid.name(side), "strong" if here else "text"), (task, "faint"))
    return fit(cut(named, width - 1), width)


def _cell(grid: Grid, row: int, column: int, each: int, *, here: bool) -> Spans:
    text, role = cell_said(grid, row, column)
    shown = spans((f"{text} " if here else text, "badge" if here else role))
    return fit(shown, each)


def cell_said(grid: Grid, row: int, column: int) -> tuple[str, str]:
    """Give the text of a cell and its role."""
    if grid.names[row] == grid.columns[column]:
        return words.DIAGONAL, "faint"
    cell = grid.at(row, column)
    if cell is None:
        return words.CLEAN, "faint"
    twice = words.TWICE if cell.twice else ""
    if cell.pair is None:
        return twice, "dim"
    if cell.pair.problem:
        return words.UNKNOWN_PAIR + twice, "unknown"
    mark = words.grave(cell.pair.files)
    return f"{mark.glyph}{len(cell.pair.files)}{twice}", mark.role


def legend() -> Line:
    """Give what the signs mean, in one line."""
    pieces = [piece for sign, role, means in words.CELLS for piece in ((sign, role), (f" {means}   ", "dim"))]
    return Line(spans(*pieces))


def rest_lines(grid: Grid, matrix: Matrix, order: Sequence[MergeStep]) -> list[Line]:
    """Give what stands below the matrix: who merges with all, the order, and what was left out."""
    lines = [legend(), Line(), *_free(grid), *_ordered(grid, order)]
    if matrix.left_out:
        lines += [Line(), heading(words.LEFT_TITLE)]
        lines += [Line(spans((f"{grid.name(name)}: ", "warn"), why)) for name, why in matrix.left_out.items()]
    unread = [(side.name, one) for side in matrix.sides for one in side.unread]
    if unread:
        lines += [Line(), heading(words.UNREAD_TITLE)]
        lines += [
            Line(spans(f"{grid.name(name)}: {one.path}", (f" · {one.why}", "dim")))
            for name, one in unread[:_MOST_UNREAD]
        ]
        lines += [note(f"and {many(len(unread) - _MOST_UNREAD, 'more file')}")] if len(unread) > _MOST_UNREAD else []
    return lines


def _free(grid: Grid) -> list[Line]:
    if not grid.free:
        return []
    return [Line(spans((f"{words.FREE_TITLE}: ", "dim"), ", ".join(map(grid.name, grid.free)))), Line()]


def _ordered(grid: Grid, order: Sequence[MergeStep]) -> Iterator[Line]:
    stopping = [step for step in order if step.why != "conflicts with none"]
    if not stopping:
        return
    yield heading(words.ORDER_TITLE)
    free = [grid.name(step.name) for step in order if step not in stopping]
    if free:
        yield Line(spans("first, in any order: ", (", ".join(free), "dim")))
    for number, step in enumerate(stopping, len(free) + 1):
        yield Line(
            spans((grid.name(step.name), "strong"), (f"  {step.why}", "warn" if step.files else "dim")),
            fit(spans((f"{number:>2}.", "faint")), 4),
        )
        told = [words.instead(one, grid.name(one.name)) for one in step.instead if (one.stops, one.files) > (0, 0)]
        guess = "" if step.exact else " · estimated: there are too many to weigh every order"
        if told:
            yield Line(spans((f"{' · '.join(told[:2])}{guess}", "faint")), fit((), 4))
