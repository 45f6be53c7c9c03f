"""Which worktrees do not merge, as a matrix with one cell a pair, and in what order to merge them.

What it shows was found by the core. It is read again when the pump brings news, off the screen's own thread.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from state.board import BoardUnreadable
from state.commands import CONFLICTING
from state.conflicts import ABOUT
from state.findings.conflict import Matrix
from state.findings.merge_order import MergeStep, merge_order
from state.runs.run import Origin
from state.runs.view import View
from state.screens import SHARED
from tui import wording
from tui import wording_conflicts as words
from tui.keys import bindings
from tui.panes.empty import empty
from tui.panes.line import Line, note
from tui.panes.matrix import Cell, Grid, cells_lines, column_at, grid_of, rest_lines
from tui.pump import Pump
from tui.screens.clash import ClashScreen
from tui.screens.commanded import CommandedScreen, Deed
from tui.screens.evidence import EvidenceScreen
from tui.spans import spans
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import Lines
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines

_SCROLLS = ("down", "up", "first", "last", "page_down", "page_up")
_EVIDENCE = frozenset({"same_region", "duplicate_work"})


class ConflictsScreen(CommandedScreen, inherit_bindings=False):
    """The matrix of one repository at a time. The cursor is a pair of worktrees, and stays on it when others come."""

    keyed = "conflicts"
    CSS_PATH = "conflicts.tcss"
    BINDINGS = [
        *bindings(only=SHARED),
        *bindings(CONFLICTING),
        Binding("ctrl+c", "command('quit')", show=False),
    ]
    AUTO_FOCUS = "PaneLines"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low")]

    def __init__(self, pump: Pump, now: Callable[[], float], near: str | None = None) -> None:
        """Open on the repository of the run `near`, where there are several."""
        super().__init__()
        self._pump, self._now = pump, now
        self._known: Sequence[tuple[Matrix, tuple[MergeStep, ...]]] = ()
        self._shown_repository, self._near = 0, near
        self._grid = Grid()
        self._pair: tuple[str, str] = ("", "")
        self._news = asyncio.Event()
        self._trouble = ""
        self._read = False
        self._deeds: Mapping[str, Deed] = {
            **{name: partial(self._scroll, name) for name in _SCROLLS},
            "cell_left": partial(self._aside, -1),
            "cell_right": partial(self._aside, 1),
            "next_conflict": self.go_to_next,
            "open_conflict": self._open,
            "conflict_evidence": self._show_evidence,
            "next_repository": self._next_repository,
            "leave_conflicts": self._leave,
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "quit": lambda: self.app.exit(),
        }

    def compose(self) -> ComposeResult:
        """Give the bars and the page."""
        yield OneLine(id="conflicts-head")
        yield PaneLines(id="conflicts")
        yield OneLine(id="conflicts-said")
        yield KeyLine(id="keys")
        yield PaneLines(id="too-small", cursor=False)

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one("#too-small", PaneLines).show([note(wording.TOO_SMALL)], wrap=True, follow=False, anew=True)
        self._show(anew=True)
        self.take()
        self.run_worker(self._reading(), name="matrices", exit_on_error=True)

    def on_resize(self) -> None:
        """Lay the matrix out for the new width."""
        if self.is_mounted:
            self.call_after_refresh(self._show)

    def take(self) -> None:
        """Take note that the pump has read something."""
        self._news.set()

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each command does, by its id."""
        return self._deeds

    @property
    def view(self) -> View:
        """What the user looks at now."""
        row, column = self._place
        found = self._grid.at(row, column)
        return View(
            selected="cell" if found else None,
            place="detail",
            shown=len(self._grid.found()),
            total=len(self._known),
            zoomed=self._in_matrix,
        )

    @property
    def _page(self) -> PaneLines:
        return self.query_one("#conflicts", PaneLines)

    @property
    def _matrix(self) -> Matrix:
        return self._known[self._shown_repository][0] if self._known else Matrix()

    @property
    def _place(self) -> tuple[int, int]:
        """The row and the column of the cursor; -1 for what is not there."""
        row, column = self._pair
        names, columns = self._grid.names, self._grid.columns
        return names.index(row) if row in names else -1, columns.index(column) if column in columns else -1

    @property
    def _in_matrix(self) -> bool:
        return 1 <= self._page.at <= len(self._grid.names)

    # Reading

    async def _reading(self) -> None:
        """Read again at each news, for ever; nobody's news are lost while one is read."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                matrices = await self.headgate.matrices()
            except BoardUnreadable as unreadable:
                self._trouble = str(unreadable)
            else:
                self._trouble, self._read = "", True
                self._known = [(one, await self._order_of(one)) for one in matrices]
                self._shown_repository = self._repository_of(matrices)
            self._renew()

    def _repository_of(self, matrices: Sequence[Matrix]) -> int:
        """Give the place of the repository to show: of the run that this was opened on first, then the one shown."""
        near, self._near = self._pump.cards.get(self._near or ""), None
        trees = [{side.name for side in matrix.sides} for matrix in matrices]
        usual = min(self._shown_repository, len(matrices) - 1)
        return next((at for at, sides in enumerate(trees) if near and near.worktree in sides), usual)

    def _named(self) -> str:
        """Say which of several repositories this is."""
        if len(self._known) < 2:
            return ""
        names = self._pump.board.repositories if self._pump.board else {}
        trees = {side.name for side in self._matrix.sides}
        name = next((names.get(one.id, "") for one in self._pump.cards.values() if one.worktree in trees), "")
        return f" {self._shown_repository + 1}/{len(self._known)}" + (f" {name}" if name else "")

    async def _order_of(self, matrix: Matrix) -> tuple[MergeStep, ...]:
        """Give the merge order; weighing every order takes a while, so it is done for other conflicts only."""
        known = next((order for one, order in self._known if one.pairs == matrix.pairs and one == matrix), None)
        return await asyncio.to_thread(_order, matrix) if known is None else known

    def _renew(self) -> None:
        """Lay out what was read; the cursor stays on its pair, else it goes to the first conflict."""
        self._grid = grid_of(self._matrix, self._pump.cards.values())
        gone = -1 in self._place
        found = self._grid.found()
        if gone and found:
            self._put(*found[0])
        self._show(anew=False)
        if gone:
            self._page.put_cursor(max(self._place[0] + 1, 0))
        self.show_bars()

    # Showing

    def _show(self, *, anew: bool = False) -> None:
        lines = self._lines()
        self._page.show(lines, wrap=True, follow=False, anew=anew)
        self.show_bars()

    def _lines(self) -> list[Line]:
        matrix, grid = self._matrix, self._grid
        if not self._read:
            return [note(self._trouble or words.READING, "warn" if self._trouble else "dim")]
        if not matrix.sides:
            return [note(words.NOT_COMPARED, "unknown"), note(words.NOT_COMPARED_MORE), *self._wrong()]
        row, column = self._place
        top = cells_lines(grid, row, column, self._matrix_width) if grid.names else []
        order = self._known[self._shown_repository][1]
        alone = sum(not side.is_base for side in matrix.sides) < 2
        top = [*top, Line()] if top else [*empty("alone" if alone else "conflicts", role="strong"), Line()]
        return [*top, *rest_lines(grid, matrix, order), *self._wrong()]

    def _wrong(self) -> list[Line]:
        """Say where comparing fails now, because then all of this is older than it looks."""
        problems = self._pump.board.problems if self._pump.board else ()
        told = [one for one in problems if one.about == ABOUT]
        return [line for one in told for line in (Line(), note(one.text, "warn"), note(one.remedy))]

    def show_bars(self) -> None:
        """Let the lines above and below say what holds now."""
        if not self.is_mounted:
            return
        matrix = self._matrix
        many = self._named()
        told, age = "", ""
        if matrix.sides:
            count = sum(bool(pair.files) for pair in matrix.pairs)
            told = words.counted(count, sum(not side.is_base for side in matrix.sides))
            age = words.as_of(matrix.at, self._now())
        left = spans((f" {words.TITLE}{many} ", "strong"), (f"· {told}" if told else "", "dim"))
        self.query_one("#conflicts-head", OneLine).say(left, spans((f"{age} ", "faint")))
        said, role = (self.message, self.message_role) if self.message else (self._trouble, "warn")
        bottom = (f" {said}", role) if said else (f" {self._cell_told()}", "text")
        self.query_one("#conflicts-said", OneLine).say(spans(bottom))
        self.query_one(KeyLine).show(self.view, CONFLICTING)

    def _cell_told(self) -> str:
        """Say what the cell of the cursor is."""
        row, column = self._place
        if not self._in_matrix or -1 in (row, column):
            return ""
        cell, grid = self._grid.at(row, column), self._grid
        both = f"{grid.name(grid.names[row])} and {grid.name(grid.columns[column])}"
        if cell is None:
            return "" if grid.names[row] == grid.columns[column] else f"{both}: {words.MERGES}"
        parts = [words.told(cell.pair) if cell.pair else words.MERGES, *([words.TWICE_TITLE] if cell.twice else [])]
        return f"{both}: {'; '.join(parts)}"

    # Moving

    def _put(self, row: int, column: int) -> None:
        self._pair = (self._grid.names[row], self._grid.columns[column])

    def _scroll(self, name: str) -> None:
        page, far = self._page, self._page.page()
        page.move({"down": 1, "up": -1, "first": -(10**9), "last": 10**9, "page_down": far, "page_up": -far}[name])
        self._follow()

    def _follow(self) -> None:
        """Let the cell follow the row on which the cursor stands."""
        if self._in_matrix:
            self._put(self._page.at - 1, max(self._place[1], 0))
            self._show()

    def _aside(self, step: int) -> None:
        row, column = self._place
        if self._grid.names:
            self._put(max(row, 0), max(0, min(column + step, len(self._grid.columns) - 1)))
            self._show()

    def go_to_next(self) -> None:
        """Go to the next cell in which something was found, round and round."""
        found = self._grid.found()
        if found:
            self._put(*next((place for place in found if place > self._place), found[0]))
            self._page.put_cursor(self._place[0] + 1)
            self._show()

    def _next_repository(self) -> None:
        self._shown_repository = (self._shown_repository + 1) % len(self._known)
        self._pair = ("", "")
        self._renew()

    @on(Lines.Clicked)
    async def _clicked(self, event: Lines.Clicked) -> None:
        """Select the cell that was clicked; a second click opens it."""
        column = column_at(self._grid, max(self._place[1], 0), self._matrix_width, event.x - 1)
        self._page.put_cursor(self._page.line_at(event.index))
        if self._in_matrix and column is not None:
            self._put(self._page.at - 1, column)
        self._follow()
        if event.twice and self._in_matrix:
            await self.run_command("open_conflict")

    @property
    def _matrix_width(self) -> int:
        return max(self.size.width - 4, 20)

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        await self.run_command(event.command)

    # Opening

    @property
    def cell(self) -> Cell | None:
        """What was found in the cell of the cursor."""
        return self._grid.at(*self._place)

    @property
    def sides(self) -> tuple[str, str]:
        """The two sides of the cell, as its pair names them first and second."""
        found = self.cell
        return (found.pair.a, found.pair.b) if found and found.pair else self._pair

    @property
    def grid(self) -> Grid:
        """What is known of each two."""
        return self._grid

    def evidence(self) -> Sequence[Origin]:
        """Give the files that the findings about the two rest on."""
        cards = self._grid.cards
        one, other = (cards.get(side) for side in self._pair)
        if one is None or other is None:
            return ()
        named = ((one, other), (other, one))
        found = (finding for a, b in named for finding in a.findings if f"(run {b.id})" in finding.text)
        return tuple(dict.fromkeys(at for finding in found if finding.kind in _EVIDENCE for at in finding.evidence))

    def _open(self) -> None:
        self.app.push_screen(ClashScreen(self))

    def _show_evidence(self) -> None:
        if sources := self.evidence():
            self.app.push_screen(EvidenceScreen(self.headgate.records, sources))
        else:
            self.say(wording.NO_EVIDENCE, "warn")

    def _leave(self) -> None:
        self.dismiss()


def _order(matrix: Matrix) -> tuple[MergeStep, ...]:
    return merge_order(matrix.bringing(), matrix.pairs, matrix.base)
