"""Money on the screen: what runs burn and how budgets stand, what was spent when, outcomes, and waste.

Whatever a part shows is read off the screen's thread when the part is looked at, and again when the board has news, at
most once in `PAUSE` seconds; only lines that read differently are painted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from state.commands import COUNTING
from state.money.accounts import BudgetStands
from state.money.spent import Dimension, Spent
from state.outcomes.figure import Figure
from state.runs.card import Card
from state.runs.view import View
from state.screens import SHARED
from state.text import clean
from tui import wording
from tui import wording_money as words
from tui.alarm import Alarm
from tui.bound_keys import sign
from tui.keys import bindings
from tui.moneys import MoneyUnreadable
from tui.panes.line import Line, note
from tui.panes.money import Looks, Opens, Read, Row, window_of
from tui.panes.money_bars import BLOCKS, LETTERS
from tui.panes.money_now import now_rows
from tui.panes.money_outcomes import outcome_rows, waste_rows
from tui.panes.money_time import time_rows
from tui.pump import Pump
from tui.screens.commanded import CommandedScreen, Deed
from tui.screens.evidence import EvidenceScreen
from tui.screens.figure import FigureScreen
from tui.spans import spans
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import Lines
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines

_SCROLLS = ("down", "up", "first", "last", "page_down", "page_up")
_PARTS: tuple[Callable[[Read, Looks], list[Row]], ...] = (now_rows, time_rows, outcome_rows, waste_rows)
_BARS = 3
"""Lines above and below the page."""
_MARGINS = 3
"""Cells at the sides of the page, its scroll bar included."""
PAUSE = 1.0
"""Seconds at the least between two readings that nobody but the core asked for."""


class MoneyScreen(CommandedScreen, inherit_bindings=False):
    """Four parts of one page. `into` takes the user to a run's row on the board."""

    keyed = "money"
    CSS_PATH = "money.tcss"
    BINDINGS = [
        *bindings(only=(*SHARED, "copy")),
        *bindings(COUNTING),
        Binding("ctrl+c", "command('quit')", show=False),
    ]
    AUTO_FOCUS = "PaneLines"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low")]

    def __init__(self, pump: Pump, now: Callable[[], float], into: Callable[[str], None]) -> None:
        super().__init__()
        self._pump, self._now, self._into = pump, now, into
        self._part, self._days = 0, words.PERIODS[-1]
        self._by: Dimension = words.GROUPS[0]
        self._read = Read()
        self._rows: list[Row] = []
        self._news = asyncio.Event()
        self._alarm = Alarm(self, self._older)
        self._window = window_of(self._days, now())
        self._deeds: Mapping[str, Deed] = {
            **{name: partial(self._scroll, name) for name in _SCROLLS},
            "money_now": partial(self._go, 0),
            "money_time": partial(self._go, 1),
            "money_outcomes": partial(self._go, 2),
            "money_waste": partial(self._go, 3),
            "money_next": lambda: self._go((self._part + 1) % len(_PARTS)),
            "money_previous": lambda: self._go((self._part - 1) % len(_PARTS)),
            "money_period": self._next_period,
            "money_group": self._next_group,
            "open_figure": self._open,
            "figure_place": self._show_evidence,
            "copy": self._copy,
            "leave_money": self._leave,
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "quit": lambda: self.app.exit(),
        }

    def compose(self) -> ComposeResult:
        """Give the bars and the page."""
        yield OneLine(id="money-head")
        yield PaneLines(id="money")
        yield OneLine(id="money-said")
        yield KeyLine(id="keys")
        yield PaneLines(id="too-small", cursor=False)

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one("#too-small", PaneLines).show([note(wording.TOO_SMALL)], wrap=True, follow=False, anew=True)
        self._show(anew=True)
        self._begin()
        self._alarm.set(self._window.until, self._now())

    def on_resize(self) -> None:
        """Lay the page out for the room that there is."""
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
        row = self._row
        barred = {} if self._part == 1 else {"money_group": words.only_over_time()}
        barred |= {"money_period": words.NO_PERIOD} if self._part == 0 else {}
        opens = row is not None and (row.opens is not None or bool(row.line.sources))
        selected = "line" if opens else None
        return View(selected=selected, place="detail", shown=len(self._rows), total=len(self._rows), barred=barred)

    @property
    def _page(self) -> PaneLines:
        return self.query_one("#money", PaneLines)

    @property
    def _row(self) -> Row | None:
        at = self._page.at if self.is_mounted else 0
        return self._rows[at] if at < len(self._rows) else None

    # Reading

    def _begin(self) -> None:
        """Read what the part shows now, and then at each news; what was being read for another view is let go."""
        self._news.set()
        self.run_worker(self._reading(), name="money", group="money", exclusive=True, exit_on_error=True)

    async def _reading(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            self._window = window_of(self._days, self._now())
            await asyncio.gather(*self._wanted())
            self._show()
            await asyncio.sleep(PAUSE)

    def _wanted(self) -> list[Awaitable[None]]:
        """Give what has to be read for the part that is looked at."""
        moneys, window = self.headgate.tools.moneys, self._window
        if moneys is None:
            name = ("purse", "times", "outcomes", "outcomes")[self._part]
            self._keep(name, words.NO_MONEYS)
            return [self._kept("spent", None)] if self._part == 1 else []
        match self._part:
            case 0:
                return [self._kept("purse", moneys.purse())]
            case 1:
                return [
                    self._kept("times", moneys.over_time(window.since, window.until, window.hours)),
                    self._kept("spent", moneys.spent(self._by, window.since, window.until)),
                ]
            case _:
                return [self._kept("outcomes", moneys.outcomes(window.since, window.until))]

    async def _kept(self, name: str, reading: Awaitable[object] | None) -> None:
        """Keep what was read, or why it cannot be; what stands there already is shown until then."""
        try:
            self._keep(name, words.NO_MONEYS if reading is None else await reading)
        except MoneyUnreadable as why:
            self._keep(name, clean(str(why)))

    def _keep(self, name: str, told: object) -> None:
        self._read = replace(self._read, **{name: told})

    # Showing

    def _looks(self) -> Looks:
        width, height = self.size.width - _MARGINS, self.size.height - _BARS
        strokes = LETTERS if self.headgate.plain_signs else BLOCKS
        return Looks(max(width, 20), max(height, 5), self._now(), self._window, self._by, strokes)

    def _show(self, *, anew: bool = False) -> None:
        """Lay the part out; the cursor stays on what it stood on, where that is still there."""
        if not self.is_mounted:
            return
        before, at = self._row, self._page.at
        anew = anew or not any(row.opens for row in self._rows)
        board, cards = self._pump.board, tuple(self._pump.cards.values())
        named = board.repositories if board else {}
        self._read = replace(self._read, cards=cards, seen=board is not None, repositories=named)
        self._rows = _PARTS[self._part](self._read, self._looks())
        lines: list[Line] = [row.line for row in self._rows]
        self._page.show(lines, wrap=True, follow=False, anew=anew)
        moved = _first(self._rows, self._page.size.height // 2) if anew else _again(self._rows, before, at)
        if moved != self._page.at:
            self._page.put_cursor(moved)
        self.show_bars()

    def show_bars(self) -> None:
        """Let the lines above and below say what holds now."""
        if not self.is_mounted:
            return
        parts = [
            piece
            for number, name in enumerate(words.PARTS)
            for piece in (
                (f"{sign(COUNTING[number].id)} ".lstrip(), "key"),
                (name, "tab-open" if number == self._part else "tab"),
                "  ",
            )
        ]
        grouped = f"by {words.GROUP_WORDS.get(self._by, self._by)} · " if self._part == 1 else ""
        said = f"{grouped}{words.days(self._days)}" if self._part else ""
        left = spans((f" {words.TITLE}  ", "strong"), *parts)
        self.query_one("#money-head", OneLine).say(left, spans((f"{said} " if said else "", "dim")))
        self.query_one("#money-said", OneLine).say(
            spans((f" {self.message}" if self.message else "", self.message_role))
        )
        self.query_one(KeyLine).show(self.view, COUNTING)

    def _older(self) -> None:
        """Read again where a stretch has ended; until then the time that passes changes nothing here."""
        if self._now() >= self._window.until:
            self.take()
        self._alarm.set(max(self._window.until, self._now() + 1), self._now())

    # Moving

    def _scroll(self, name: str) -> None:
        page, far = self._page, self._page.page()
        page.move({"down": 1, "up": -1, "first": -(10**9), "last": 10**9, "page_down": far, "page_up": -far}[name])

    def _go(self, part: int) -> None:
        self._part = part
        self._show(anew=True)
        self._begin()

    def _next_period(self) -> None:
        following = words.PERIODS.index(self._days) + 1
        self._days = words.PERIODS[following % len(words.PERIODS)]
        self._window = window_of(self._days, self._now())
        self._read = replace(self._read, times=None, spent=None, outcomes=None)
        self._show()
        self._begin()

    def _next_group(self) -> None:
        following = words.GROUPS.index(self._by) + 1
        self._by = words.GROUPS[following % len(words.GROUPS)]
        self._read = replace(self._read, spent=None)
        self._show()
        self._begin()

    @on(Lines.Clicked)
    def _clicked(self, event: Lines.Clicked) -> None:
        self._page.put_cursor(self._page.line_at(event.index))
        if event.twice and self.view.selected:
            self._open()
        self.show_bars()

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        await self.run_command(event.command)

    # Opening

    def _open(self) -> None:
        row = self._row
        opens: Opens = row.opens if row else None
        match opens:
            case Figure() | BudgetStands() | Spent():
                self.app.push_screen(FigureScreen(opens, self._read.cards, self._to_run))
            case Card():
                self._to_run(opens.id)
            case None:
                self._show_evidence()

    def _to_run(self, run: str) -> None:
        if run in self._pump.cards:
            self.dismiss()
            self._into(run)
        else:
            self.say(words.GONE_RUN, "warn")

    def _show_evidence(self) -> None:
        row = self._row
        if row is not None and row.line.sources:
            self.app.push_screen(EvidenceScreen(self.headgate.records, row.line.sources))
        else:
            self._open() if row is not None and row.opens is not None else self.say(wording.NO_EVIDENCE, "warn")

    async def _copy(self) -> None:
        row = self._row
        marked = self.get_selected_text()
        text = marked or (row.line.copied if row else "")
        self.clear_selection()
        self.say(wording.copied("selection" if marked else "line", await self.headgate.copy(text)))

    def _leave(self) -> None:
        self.dismiss()


def _first(rows: list[Row], within: int) -> int:
    """Give the first line that can be opened, of so many at the top; else the first, so that the top stays in sight."""
    return next((number for number, row in enumerate(rows[:within]) if row.opens is not None), 0)


def _again(rows: list[Row], before: Row | None, at: int) -> int:
    """Give the place of what the cursor stood on, the nearest where several lines are of the same."""
    if before is None or before.opens is None:
        return at
    name = _named(before.opens)
    found = [number for number, row in enumerate(rows) if row.opens is not None and _named(row.opens) == name]
    return min(found, key=lambda number: abs(number - at), default=at)


def _named(opens: Figure | BudgetStands | Spent | Card) -> tuple[str, str]:
    name = opens.id if isinstance(opens, Card) else opens.key if isinstance(opens, Spent) else opens.name
    return type(opens).__name__, name
