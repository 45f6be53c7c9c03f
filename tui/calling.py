"""Calls a human at the board's own terminal when a run waits for a person: a bell, and a notice where there is one.

Terminals know three sequences for a notice, and show it twice where they are sent two; so one is chosen by what the
terminal says that it is. Inside tmux it must be passed through. Sources: iTerm2's OSC 9, rxvt-unicode's OSC 777,
kitty's OSC 99 (sw.kovidgoyal.net/kitty/desktop-notifications), tmux(1) `allow-passthrough`.
"""

from collections.abc import Iterable, Mapping

from state.control.escalated import OVERDUE, WAITING
from state.runs.card import Card
from state.text import clean

BELL = "\x07"
LONGEST = 160
_KITTY, _RXVT = ("kitty",), ("rxvt", "foot")


class Caller:
    """Knows for which escalations it called, so that each is called once, and those of before its time never."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._called: dict[str, frozenset[str]] | None = None

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
