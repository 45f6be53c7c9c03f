"""The Textual app: themes, key map, the ways in and out. What is on the screen is the screens' own affair."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual.app import SystemCommand
from textual.filter import LineFilter
from textual.screen import Screen
from textual.timer import Timer

from state.board import BoardReader, BoardUnreadable, ChangeDetail, Detail, OrderRefused
from state.board_setting import SHIPPED_BOARD, BoardSetting
from tui.attention import EVERY, Recorder, focus_of
from tui.bound_keys import bind, textual_keymap
from tui.calling import Caller
from tui.equipment import Equipment, Equipped, EquippedApp
from tui.keys import bindings
from tui.pump import Look, Pump
from tui.purse_look import PurseLook
from tui.reading_tools import ReadingTools
from tui.review_tools import ReviewTools
from tui.screens.board import BoardScreen, RunsChanged
from tui.terminal import SafeText, WaysOut, crash_report, restore_title, save_title, titled
from tui.wording_needs import terminal_title

if TYPE_CHECKING:
    from state.conflicts import PairHunks
    from state.findings.conflict import Matrix
    from state.ports import Clipboard, Records, RunTerminals, WayThere
    from tui.forms import Offers


class HeadgateApp(EquippedApp, inherit_bindings=False):
    """Shows one board, fed by a reader. Nothing in it decides anything."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "headgate"
    BINDINGS = [*bindings(only=("next_waiting",))]
    CSS_PATH = "screens/board.tcss"
    """The board is the default screen, for which Textual loads no style sheet of its own; the roles in it serve all."""

    def __init__(
        self,
        reader: BoardReader,
        clipboard: Clipboard,
        now: Callable[[], float] = time.time,
        theme: str | None = None,
        records: Records | None = None,
        clock: Callable[[], float] = time.monotonic,
        offers: Callable[[], Offers] | None = None,
        terminals: RunTerminals | None = None,
        hunks: PairHunks | None = None,
        review: ReviewTools | None = None,
        setting: BoardSetting = SHIPPED_BOARD,
        reading: ReadingTools | None = None,
        later: Callable[[], Equipment] | None = None,
    ) -> None:
        super().__init__(setting, theme)
        self._safe_text = SafeText()
        self._reader = reader
        self._copying = clipboard
        given = Equipment(records, terminals, hunks, review or ReviewTools(), reading or ReadingTools())
        self.equipped = Equipped(given, later)
        """What the keys need beyond the board."""
        self.now, self.clock = now, clock
        bind(setting.keys)
        self.set_keymap(textual_keymap())
        self._title_said, self._early = "", list[events.Event]()
        self._caller = Caller(os.environ, setting.call)
        self._attention = Recorder(given.review.idle_cutoff, lambda words: self.order("attended", **words))
        self._hands_over: Timer | None = None
        self._ways_out: WaysOut | None = None
        self.pump = Pump(reader, self._runs_changed)
        self.look = Look(reader, lambda detail: self._board.show_detail(detail))
        self.purse_look = PurseLook(lambda: self.tools.moneys, self._purse_changed)
        self._board = BoardScreen(self.pump, self.look, now, lambda: self.clock(), offers)
        self.leader = self._board.leader

    @property
    def board(self) -> BoardScreen:
        """The board, which remembers."""
        return self._board

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Let nothing out that is not printable text."""
        return [*super().get_line_filters(), self._safe_text]

    def get_default_screen(self) -> Screen[None]:
        """Give the board."""
        return self._board

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer nothing of Textual's own: the palette is made from our commands."""
        return ()

    async def on_load(self) -> None:
        """Listen for the signals before the terminal's modes change, and read what is to stand there first."""
        if not self.is_headless:
            self._ways_out = WaysOut(self._board.end, self._goes_on)
            self._ways_out.watch()
        await self.pump.begin()

    def _goes_on(self) -> None:
        """Show everything anew, and let the time to look begin anew: keys were typed for what stood there before."""
        self.screen.refresh()
        self.app_resume_signal.publish(self)

    async def run_async(self, **words: Any) -> None:
        """Run, and give the signals back when all is over."""
        try:
            await super().run_async(**words)
        finally:
            if self._ways_out is not None:
                self._ways_out.close()

    def on_mount(self) -> None:
        """Begin to read."""
        if self._ways_out is not None:
            self._ways_out.watch_stops()
        self._write(save_title())
        self.run_worker(self.pump.run(), name="pump", exit_on_error=True)

    def read_on(self) -> None:
        """Begin to read what the first row does not need, and load what a key may want; called when it stands."""
        self.run_worker(self.look.run(), name="look", exit_on_error=True)
        self.run_worker(self._equip(), name="equip", exit_on_error=True)

    async def _equip(self) -> None:
        self._attention.cutoff = (await self.equipped.arrive()).review.idle_cutoff
        self.run_worker(self.purse_look.run(), name="purse", exit_on_error=True)
        await self.equipped.warm()

    async def on_event(self, event: events.Event) -> None:
        """Take note of keys and the mouse: what is in view now was looked at until now."""
        pressed = events.Key | events.MouseDown | events.MouseScrollDown | events.MouseScrollUp
        if isinstance(event, pressed) and not self._board.composed:
            self._early.append(event)
            return
        if isinstance(event, pressed) and not event.is_forwarded:
            self._attention.pressed(focus_of(self.screen_stack, self.pump.cards), self.now())
            if self._hands_over is None:
                self._hands_over = self.set_timer(EVERY, self._tell_attention)
        await super().on_event(event)

    def release_keys(self) -> None:
        """Hand on the keys that came before the board stood there, in their order."""
        early, self._early = self._early, []
        for event in early:
            self.post_message(event)

    async def _tell_attention(self) -> None:
        """Hand over what was attended; where that fails, as at the end of a core, less than a minute is lost."""
        self._hands_over = None
        with contextlib.suppress(BoardUnreadable, OrderRefused):
            await self._attention.hand_over()

    async def on_unmount(self) -> None:
        """Give the title back and let go of the reader."""
        self._write(restore_title())
        await self._tell_attention()
        await self._reader.close()

    def say_title(self, needing: int, first: str = "") -> None:
        """Let the terminal's title say how many need the human, and the first of them."""
        title = terminal_title(needing, first)
        if title != self._title_said:
            self._title_said = title
            self._write(titled(title))

    async def copy(self, text: str) -> str:
        """Copy, and say what was done with it."""
        return await self._copying.copy(text)

    async def attach(self, run: str) -> WayThere | None:
        """Bring the human to the terminal of a run, or say how to get there; None where nothing is known of it."""
        terminals = self.equipped().terminals
        return await terminals.go(run) if terminals else None

    async def order(self, verb: str, **words: str) -> str:
        """Put an order into the core's inbox, and say what became of it."""
        return await self._reader.order(verb, **words)

    @property
    def reader(self) -> BoardReader:
        """Where the board gets what it shows."""
        return self._reader

    async def detail(self, run: str) -> Detail | None:
        """Read everything that is known of a run."""
        return await self._reader.detail(run)

    async def change(self, run: str) -> ChangeDetail:
        """Read what the merge gate knows of a run's change."""
        return await self._reader.change(run)

    async def matrices(self) -> tuple[Matrix, ...]:
        """Read what was found when the worktrees were compared last."""
        return await self._reader.matrices()

    def action_command(self, name: str) -> None:
        """Lead to the next need; there is no other command of every screen."""
        if name == "next_waiting":
            self.leader.lead_on()

    async def action_simulate_key(self, key: str) -> None:
        """Do nothing: a key is something that a hand presses."""

    def panic(self, *renderables: RenderableType) -> None:
        """End with a report that holds no one's text but ours."""
        error = next((one for one in renderables if isinstance(one, BaseException)), self._exception)
        self._end_with(crash_report(error) if error else Text("headgate stopped by an error of its own."))

    def _fatal_error(self) -> None:
        self._end_with(crash_report(self._exception or RuntimeError("unknown")))

    def _end_with(self, report: Text) -> None:
        self._exit_renderables.append(report)
        self._close_messages_no_wait()

    def _runs_changed(self) -> None:
        if self._board.takes_news:
            self.call_human()
            self._board.post_message(RunsChanged())

    def call_human(self) -> None:
        """Call the human for what is new, where that is wanted."""
        front = self._attention.in_front(self.screen_stack, self.pump.cards, self.now()) if self.app_focus else ""
        if called := self._caller.heard(self.pump.board, self.pump.cards.values(), self._board.needs, front):
            self._write(called)

    def _purse_changed(self) -> None:
        if self._board.is_mounted:
            self._board.show_bars()

    def _write(self, sequence: str) -> None:
        """Send a sequence of our own to a real terminal."""
        driver = self._driver
        if driver is not None and not self.is_headless:
            with contextlib.suppress(AssertionError):  # the driver has left application mode
                driver.write(sequence)
