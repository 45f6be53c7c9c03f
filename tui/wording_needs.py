"""What needs the human, in words: on a row, in the header, in the terminal's title, and in tmux."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.wording import NOTHING_NEEDS_YOU, needs

if TYPE_CHECKING:
    from state.gates.request import Gate, Request
    from state.runs.card import Card

HALT = "halt-"
"""How the id of a request begins by which a run is halted (`state.gates.hard_stops`)."""
BUDGET = "budget-"
"""How the id of a budget's request begins (`state.money.budgeting`)."""
APPROVE_OR_DENY = "approve or deny: "
"""What stands before a request's own words where a run's row says what is next (`state.runs.attention`)."""
NOTHING_LEFT = "nothing else needs you"
TITLE_CELLS = 72
_TITLE_SIGNS = frozenset(" ._-/:,+=@")


def asks(gate: Gate | str | None, request: str, text: str) -> str:
    """Say what a request asks of the human: its own words, with what a call and a halt do not say themselves."""
    if gate != "exception" or request.startswith(BUDGET):
        return text
    return f"halted: {text}" if request.startswith(HALT) else f"asks leave: {text}"


def request_asks(request: Request) -> str:
    """Say what an open request asks."""
    return asks(request.gate, request.id, request.text)


def card_asks(card: Card) -> str:
    """Say what a run needs: what its request asks, or why it calls for the human without one."""
    if card.next_request is not None:
        return asks(card.next_gate, card.next_request, card.next_text.removeprefix(APPROVE_OR_DENY))
    gravest = next(iter(card.findings), None)
    if card.state == "working" and gravest is not None and gravest.severity == "stop":
        return gravest.text
    return card.because or card.next_text


def terminal_title(count: int, first: str = "") -> str:
    """Give the title of the terminal: how many need the human, and the first of them.

    A title is a way into terminals, which may hand it back as if it were typed, and into tmux, which reads `#` in it:
    so nothing but letters, digits and a few signs of ASCII stands in it, and our words come first.
    """
    if not count:
        return "headgate"
    said = "".join(one if one.isascii() and (one.isalnum() or one in _TITLE_SIGNS) else "_" for one in first)
    told = f"headgate: {needs(count)}" + (f": {' '.join(said.split())}" if said.strip() else "")
    return told if len(told) <= TITLE_CELLS else f"{told[: TITLE_CELLS - 3].rstrip()}..."


def nothing_left(told: str) -> str:
    """Say what was done, and that nothing else waits."""
    return f"{told} · {NOTHING_LEFT}" if told else NOTHING_NEEDS_YOU


def next_said(told: str, text: str) -> str:
    """Say what was done, and what the next need asks."""
    return f"{told} · next: {text}" if told else text
