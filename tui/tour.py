"""The demo's tour: five things to do, offered one at a time in one dim line, each over once it was really done.

It never takes a key that does anything else, asks nothing and blocks nothing; esc on the board, where it has nothing to
go back from, ends it.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from textual import events
from textual.screen import Screen
from textual.widgets import Input

from state.commands import command
from tui.app import HeadgateApp
from tui.keys import shown_key
from tui.screens.change import ChangeScreen
from tui.screens.conflicts import ConflictsScreen
from tui.screens.decide import DecideScreen
from tui.spans import spans
from tui.widgets.one_line import OneLine

Stop = Literal["need", "answer", "change", "conflicts", "control"]

STOPS: tuple[tuple[Stop, str], ...] = (
    ("need", "{next_waiting} goes to what needs you"),
    ("answer", "answer it: {approve} approves, {deny} denies and asks why; {leave_request} leaves it for later"),
    ("change", "{change} on the board opens a run's change: what is known of it, and its diff"),
    ("conflicts", "{conflicts} on the board shows which worktrees do not merge"),
    ("control", "{freeze} twice freezes the selected run, {stop} twice stops it"),
)
"""The five, in their order; `{id}` stands for the key of that command."""
OVER = "that was the tour; {help} lists every key, {palette} every command"
_NAMED = re.compile(r"\{(\w+)\}")
ENDS = "esc on the board ends the tour"
_OPENED: dict[type[Screen[Any]], tuple[Stop, ...]] = {
    DecideScreen: ("need",),
    # A merge that waits for an answer is answered on the page of its change.
    ChangeScreen: ("need", "change"),
    ConflictsScreen: ("conflicts",),
}
_ANSWERS = ("approve", "deny", "escalate")
_ORDERED: dict[str, tuple[Stop, ...]] = {
    **dict.fromkeys(_ANSWERS, ("answer",)),
    **dict.fromkeys(("stop", "freeze", "hold"), ("control",)),
}


@dataclass(slots=True)
class Tour:
    """What of the tour was done; things may be done in any order."""

    done: set[Stop] = field(default_factory=set[Stop])
    left: bool = False

    @property
    def at(self) -> int:
        """The number of the first thing that was not done, from 0; 5 where all were."""
        return next((at for at, (stop, _) in enumerate(STOPS) if stop not in self.done), len(STOPS))

    @property
    def says(self) -> str:
        """The line as it stands now; empty once the human has left."""
        if self.left:
            return ""
        if self.at == len(STOPS):
            return keyed(OVER)
        return f"tour {self.at + 1}/{len(STOPS)}: {keyed(STOPS[self.at][1])}"


def keyed(sentence: str) -> str:
    """Put the keys of the commands in the places of their ids."""
    return _NAMED.sub(lambda found: shown_key(command(found[1]).keys[0]), sentence)


class TourLine(OneLine):
    """Stands above the footer; where the screen is low it has no room, and is not shown."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    TourLine { height: 1; }
    .-flat TourLine, BoardScreen.-low TourLine { display: none; }
    """


class TouringApp(HeadgateApp):
    """The board of the demo."""

    def __init__(self, *given: Any, **words: Any) -> None:
        super().__init__(*given, **words)
        self.tour = Tour()

    def on_mount(self) -> None:
        """Begin the tour on the board."""
        self.call_after_refresh(self._guide, self.screen)

    def push_screen(self, *given: Any, **words: Any) -> Any:
        """Push a screen; opening some is a thing of the tour."""
        pushed = super().push_screen(*given, **words)
        screen = given[0]
        self._did(_OPENED.get(type(screen), ()))
        self.call_after_refresh(self._guide, screen)
        return pushed

    async def order(self, verb: str, **words: str) -> str:
        """Give an order; what the core took is a thing of the tour."""
        said = await super().order(verb, **words)
        # An answer that was only asked for is not recorded yet; a stop is seen on its row.
        if verb not in _ANSWERS or not said.startswith("asked"):
            self._did(_ORDERED.get(verb, ()))
        return said

    async def on_event(self, event: events.Event) -> None:
        """Let esc end the tour where it does nothing else, and any key once the tour is over."""
        if isinstance(event, events.Key) and not event.is_forwarded and self.screen is self._board:
            idle = self._ends(event.key)
            if idle or self.tour.at == len(STOPS):
                await self._end()
            if idle:
                return
            if self._advances(event.key):
                self._did(("need",))
        await super().on_event(event)

    def _advances(self, key: str) -> bool:
        """Say whether a key goes to what needs the human: a run whose question stands in its terminal has no page."""
        going = command("next_waiting")
        typed = isinstance(self.focused, Input)
        return key in going.keys and not typed and going.unavailable(self._board.view) is None

    def _ends(self, key: str) -> bool:
        """Say whether a key is the one that goes back, and there is nothing else to go back from."""
        back = command("back")
        return not self.tour.left and key in back.keys and back.unavailable(self._board.view) is not None

    async def _end(self) -> None:
        self.tour.left = True
        await self.query(TourLine).remove()

    def _did(self, stops: tuple[Stop, ...]) -> None:
        self.tour.done.update(stops)
        for screen in self.screen_stack:
            for line in screen.query(TourLine):
                self._say(line)

    def _guide(self, screen: Screen[Any]) -> None:
        """Put the line above the footer of a screen that has one."""
        if self.tour.left or not screen.is_attached or not screen.query("#keys") or screen.query(TourLine):
            return
        line = TourLine()
        screen.mount(line, before="#keys")
        self._say(line)

    def _say(self, line: TourLine) -> None:
        over = self.tour.at == len(STOPS)
        line.say(spans((f" {self.tour.says}", "dim")), spans(("" if over else f"{ENDS} ", "faint")))
