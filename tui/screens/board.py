"""The board: every run on one screen, the selected one in detail, and one place where a key becomes a command.

The screen never sets state. It reads what the pump brings, keeps only what the user looks at, and asks through orders.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.screen import Screen
from textual.widgets import Input

from state.commands import COMMANDS
from state.runs import view as views
from state.runs.view import PANES, Pane, Place, View
from tui import wording, wording_undo
from tui.bound_keys import taken
from tui.keys import bindings
from tui.leading import Leader
from tui.screens.opened import find_or_filter, open_conflicts, open_money
from tui.screens.pointed import PointedScreen
from tui.screens.shown import RunsChanged as RunsChanged
from tui.screens.to_decide import asked_of, waiting
from tui.spans import plain
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import Lines
from tui.wording_control import NOT_ALONE

if TYPE_CHECKING:
    from state.runs.run import Assignable
    from tui.forms import Offers
    from tui.pump import Look, Pump
    from tui.screens.commanded import Deed
    from tui.screens.control import Control
    from tui.screens.guarded import Bound, Pressed
    from tui.widgets.edit_line import EditLine
    from tui.widgets.filter_line import FilterLine
    from tui.widgets.pane_lines import PaneLines
    from tui.widgets.run_table import RunTable

_TYPING: Mapping[str | None, Place] = {"form-field": "form", "field": "edit", "wanted": "filter"}
"""Where keys are text, by the field that takes them: what it is made of is loaded behind the first row."""


class BoardScreen(PointedScreen, inherit_bindings=False):
    """The board with its keys."""

    BINDINGS = bindings()
    changed_words = NOT_ALONE

    def __init__(
        self,
        pump: Pump,
        look: Look,
        now: Callable[[], float],
        clock: Callable[[], float],
        offers: Callable[[], Offers] | None = None,
    ) -> None:
        super().__init__(pump, look, now, clock)
        self._edited_from: Place = "table"
        self.leader = Leader(self)
        self._offers = offers

    @cached_property
    def control(self) -> Control:
        """What the keys of control do; the first row needs none of it."""
        from tui.forms import Offers
        from tui.screens.control import Control

        return Control(self, self._pump, self._offers or Offers, self._go_to_form)

    def stands_whole(self) -> None:
        """Let the line of forms tell of its keys."""
        self.control.hear()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Keep up with a focus that the mouse moved."""
        widget = event.widget
        place = _TYPING.get(widget.id) or ("table" if widget is self.table else "detail")
        if place != self._place:
            self._go(place)

    @on(Lines.Clicked)
    def _line_clicked(self, event: Lines.Clicked) -> None:
        self.touched = True
        if event.lines is self.table:
            run = self.table.run_at(event.index)
            if run is not None:
                self._select(run)
                if event.twice:
                    self._go("detail")
        elif event.lines is self.detail.lines:
            self.detail.lines.put_cursor(self.detail.lines.line_at(event.index))
            if event.twice:
                self._opened_by_mouse()
        self.show_bars()

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        await self.run_command(event.command)

    def on_filter_line_changed(self, event: FilterLine.Changed) -> None:
        """Show the runs that the filter finds now."""
        self._filter = " ".join(event.value.split())
        self._show_runs(frozenset())

    def on_filter_line_submitted(self) -> None:
        """Keep the filter, and go back to the table."""
        self._go("table")
        self.show_bars()

    def on_edit_line_said(self, event: EditLine.Said) -> None:
        """Hand on what was said of a run."""
        self._go(self._edited_from)
        if event.words:
            self.run_worker(self._assign(event.run, event.words), name="assign", exit_on_error=True)
        else:
            self.say(wording.NOTHING_SAID)

    async def _assign(self, run: str, said: Mapping[Assignable, str]) -> None:
        card, words = self._pump.cards.get(run), {str(what): word for what, word in said.items()}
        if await self.order("assign", says="edit", quiet=False, run=run, **words):
            self.control.stood("assign", run, words, card)

    def on_form_line_changed(self) -> None:
        """Let the page of the form follow what is typed."""
        self.control.show_form()

    def on_key(self, event: events.Key) -> None:
        """Take a key that asks twice off the keyboard; any other undoes what was asked once."""
        at = self.noted(event)
        name = taken(COMMANDS, "confirm").get(event.key)
        if name is None or isinstance(self.focused, Input):
            self.control.disarm(say=True)
            return
        event.stop()
        event.prevent_default()
        doing = self.control.press(name, at)
        if doing is not None:
            self.run_worker(doing, name=name, exit_on_error=True)

    def on_paste(self, event: events.Paste) -> None:
        """Let pasted text undo what was asked once."""
        self.control.disarm()

    async def run_command(self, name: str) -> None:
        """Do a command; it undoes what another one asked once."""
        self.control.disarm()
        await super().run_command(name)

    @property
    def view(self) -> View:
        """What the user looks at now, and what undo could not take back."""
        why, shown = self.control.way_back if "control" in self.__dict__ else wording_undo.NOTHING, super().view
        return replace(shown, barred={**shown.barred, "undo": why}) if isinstance(why, str) else shown

    @property
    def bound(self) -> Bound:
        """What a second press, or the enter of a form, is about."""
        return self.control.bound

    def decide(self, pressed: Pressed) -> None:
        """Do what was asked twice."""
        self.control.decide(pressed)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        """What each command does, by its id."""
        return self._deeds

    @cached_property
    def _deeds(self) -> Mapping[str, Deed]:
        return {
            **{f"pane_{pane}": partial(self._open_pane, pane) for pane in PANES},
            "down": partial(self._move, 1),
            "up": partial(self._move, -1),
            "first": partial(self._move, -(10**9)),
            "last": partial(self._move, 10**9),
            "page_down": lambda: self._move(self._lines.page()),
            "page_up": lambda: self._move(-self._lines.page()),
            "next_waiting": self.leader.lead_on,
            "open": self._opened,
            "back": self._back,
            "evidence": self._show_evidence,
            "read_log": self._read_log,
            "next_pane": lambda: self._open_pane(views.next_pane(self._pane)),
            "previous_pane": lambda: self._open_pane(views.next_pane(self._pane, -1)),
            "zoom": self._zoom_here,
            "filter": lambda: find_or_filter(self, partial(self._go, "filter")),
            "sort": self._next_sort,
            "copy": self._copy,
            "edit": self._edit,
            "decide": lambda: self.decide_request(asked_of(self._pump, self.table.cursor, others=True)),
            "change": lambda: self._push_change(self.table.cursor),
            "live_diff": self._live_diff,
            "ledger": lambda: self._open_ledger(""),
            "money": partial(open_money, self, self._into),
            "conflicts": partial(open_conflicts, self),
            "refresh": lambda: self.order("refresh"),
            "problems": self._show_problems,
            "theme": lambda: self.say(self.headgate.cycle_theme()),
            "quit": lambda: self.app.exit(),
            **self.control.deeds,
        }

    @property
    def _lines(self) -> RunTable | PaneLines:
        return self.detail.lines if self._place == "detail" else self.table

    def _move(self, step: int) -> None:
        self._lines.move(step)
        self._selection_moved()

    def _select(self, run: str) -> None:
        self.table.select(run)
        self._selection_moved()

    def go_to_run(self, run: str) -> None:
        """Put the cursor on a run's row; a filter that hides it is cleared. Nothing is done where it has no row."""
        if run in self._pump.cards:
            if not views.matches(self._pump.cards[run], self._filter, self.repositories.get(run)):
                self._clear_filter()
                self.say(wording.FILTER_CLEARED)
            self._select(run)

    def _push_change(self, run: str | None) -> None:
        from tui.screens.change import ChangeScreen

        if run is not None:
            self._push(ChangeScreen(self._pump, self._now, self.headgate.clock, run, self._open_ledger))

    def _live_diff(self, path: str = "") -> None:
        from tui.screens.live_diff import show_live

        show_live(self, self._pump.cards.get(self.table.cursor or ""), path)

    def _open_ledger(self, wanted: str) -> None:
        from tui.screens.ledger import LedgerScreen

        self._push(LedgerScreen(wanted))

    def decide_request(self, request: str | None) -> None:
        """Open a request on its page; nothing where it waits no more."""
        shown = next((one for one in waiting(self._pump) if one.id == request), None)
        if shown is not None and shown.gate == "merge":
            self._push_change(shown.run)
        elif request is not None:
            from tui.screens.decide import DecideScreen

            self._push(DecideScreen(self._pump, self._now, self.headgate.clock, request, self._into))

    def _into(self, run: str) -> None:
        self._select(run)
        self._go("detail")

    def _opened(self) -> Awaitable[object] | None:
        if self._place == "table" and (request := asked_of(self._pump, self.table.cursor)):
            return self.decide_request(request)
        line = self.detail.lines.current() if self._place == "detail" else None
        if line is not None and line.what == "terminal":
            return self.control.begin_attach()
        if line is not None and line.what == "path" and self._pane == "files":
            return self._live_diff(plain(line.body))
        if self._place == "detail" and self._pane == "log" and self.headgate.reading.logs:
            return self._read_log()
        if self._place == "detail":
            self._zoom(None if self._zoomed else "detail")
        else:
            self._go("detail")
        card = self._pump.cards.get(self.table.cursor or "")
        if card and card.depth == "skimmed":
            return self.order("read", quiet=True, run=card.id)
        return self.order("look", quiet=True, worktree=card.worktree) if card and card.worktree else None

    async def _read_log(self) -> None:
        """Open the log at the record that the line under the cursor stands for, at its end where that is the newest."""
        from tui.screens.to_log import open_log

        line = self.detail.lines.current() if self._place == "detail" and not self.detail.lines.at_end else None
        await open_log(self, self.table.cursor or "", line.sources if line else ())

    def _opened_by_mouse(self) -> None:
        """Open what a line names: the diff of a file, else the record that it was read from."""
        line = self.detail.lines.current()
        if line is not None and line.what == "path" and self._pane == "files":
            self._live_diff(plain(line.body))
        elif line is not None and line.sources:
            self._show_evidence()

    def _edit(self) -> None:
        card = self._pump.cards.get(self.table.cursor or "")
        if card is not None and self._place != "edit":
            self._edited_from = "detail" if self._place == "detail" else "table"
            cast("EditLine", self.query_one("#edit")).begin(card, self._pump.cards.values())
            self._go("edit")

    def _back(self) -> None:
        if self._place == "form":
            self.control.leave_form()
        elif self._place == "edit":
            self._go(self._edited_from)
        elif self._place == "filter":
            self._clear_filter()
            self._go("table")
        elif self._zoomed:
            self._zoom(None)
        elif self._place == "detail":
            self._go("table")
        else:
            self._clear_filter()

    def _go(self, place: Place) -> None:
        """Put the keys' place and the focus where `place` says, both at once, so that no key falls between them."""
        self._place = place
        half = self._edited_from if place in ("edit", "form") else "table" if place == "filter" else place
        self._zoomed = half if self._zoomed == half else None
        self.set_class(place == "filter", "-filtering")
        self.set_class(place == "edit", "-editing")
        self.set_class(place == "form", "-asking")
        self.set_class(place == "detail", "-inside")
        self.set_class(self._zoomed == "detail", "-zoomed")
        self.set_class(self._zoomed == "table" and place != "form", "-zoomed-table")
        self.set_focus(self._lines if place in ("table", "detail") else self._field(place))
        self.detail.open_pane(self._pane, self._zoomed == "detail")

    def _go_to_form(self, into: bool) -> None:
        if into:
            self._edited_from = "detail" if self._place == "detail" else "table"
        if into or self._place == "form":
            self._go("form" if into else self._edited_from)

    def _field(self, place: Place) -> Input:
        return self.query_one(f"#{next(name for name, where in _TYPING.items() if where == place)}", Input)

    def _zoom(self, half: Place | None) -> None:
        self._zoomed = half
        self._go(half or self._place)

    def _zoom_here(self) -> None:
        self._zoom(None if self._zoomed else self._place)

    def _open_pane(self, pane: Pane) -> None:
        """Open a pane, and see to it that there is one to see."""
        self._pane = pane
        if self._place == "table" and self.alone:
            self._go("detail")
        elif self._zoomed == "table":
            self._zoom(None)
        self.detail.open_pane(pane, self._zoomed == "detail")
        self.look_further()
        self._wake_for_ages()

    def _next_sort(self) -> None:
        self._sort = views.next_sort(self._sort)
        self._show_runs(frozenset())

    def _clear_filter(self) -> None:
        self._filter = ""
        cast("FilterLine", self.query_one("#filter")).clear()
        self._show_runs(frozenset())

    async def _copy(self) -> None:
        what, text = self._copied()
        self.clear_selection()
        self.say(wording.copied(what, await self.headgate.copy(text)))

    def _copied(self) -> tuple[str, str]:
        """Give what `y` copies, and its name: the text marked by the mouse, else the line, else the run's id."""
        if marked := self.get_selected_text():
            return "selection", marked
        line = self.detail.lines.current() if self._place == "detail" else None
        if line is not None and line.copied:
            return line.what or "line", line.copied
        return "run id", self.table.cursor or ""

    def _show_problems(self) -> None:
        from tui.screens.problems import ProblemsScreen

        self._push(ProblemsScreen(self._problems))

    def _show_evidence(self) -> None:
        """Open what the line under the cursor was read from, on the table what its gravest finding was."""
        from tui.screens.evidence import EvidenceScreen, gravest

        if self._place == "detail":
            line = self.detail.lines.current()
            sources = line.sources if line else ()
        else:
            sources = gravest(self._pump.cards.get(self.table.cursor or ""))
        if sources:
            self._push(EvidenceScreen(self.headgate.records, sources))
        else:
            self.say(wording.NO_EVIDENCE, "warn")

    def _push(self, screen: Screen[None]) -> None:
        self.app.push_screen(screen)
