"""A screen whose keys are commands: judged by the view first, and what cannot be done says why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, cast

from textual import events, on
from textual.widgets import Input

from state.board import BoardUnreadable, OrderRefused
from state.commands import command
from state.screens import screen
from state.text import clean
from tui import wording
from tui.bound_keys import key, why_not
from tui.keys import TAKES_TEXT, shown_key
from tui.screens.left_once import LeftOnce
from tui.widgets.key_line import KeyLine
from tui.wording_keys import key_does_nothing

if TYPE_CHECKING:
    from state.runs.view import View
    from tui.app import HeadgateApp
    from tui.screens.help import HelpScreen

Deed = Callable[[], Awaitable[object] | None]


class CommandedScreen(LeftOnce[None], inherit_bindings=False):
    """Turns keys, clicks and names into deeds. What it did last, or why it did nothing, stands in `message`."""

    keyed = "board"
    """The name of its record among `state.screens.SCREENS`."""

    def __init__(self) -> None:
        super().__init__()
        self.message, self.message_role = "", "dim"
        self.touched = False
        """Whether the user has done anything yet."""

    @property
    def headgate(self) -> HeadgateApp:
        """The app, by its own type."""
        return cast("HeadgateApp", self.app)

    @property
    def view(self) -> View:
        """What the user looks at now."""
        raise NotImplementedError

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each command does, by its id."""
        raise NotImplementedError

    def show_bars(self) -> None:
        """Show the message, and which commands can be used."""
        raise NotImplementedError

    @property
    def stands(self) -> bool:
        """Say whether it was not left yet."""
        return self in self.app.screen_stack

    def say(self, message: str, role: str = "dim") -> None:
        """Say this until the next command; the board says what comes when the screen was left."""
        here = self if self.stands else self.headgate.board
        here.message, here.message_role = message, role
        here.show_bars()

    def outlast(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do what has to be done and told however soon the screen is left, as what was decided has."""
        self.app.run_worker(work, name=name, exit_on_error=True)

    async def order(self, verb: str, *, quiet: bool = False, says: str = "", **words: str) -> bool:
        """Ask something of the core and say what it answered, or why it did not; say whether it did."""
        try:
            said = await self.headgate.order(verb, **words)
        except (BoardUnreadable, OrderRefused) as refused:
            self.say(str(refused), "warn")
            return False
        if not quiet:
            self.say(wording.ordered(says or verb, said))
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave a key that is text to the input that has the focus."""
        typed = isinstance(self.focused, Input) and action == "command" and parameters[0] in TAKES_TEXT
        return False if typed else super().check_action(action, parameters)

    async def action_command(self, name: str) -> None:
        """Do what the command of that id does, or say why it cannot be done."""
        await self.run_command(name)

    async def run_command(self, name: str) -> None:
        """Do a command that looks or moves; one that decides is never taken by its name."""
        asked = command(name)
        if asked.danger == "decides" or not self.is_current:  # a second click may come when the first has led away
            return
        why = why_not(asked, self.view)
        if why is not None:
            self.say(wording.refused(asked.title, why), "warn")
            return
        self.message, self.touched = "", True
        done = self._shared[name]() if name in self._shared else self.deeds[name]()
        if done is not None:
            await done
        self.show_bars()

    @property
    def _shared(self) -> Mapping[str, Deed]:
        """What every screen does alike."""
        return {"palette": self._show_palette, "help": self._show_help}

    def _show_help(self) -> None:
        from tui.screens.help import HelpScreen

        self._push_page(HelpScreen(self.keyed))

    def _push_page(self, page: HelpScreen) -> None:
        self.app.push_screen(page)

    def _show_palette(self) -> None:
        """Offer what this screen can do by name; what decides, or merges, is done by its key alone."""
        from tui.screens.palette import PaletteScreen

        done = {*self.deeds, *self._shared}
        offered = [one for one in screen(self.keyed).commands if one.id in done]
        self.app.push_screen(PaletteScreen(offered, self.view), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name is not None:
            self.call_later(self.run_command, name)

    @on(KeyLine.Withheld)
    def _withheld(self, event: KeyLine.Withheld) -> None:
        """Say which key does what no click does."""
        asked = command(event.command)
        self.say(wording.keys_alone(key(asked.id), asked.title), "warn")

    def _is_bound(self, key: str) -> bool:
        """Say whether a key stands in `active_bindings`, without asking for every other one."""
        return any(
            self.app._check_action_state(binding.action, namespace) is not False
            for namespace, bindings in self._modal_binding_chain
            for binding in bindings.key_to_bindings.get(key, ())
        )

    def on_key(self, event: events.Key) -> None:
        """Answer a key that nothing is bound to."""
        if not self._is_bound(event.key):
            self.say(key_does_nothing(clean(shown_key(event.key), 20)), "warn")
