"""A screen on which some keys decide: they are no bindings and no actions, and the guard judges each of them.

Neither a click nor markup nor a script can name a decision, because it has no name there: a key is taken off the
keyboard, held until it is known that it came alone, and given on only if what it is bound to still stands there.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from textual import events

from tui import wording_gates as words
from tui.guard import QUIET, TOGETHER, Guard
from tui.screens.commanded import CommandedScreen

_ALONE = 1.5 * TOGETHER
"""Seconds to wait whether another key follows one that decides."""

Bound = tuple[str, str]
"""What a decision is bound to: a request's id, and the digest of what was asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Pressed:
    """A key that would decide, until it is known that it came alone; `at` is when it was typed."""

    name: str
    bound: Bound
    at: float


class GuardedScreen(CommandedScreen, inherit_bindings=False):
    """Times every key against what is drawn. `clock` gives seconds and never goes back."""

    changed_words = words.CHANGED_HERE
    """What is said where a key comes too late for what it was pressed for."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self.guard = Guard(clock)
        self._drawings = 0
        self._pressed: Pressed | None = None

    def on_mount(self) -> None:
        """Watch for the focus of the terminal, and for the terminal itself: an editor or a shell may have had it."""
        self.watch(self.app, "app_focus", self._focus_came, init=False)
        self.app.app_resume_signal.subscribe(self, lambda _: self.redrawn(), immediate=True)

    @property
    def bound(self) -> Bound:
        """What stands on the screen now."""
        raise NotImplementedError

    def decide(self, pressed: Pressed) -> None:
        """Do what a key decides, of which everything is known to be right."""
        raise NotImplementedError

    def redrawn(self) -> None:
        """What stands there is drawn anew: until that is done, and for a while after, no key decides."""
        self.guard.cover()
        self._pressed = None
        self._drawings += 1
        self.call_after_refresh(self._drawn, self._drawings)

    def _drawn(self, drawing: int) -> None:
        if drawing == self._drawings:
            self.guard.drawn()

    def on_screen_resume(self) -> None:
        """Let the time to look begin anew."""
        self.redrawn()

    def on_resize(self) -> None:
        """Let the time to look begin anew: the page lies otherwise."""
        self.redrawn()

    def _focus_came(self, focused: bool) -> None:
        if focused:
            self.redrawn()

    def noted(self, event: events.Key) -> float:
        """Time a key by when it was typed, however late it is looked at; one close behind another undoes it."""
        at = self.guard.typed(time.monotonic() - event.time)
        if self._pressed is not None and at - self._pressed.at < TOGETHER:
            self._pressed = None
            self.say(words.TOO_QUICK, "warn")
        return at

    def on_paste(self, event: events.Paste) -> None:
        """Drop pasted text."""
        event.stop()
        self.pasted()

    def pasted(self) -> None:
        """Say that pasted text decides nothing; what follows it at once belongs to it."""
        self.guard.pasted()
        self._pressed = None
        self.say(words.PASTED, "warn")

    def refuses(self, at: float, quiet: float = QUIET) -> bool:
        """Say whether a key typed at `at` decides nothing, and tell the user so."""
        refused = self.guard.refuses(at, quiet) is not None
        if refused:
            self.say(words.TOO_QUICK, "warn")
        return refused

    def press(self, name: str, bound: Bound, at: float) -> None:
        """Hold a key until it is known that no other one follows it at once."""
        self._pressed = pressed = Pressed(name, bound, at)
        self.set_timer(_ALONE, partial(self._came_alone, pressed))

    def _came_alone(self, pressed: Pressed) -> None:
        if self._pressed is not pressed:
            return
        self._pressed = None
        if pressed.bound != self.bound or self.guard.dwell(pressed.at) is None:
            self.say(self.changed_words, "warn")
        else:
            self.decide(pressed)
