"""A screen on which a request is answered: the keys that decide, the words that they need, and the core's word on it.

An answer is bound to the id and the digest of what was drawn. The keys that decide are no bindings and no actions, so
that neither a click nor markup nor a script can name them: they are taken off the keyboard here, when the guard lets
them, and given to the core, whose word is what is shown as recorded.
"""

from collections.abc import Callable, Mapping

from textual import events, on

from state.board import BoardUnreadable, OrderRefused
from state.commands import DECIDING, command
from state.gates.request import Request
from state.money.budgeted import raise_in
from tui import wording, wording_gates
from tui.bound_keys import taken
from tui.guard import TOGETHER
from tui.screens.guarded import Bound, GuardedScreen, Pressed
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import Lines
from tui.widgets.reason_line import ReasonLine, Said


class AnsweringScreen(GuardedScreen, inherit_bindings=False):
    """Takes the keys of a request. A subclass says what stands there, and goes on once it was answered."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.opened: set[Bound] = set()
        """What was opened of each request: its evidence, or the text of its change."""
        self.on_its_way: set[str] = set()

    @property
    def decides(self) -> Mapping[str, str]:
        """The commands that are taken off the keyboard here, by their keys."""
        return taken(DECIDING, "decides")

    @property
    def asking(self) -> Request | None:
        """The request that stands on the screen."""
        raise NotImplementedError

    @property
    def page(self) -> Lines:
        """What has the focus while no words are typed."""
        raise NotImplementedError

    def needs_reason(self, shown: Request) -> bool:
        """Say whether an approval needs words."""
        raise NotImplementedError

    def answered(self, answer: str, request: str) -> None:
        """Go on: the core has recorded an answer, and `message` says so."""
        raise NotImplementedError

    async def words_of(self, answer: str, words: Mapping[str, str]) -> Mapping[str, str]:
        """Give the words of an answer's order. Raises `OrderRefused` with the sentence why it is not sent."""
        return words

    @property
    def bound(self) -> Bound:
        """The request that stands on the screen, and the digest of what it asks."""
        shown = self.asking
        return (shown.id, shown.sha) if shown else ("", "")

    @property
    def reason_line(self) -> ReasonLine:
        """Where words are typed."""
        return self.query_one(ReasonLine)

    def listen_to_words(self) -> None:
        """Let the line of reasons tell of its keys."""
        field = self.reason_line.field
        field.noted, field.entered, field.pasted = self.noted, self._entered, self.pasted

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        if command(event.command).danger != "none":
            self.say(wording_gates.CLICKED, "warn")
        else:
            await self.run_command(event.command)

    # What decides

    def on_key(self, event: events.Key) -> None:
        """Take a key that decides, if the guard lets it; every key counts for the guard.

        Textual calls this of each class in turn: a key that decides nothing is answered by the one below.
        """
        at = self.noted(event)
        name = self.decides.get(event.key)
        if name is None and not self.guard.shut(at):
            return
        event.stop()
        event.prevent_default()
        if name is None:
            self.say(wording_gates.TOO_QUICK, "warn")
            return
        why = command(name).unavailable(self.view)
        if self.refuses(at):
            return
        if why is not None:
            self.say(wording.refused(command(name).title, why), "warn")
        else:
            self.press(name, self.bound, at)

    def _entered(self, event: events.Key) -> None:
        """Take the enter of the line of reasons, which decides like any other key."""
        at, reason = self.noted(event), self.reason_line
        if self.refuses(at, TOGETHER):
            return
        if why := reason.wrong:
            self.say(why, "warn")
        elif reason.bound != self.bound:
            self.stop_reasoning()
            self.say(wording_gates.CHANGED_HERE, "warn")
        elif (why := command(reason.answer).unavailable(self.view)) is not None:
            self.say(wording.refused(command(reason.answer).title, why), "warn")
        else:
            self.press("enter", reason.bound, at)

    def decide(self, pressed: Pressed) -> None:
        """Send an answer, or ask first for the words that it needs."""
        shown = self.asking
        if shown is None:
            return
        if pressed.name == "enter":
            self._reasoned(shown, pressed.at)
        elif pressed.name == "freeze_run":
            self._send("freeze", shown, pressed.at)
        elif pressed.name == "approve_amount":
            self._begin_amount(shown)
        elif pressed.name == "approve" and not self.needs_reason(shown):
            self._send("approve", shown, pressed.at)
        else:
            self._begin_reasoning(pressed.name, shown)

    def _begin_amount(self, shown: Request) -> None:
        """Ask for another ceiling than the one that a budget's request proposes."""
        if raise_in(shown.text) is None:
            self.say(wording_gates.NO_AMOUNT_HERE, "warn")
        else:
            self._begin_reasoning("approve", shown, first="usd")

    def _begin_reasoning(self, answer: str, shown: Request, first: Said | None = None) -> None:
        self.message = ""
        artefact = "artefact" if shown.gate == "release" and answer == "approve" else None
        self.reason_line.begin(answer, self.bound, first or artefact)
        self.add_class("-reasoning")
        self.set_focus(self.reason_line.field)
        self.show_bars()

    def stop_reasoning(self) -> None:
        """Put the words away, and give the keys back to the page."""
        self.remove_class("-reasoning")
        self.set_focus(self.page)

    def _reasoned(self, shown: Request, at: float) -> None:
        reason = self.reason_line
        if reason.keep():
            said = reason.typed
            self.stop_reasoning()
            self._send(reason.answer, shown, at, reason=said, **reason.kept)

    def _send(self, answer: str, shown: Request, at: float, **words: str) -> None:
        """Ask the core to record an answer to exactly what was drawn."""
        dwell = self.guard.dwell(at)
        words = {
            "request": shown.id,
            "run": shown.run,
            "sha": shown.sha,
            "via": "board",
            "dwell": "" if dwell is None else f"{dwell:.3f}",
            "opened": "yes" if (shown.id, shown.sha) in self.opened else "",
            "reason": "",
            **words,
        }
        self.on_its_way.add(shown.id)
        self.say(wording_gates.requested(f"{answer} {short(shown.id)}"))
        self.outlast(self._recorded(answer, shown.id, words), "answer")

    async def _recorded(self, answer: str, request: str, words: Mapping[str, str]) -> None:
        """Say what became of an answer: what the core says, and nothing else, is recorded."""
        try:
            said = await self.headgate.order(answer, **await self.words_of(answer, words))
        except (BoardUnreadable, OrderRefused) as refused:
            self.on_its_way.discard(request)
            self.say(wording_gates.not_recorded(f"{answer} {short(request)}", str(refused)), "warn")
            return
        if said.startswith("asked"):
            self.say(wording_gates.not_yet_recorded(f"{answer} {short(request)}", said), "warn")
            return
        self.on_its_way.discard(request)
        self.say(wording_gates.recorded(f"{answer} {short(request)}", said))
        if self.stands:
            self.answered(answer, request)


def short(request: str) -> str:
    """Give a request's id in a few characters; the name of its gate before it tells nothing here."""
    return request.removeprefix("merge-").removeprefix("release-")[:6]
