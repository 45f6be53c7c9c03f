"""What a user command is: one record, from which the bindings, the footer, the palette and the help are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from state.runs.view import View

Group = Literal["Move", "Look", "Do", "Control", "Headgate"]
GROUPS: tuple[Group, ...] = ("Move", "Look", "Do", "Control", "Headgate")

Danger = Literal["none", "confirm", "decides"]
"""`confirm` asks twice and names its object; `decides` is a human's decision: no palette, click or script gives it."""


def _always(view: View) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that the user can do. `keys` are Textual's names of keys, the first of them the one to show."""

    id: str
    title: str
    keys: tuple[str, ...]
    group: Group
    explains: str
    footer: str | None = None
    """Its word in the footer; None keeps it out."""
    danger: Danger = "none"
    unavailable: Callable[[View], str | None] = _always
    """Why it cannot be used now, None when it can. Must be cheap: the footer asks after each change."""
