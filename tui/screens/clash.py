"""The files of one conflict with the lines of both sides, and what each run says that it does.

The two are merged once more for it, by the port, one file after the other; the page grows as they come.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual.binding import Binding

from state.board import BoardUnreadable, Detail
from state.findings.conflict import Hunks
from state.page_commands import CLASHING
from tui import wording
from tui import wording_conflicts as words
from tui.keys import bindings
from tui.panes.clash import SideTold, clash_lines
from tui.panes.line import Line
from tui.screens.evidence import EvidenceScreen
from tui.screens.sheet import Sheet
from tui.spans import spans
from tui.widgets.one_line import OneLine

if TYPE_CHECKING:
    from tui.app import HeadgateApp
    from tui.screens.conflicts import ConflictsScreen

_MARGINS = 5
"""Cells at the sides of the page, and its scroll bar."""


class ClashScreen(Sheet):
    """The cell that the matrix's cursor stands on; a key goes to the next one without going back."""

    BINDINGS = [
        *bindings(CLASHING),
        Binding("h,left,l,right", "nothing", show=False),
    ]

    def __init__(self, matrix: "ConflictsScreen") -> None:
        super().__init__()
        self._from = matrix
        self._take()

    def _take(self) -> None:
        grid, base = self._from.grid, self._from.grid.base
        self._cell = self._from.cell
        self._names = self._from.sides
        one, other = (SideTold(grid.name(side), side == base) for side in self._names)
        self._sides = (one, other)
        self._hunks: dict[str, Hunks] = {}
        self._said = ""

    @property
    def heading(self) -> str:
        """Name the two."""
        return self._said or f"{words.CLASH_TITLE} · {self._sides[0].name} and {self._sides[1].name}"

    @property
    def _headgate(self) -> "HeadgateApp":
        return cast("HeadgateApp", self.app)

    def on_mount(self) -> None:
        """Begin to merge."""
        self._begin()

    def _begin(self) -> None:
        self._show_heading()
        self.run_worker(self._look(), name="clash", group="clash", exclusive=True, exit_on_error=True)

    def _show_heading(self) -> None:
        hint = spans((f"{words.clash_hint()} ", "faint"))
        self.query_one("#heading", OneLine).say(spans((f" {self.heading}", "strong")), hint)

    def lines(self, width: int) -> Sequence[Line]:
        """Give what is known so far."""
        if self._cell is None:
            return []
        return clash_lines(self._cell, self._sides, self._hunks, max(width - _MARGINS, 20))

    async def _look(self) -> None:
        one, other = [await self._told(side) for side in self._names]
        self._sides = (one, other)
        self.on_resize()
        pair = self._cell.pair if self._cell else None
        for clash in pair.files if pair else ():
            port = self._headgate.hunks
            nothing = Hunks(clash.path, cut=words.NO_HUNKS)
            self._hunks[clash.path] = await port.hunks_of(pair, clash.path) if port and pair else nothing
            self.on_resize()

    async def _told(self, side: str) -> SideTold:
        """Read what the run of a side says that it does."""
        grid = self._from.grid
        card = grid.cards.get(side)
        detail: Detail | None = None
        if card is not None:
            try:
                detail = await self._headgate.detail(card.id)
            except BoardUnreadable as unreadable:
                self._said = str(unreadable)
        return SideTold(grid.name(side), side == grid.base, detail)

    async def action_command(self, name: str) -> None:
        """Go on, show what it rests on, close, or scroll."""
        match name:
            case "next_clash":
                self.next_clash()
            case "clash_evidence":
                self.show_evidence()
            case _:
                await super().action_command(name)

    def next_clash(self) -> None:
        """Show the next conflict."""
        self._from.go_to_next()
        self._take()
        self._begin()
        self.on_resize()

    def show_evidence(self) -> None:
        """Open the files that the findings about the two rest on."""
        if sources := self._from.evidence():
            self.app.push_screen(EvidenceScreen(self._headgate.records, sources))
        else:
            self._said = wording.NO_EVIDENCE
            self._show_heading()
            self._said = ""

    def action_nothing(self) -> None:
        """Keep the keys that move between cells from anything else."""
