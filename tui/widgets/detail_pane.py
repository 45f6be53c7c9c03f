"""The detail of the selected run: a line of tabs and one pane of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical

from state.board import ChangeDetail, Detail
from state.runs.view import PANES, Pane
from tui.bound_keys import sign
from tui.panes.empty import empty
from tui.panes.facts import ages, facts
from tui.panes.line import Line, note
from tui.spans import Span, Spans, cut, spans, width_of
from tui.widgets.one_line import OneLine
from tui.widgets.pane_lines import PaneLines
from tui.wording import PANE_TITLES, READING_RUN, age_ends, short
from tui.wording_control import why_ends

if TYPE_CHECKING:
    from state.runs.card import Card

_FOLLOWING: tuple[Pane, ...] = ("calls", "log")
"""Panes whose newest line is the last."""
FURTHER: tuple[Pane, ...] = ("plan", "tests")
"""Panes that show what the gates and the checks know, too."""
_WRAPPING: tuple[Pane, ...] = ("facts", "plan", "tests")
"""Panes whose lines are always shown whole; the others wrap when the detail has the whole screen."""
_NARROWEST_NAME = 16


class DetailPane(Vertical):
    """Shows one pane of one run; until the run has been read, what its card tells, and never another run's facts."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._detail: Detail | None = None
        self._change: ChangeDetail | None = None
        self._read = False
        self._pane: Pane = "facts"
        self._zoomed = False
        self._now = 0.0
        self._composed = False

    def compose(self) -> ComposeResult:
        """Give the tabs and the lines."""
        yield TabLine(id="tabs")
        yield PaneLines(id="pane")

    def on_mount(self) -> None:
        """Say that no run is selected until one is."""
        self._composed = True
        self._update(anew=True)

    @property
    def lines(self) -> PaneLines:
        """The lines of the open pane."""
        return self.query_one(PaneLines)

    @property
    def run(self) -> str | None:
        """The run that is shown."""
        return self._detail.card.id if self._detail else None

    @property
    def left(self) -> int:
        """How many processes the run's stop left running."""
        if self._detail is None or not self._detail.acts:
            return 0
        from state.control.shown import left_of  # it loads what a run is made of, and most runs were never asked

        return len(left_of(self._detail.acts))

    def show_card(self, card: Card | None, now: float) -> None:
        """Show what a card alone tells; a run that was read keeps the rest until it is read again."""
        if card is None:
            self._detail, self._read, self._now = None, False, now
            self._update(anew=True)
        elif self._detail is None or self._detail.card.id != card.id:
            self._detail, self._read, self._now = Detail(card, None, (), (), (), {}), False, now
            self._update(anew=True)

    def show(self, detail: Detail, now: float) -> None:
        """Show what was read of a run."""
        anew = not self._read or self.run != detail.card.id
        self._detail, self._read, self._now = detail, True, now
        self._update(anew=anew)

    def show_change(self, change: ChangeDetail) -> None:
        """Show what the gates and the checks know of the run, in the panes that tell of it."""
        if change.run == self.run and change != self._change:
            anew, self._change = self._further is None, change
            if self._pane in FURTHER:
                self._update(anew=anew)

    @property
    def _further(self) -> ChangeDetail | None:
        """What was read of the run that is shown, and of no other."""
        return self._change if self._change is not None and self._change.run == self.run else None

    def open_pane(self, pane: Pane, zoomed: bool) -> None:
        """Show this pane."""
        anew = pane != self._pane
        if anew or zoomed != self._zoomed:
            self._pane, self._zoomed = pane, zoomed
            self._update(anew=anew)

    def tick(self, now: float) -> None:
        """Let the ages read as of now."""
        self._now = now
        if self._detail is not None and self._pane == "facts":
            self._update(anew=False)

    def changes_at(self) -> float:
        """Give the time at which an age in the pane next reads differently."""
        if self._detail is None or self._pane != "facts":
            return float("inf")
        ends = (age_ends(at, self._now) for at in ages(self._detail))
        return min(*ends, why_ends(self._detail.card, self._now))

    def _update(self, *, anew: bool) -> None:
        if not self._composed:  # a key may be quicker than the widgets below
            return
        self.query_one(TabLine).say(tabs(self._detail, self._pane), _named(self._detail, self._zoomed))
        wrap = self._zoomed or self._pane in _WRAPPING
        self.lines.show(self._content(), wrap=wrap, follow=self._pane in _FOLLOWING, anew=anew)

    def _content(self) -> list[Line]:
        detail = self._detail
        if detail is None:
            return empty("run")
        if self._pane == "facts":
            return facts(detail, self._now)
        if not self._read:
            return [note(READING_RUN)]
        match self._pane:
            case "plan":
                from tui.panes.plan import plan

                return plan(detail, self._further, self._now)
            case "calls":
                from tui.panes.calls import calls

                return calls(detail, self._now)
            case "files":
                from tui.panes.files import files

                return files(detail, self._now)
            case "log":
                from tui.panes.log import log

                return log(detail, self._now)
            case "tests":
                from tui.panes.tests import tests

                return tests(detail, self._further, self._now)


class TabLine(OneLine):
    """The panes by number, on a rule that parts the detail from the table."""

    def arranged(self, left: Spans, right: Spans, width: int) -> Spans:
        """Fill what is left of the width with the rule."""
        shown = cut(left, width)
        room = width - width_of(shown)
        if not right or room < _NARROWEST_NAME:
            return (*shown, Span("─" * room, "rule"))
        name = cut(right, room - 4)
        return (*shown, Span("─" * (room - width_of(name) - 2) + " ", "rule"), *name, Span(" ", "rule"))


def tabs(detail: Detail | None, open_pane: Pane) -> Spans:
    """Give the tabs with what they hold: steps done, files changed."""
    parts: list[Span] = [Span("─ ", "rule")]
    for number, pane in enumerate(PANES, 1):
        role = "tab-open" if pane == open_pane else "tab"
        held = _held(detail, pane)
        parts += [Span(_before(pane), "key" if pane == open_pane else "faint"), Span(PANE_TITLES[pane], role)]
        parts += spans((f" {held}" if held else "", "dim"), (" ─ " if number < len(PANES) else " ─", "rule"))
    return tuple(parts)


def _before(pane: Pane) -> str:
    key = sign(f"pane_{pane}")
    return f"{key} " if key else ""


def _held(detail: Detail | None, pane: Pane) -> str:
    card = detail.card if detail else None
    if card is None:
        return ""
    if pane == "plan" and card.plan_steps:
        return f"{card.plan_steps_done}/{card.plan_steps}"
    return short(card.changed_files) if pane == "files" and card.changed_files else ""


def _named(detail: Detail | None, zoomed: bool) -> Spans:
    """Give the run's id, and its task where no row of the table says it."""
    if detail is None:
        return ()
    task = detail.card.task_title if zoomed else None
    return spans((f"{task} " if task else "", "dim"), (detail.card.id, "faint"))
