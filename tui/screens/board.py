"""The board: every run on one screen, the selected one in detail, and one place where a key becomes a command.

The screen never sets state. It reads what the pump brings, keeps only what the user looks at, and asks through orders.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from state.board import Detail
from state.commands import COMMANDS
from state.ports import Problem
from state.runs import view as views
from state.runs.card import Card
from state.runs.view import PANES, Pane, Place, Sort, View
from tui import wording
from tui.alarm import Alarm
from tui.keys import bindings
from tui.panes.line import note
from tui.pump import Look, Pump
from tui.screens.commanded import CommandedScreen, Deed
from tui.screens.decide import DecideScreen
from tui.screens.evidence import EvidenceScreen, gravest
from tui.screens.help import HelpScreen
from tui.screens.palette import PaletteScreen
from tui.screens.problems import ProblemsScreen
from tui.screens.to_decide import asked_of, deciding, next_asking, waiting
from tui.widgets.detail_pane import DetailPane
from tui.widgets.edit_line import EditLine, Field
from tui.widgets.filter_line import FilterLine
from tui.widgets.glance import Glance
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import Lines
from tui.widgets.pane_lines import PaneLines
from tui.widgets.run_table import RunTable
from tui.widgets.status_line import StatusLine


class RunsChanged(Message):
    """The pump has runs, or news of the whole board, that the screen has not seen."""


class BoardScreen(CommandedScreen, inherit_bindings=False):
    """The table of runs, the detail, and the bars around them."""

    BINDINGS = bindings()
    AUTO_FOCUS = "RunTable"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow"), (160, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low"), (16, "-upright")]

    def __init__(self, pump: Pump, look: Look, now: Callable[[], float]) -> None:
        super().__init__()
        self._pump, self._look, self._now = pump, look, now
        self._place: Place = "table"
        self._zoomed = False
        self._pane: Pane = "facts"
        self._sort: Sort = "need"
        self._filter = ""
        self._shown = 0
        self._edited_from: Place = "table"
        self._led_to: str | None = None
        self._alarm = Alarm(self, self.grow_older)
        self._deeds = self._all_deeds()

    def compose(self) -> ComposeResult:
        """Give the bars, the table and the detail."""
        yield Glance(id="glance")
        with Container(id="halves"):
            yield RunTable(id="runs")
            yield DetailPane(id="detail")
        yield StatusLine(id="status")
        yield FilterLine(id="filter")
        yield EditLine(id="edit")
        yield KeyLine(id="keys")
        yield PaneLines(id="too-small", cursor=False)

    def on_mount(self) -> None:
        """Show what there is so far."""
        self.query_one("#too-small", PaneLines).show([note(wording.TOO_SMALL)], wrap=True, follow=False, anew=True)
        self.show_bars()

    @property
    def table(self) -> RunTable:
        """The table of runs."""
        return self.query_one(RunTable)

    @property
    def detail(self) -> DetailPane:
        """The detail of the selected run."""
        return self.query_one(DetailPane)

    @property
    def view(self) -> View:
        """What the user looks at now."""
        cards = self._pump.cards
        return View(
            selected=self.table.cursor,
            place=self._place,
            zoomed=self._zoomed,
            pane=self._pane,
            sort=self._sort,
            filter=self._filter,
            shown=self._shown,
            total=len(cards),
            needing=sum(views.needs_you(card) for card in cards.values()),
            problems=len(self._problems),
            requests=len(waiting(self._pump)),
        )

    @property
    def _problems(self) -> tuple[Problem, ...]:
        """What went wrong outside, the store that cannot be read included."""
        board, trouble = self._pump.board, self._pump.trouble
        return (*(board.problems if board else ()), *((wording.store_trouble(trouble),) if trouble else ()))

    def on_runs_changed(self) -> None:
        """Take the whole set of changed runs and paint once."""
        changed, detail = self._pump.take()
        self._show_runs(changed - {detail.card.id} if detail else changed)
        if detail is not None:
            self.show_detail(detail)
        deciding(self.app.screen_stack)

    def show_detail(self, detail: Detail) -> None:
        """Show what was read of the selected run, unless newer news of it are on the screen already."""
        known = self._pump.cards.get(detail.card.id)
        stale = known is None or detail.card.rev < known.rev
        if self.is_mounted and not stale and detail.card.id == self.table.cursor:
            self.detail.show(detail, self._now())
            self._wake_for_ages()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Keep up with a focus that the mouse moved."""
        widget = event.widget
        typing: Place = "edit" if isinstance(widget, Field) else "filter"
        place = typing if isinstance(widget, Input) else "table" if widget is self.table else "detail"
        if place != self._place:
            self._go(place)

    @on(Lines.Clicked)
    def _line_clicked(self, event: Lines.Clicked) -> None:
        self.touched = True
        if event.lines is self.table:
            run = self.table.run_at(event.index)
            if run is not None:
                self._select(run)
                if event.twice:
                    self._open()
        elif event.lines is self.detail.lines:
            self.detail.lines.put_cursor(self.detail.lines.line_at(event.index))
        self.show_bars()

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        await self.run_command(event.command)

    @on(FilterLine.Changed)
    def _filter_typed(self, event: FilterLine.Changed) -> None:
        self._filter = " ".join(event.value.split())
        self._show_runs(frozenset())

    @on(FilterLine.Submitted)
    def _filter_kept(self) -> None:
        self._go("table")
        self.show_bars()

    @on(EditLine.Said)
    def _edited(self, event: EditLine.Said) -> None:
        self._go(self._edited_from)
        if event.words:
            said = self.order("assign", says="edit", run=event.run, **event.words)
            self.run_worker(said, name="assign", exit_on_error=True)
        else:
            self.say(wording.NOTHING_SAID)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each command does, by its id."""
        return self._deeds

    def _all_deeds(self) -> dict[str, Deed]:
        return {
            **{f"pane_{pane}": partial(self._open_pane, pane) for pane in PANES},
            "down": partial(self._move, 1),
            "up": partial(self._move, -1),
            "first": partial(self._move, -(10**9)),
            "last": partial(self._move, 10**9),
            "page_down": lambda: self._move(self._lines.page()),
            "page_up": lambda: self._move(-self._lines.page()),
            "next_waiting": self._next_waiting,
            "open": self._opened,
            "back": self._back,
            "evidence": self._show_evidence,
            "next_pane": lambda: self._open_pane(views.next_pane(self._pane)),
            "previous_pane": lambda: self._open_pane(views.next_pane(self._pane, -1)),
            "filter": partial(self._go, "filter"),
            "sort": self._next_sort,
            "copy": self._copy,
            "edit": self._edit,
            "decide": lambda: self._decide(asked_of(self._pump, self.table.cursor, others=True)),
            "refresh": lambda: self.order("refresh"),
            "problems": self._show_problems,
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "palette": self._show_palette,
            "help": lambda: self._push(HelpScreen()),
            "quit": lambda: self.app.exit(),
        }

    @property
    def _lines(self) -> RunTable | PaneLines:
        return self.detail.lines if self._place == "detail" else self.table

    def _move(self, step: int) -> None:
        self._lines.move(step)
        self._selection_moved()

    def _select(self, run: str) -> None:
        self.table.select(run)
        self._selection_moved()

    def _next_waiting(self) -> None:
        run = self._led_to = next_asking(self._pump, self.table.cursor, self._led_to, self._now())
        if run is None:
            return
        if not views.matches(self._pump.cards[run], self._filter):
            self._clear_filter()
            self.say(wording.FILTER_CLEARED)
        self._select(run)
        self._decide(asked_of(self._pump, run))

    def _decide(self, request: str | None) -> None:
        if request is not None:
            self._push(DecideScreen(self._pump, self._now, self.headgate.clock, request, self._into))

    def _into(self, run: str) -> None:
        self._select(run)
        self._go("detail")

    def _opened(self) -> Awaitable[None] | None:
        if self._place == "table" and (request := asked_of(self._pump, self.table.cursor)):
            return self._decide(request)
        if self._place == "detail":
            self._zoom(not self._zoomed)
        else:
            self._go("detail")
        card = self._pump.cards.get(self.table.cursor or "")
        if card and card.depth == "skimmed":
            return self.order("read", quiet=True, run=card.id)
        return self.order("look", quiet=True, worktree=card.worktree) if card and card.worktree else None

    def _edit(self) -> None:
        card = self._pump.cards.get(self.table.cursor or "")
        if card is not None and self._place != "edit":
            self._edited_from = "detail" if self._place == "detail" else "table"
            self.query_one(EditLine).begin(card, self._pump.cards.values())
            self._go("edit")

    def _back(self) -> None:
        if self._place == "edit":
            self._go(self._edited_from)
        elif self._place == "filter":
            self._clear_filter()
            self._go("table")
        elif self._zoomed:
            self._zoom(False)
        elif self._place == "detail":
            self._go("table")
        else:
            self._clear_filter()

    def _go(self, place: Place) -> None:
        """Put the keys' place and the focus where `place` says, both at once, so that no key falls between them."""
        self._place = place
        self._zoomed = self._zoomed and (place == "detail" or (place == "edit" and self._edited_from == "detail"))
        self.set_class(place == "filter", "-filtering")
        self.set_class(place == "edit", "-editing")
        self.set_class(place == "detail", "-inside")
        self.set_class(self._zoomed, "-zoomed")
        self.set_focus(self._lines if place in ("table", "detail") else self._field(place))
        self.detail.open_pane(self._pane, self._zoomed)

    def _field(self, place: Place) -> Input:
        return self.query_one(EditLine).input if place == "edit" else self.query_one(FilterLine).input

    def _zoom(self, zoomed: bool) -> None:
        self._zoomed = zoomed
        self._go("detail")

    def _open_pane(self, pane: Pane) -> None:
        self._pane = pane
        self.detail.open_pane(pane, self._zoomed)
        self._wake_for_ages()

    def _next_sort(self) -> None:
        self._sort = views.next_sort(self._sort)
        self._show_runs(frozenset())

    def _clear_filter(self) -> None:
        self._filter = ""
        self.query_one(FilterLine).clear()
        self._show_runs(frozenset())

    async def _copy(self) -> None:
        what, text = self._copied()
        self.clear_selection()
        self.say(wording.copied(what, await self.headgate.copy(text)))

    def _copied(self) -> tuple[str, str]:
        """Give what `y` copies, and its name: the text marked by the mouse, else the line, else the run's id."""
        if marked := self.get_selected_text():
            return "selection", marked
        line = self.detail.lines.current() if self._place == "detail" else None
        if line is not None and line.copied:
            return line.what or "line", line.copied
        return "run id", self.table.cursor or ""

    def _show_problems(self) -> None:
        self._push(ProblemsScreen(self._problems))

    def _show_evidence(self) -> None:
        """Open what the line under the cursor was read from, on the table what its gravest finding was."""
        if self._place == "detail":
            line = self.detail.lines.current()
            sources = line.sources if line else ()
        else:
            sources = gravest(self._pump.cards.get(self.table.cursor or ""))
        if sources:
            self._push(EvidenceScreen(self.headgate.records, sources))
        else:
            self.say(wording.NO_EVIDENCE, "warn")

    def _show_palette(self) -> None:
        self.app.push_screen(PaletteScreen(COMMANDS, self.view), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name is not None:
            self.call_later(self.run_command, name)

    def _push(self, screen: Screen[None]) -> None:
        self.app.push_screen(screen)

    def _show_runs(self, changed: frozenset[str]) -> None:
        """Order the runs, repaint the rows that differ, and let the rest of the screen follow.

        Until the user has done anything the cursor is on the first row, the most urgent; then it stays on its run.
        """
        now, cards = self._now(), self._pump.cards
        order = [card.id for card in views.shown(cards.values(), self._filter, self._sort, now)]
        self._shown = len(order)
        self.set_class(not cards, "-empty")
        if order:
            self.table.show(order, cards, now)
            if not self.touched:
                self.table.select(order[0])
        else:
            self.table.show_notice(self._notice(cards))
        self._selection_moved(changed)
        self.show_bars()

    def _notice(self, cards: dict[str, Card]) -> list[tuple[str, str]]:
        board = self._pump.board
        if cards:
            return wording.no_match(self._filter)
        return wording.nothing_there(board.looked_in, board.indexing) if board else []

    def _selection_moved(self, changed: frozenset[str] = frozenset()) -> None:
        """Let the detail follow the cursor, and read the run again where it has changed."""
        run = self._pump.looked_at = self.table.cursor
        if run != self.detail.run or run in changed:
            self.detail.show_card(self._pump.cards.get(run) if run else None, self._now())
            self._look.want(run)
        self._wake_for_ages()

    def show_bars(self) -> None:
        """Let the lines above and below say what holds now; each repaints only if it reads differently."""
        view, pump = self.view, self._pump
        message, role = (self.message, self.message_role) if self.message else (pump.trouble or "", "warn")
        self.query_one(Glance).show(pump.cards.values(), pump.board)
        self.query_one(StatusLine).show(view, message, role, pump.board)
        self.query_one(KeyLine).show(view)
        self.headgate.say_title(view.needing)

    def _wake_for_ages(self) -> None:
        """Set the one timer for the next time at which something on the screen reads differently by age alone."""
        now = self._now()
        settles = (card.seen + views.JUST_NOW for card in self._pump.cards.values() if card.seen is not None)
        wanted = (self.table.changes_at(), self.detail.changes_at(), *(at for at in settles if at > now))
        self._alarm.set(min(wanted), now)

    def grow_older(self) -> None:
        """Let every age read as of now."""
        self.detail.tick(self._now())
        self._show_runs(frozenset())
