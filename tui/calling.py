"""Calls a human at the board's own terminal: for each escalation to a person, and for each new need where that is set.

A need calls once, however its words change; one of before the board never does, nor one that the human looks at.

Terminals know three sequences for a notice, and show it twice where they are sent two; so one is chosen by what the
terminal says that it is. Inside tmux it must be passed through. Sources: iTerm2's OSC 9, rxvt-unicode's OSC 777,
kitty's OSC 99 (sw.kovidgoyal.net/kitty/desktop-notifications), tmux(1) `allow-passthrough`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from state.control.escalated import OVERDUE, WAITING
from state.text import clean

if TYPE_CHECKING:
    from state.board import Snapshot
    from state.board_setting import Call
    from state.runs.card import Card
    from tui.needs import Need

BELL = "\x07"
LONGEST = 160
_KITTY, _RXVT = ("kitty",), ("rxvt", "foot")


class Caller:
    """Knows for what it called, so that each is called once, and what is of before its time never."""

    def __init__(self, environment: Mapping[str, str], call: Call = "off") -> None:
        self._environment, self._call = environment, call
        self._called: dict[str, frozenset[str]] | None = None
        self._known: frozenset[tuple[str, ...]] | None = None

    def heard(self, board: Snapshot | None, cards: Iterable[Card], found: Sequence[Need], in_front: str) -> str:
        """Give what is to be sent for what was read: for a new escalation, else for a new need; "" for nothing."""
        needed = self.needed(found, in_front, beginning=board is None or board.indexing is not None)
        return self.news(cards) or needed

    def needed(self, found: Sequence[Need], in_front: str, *, beginning: bool = False) -> str:
        """Give what is to be sent for the needs that are there now; "" for nothing.

        `in_front` is the run that the human looks at, "" for none; `beginning` says that not every log was read yet.
        A request that was there once calls no more; any other need calls again where it was over meanwhile.
        """
        known = self._known
        kept = {cause for cause in known or () if cause[0] == "request"}
        self._known = frozenset({one.cause for one in found} | kept)
        fresh = [one for one in found if known is not None and one.cause not in known and one.run != in_front]
        if self._call == "off" or not fresh or beginning:
            return ""
        return BELL + (notice(fresh[0].text, self._environment) if self._call == "notice" else "")

    def news(self, cards: Iterable[Card]) -> str:
        """Give what is to be sent to the terminal for what these cards say anew; "" for nothing."""
        waiting = {card.id: frozenset(_waited(card)) for card in cards}
        before, self._called = self._called, waiting
        if before is None:
            return ""
        fresh = [text for run, texts in waiting.items() for text in sorted(texts - before.get(run, frozenset()))]
        return (BELL + notice(fresh[0], self._environment)) if fresh else ""


def notice(text: str, environment: Mapping[str, str]) -> str:
    """Give the sequence with which this terminal shows a notice; text that is not plain ASCII is left out of it."""
    said = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in clean(text, LONGEST))
    said = f"Headgate: {said}"
    name = f"{environment.get('TERM', '')} {environment.get('TERM_PROGRAM', '')}".casefold()
    if any(one in name for one in _KITTY):
        sequence = f"\x1b]99;;{said}\x1b\\"
    elif any(one in name for one in _RXVT):
        sequence = f"\x1b]777;notify;Headgate;{said.replace(';', ',')}\x07"
    else:
        sequence = f"\x1b]9;{said}\x07"
    if environment.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence


def _waited(card: Card) -> Iterable[str]:
    return (one.text for one in card.findings if one.kind in (WAITING, OVERDUE))
