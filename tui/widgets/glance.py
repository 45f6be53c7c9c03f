"""The first line of the screen: does anything need me, and what does the rest do."""

from collections import Counter
from collections.abc import Iterable

from state.board import Snapshot
from state.findings.finding import SEVERITIES
from state.runs.card import Card, State
from state.runs.view import needs_you
from tui.bound_keys import key
from tui.marks import RISKS, STATES
from tui.spans import Span, Spans, spans, width_of
from tui.widgets.one_line import OneLine
from tui.wording import NOT_READ_YET, branch_name, needs
from tui.wording_control import fleet_frozen
from tui.wording_gates import requests_said
from tui.wording_spending import alarm_said

_ORDER: tuple[State, ...] = ("waiting", "blocked", "unknown", "working", "idle", "held", "stopped", "done")


class Glance(OneLine):
    """How many runs need the human, how many are in each state, and which repository this is."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._brief: Spans = ()

    def show(self, cards: Iterable[Card], board: Snapshot | None, money: Spans = ()) -> None:
        """Count the runs; without a board nothing has been read yet, and nothing is claimed.

        `money` is what burns, and what is left of the budget.

        The first request stands last, so that nothing in its text can be taken for a count of ours.
        """
        if board is None:
            self._brief = spans((f" {NOT_READ_YET}", "dim"))
            self.say(self._brief)
            return
        held, reading = list(cards), board.indexing is not None
        frozen = spans((f" {fleet_frozen(board.frozen)} ", "badge"), " ") if board.frozen else ()
        alarmed = alarm(board)
        self._brief = (*frozen, *counted(held, words=False, reading=reading), *alarmed)
        where = (*money, *(spans("   ") if money else ()), *place(board.repository, board.base))
        if waiting := requests(board):
            self._brief = (*waiting, *self._brief, Span("  "), *asks(board))
            self.say(self._brief, where)
        else:
            self.say((*frozen, *counted(held, words=True, reading=reading), *alarmed), where)

    def arranged(self, left: Spans, right: Spans, width: int) -> Spans:
        """Leave the words out where they do not fit, because the rows say them too.

        The first request stands last, so that nothing in its text can be taken for a count of ours.
        """
        fits = width_of(left) + 2 + width_of(right) <= width
        return super().arranged(left if fits else self._brief, right, width)


def requests(board: Snapshot) -> Spans:
    """Give how many requests wait, and the key to them; nothing where none waits."""
    waiting = sum(one.state == "open" for one in board.requests)
    return spans((f" {requests_said(waiting)} ", "badge"), (f" {key('decide')} ", "key")) if waiting else ()


def asks(board: Snapshot) -> Spans:
    """Give the first request in words; nothing where none waits."""
    first = next((one for one in board.requests if one.state == "open"), None)
    if first is None:
        return ()
    mark = RISKS[first.severity]
    return spans((f"{mark.glyph} {first.severity} ", mark.role), (first.text, "strong"))


def counted(cards: list[Card], *, words: bool, reading: bool) -> Spans:
    """Give the badge and the counts by state; a state that no run is in is left out."""
    needing = sum(needs_you(card) for card in cards)
    states = Counter(card.state for card in cards)
    badge = Span(f" {needs(needing, reading=reading)} ", "badge" if needing else "dim")
    counts: list[Span] = [badge, Span(" ")]
    for state in _ORDER:
        if states[state]:
            mark = STATES[state]
            counts += [Span(f" {mark.glyph} {states[state]}", mark.role)]
            counts += [Span(f" {mark.word} ", "dim")] if words else []
    return tuple(counts)


def alarm(board: Snapshot) -> Spans:
    """Give the gravest alarm on spending in a few words; nothing where there is none."""
    found = [one for one in board.problems if one.about.startswith("alarm ")]
    gravest = next((one for grave in reversed(SEVERITIES) for one in found if one.about.split()[1] == grave), None)
    if gravest is None:
        return ()
    role = "warn" if gravest.about.split()[1] != "note" else "dim"
    return (Span(f"  {alarm_said(gravest.text)}", role),)


def place(repository: str, base: str | None) -> Spans:
    """Give the repository's name and the branch that work is compared with."""
    name = repository.rstrip("/").rsplit("/", 1)[-1]
    return spans((name, "text"), (f" {branch_name(base)}" if base else "", "faint"), " ")
