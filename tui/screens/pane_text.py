"""The text of a pane on a screen of its own: searched, wrapped, copied and handed over like every text that is read.

It is the text as it stood when it was opened, so that nothing moves under a search; the pane itself goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding

from state.reading import Handed, Program, Wanted, next_of
from state.reading_commands import PANING, READING
from state.runs.view import View
from state.screens import SCROLLS, SHARED, screen
from tui import wording
from tui import wording_reading as words
from tui.keys import bindings
from tui.panes.line import Line, note
from tui.panes.matched import with_matches
from tui.screens.commanded import Deed
from tui.screens.reading import ReadingScreen
from tui.spans import plain, spans
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines


class PaneTextScreen(ReadingScreen, inherit_bindings=False):
    """The lines of one pane, begun with the words that are looked for."""

    keyed = "pane"
    CSS_PATH = "pane_text.tcss"
    BINDINGS = [
        *bindings(only=SHARED),
        *bindings((*READING, *PANING)),
        Binding("ctrl+c", "command('quit')", show=False),
    ]
    AUTO_FOCUS = "#text"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low")]

    def __init__(self, title: str, lines: Sequence[Line], at: int = 0) -> None:
        super().__init__()
        self._title, self._lines, self._at = title, lines, at
        self._texts = [plain((*line.label, *line.body)) for line in lines]
        self._deeds: Mapping[str, Deed] = {
            **self.reading_deeds,
            **{name: partial(self._scroll, name) for name in SCROLLS},
            "leave_pane": self._leave,
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "quit": lambda: self.app.exit(),
        }

    def compose(self) -> ComposeResult:
        """Give the bars and the text."""
        yield OneLine(id="head")
        yield PaneLines(id="text")
        yield FilterLine(id="filter")
        yield OneLine(id="said")
        yield KeyLine(id="keys")
        yield PaneLines(id="too-small", cursor=False)

    def on_mount(self) -> None:
        """Show the text where its pane stood, and ask for the words."""
        self.query_one("#too-small", PaneLines).show([note(wording.TOO_SMALL)], wrap=True, follow=False, anew=True)
        self.lay_out_again()
        self.text.put_cursor(self._at)
        self.show_bars()
        self.reading_deeds["find_text"]()

    @property
    def text(self) -> PaneLines:
        """The text."""
        return self.query_one("#text", PaneLines)

    @property
    def view(self) -> View:
        """What the user looks at now."""
        return View(place="filter" if self.finds else "detail")

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each command does, by its id."""
        return self._deeds

    def show_bars(self) -> None:
        """Show whose text it is, what was said last, and the keys."""
        at = f"{self.text.at + 1} of {len(self._lines)} "
        self.query_one("#head", OneLine).say(spans((f" {self._title}", "strong")), spans((at, "faint")))
        self.query_one("#said", OneLine).say(spans((f" {self.message}", self.message_role)), ())
        self.query_one(KeyLine).show(self.view, screen(self.keyed).commands)

    async def go_to_match(self, wanted: Wanted, *, forward: bool, here: bool) -> str | None:
        """Go to the next line that holds the words."""
        at = self.text.at
        found = next_of(self._texts, wanted, at - 1 if here and forward else at, forward=forward)
        if found is None:
            return words.not_found(wanted.text, forward=forward)
        self.text.put_cursor(found)
        self.show_bars()
        return None

    def lay_out_again(self) -> None:
        """Show the lines with the words marked."""
        marked = [replace(line, body=with_matches(line.body, self.wanted)) for line in self._lines]
        self.text.show(marked, wrap=self.wraps, follow=False, anew=False)

    def text_to_copy(self) -> tuple[str, str]:
        """Give the line under the cursor."""
        line = self.text.current()
        return (line.what or "line", line.copied) if line else ("line", "")

    async def to_hand_over(self, program: Program) -> Handed | str:
        """Give a private copy of the whole text, at the line under the cursor."""
        return Handed("pane.txt", "\n".join((*self._texts, "")).encode(), line=self.text.at + 1)

    def _scroll(self, name: str) -> None:
        page = self.text.page()
        steps = {"down": 1, "up": -1, "first": -(10**9), "last": 10**9, "page_down": page, "page_up": -page}
        self.text.move(steps[name])

    def _leave(self) -> None:
        if not self.stop_finding():
            self.dismiss()
