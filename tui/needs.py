"""Everything that needs the human, in one order: what the header, the title, `w`, the bell and tmux all say alike.

A need is an open request, or a run that calls for the human without one: a dialog in its own terminal, a failure that
blocks it, a run that should not go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from state.gates.queue import SEVERITIES
from state.runs.attention import AT_A_GATE
from state.runs.view import needs_you, ordered
from tui.wording_needs import card_asks, request_asks

if TYPE_CHECKING:
    from state.gates.request import Request
    from state.runs.card import Card


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs the human; at least one of `request` and `card` is there."""

    run: str
    request: Request | None = None
    card: Card | None = None

    @property
    def text(self) -> str:
        """What it asks, in words that may be foreign: in one line, with no blanks in a row."""
        said = request_asks(self.request) if self.request else card_asks(self.card) if self.card else ""
        return " ".join(said.split())

    @property
    def cause(self) -> tuple[str, ...]:
        """What tells it from every other need, however its words change."""
        if self.request is not None:
            return ("request", self.request.id)
        if self.card is None:
            return ("run", self.run)
        began = self.card.because if self.card.since is None else str(self.card.since)
        return ("run", self.run, self.card.state, *((began,) if self.card.state == "waiting" else ()))


def needs(cards: Iterable[Card], requests: Iterable[Request], now: float) -> tuple[Need, ...]:
    """Give all of them, the first need first: the order of the board's rows, and of one run's requests.

    `requests` come in the order of need. One whose run is not on the board comes behind the other requests.
    """
    asked: dict[str, list[Request]] = {}
    for one in requests:
        if one.state == "open":
            asked.setdefault(one.run, []).append(one)
    known = {card.id: card for card in cards if needs_you(card) or card.id in asked}
    ranked = (_raised(card, asked.get(card.id, ())) for card in known.values())
    order = [known[card.id] for card in ordered(ranked, "need", now, tuple(asked))]
    at_gates = [Need(card.id, one, card) for card in order for one in asked.get(card.id, ())]
    lost = [Need(run, one) for run, some in asked.items() if run not in known for one in some]
    return (*at_gates, *lost, *(Need(card.id, None, card) for card in order if card.id not in asked))


def next_need(found: Sequence[Need], here: Need | None) -> Need | None:
    """Give the need behind `here`, round and round; the first where that is none of them any more."""
    causes = [one.cause for one in found]
    if not found:
        return None
    return found[(causes.index(here.cause) + 1) % len(found)] if here and here.cause in causes else found[0]


def _raised(card: Card, asked: Sequence[Request]) -> Card:
    """Let a run need the human as much as the gravest of its requests, should its row not say so yet."""
    if not asked:
        return card
    return replace(card, need=max(card.need, AT_A_GATE + SEVERITIES.index(asked[0].severity)))
