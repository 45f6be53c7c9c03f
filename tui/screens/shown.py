"""What stands on the board: the table of runs, the detail of the selected one, the bars, and nothing that a key does.

It takes what the pump brings and paints what reads differently; the keys are the board's own affair.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from state.board import BoardUnreadable, Detail
from state.problem import Problem
from state.remembered import NOTHING_REMEMBERED, Remembered
from state.runs import view as views
from state.runs.view import Pane, Place, Sort, View
from tui import wording
from tui.alarm import Alarm
from tui.columns import with_repository
from tui.needs import Need, needs
from tui.panes.line import note
from tui.screens.guarded import GuardedScreen
from tui.screens.to_decide import deciding, waiting
from tui.widgets.detail_pane import FURTHER, DetailPane
from tui.widgets.glance import Glance
from tui.widgets.key_line import KeyLine
from tui.widgets.paint import bare
from tui.widgets.pane_lines import PaneLines
from tui.widgets.run_table import RunTable
from tui.widgets.status_line import StatusLine
from tui.wording_empty import more_of_no_runs

if TYPE_CHECKING:
    from state.runs.card import Card
    from tui.pump import Look, Pump


class RunsChanged(Message):
    """The pump has runs, or news of the whole board, that the screen has not seen."""


class Halves(Container):
    """The table of runs and the detail, beside or below each other."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the ground, which others cover."""
        return bare(self, crop)


class ShownScreen(GuardedScreen, inherit_bindings=False):
    """The table of runs, the detail, and the bars around them."""

    AUTO_FOCUS = "RunTable"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow"), (120, "-broad"), (160, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low"), (16, "-short"), (26, "-upright")]
    """Wide, and broad but not upright, have both halves side by side; narrow and low one at a time; the rest stacked.

    Rows are dearer than columns below 26 lines, because each half keeps ten of them at the most where both are stacked.
    """

    def __init__(self, pump: Pump, look: Look, now: Callable[[], float], clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self._pump, self._look, self._now = pump, look, now
        self._place: Place = "table"
        self._zoomed: Place | None = None
        """The half that has the whole screen: the table or the detail."""
        self.composed = False
        """Whether everything stands there that a key may be about."""
        self._ended_by: int | None = None
        self.takes_news = False
        """Whether the parts stand there that show what was read."""
        self._named = False
        """Whether the table says of which repository each run is."""
        self._reads_on = False
        """Whether it is read what is not needed for the first row."""
        self._pane: Pane = "facts"
        self._sort: Sort = "need"
        self._filter = ""
        self._shown = 0
        self._alarm = Alarm(self, self.grow_older)
        self._left_at: str | None = None
        """The run that the cursor stands on, known after the table is gone too."""
        self._remembered, self._forgotten = NOTHING_REMEMBERED, tuple[Problem, ...]()

    def recall(self, remembered: Remembered, forgotten: Problem | None = None) -> None:
        """Begin as the last board here ended; `forgotten` says why what it left cannot be read."""
        self._remembered, self._forgotten = remembered, (forgotten,) if forgotten else ()
        self._sort, self._pane = remembered.sort, remembered.pane

    @property
    def remembered(self) -> Remembered:
        """What the next board here is to begin with; a cursor that nobody moved says nothing."""
        run = self._left_at if self.touched else self._remembered.run
        return replace(self._remembered, sort=self._sort, pane=self._pane, run=run)

    def compose(self) -> ComposeResult:
        """Give the bars, the table and the detail; what a key brings is hidden at first, and comes behind them."""
        self._fit_classes()
        yield Glance(id="glance")
        with Halves(id="halves"):
            yield RunTable(id="runs")
            yield DetailPane(id="detail")
        yield StatusLine(id="status")
        yield KeyLine(id="keys")

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the ground, which others cover."""
        return bare(self, crop)

    def _fit_classes(self) -> None:
        """Take the classes of the terminal's size before the first arrangement, which would be made twice else."""
        width, height = self.app.size
        fitting = {
            *self._get_breakpoint_classes(width, self.HORIZONTAL_BREAKPOINTS or []),
            *self._get_breakpoint_classes(height, self.VERTICAL_BREAKPOINTS or []),
        }
        self.update_classes(dict.fromkeys(fitting, True), update=False)

    def on_mount(self) -> None:
        """Show what there is so far."""
        self.takes_news = True
        self.detail.open_pane(self._pane, zoomed=False)
        if self._pump.board is None:
            self.show_bars()
        else:
            self.headgate.call_human()
            self.on_runs_changed()
        self.call_after_refresh(self._complete)

    async def _complete(self) -> None:
        """Put the rest behind what is painted, which it does not move, and let the keys in."""
        from tui.widgets.edit_line import EditLine
        from tui.widgets.filter_line import FilterLine
        from tui.widgets.form_line import FormLine

        small = PaneLines(id="too-small", cursor=False)
        form = self.query_one("#halves").mount(PaneLines(id="form", cursor=False))
        lines = self.mount(FilterLine(id="filter"), EditLine(id="edit"), FormLine(id="form-line"), after="#status")
        await self.mount(small)
        await form
        await lines
        small.show([note(wording.TOO_SMALL)], wrap=True, follow=False, anew=True)
        self.stands_whole()
        self.composed = True
        if self._ended_by is not None:
            self.app.exit(return_code=self._ended_by)
            return
        self.headgate.release_keys()
        if self._reads_on:
            self.headgate.read_on()

    def end(self, code: int) -> None:
        """Leave with a status; a board that is being put together is left once it stands, because half of it breaks."""
        self._ended_by = code
        if self.composed:
            self.app.exit(return_code=code)

    def stands_whole(self) -> None:
        """Tell the rest, which has just come, what it needs to know."""

    @property
    def table(self) -> RunTable:
        """The table of runs."""
        return self.query_one(RunTable)

    @property
    def detail(self) -> DetailPane:
        """The detail of the selected run."""
        return self.query_one(DetailPane)

    @property
    def fits(self) -> bool:
        """Say whether the terminal is large enough for what a key would do to stand there."""
        return not (self.has_class("-sliver") or self.has_class("-flat"))

    @property
    def view(self) -> View:
        """What the user looks at now."""
        cards = self._pump.cards
        return View(
            selected=self.table.cursor,
            place=self._place,
            zoomed=self._zoomed is not None,
            pane=self._pane,
            sort=self._sort,
            filter=self._filter,
            shown=self._shown,
            total=len(cards),
            needing=sum(views.needs_you(card) for card in cards.values()),
            problems=len(self._problems),
            requests=len(waiting(self._pump)),
            run=cards.get(self.table.cursor or ""),
            left=self.detail.left,
            frozen=self._fleet_frozen,
            barred={} if self._zoomed or not (why := self._not_to_zoom) else {"zoom": why},
        )

    @property
    def alone(self) -> bool:
        """Say whether there is room for one half at a time only."""
        return self.has_class("-narrow") and self.has_class("-low")

    @property
    def _not_to_zoom(self) -> str:
        if not self._pump.cards:
            return wording.ONE_HALF
        return wording.ALONE_HERE if self.alone else ""

    @property
    def needs(self) -> tuple[Need, ...]:
        """Everything that needs the human, the first need first."""
        return needs(self._pump.cards.values(), waiting(self._pump), self._now())

    @property
    def _problems(self) -> tuple[Problem, ...]:
        """What went wrong outside, the store that cannot be read included."""
        board, trouble = self._pump.board, self._pump.trouble
        troubled = (wording.store_trouble(trouble),) if trouble else ()
        return (*(board.problems if board else ()), *troubled, *self._forgotten)

    @property
    def _fleet_frozen(self) -> bool:
        return self._pump.board is not None and self._pump.board.frozen is not None

    def on_runs_changed(self) -> None:
        """Take the whole set of changed runs and paint once."""
        changed, detail = self._pump.take()
        self._name_repositories()
        self.headgate.purse_look.want()
        self._show_runs(changed - {detail.card.id} if detail else changed)
        if detail is not None:
            self.show_detail(detail)
        deciding(self.app.screen_stack)
        if not self._reads_on:
            self._reads_on = True
            if self.composed:
                self.call_after_refresh(self.headgate.read_on)

    @property
    def repositories(self) -> Mapping[str, str]:
        """The repository of each run, by its name; empty on the board of one."""
        return self._pump.board.repositories if self._pump.board else {}

    def _name_repositories(self) -> None:
        """Let the table say of which repository each run is, where there are several."""
        if self.repositories and not self._named:
            self._named = True
            self.table.offer(with_repository(lambda run: self.repositories.get(run)))

    def show_detail(self, detail: Detail) -> None:
        """Show what was read of the selected run, unless newer news of it are on the screen already."""
        known = self._pump.cards.get(detail.card.id)
        stale = known is None or detail.card.rev < known.rev
        if self.is_mounted and not stale and detail.card.id == self.table.cursor:
            self.detail.show(detail, self._now())
            self.look_further()
            self._wake_for_ages()

    def look_further(self) -> None:
        """Read what the open pane shows beyond the run itself."""
        run = self.detail.run
        if run is not None and self._pane in FURTHER:
            self.run_worker(partial(self._read_further, run), group="further", exclusive=True, exit_on_error=True)

    async def _read_further(self, run: str) -> None:
        with contextlib.suppress(BoardUnreadable):  # the pump says so, and it is read again at the next news
            self.detail.show_change(await self.headgate.change(run))

    def _show_runs(self, changed: frozenset[str]) -> None:
        """Order the runs, repaint the rows that differ, and let the rest of the screen follow.

        Until the user has done anything the cursor is on what is most urgent, else on the run that was looked at last,
        else on the first row; then it stays on its run.
        """
        now, cards = self._now(), self._pump.cards
        queue = tuple(one.run for one in waiting(self._pump))
        found = views.shown(cards.values(), self._filter, self._sort, now, queue, self.repositories)
        order = [card.id for card in found]
        self._shown = len(order)
        self.set_class(not cards, "-empty")
        if order:
            self.table.show(order, cards, now)
            if not self.touched:
                self.table.select(self._first_of(order, cards))
        else:
            self.table.show_notice(self._notice(cards))
        self._selection_moved(changed)
        self.show_bars()

    def _first_of(self, order: list[str], cards: dict[str, Card]) -> str:
        """Name the run to begin on: nothing that was looked at before stands between the user and what needs them."""
        last = self._remembered.run
        needing = next((run for run in order if views.needs_you(cards[run])), None)
        return needing or (last if last in cards and last in order else order[0])

    def _notice(self, cards: dict[str, Card]) -> list[tuple[str, str]]:
        board = self._pump.board
        if cards:
            return wording.no_match(self._filter)
        if board is None:
            return []
        told = wording.nothing_there(board.looked_in, board.indexing)
        return told if board.indexing is not None else [*told, *more_of_no_runs(board.unassigned)]

    def _selection_moved(self, changed: frozenset[str] = frozenset()) -> None:
        """Let the detail follow the cursor, and read the run again where it has changed."""
        run = self._pump.looked_at = self._left_at = self.table.cursor
        if run != self.detail.run or run in changed:
            self.detail.show_card(self._pump.cards.get(run) if run else None, self._now())
            self._look.want(run)
        self._wake_for_ages()

    def show_bars(self) -> None:
        """Let the lines above and below say what holds now; each repaints only if it reads differently."""
        view, pump = self.view, self._pump
        message, role = (self.message, self.message_role) if self.message else (pump.trouble or "", "warn")
        found, purse = self.needs, self.headgate.purse_look.purse
        self.query_one(Glance).show(pump.cards.values(), pump.board, found, purse, self._now())
        self.query_one(StatusLine).show(view, message, role, pump.board)
        self.query_one(KeyLine).show(view)
        self.headgate.say_title(len(found), found[0].text if found else "")

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
