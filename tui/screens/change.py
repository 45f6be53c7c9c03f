"""The page on which a human decides one change: its evidence, its checks, its text, and then approve, deny or merge.

An approval is bound to the request and to the package that was drawn. The statement that it rests on is the core's own,
made anew when the key is pressed; where the policy wants it signed, the terminal is given to the key for that time.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from state.board import BoardUnreadable, ChangeDetail, OrderRefused
from state.commands import CHANGING, DECIDING
from state.evidence.proposal import FileDiff
from state.gates.request import Request
from state.runs.view import View
from state.screens import SHARED
from state.text import clean
from tui import wording, wording_gates
from tui import wording_review as words
from tui.alarm import Alarm
from tui.bound_keys import key, taken
from tui.change_state import barred, hidden_in, last_decided, valid_approval
from tui.diff_source import PackageSource
from tui.keys import bindings
from tui.panes.change import Told, change_lines, heading_of
from tui.panes.diff import hunk_ids
from tui.panes.line import note
from tui.pump import Pump
from tui.screens.answering import AnsweringScreen
from tui.screens.commanded import Deed
from tui.screens.diff import DiffScreen
from tui.screens.evidence import EvidenceScreen
from tui.screens.guarded import Pressed
from tui.screens.live_diff import show_live
from tui.screens.range_diff import RangeDiffScreen
from tui.screens.stating import stated
from tui.spans import spans
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import Lines
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines
from tui.widgets.reason_line import ReasonLine

_SCROLLS = ("down", "up", "first", "last", "page_down", "page_up")
_DECIDE = [one for one in DECIDING if one.danger == "decides" and one.id != "approve_amount"]
_KEYS = (*CHANGING[:1], *_DECIDE[:2], *CHANGING[1:5], *_DECIDE[2:], *CHANGING[5:])


class ChangeScreen(AnsweringScreen, inherit_bindings=False):
    """One run's change at a time. `ledger` opens the ledger on some words."""

    keyed = "change"
    CSS_PATH = "change.tcss"
    BINDINGS = [
        *bindings(only=(*SHARED, "live_diff")),
        *bindings(CHANGING),
        Binding("ctrl+c", "command('quit')", show=False),
    ]
    AUTO_FOCUS = "PaneLines"
    HORIZONTAL_BREAKPOINTS = [(0, "-sliver"), (40, "-narrow")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low")]
    changed_words = wording_gates.CHANGED_HERE

    def __init__(
        self,
        pump: Pump,
        now: Callable[[], float],
        clock: Callable[[], float],
        run: str,
        ledger: Callable[[str], object] = lambda wanted: None,
    ) -> None:
        super().__init__(clock)
        self._pump, self._now, self._run, self._ledger = pump, now, run, ledger
        self._change = ChangeDetail(run)
        self._told, self._trouble, self._read = Told(), "", False
        self._diff: Sequence[FileDiff] | None = None
        self._diff_of, self._why_no_diff, self._hidden = "", words.NO_DIFF_YET, 0
        self._answered = ""
        """The request that was answered here: that it waits no more is no surprise."""
        self._armed: tuple[str, str] | None = None
        """What a second press of the key merges: the run, and the approval."""
        self._news = asyncio.Event()
        self._alarm = Alarm(self, self.show_bars)
        self._deeds: Mapping[str, Deed] = {
            **{name: partial(self._scroll, name) for name in _SCROLLS},
            "open_diff": self._open_diff,
            "live_diff": lambda: show_live(self, self._pump.cards.get(self._run)),
            "line_origin": self._open_origin,
            "run_checks": lambda: self._ordered("check", "run checks"),
            "end_checks": lambda: self._ordered("cancel_check", "end checks"),
            "rebuild": lambda: self._ordered("evidence", "read again"),
            "since_decided": self._open_range,
            "decided_before": self._open_ledger,
            "next_change": partial(self._move, 1),
            "previous_change": partial(self._move, -1),
            "leave_change": self._leave,
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "quit": lambda: self.app.exit(),
        }

    def compose(self) -> ComposeResult:
        """Give the bars and the page."""
        yield OneLine(id="change-head")
        yield PaneLines(id="change")
        yield OneLine(id="change-lacks")
        yield ReasonLine(id="reason-line")
        yield OneLine(id="change-said")
        yield KeyLine(id="keys")
        yield PaneLines(id="too-small", cursor=False)

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one("#too-small", PaneLines).show([note(wording.TOO_SMALL)], wrap=True, follow=False, anew=True)
        self.listen_to_words()
        self.call_after_refresh(self.show_bars)
        self.take()
        self.run_worker(self._reading(), name="change", exit_on_error=True)

    def take(self) -> None:
        """Take note that the pump has read something."""
        self._news.set()

    @property
    def decides(self) -> Mapping[str, str]:
        """The commands that decide here and the one that merges, by their keys."""
        return taken(_KEYS, "decides", "confirm")

    @property
    def asking(self) -> Request | None:
        """The merge request of the package that stands on the page."""
        return self._change.request

    @property
    def page(self) -> Lines:
        """The page of the change."""
        return self.query_one("#change", PaneLines)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each command that looks, moves or asks twice does, by its id."""
        return self._deeds

    @property
    def view(self) -> View:
        """What the user looks at now."""
        asked = self.asking
        return View(
            selected=asked.id if asked else None,
            place="detail",
            requests=len(self._waiting),
            ended=self._ended(asked),
            lacking=self._lacking(asked),
            run=self._pump.cards.get(self._run),
            barred=barred(self._change, self._now(), len(self._waiting), self._diff_lack),
        )

    @property
    def _waiting(self) -> tuple[Request, ...]:
        requests = self._pump.board.requests if self._pump.board else ()
        return tuple(one for one in requests if one.gate == "merge" and one.state == "open")

    @property
    def _diff_lack(self) -> str:
        return "" if self._diff is not None else self._why_no_diff

    def _ended(self, asked: Request | None) -> str | None:
        if self.has_class("-sliver") or self.has_class("-flat"):
            return wording.TOO_SMALL.rstrip(".")
        if asked is None:
            return words.NOT_OPEN
        if asked.id in self.on_its_way:
            return wording_gates.ANSWER_ON_ITS_WAY
        return None if asked.state == "open" else wording_gates.ENDED_HERE

    def _lacking(self, asked: Request | None) -> str | None:
        """Say what an approval still needs: nothing is approved that was not, or cannot be, shown."""
        if asked is None:
            return None
        if self._diff is None:
            return self._why_no_diff
        if self._told.unmet:
            return words.lacks_said([text for text, _ in self._told.unmet])
        return words.open_diff_first() if self.needs_reason(asked) and self.bound not in self.opened else None

    def needs_reason(self, shown: Request) -> bool:
        """Say whether an approval needs words and the diff opened: by its risk, or for what hides in its text."""
        return shown.severity in ("high", "critical") or self._told.hidden > 0

    # Reading

    async def _reading(self) -> None:
        """Read again at each news, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                change = await self.headgate.change(self._run)
                unmet = await self._unmet(change)
            except BoardUnreadable as unreadable:
                self._trouble = str(unreadable)
                self.show_bars()
                continue
            if change.run == self._run:
                self._renew(change, unmet)
                await self._read_diff(change)

    async def _unmet(self, change: ChangeDetail) -> Sequence[tuple[str, str]] | None:
        ask = self.headgate.tools.unmet
        return await ask(change, self._pump.cards.get(self._run)) if ask and change.package else None

    async def _read_diff(self, change: ChangeDetail) -> None:
        """Read the text of a change once for each package, so that what hides in it is counted before it is decided."""
        package, port = change.package, self.headgate.tools.diffs
        if package is None or package.sha == self._diff_of:
            return
        self._diff, self._diff_of, self._why_no_diff = None, package.sha, words.NO_DIFF_YET
        found = await port.diff_of(package) if port else words.NO_AUTHORITY
        hidden = 0 if isinstance(found, str) else await asyncio.to_thread(hidden_in, found)
        if change.run != self._run:
            return
        if isinstance(found, str):
            self._why_no_diff = clean(found)
        else:
            self._diff, self._hidden = found, hidden
        self._renew(change, self._told.unmet)

    def _renew(self, change: ChangeDetail, unmet: Sequence[tuple[str, str]] | None) -> None:
        """Lay out what was read; what would be decided is drawn anew, and no key counts until it was looked at."""
        before, told = self._change, self._told
        hunks, hidden = "", 0
        if self._diff is not None and change.package is not None and change.package.sha == self._diff_of:
            ids = hunk_ids(self._diff)
            hunks, hidden = words.seen_counted(sum(one in change.seen for one in ids), len(ids)), self._hidden
        self._change, self._told, self._trouble = change, Told(unmet, hunks, hidden), ""
        first, self._read = not self._read, True
        if first or change != before or told != self._told:
            self._show(anew=first)
        if not first and change.request != before.request and self.bound[0] not in (self._answered, *self.on_its_way):
            self.say(wording_gates.CHANGED_HERE, "warn")
        self.show_bars()

    # Showing

    def _show(self, *, anew: bool) -> None:
        lines = change_lines(self._change, self._pump.cards.get(self._run), self._told, self._now())
        self.query_one("#change", PaneLines).show(lines, wrap=True, follow=False, anew=anew)
        self._disarm()
        self.redrawn()

    def show_bars(self) -> None:
        """Let the lines above and below say what holds now."""
        if not self.is_mounted:
            return
        view, asked, now = self.view, self.asking, self._now()
        number = next((at for at, one in enumerate(self._waiting, 1) if one.run == self._run), 0)
        place = words.place_of(number, len(self._waiting))
        gate = spans((f"{words.MERGE_GATE} ", "strong"), (f"· {place} ", "dim"))
        waits = words.waiting_said(asked.opened, now) if asked and asked.state == "open" else ""
        head = heading_of(self._change) if self._read else spans(f" {wording.READING_RUN} ")
        self.query_one("#change-head", OneLine).say((*head, *gate), spans((f"{waits} ", "warn")))
        said, role = (self.message, self.message_role) if self.message else (self._trouble, "warn")
        self.query_one("#change-said", OneLine).say(spans((f" {said}" if said else "", role)))
        lacks = view.ended or view.lacking
        told = lacks or words.to_approve(False, asked is not None and self.needs_reason(asked))
        self.query_one("#change-lacks", OneLine).say(spans((f" {told}", "warn" if view.lacking else "dim")))
        self.query_one(KeyLine).show(view, _KEYS)
        self._alarm.set(words.waiting_ends(asked.opened if asked and waits else None, now), now)

    # Looking and moving

    def _scroll(self, name: str) -> None:
        page = self.query_one("#change", PaneLines)
        far = page.page()
        page.move({"down": 1, "up": -1, "first": -(10**9), "last": 10**9, "page_down": far, "page_up": -far}[name])

    @on(Lines.Clicked)
    def _clicked(self, event: Lines.Clicked) -> None:
        page = self.query_one("#change", PaneLines)
        page.put_cursor(page.line_at(event.index))

    def _open_diff(self) -> None:
        package, bound = self._change.package, self.bound
        if package is not None:
            source = PackageSource(package, last_decided(self._change))
            shown = DiffScreen(source, self._change.seen, partial(self._diff_seen, bound))
            self.app.push_screen(shown)

    def _diff_seen(self, bound: tuple[str, str]) -> None:
        self.opened.add(bound)
        self.show_bars()

    def _open_origin(self) -> None:
        line = self.query_one("#change", PaneLines).current()
        if line is not None and line.sources:
            self.app.push_screen(EvidenceScreen(self.headgate.records, line.sources))
        else:
            self.say(wording.NO_EVIDENCE, "warn")

    def _open_range(self) -> None:
        before, package = last_decided(self._change), self._change.package
        if before is not None and package is not None:
            self.app.push_screen(RangeDiffScreen(before, package))

    def _open_ledger(self) -> None:
        self._ledger(self._run)

    def _move(self, step: int) -> None:
        runs = list(dict.fromkeys(str(one.run) for one in self._waiting))
        at = runs.index(self._run) if self._run in runs else -1 if step > 0 else 0
        if runs:
            self._go_to(runs[(at + step) % len(runs)])

    def _go_to(self, run: str) -> None:
        self._run, self._change, self._told, self._read = run, ChangeDetail(run), Told(), False
        self._diff, self._diff_of = None, ""
        self.stop_reasoning()
        self._show(anew=True)
        self.take()

    def _leave(self) -> None:
        if self.has_class("-reasoning"):
            self.stop_reasoning()
        elif self._armed is not None:
            self._disarm()
            self.say(words.merge_undone())
        else:
            self.dismiss()

    # Asking the core

    async def run_command(self, name: str) -> None:
        """Do a command; it undoes what the merge key asked once."""
        self._disarm()
        await super().run_command(name)

    def _ordered(self, verb: str, called: str) -> None:
        self.say(wording_gates.requested(called))
        self.outlast(self._asked(verb, called), verb)

    async def _asked(self, verb: str, called: str, **given: str) -> None:
        try:
            said = await self.headgate.order(verb, run=self._run, via="board", **given)
        except (BoardUnreadable, OrderRefused) as refused:
            self.say(f"{called}: NOT done: {refused}", "warn")
            return
        self.say(f"{called}: {said}")
        if verb == "merge" and self.is_current:
            self.headgate.leader.decided({self.bound[0]}, self.message)

    def decide(self, pressed: Pressed) -> None:
        """Merge at the second press, and ask for it at the first; take every other key as an answer."""
        if pressed.name != "merge_change":
            self._disarm()
            super().decide(pressed)
            return
        approval = valid_approval(self._change, self._now())
        if approval is None:
            return
        wanted = (self._run, approval.id)
        if self._armed == wanted:
            self._disarm()
            self._merge(approval.id)
            return
        self._armed = wanted
        package = self._change.package
        target = words.short_ref(package.proposal.target) if package else ""
        self.say(
            words.merge_asks(key("merge_change"), self._run, package.proposal.branch if package else "", target), "warn"
        )
        self.redrawn()

    def _disarm(self) -> None:
        self._armed = None

    def _merge(self, approval: str) -> None:
        self.say(wording_gates.requested("merge"))
        self.outlast(self._asked("merge", "merge", approval=approval), "merge")

    def answered(self, answer: str, request: str) -> None:
        """Stay on the page, so that what was approved can be merged; what was denied gives way to the next need."""
        self._answered = request
        self.take()
        if answer == "deny" and self.is_current and self.bound[0] == request:
            self.headgate.leader.decided({request}, self.message)

    async def words_of(self, answer: str, words: Mapping[str, str]) -> Mapping[str, str]:
        """Add what an approval states and its signature; a denial's words go back to the run."""
        if answer == "deny":
            return {**words, "rework": "yes"}
        return {**words, **await stated(self.headgate, words)} if answer == "approve" else words
