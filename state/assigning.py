"""What a human says of a run on the board: its task, owner and role, checked where it enters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from state.runs.roles import ASSIGNABLE, ROLES
from state.text import clean

if TYPE_CHECKING:
    from state.runs.run import Assignable, Assigned

LONGEST: Mapping[Assignable, int] = {"task": 300, "owner": 80, "role": 20, "lane": 40}
"""Characters kept of each word; a paste may be a whole file."""


def tidy(what: Assignable, value: str) -> str:
    """Give a word as it is kept: one safe line without blanks at its ends; a role in small letters.

    Raises `ValueError` with the sentence for the human where it is no role.
    """
    cut = value[: 4 * LONGEST[what]]
    kept = clean(" ".join(cut.split()), LONGEST[what])
    if what != "role" or not kept:
        return kept
    if kept.casefold() not in ROLES:
        raise ValueError(f"{kept} is no role: it is one of {', '.join(ROLES)}")
    return kept.casefold()


def words_of(asked: Mapping[str, str], by: str, at: float) -> tuple[Assigned, ...]:
    """Give the words that an order holds; what it does not name stays as it is. Raises `ValueError`."""
    from state.runs.run import Assigned

    named: list[Assignable] = [what for what in ASSIGNABLE if what in asked]
    if not named:
        raise ValueError(f"nothing was said: name one of {', '.join(ASSIGNABLE)}")
    return tuple(Assigned(what, tidy(what, asked[what]), by, at) for what in named)


def said(words: tuple[Assigned, ...]) -> str:
    """Say what was kept."""
    return ", ".join(f"{word.what}: {word.value}" if word.value else f"{word.what}: taken back" for word in words)
