"""Every command by name: type a few letters, go down, press enter. What cannot be used now is there and says why."""

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from state.clicking import by_click
from state.commands import Command
from state.runs.view import View
from tui.bound_keys import shown_keys, why_not
from tui.panes.line import Line, note
from tui.screens.left_once import LeftOnce
from tui.spans import fit, spans
from tui.widgets.lines import Lines
from tui.widgets.pane_lines import PaneLines
from tui.wording import NO_COMMAND, PALETTE_HINT

_TITLES = 24


class PaletteScreen(LeftOnce[str | None], ModalScreen[str | None], inherit_bindings=False):
    """Gives the id of the chosen command, None when there is none. Commands that decide are not in it."""

    CSS_PATH = "palette.tcss"
    AUTO_FOCUS = "Input"
    BINDINGS = [
        Binding("escape,ctrl+c", "leave", id="palette_leave"),
        Binding("down,ctrl+n", "move(1)", id="palette_down"),
        Binding("up,ctrl+p", "move(-1)", id="palette_up"),
    ]

    def __init__(self, commands: Sequence[Command], view: View) -> None:
        super().__init__()
        self._commands = [one for one in commands if one.danger != "decides" and one.id != "palette"]
        self._view = view
        self._found: list[Command] = []
        self._at = 0

    def compose(self) -> ComposeResult:
        """Give the input and the list."""
        with Vertical(id="palette"):
            field = Input(placeholder=PALETTE_HINT, compact=True)
            field.cursor_blink = False
            yield field
            yield PaletteLines(id="found")

    def on_mount(self) -> None:
        """List everything."""
        self._list("")

    def on_key(self, event: events.Key) -> None:
        """Keep what is typed before the input has the focus."""
        if event.is_printable and event.character is not None:
            self.query_one(Input).insert_text_at_cursor(event.character)
            event.stop()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._list(event.value)

    @on(Input.Submitted)
    def _entered(self) -> None:
        self._choose(self._at)

    @on(Lines.Clicked)
    def _clicked(self, event: Lines.Clicked) -> None:
        self._at = event.index
        self.query_one(PaletteLines).put_cursor(self._at)
        if event.index < len(self._found) and by_click(self._found[event.index]):
            self._choose(event.index)

    def on_click(self, event: events.Click) -> None:
        """Leave on a click beside the palette."""
        if event.widget is self:
            self.dismiss(None)

    def action_move(self, step: int) -> None:
        """Go up or down the list."""
        self._at = max(0, min(self._at + step, len(self._found) - 1))
        self.query_one(PaletteLines).put_cursor(self._at)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def _choose(self, place: int) -> None:
        if place < len(self._found):
            self.dismiss(self._found[place].id)

    def _list(self, wanted: str) -> None:
        self._found = [one for one in self._commands if fits(one, wanted)]
        self._at = 0
        lines = [told(one, self._view) for one in self._found] or [note(NO_COMMAND)]
        self.query_one(PaletteLines).show(lines, wrap=False, follow=False, anew=True)


class PaletteLines(PaneLines, can_focus=False):
    """The list, whose cursor shows although the input has the focus."""

    def ground(self, line: int) -> str | None:
        """Give the cursor's ground."""
        return "cursor" if self.count() and line == self.cursor_row() else None


def fits(command: Command, wanted: str) -> bool:
    """Say whether each typed word stands in the command's id, title or explanation."""
    text = f"{command.id} {command.title} {command.explains}".casefold()
    return all(word in text for word in wanted.casefold().split())


def told(command: Command, view: View) -> Line:
    """Give a command's line: title, explanation or why not, keys."""
    why = why_not(command, view)
    title = spans((command.title, "text" if why is None else "faint"))
    return Line(
        spans((why or command.explains, "warn" if why else "dim")),
        fit(title, _TITLES),
        spans((shown_keys(command), "key")),
    )
