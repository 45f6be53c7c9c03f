"""One request at a time, with all that decides it, and the keys that do (`tui.screens.answering`)."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding

from state.commands import DECIDING
from state.gates.request import Request
from state.runs.view import View
from state.screens import SHARED
from tui import wording, wording_gates
from tui.alarm import Alarm
from tui.asked import Asked
from tui.keys import bindings
from tui.marks import RISKS
from tui.panes.call_text import is_cut, texts_of
from tui.panes.empty import empty
from tui.panes.foreign import hiding
from tui.panes.line import note
from tui.panes.request import request_lines
from tui.pump import Pump
from tui.screens.answering import AnsweringScreen
from tui.screens.change import ChangeScreen
from tui.screens.commanded import Deed
from tui.screens.guarded import Bound
from tui.screens.request_evidence import RequestEvidence
from tui.spans import spans
from tui.widgets.key_line import KeyLine
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines
from tui.widgets.reason_line import ReasonLine
from tui.wording_review import approve_on_its_page

_SCROLLS = ("down", "up", "first", "last", "page_down", "page_up")


class DecideScreen(AnsweringScreen, inherit_bindings=False):
    """The queue of what waits for the human, held still. `into` is told the run that the user wants to see."""

    keyed = "request"
    CSS_PATH = "decide.tcss"
    BINDINGS = [
        *bindings(only=SHARED),
        *bindings(DECIDING),
        Binding("ctrl+c", "command('quit')", show=False),
    ]
    AUTO_FOCUS = "PaneLines"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low")]

    def __init__(
        self,
        pump: Pump,
        now: Callable[[], float],
        clock: Callable[[], float],
        first: str | None,
        into: Callable[[str], object],
    ) -> None:
        super().__init__(clock)
        self._pump, self._now, self._into = pump, now, into
        self._asked = Asked(self._requests, first)
        self._composed = False
        self._alarm = Alarm(self, self._tick)
        self._deeds: Mapping[str, Deed] = {
            **{name: partial(self._scroll, name) for name in _SCROLLS},
            "next_request": partial(self._move, 1),
            "previous_request": partial(self._move, -1),
            "request_evidence": self._show_evidence,
            "into_run": self._leave_into,
            "leave_request": self._leave,
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "quit": lambda: self.app.exit(),
        }

    def compose(self) -> ComposeResult:
        """Give the bars and the page."""
        yield OneLine(id="asked-head")
        yield PaneLines(id="asked", cursor=False)
        yield OneLine(id="asked-lacks")
        yield ReasonLine(id="reason-line")
        yield OneLine(id="asked-said")
        yield KeyLine(id="keys")
        yield PaneLines(id="too-small", cursor=False)

    def on_mount(self) -> None:
        """Show the first request."""
        self._composed = True
        self._asked.take(self._requests)
        self.query_one("#too-small", PaneLines).show([note(wording.TOO_SMALL)], wrap=True, follow=False, anew=True)
        self.listen_to_words()
        self._show(anew=True)

    @property
    def _requests(self) -> tuple[Request, ...]:
        return self._pump.board.requests if self._pump.board else ()

    @property
    def asking(self) -> Request | None:
        """The request that stands on the screen."""
        return self._asked.shown

    @property
    def page(self) -> PaneLines:
        """The page of the request."""
        return self.query_one("#asked", PaneLines)

    def needs_reason(self, shown: Request) -> bool:
        """Say whether an approval needs words: what is grave does, and what came out of a change."""
        return grave(shown) or shown.gate == "release"

    def answered(self, answer: str, request: str) -> None:
        """Go on to the next one: here, or where else something needs the human; else to the board, which says so."""
        ends = answer in ("approve", "deny")
        if ends:
            self._asked.close(request)
        if self.bound[0] != request or answer == "freeze":
            return
        self._move(1)
        shown = self._asked.shown
        if self.is_current and (shown is None or shown.gate == "merge"):
            self.headgate.leader.decided({request} if ends else (), self.message, shown.id if shown else None)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each command that looks or moves does, by its id."""
        return self._deeds

    @property
    def view(self) -> View:
        """What the user looks at now."""
        shown = self._asked.shown
        elsewhere = shown is not None and shown.gate == "merge"
        needs_evidence = shown is not None and grave(shown) and self.bound not in self.opened
        return View(
            selected=shown.id if shown else None,
            place="detail",
            requests=len(self._asked),
            ended=self._ended(shown),
            late=shown is not None and late(shown) and self._fits and shown.id not in self.on_its_way,
            lacking=approve_on_its_page()
            if elsewhere
            else wording_gates.open_evidence_first()
            if needs_evidence
            else None,
        )

    @property
    def _fits(self) -> bool:
        """Say whether the terminal is large enough for a request to be read."""
        return not (self.has_class("-sliver") or self.has_class("-flat"))

    def _ended(self, shown: Request | None) -> str | None:
        if shown is None:
            return wording_gates.NO_REQUEST
        if not self._fits:
            return wording.TOO_SMALL.rstrip(".")
        if shown.id in self.on_its_way:
            return wording_gates.ANSWER_ON_ITS_WAY
        return None if shown.state == "open" else wording_gates.ENDED_HERE

    # What is shown

    def take(self) -> None:
        """Take what the pump has read: new requests come last, and what changed of the shown one is said."""
        if not self._composed:
            return
        before = self._asked.shown
        differs = self._asked.take(self._requests)
        if self._asked.shown is None and len(self._asked):
            self._move(1)
            self.say(wording_gates.NEW_HERE, "warn")
        elif differs and before is not None and self._asked.shown is not None:
            self.say(wording_gates.changed_said(_changes(before, self._asked.shown)), "warn")
            self._show(anew=False)
        else:
            self.show_bars()

    def _show(self, *, anew: bool) -> None:
        """Lay the page out; until it is drawn, and for a while after, no key decides."""
        shown, page = self._asked.shown, self.query_one("#asked", PaneLines)
        if shown is None:
            lines = empty("requests", role="strong")
        else:
            told = self._pump.board.estimates.get(shown.run) if self._pump.board else None
            lines = request_lines(shown, self._pump.cards.get(shown.run), self._asked.earlier(), self._now(), told)
        page.show(lines, wrap=True, follow=False, anew=anew)
        self.redrawn()
        self.show_bars()

    def show_bars(self) -> None:
        """Let the lines above and below say what holds now."""
        if not self._composed:
            return
        view, shown = self.view, self._asked.shown
        self.query_one("#asked-said", OneLine).say(
            spans((f" {self.message}" if self.message else "", self.message_role))
        )
        self.query_one("#asked-lacks", OneLine).say(
            spans((f" {self._lacks(view, shown)}", "warn" if view.lacking else "dim"))
        )
        self.query_one(KeyLine).show(view, DECIDING)
        self._tick()

    def _lacks(self, view: View, shown: Request | None) -> str:
        if shown is None or (view.ended and not view.late):
            return view.ended or ""
        if shown.gate == "merge":
            return approve_on_its_page()
        return wording_gates.lacking_said(bool(view.lacking), True) if grave(shown) else wording_gates.ready_said(shown)

    def _tick(self) -> None:
        """Let the head say the time that is left: once a second at most, and only where it reads otherwise."""
        shown, now = self._asked.shown, self._now()
        if shown is None:
            self.query_one("#asked-head", OneLine).say(spans((f" {wording_gates.NO_REQUEST}", "strong")))
            return
        mark = RISKS[shown.severity]
        place = wording_gates.queue_place(self._asked.place, len(self._asked), self._asked.fresh)
        left = spans(
            (f" {mark.glyph} {shown.severity} ", mark.role),
            (f"{wording_gates.GATES[shown.gate]} ", "strong"),
            (f"· {place} ", "dim"),
        )
        said = (
            wording_gates.time_left(shown.deadline, now)
            if shown.state == "open"
            else wording_gates.REQUEST_ENDS[shown.state]
        )
        self.query_one("#asked-head", OneLine).say(left, spans((f"{said} ", "warn" if shown.deadline else "dim")))
        self._alarm.set(wording_gates.time_left_ends(shown.deadline, now), now)

    # What looks and moves

    def _scroll(self, name: str) -> None:
        page = self.query_one("#asked", PaneLines)
        far = page.page()
        page.move({"down": 1, "up": -1, "first": -(10**9), "last": 10**9, "page_down": far, "page_up": -far}[name])

    def _move(self, step: int) -> None:
        self._asked.move(step)
        self.stop_reasoning()
        self._show(anew=True)

    def _show_evidence(self) -> None:
        shown, bound = self._asked.shown, self.bound
        if shown is not None and shown.gate == "merge":
            self.app.push_screen(ChangeScreen(self._pump, self._now, self.headgate.clock, shown.run))
        elif shown is not None:
            evidence = RequestEvidence(shown, self.headgate.records, self.headgate.detail)
            self.app.push_screen(evidence, lambda _: self._evidence_seen(bound))

    def _evidence_seen(self, bound: Bound) -> None:
        self.opened.add(bound)
        self.show_bars()

    def _leave(self) -> None:
        if self.has_class("-reasoning"):
            self.stop_reasoning()
        else:
            self.dismiss()

    def _leave_into(self) -> None:
        shown = self._asked.shown
        if shown is not None:
            self.dismiss()
            self._into(shown.run)


def grave(request: Request) -> bool:
    """Say whether an approval needs the evidence opened and a typed reason: by severity, or for what hides in it."""
    return request.severity in ("high", "critical") or is_cut(request) or hiding(texts_of(request)).characters > 0


def late(request: Request) -> bool:
    """Say whether a request is over, but an approval of it would be kept as leave for one call."""
    return request.state == "expired" and request.gate == "exception" and request.decision is None


def _changes(before: Request, after: Request) -> list[str]:
    """Name what differs between two readings of a request, in the words of its fields."""
    return [
        wording_gates.REQUEST_PARTS.get(one.name, one.name)
        for one in fields(Request)
        if getattr(before, one.name) != getattr(after, one.name)
    ]
