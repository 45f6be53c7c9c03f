"""What the keys of control do: ask twice, fill in forms, give orders, and say what the core answered.

Whatever is asked is bound to a run's id from the first key on, so that rows may move, go and come under it. A second
press counts like a decision: alone, half a second after its sentence was drawn, and never out of a paste.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.timer import Timer

from state.board import BoardUnreadable, OrderRefused
from state.commands import COMMANDS
from state.control.commands import over
from tui import forms, wording_gates
from tui import wording_control as words
from tui.bound_keys import key as key_to
from tui.guard import TOGETHER
from tui.undoing import Back, Stood, can_be_taken_back, way_back
from tui.widgets.form_line import FormLine
from tui.widgets.pane_lines import PaneLines

if TYPE_CHECKING:
    from state.runs.card import Card
    from tui.expected import Expected
    from tui.forms import Form, Offers
    from tui.panes.line import Line
    from tui.pump import Pump
    from tui.screens.commanded import Deed
    from tui.screens.guarded import Bound, Pressed
    from tui.screens.shown import ShownScreen

CONFIRMED = tuple(one.id for one in COMMANDS if one.danger == "confirm")
"""The commands that ask twice; their keys are taken off the keyboard, because no name may confirm."""
_NOTHING: Bound = ("", "")


@dataclass(frozen=True, slots=True, eq=False)
class Armed:
    """What a second press of a command's key will do, and to which run."""

    command: str
    run: str
    says: str
    verb: str
    about: str
    given: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def bound(self) -> Bound:
        """What the second press is bound to."""
        return (f"{self.command} {self.verb}", self.run)


class Control:
    """The control of one board. `leave` puts the keys back where they were before a form."""

    def __init__(
        self, screen: ShownScreen, pump: Pump, offers: Callable[[], Offers], go: Callable[[bool], object]
    ) -> None:
        self._screen, self._pump, self._offers, self._go = screen, pump, offers, go
        self._armed: Armed | None = None
        self._timer: Timer | None = None
        self._on_its_way: Form | None = None
        self._stood: Stood | None = None
        """What undo would take back."""
        self.deeds: Mapping[str, Deed] = {
            **{name: partial(self._arm, name) for name in CONFIRMED},
            "stop_all": self._ask_to_stop_all,
            "send": lambda: self._with_card(lambda card: self._begin(forms.message(card, self._about_line()))),
            "start": self._ask_to_start,
            "escalate_run": lambda: self._with_card(self._ask_to_escalate),
            "attach": self.begin_attach,
        }

    @property
    def _line(self) -> FormLine:
        return self._screen.query_one(FormLine)

    def hear(self) -> None:
        """Take what is typed into the line of forms, which has just come."""
        field, screen = self._line.field, self._screen
        field.noted, field.entered, field.pasted = screen.noted, self.entered, screen.pasted

    @property
    def bound(self) -> Bound:
        """What a key is bound to now: what it would confirm, or the form that stands there."""
        if self._armed is not None:
            return self._armed.bound
        return ("form", str(id(self._line.form))) if self._line.form else _NOTHING

    # What asks twice

    def press(self, name: str, at: float) -> Awaitable[None] | None:
        """Take a key of a command that asks twice, typed at `at`: the first one asks, the second one does it."""
        armed = self._armed
        if armed is None or armed.command != name:
            return self._screen.run_command(name)
        if not self._screen.fits:
            self.disarm(say=True)
        elif self._screen.guard.refuses(at) is not None:
            self._screen.say(f"{wording_gates.TOO_QUICK} · {armed.says}", "warn")
        else:
            self._screen.press(name, armed.bound, at)
        return None

    def disarm(self, *, say: bool = False) -> None:
        """Undo a first press."""
        armed, self._armed = self._armed, None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if armed is not None and say:
            self._screen.say(words.UNDONE)

    def decide(self, pressed: Pressed) -> None:
        """Do what a second press, or the enter of a form, was found right for."""
        armed, form = self._armed, self._line.form
        if pressed.name == "enter":
            if form is not None:
                self._send(form)
        elif armed is not None:
            self.disarm()
            if armed.command == "undo" and isinstance(why := self.way_back, str):
                self._screen.say(words.not_done(armed.about, why), "warn")
            else:
                self._order(armed.verb, armed.about, form=None, run=armed.run, **armed.given)

    def _arm(self, name: str) -> None:
        view, key = self._screen.view, key_to(name)
        card, back = view.run, self.way_back
        if name == "undo":
            if isinstance(back, str):
                return
            armed = Armed(name, back.run, words.asks_again(key, back.does), back.verb, back.about, back.given)
        elif name == "freeze_all":
            verb = "thaw" if view.frozen else "freeze"
            armed = Armed(name, "", words.asks_again(key, f"{verb} every run"), verb, f"{verb} all")
        elif card is None:
            return
        else:
            verb, does = _verb(name, card, view.left if over(view) else 0)
            armed = Armed(name, card.id, words.asks_again(key, does), verb, f"{verb.replace('_', ' ')} {card.id}")
        self.disarm()
        self._armed = armed
        self._timer = self._screen.set_timer(words.CONFIRM_SECONDS, partial(self._over, armed))
        self._screen.say(armed.says, "warn")
        self._screen.redrawn()

    def _over(self, armed: Armed) -> None:
        if self._armed is armed:
            self.disarm(say=True)

    # What can be taken back

    @property
    def way_back(self) -> Back | str:
        """What undo would do now, or why it can do nothing."""
        board, run = self._pump.board, self._stood.run if self._stood else ""
        return way_back(self._stood, self._pump.cards.get(run), board is not None and board.frozen is not None)

    def stood(self, verb: str, run: str, given: Mapping[str, str], card: Card | None) -> None:
        """Take note that the core did what this board asked; `card` is the run as it was before."""
        if can_be_taken_back(verb, given):
            self._stood = Stood(verb, run, given, card)
            self._screen.show_bars()

    # Forms

    def _with_card(self, begin: Callable[[Card], None]) -> None:
        card = self._screen.view.run
        if card is not None:
            begin(card)

    def _about_line(self) -> str:
        """Give what the line under the cursor of the detail suggests to write; nothing on the table."""
        line = self._screen.detail.lines.current() if self._screen.view.place == "detail" else None
        return line.message if line else ""

    def _ask_to_escalate(self, card: Card) -> None:
        owners = [one.owner for one in self._pump.cards.values() if one.owner]
        self._begin(forms.escalation(card, self._offers(), owners))

    def _ask_to_start(self) -> None:
        offers = self._offers()
        beside = self._screen.table.cursor
        form = forms.start(offers, beside, self._screen.repositories.get(beside or "", ""))
        self._begin(form)
        if offers.expected is not None:
            self._screen.run_worker(self._learn(offers.expected, form), name="history", exit_on_error=True)

    async def _learn(self, expected: Expected, form: Form) -> None:
        """Read what starts came to before, and show it where the form still stands there."""
        try:
            await expected.learn()
        except BoardUnreadable as unread:
            self._screen.say(str(unread), "warn")
        if self._line.form is form:
            self.show_form()

    def _ask_to_stop_all(self) -> None:
        form = forms.stop_all(list(self._pump.cards.values()))
        if form.runs:
            self._begin(form)
        else:
            self._screen.say(words.NOBODY_TO_STOP, "warn")

    def _begin(self, form: Form) -> None:
        self._line.begin(form)
        self._go(True)
        self.show_form()
        self._screen.redrawn()

    def show_form(self) -> None:
        """Show the page of the form that stands there."""
        line = self._line
        shown: list[Line] = forms.page(line.form, line.values, line.at) if line.form else []
        self._screen.query_one("#form", PaneLines).show(shown, wrap=True, follow=False, anew=False)

    def leave_form(self) -> None:
        """Put the form away with what was typed in it."""
        self._line.end()
        self._go(False)

    def entered(self, event: events.Key) -> None:
        """Take the enter of a form: it sends what is whole, and leads to what is missing."""
        screen, form = self._screen, self._line.form
        at = screen.noted(event)
        if form is None or not screen.fits or screen.refuses(at, TOGETHER):
            return
        if form is self._on_its_way:
            screen.say(words.ON_ITS_WAY, "warn")
        elif why := form.refusal(self._line.values):
            lacks = form.missing(self._line.values)
            self._line.show(next((at for at, one in enumerate(form.fields) if one.name in lacks), self._line.at))
            screen.say(why, "warn")
        else:
            screen.press("enter", self.bound, at)

    def _send(self, form: Form) -> None:
        about, given = f"{form.title} {form.of}".strip(), form.given(self._line.values)
        if form.runs:
            self.leave_form()
            self._screen.say(words.requested(about))
            self._screen.run_worker(self._all_stopped(form.runs), name="stop all", exit_on_error=True)
        else:
            self._on_its_way = form
            self._order(form.verb, about, form, **given)

    # Orders

    def _order(self, verb: str, about: str, form: Form | None = None, **given: str) -> None:
        self._screen.say(words.requested(about))
        self._screen.run_worker(self._answered(verb, about, form, given), name=verb, exit_on_error=True)

    async def _answered(self, verb: str, about: str, form: Form | None, given: Mapping[str, str]) -> None:
        """Say what became of an order: what the core says, and nothing else. A form stays until it is taken."""
        why, run = "", given.get("run", "")
        card = self._pump.cards.get(run)
        try:
            said = await self._screen.headgate.order(verb, **given, via="board")
        except (BoardUnreadable, OrderRefused) as refused:
            why, said = str(refused), ""
        if form is not None:
            self._on_its_way = None
            if not why and self._line.form is form:
                self.leave_form()
        if why:
            self._screen.say(words.not_done(about, why), "warn")
        else:
            self.stood(verb, run, {name: word for name, word in given.items() if name != "run"}, card)
            told = words.WATCH_ITS_ROW if said == "asked" else said
            self._screen.say(words.answered(about, told))

    async def _all_stopped(self, runs: tuple[str, ...]) -> None:
        """Give one order for each run, all at once, and say how many were taken."""
        given = (self._screen.headgate.order("stop", run=run, via="board") for run in runs)
        answers = await asyncio.gather(*given, return_exceptions=True)
        refused = [one for one in answers if isinstance(one, (BoardUnreadable, OrderRefused))]
        for one in answers:
            if isinstance(one, BaseException) and one not in refused:
                raise one
        told = words.all_asked(len(runs) - len(refused), [str(one) for one in refused])
        self._screen.say(told, "warn" if refused else "dim")

    def begin_attach(self) -> None:
        """Go to the terminal of the selected run, or say how to get there and copy that; tmux may take its time."""
        if (card := self._screen.view.run) is not None:
            self._screen.run_worker(self._attach(card), name="attach", exit_on_error=True)

    async def _attach(self, card: Card) -> None:
        app = self._screen.headgate
        there = await app.attach(card.id)
        how = there.how if there else card.terminal
        if there is not None and there.shown:
            self._screen.say(words.attached(card.id))
        elif how:
            self._screen.say(words.attach_by(how, await app.copy(how)))
        else:
            self._screen.say(words.NO_TERMINAL, "warn")


def _verb(name: str, card: Card, left: int) -> tuple[str, str]:
    """Give the order that a command comes to for a run, and what a human is told that it does."""
    match name:
        case "stop":
            return "end_left" if left else "stop", words.stops(card, left)
        case "hold":
            verb = "resume" if card.state in ("held", "stopped", "done") else "hold"
        case _:
            verb = "thaw" if card.frozen else "freeze"
    return verb, f"{verb} {words.named(card)}"
