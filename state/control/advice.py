"""A reviewer's findings, as one line each: what it is asked for, and what of its last words is one.

They are a model's claims: they stand on the reviewed run as advice, and no gate takes them for more.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from state.text import clean

Grave = Literal["high", "medium", "low"]
MOST = 20
ASKED = (
    "End with your findings, one line each and nothing else on it, in exactly this form:\n"
    "FINDING high|medium|low PATH:LINE what is wrong, and what shows it\n"
    "Write `FINDINGS none` where you have none."
)
"""What a reviewer is told of the form."""
_LINE = re.compile(r"[\s>*`#.-]*FINDING\s+\**(high|medium|low)\**:?\s+`?([^\s`]{1,300})`?\s+(.{3,})", re.IGNORECASE)
_NONE = re.compile(r"[\s>*`#.-]*FINDINGS\s+none\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Advice:
    """One finding that a reviewer claims: how grave it says that it is, where, and what."""

    grave: Grave
    place: str
    text: str


def advice_in(words: str) -> tuple[Advice, ...] | None:
    """Read the findings in a reviewer's last words, at most `MOST`; None where it kept to no form."""
    lines = words.splitlines()
    found = [match for line in lines if (match := _LINE.fullmatch(line.rstrip("` *")))]
    if not found and not any(_NONE.match(line) for line in lines):
        return None
    told = (Advice(cast(Grave, one[1].lower()), clean(one[2], 200), clean(one[3].strip(), 300)) for one in found)
    return tuple(dict.fromkeys(told))[:MOST]


def kept(advice: Sequence[Advice]) -> str:
    """Give advice as it stands in an act's facts."""
    return json.dumps([[one.grave, one.place, one.text] for one in advice])


def of_fact(fact: str | None) -> tuple[Advice, ...]:
    """Read it back; nothing where nothing is."""
    told: list[Any] = json.loads(fact) if fact else []
    return tuple(Advice(grave, place, text) for grave, place, text in told)
