"""A figure over the board: every event that it counts; one of them opens where it was read."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult

from state.ledger.entry import Entry
from state.money.accounts import BudgetStands
from state.money.spent import Spent
from state.outcomes.figure import Figure, Instance
from state.page_commands import FIGURING
from state.runs.card import Card
from state.screens import SCROLLS
from tui import wording_money as words
from tui.keys import bindings
from tui.ledgers import LedgerUnreadable
from tui.panes.figure import budget_lines, figure_lines, ledger_entry, record, spent_lines
from tui.panes.line import Line
from tui.screens.evidence import EvidenceScreen
from tui.screens.sheet import Sheet
from tui.screens.story import StoryScreen
from tui.spans import cut, fit, spans, width_of
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines

if TYPE_CHECKING:
    from tui.app import HeadgateApp


class FigureScreen(Sheet, inherit_bindings=False):
    """A figure, a budget or a sum as it stood when it was opened, so that what is read does not move.

    `into` takes the user to a run on the board.
    """

    BINDINGS = [*bindings(only=SCROLLS), *bindings(FIGURING)]
    opened_by = ("money",)

    def __init__(
        self, opened: Figure | BudgetStands | Spent, cards: Sequence[Card], into: Callable[[str], object]
    ) -> None:
        super().__init__()
        self._cards, self._into = cards, into
        self._events: list[Instance | None] = []
        self._opened = opened

    @property
    def heading(self) -> str:
        """Name what is open."""
        match self._opened:
            case Figure():
                return self._opened.title
            case BudgetStands():
                return words.budget_name(self._opened)
            case Spent():
                return self._opened.key

    def compose(self) -> ComposeResult:
        """Give the title and the lines, with a cursor on them."""
        yield OneLine(id="heading")
        yield PaneLines(id="sheet")

    def on_mount(self) -> None:
        """Name it, and put the cursor on its first event."""
        self._say("")
        self.on_resize()
        first = next((number for number, one in enumerate(self._events) if one is not None), 0)
        self.query_one(PaneLines).put_cursor(first)

    def lines(self, width: int) -> Sequence[Line]:
        """Give its lines."""
        if isinstance(self._opened, BudgetStands):
            return list(budget_lines(self._opened, self._cards))
        if isinstance(self._opened, Spent):
            return list(spent_lines(self._opened))
        told = figure_lines(self._opened)
        self._events = [event for _, event in told]
        return [line for line, _ in told]

    def _say(self, said: str) -> None:
        """Say the name at the left, and at the right the keys or why one did nothing."""
        right = spans((f"{said or words.events_hint()} ", "warn" if said else "faint"))
        room = max(self.size.width - width_of(right) - 3, 10)
        self.query_one("#heading", OneLine).say(fit(cut(spans((f" {self.heading}", "strong")), room), room), right)

    async def action_command(self, name: str) -> None:
        """Open what the cursor stands on, close, or scroll."""
        if name == "open_event":
            await self.open_event()
        else:
            await super().action_command(name)

    async def open_event(self) -> None:
        """Open the place where the event under the cursor was read."""
        at = self.query_one(PaneLines).at
        event = self._events[at] if at < len(self._events) else None
        if event is None:
            self.action_close()
        elif (seq := ledger_entry(event)) is not None:
            await self._open_entry(seq, event.run)
        elif (origin := record(event)) is not None:
            self.app.push_screen(EvidenceScreen(cast("HeadgateApp", self.app).records, [origin]))
        elif any(card.id == event.run for card in self._cards):
            self.dismiss()
            self.app.call_later(self._into, event.run)
        else:
            self._say(words.NO_PLACE_HERE.format(event.source))

    async def _open_entry(self, seq: int, run: str | None) -> None:
        """Open an entry; of several ledgers the one that tells of the run."""
        ledgers = cast("HeadgateApp", self.app).tools.ledgers
        try:
            found = await ledgers.entries("", _after(seq), 1) if ledgers else ()
        except LedgerUnreadable as why:
            self._say(str(why))
            return
        of_seq = [one for one in found if one.seq == seq]
        entry = next((one for one in of_seq if one.run == run), of_seq[0] if len(of_seq) == 1 else None)
        if ledgers is not None and entry is not None:
            self.app.push_screen(StoryScreen(ledgers, entry))
        else:
            self._say(words.NO_PLACE_HERE.format(f"ledger {seq}"))


def _after(seq: int) -> Entry:
    """Give the place in the ledger behind an entry, from which on the next older one is that entry."""
    return Entry(seq + 1, 0, "tool", "", "", "", "", "", "", "")
