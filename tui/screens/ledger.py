"""The ledger, newest first: who decided what, on which evidence, was it decided before, and is it intact.

It is read, never written, and never all at once: more comes as the cursor reaches the end.
"""

from collections.abc import Mapping
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from state.commands import AUDITING
from state.ledger.entry import Entry
from state.runs.view import View
from state.screens import SHARED
from state.text import clean
from tui import wording
from tui import wording_ledger as words
from tui.keys import bindings
from tui.ledgers import LedgerUnreadable
from tui.panes.empty import empty
from tui.panes.ledger import entry_line
from tui.panes.line import Line, note
from tui.screens.commanded import CommandedScreen, Deed
from tui.screens.story import StoryScreen
from tui.spans import spans
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import Lines
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines

_SCROLLS = ("down", "up", "first", "last", "page_down", "page_up")
PAGE = 100
"""Entries that are read at a time."""


class LedgerScreen(CommandedScreen, inherit_bindings=False):
    """Opens on `wanted`: words that each entry shown holds, "" for all."""

    keyed = "ledger"
    CSS_PATH = "ledger.tcss"
    BINDINGS = [
        *bindings(only=SHARED),
        *bindings(AUDITING),
        Binding("ctrl+c", "command('quit')", show=False),
    ]
    AUTO_FOCUS = "PaneLines"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low")]

    def __init__(self, wanted: str = "") -> None:
        super().__init__()
        self._wanted = wanted
        self._entries: list[Entry] = []
        self._whole, self._read = False, False
        self._told = words.READING
        self._sound, self._sound_role = words.not_verified(), "unknown"
        self._deeds: Mapping[str, Deed] = {
            **{name: partial(self._scroll, name) for name in _SCROLLS},
            "search_ledger": self._search,
            "open_entry": self._open,
            "verify_ledger": lambda: self._verify(),
            "leave_ledger": self._leave,
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "quit": lambda: self.app.exit(),
        }

    def compose(self) -> ComposeResult:
        """Give the bars and the page."""
        yield OneLine(id="ledger-head")
        yield PaneLines(id="ledger")
        yield FilterLine(id="filter")
        yield OneLine(id="ledger-said")
        yield KeyLine(id="keys")
        yield PaneLines(id="too-small", cursor=False)

    def on_mount(self) -> None:
        """Begin to read, and to verify."""
        self.query_one("#too-small", PaneLines).show([note(wording.TOO_SMALL)], wrap=True, follow=False, anew=True)
        self._begin()
        self._verify()

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each command does, by its id."""
        return self._deeds

    @property
    def view(self) -> View:
        """What the user looks at now."""
        barred: dict[str, str] = {} if self._entries else {"open_entry": self._told}
        if self.headgate.tools.ledgers is None:
            barred |= dict.fromkeys(("open_entry", "verify_ledger", "search_ledger"), words.NO_LEDGER)
        place = "filter" if self.has_class("-filtering") else "detail"
        return View(place=place, shown=len(self._entries), total=len(self._entries), filter=self._wanted, barred=barred)

    @property
    def _page(self) -> PaneLines:
        return self.query_one("#ledger", PaneLines)

    # Reading

    def _begin(self) -> None:
        self._entries, self._whole, self._read = [], False, False
        self.run_worker(self._more(), name="entries", group="entries", exclusive=True, exit_on_error=True)

    async def _more(self) -> None:
        ledgers = self.headgate.tools.ledgers
        first = not self._entries
        if ledgers is None:
            self._told, self._read = words.NO_LEDGER, True
        else:
            try:
                found = await ledgers.entries(self._wanted, self._entries[-1] if self._entries else None, PAGE)
                self._entries += found
                self._whole, self._read = len(found) < PAGE, True
                self._told = words.NOTHING_FOUND if self._wanted else words.NOTHING_YET
            except LedgerUnreadable as why:
                self._told, self._read = clean(str(why)), True
        self._show(anew=first)

    def _verify(self) -> None:
        if self.headgate.tools.ledgers is not None:
            self._sound, self._sound_role = words.VERIFYING, "dim"
            self.run_worker(self._verified(), name="verify", group="verify", exclusive=True, exit_on_error=True)
        self.show_bars()

    async def _verified(self) -> None:
        ledgers = self.headgate.tools.ledgers
        try:
            found = await ledgers.verified() if ledgers else None
        except LedgerUnreadable as why:
            self._sound, self._sound_role = clean(str(why)), "warn"
        else:
            if found is not None:
                self._sound, self._sound_role = clean(found.text), "plus" if found.sound else "blocked"
        self.show_bars()

    # Showing

    def _show(self, *, anew: bool) -> None:
        ledgers = self.headgate.tools.ledgers
        told = [entry_line(one, ledgers.repository_of(one)) for one in self._entries] if ledgers else []
        lines: list[Line] = told or self._nothing()
        if self._entries and not self._whole:
            lines.append(note(words.more(), "faint"))
        self._page.show(lines, wrap=True, follow=False, anew=anew)
        self.show_bars()

    def _nothing(self) -> list[Line]:
        return empty("ledger", role="strong") if self._told == words.NOTHING_YET else [note(self._told)]

    def show_bars(self) -> None:
        """Let the lines above and below say what holds now."""
        if not self.is_mounted:
            return
        told = words.shown(len(self._entries), self._wanted, self._whole) if self._read else words.READING
        left = spans((f" {words.TITLE} ", "strong"), (f"· {clean(told, 200)}", "dim"))
        self.query_one("#ledger-head", OneLine).say(left)
        said, role = (self.message, self.message_role) if self.message else (self._sound, self._sound_role)
        self.query_one("#ledger-said", OneLine).say(spans((f" {said}", role)))
        self.query_one(KeyLine).show(self.view, AUDITING)

    # Moving

    def _scroll(self, name: str) -> None:
        far = self._page.page()
        self._page.move(
            {"down": 1, "up": -1, "first": -(10**9), "last": 10**9, "page_down": far, "page_up": -far}[name]
        )
        if self._read and not self._whole and self._page.at >= len(self._entries):
            self._read = False
            self.run_worker(self._more(), name="entries", group="entries", exclusive=True, exit_on_error=True)

    def _open(self) -> None:
        ledgers = self.headgate.tools.ledgers
        if ledgers is not None and self._page.at < len(self._entries):
            self.app.push_screen(StoryScreen(ledgers, self._entries[self._page.at]))

    @on(Lines.Clicked)
    def _clicked(self, event: Lines.Clicked) -> None:
        self._page.put_cursor(self._page.line_at(event.index))
        if event.twice:
            self._open()

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        await self.run_command(event.command)

    # Searching

    def _search(self) -> None:
        self.add_class("-filtering")
        self.set_focus(self.query_one(FilterLine).input)

    @on(FilterLine.Submitted)
    def _searched(self) -> None:
        self._wanted = " ".join(self.query_one(FilterLine).input.value.split())
        self._stop_searching()
        self._begin()

    def _stop_searching(self) -> None:
        self.remove_class("-filtering")
        self.set_focus(self._page)

    def _leave(self) -> None:
        if self.has_class("-filtering"):
            self._stop_searching()
        elif self._wanted:
            self._wanted = ""
            self.query_one(FilterLine).clear()
            self._begin()
        else:
            self.dismiss()
