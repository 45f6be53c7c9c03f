"""What `undo` takes back: the last freeze, hold, escalation or edit of this board, by the order that is its inverse.

A decision is never among them. What is taken back must still be as it was left: where a run has ended, or somebody
said something else since, nothing is done and the reason is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from state.control.commands import over
from state.control.escalated import TAKEN_BACK
from state.runs.view import View
from tui import wording_undo as words
from tui.wording_control import named

if TYPE_CHECKING:
    from state.runs.card import Card
    from state.runs.run import Assignable

_INVERSE: Mapping[str, str] = {"freeze": "thaw", "thaw": "freeze", "hold": "resume", "resume": "hold"}


@dataclass(frozen=True, slots=True)
class Stood:
    """An order of this board that the core has taken. `run` is "" for every run; `card` is the run before it."""

    verb: str
    run: str
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """The order that takes something back, and what a human is told that it does."""

    verb: str
    run: str
    does: str
    about: str
    given: Mapping[str, str] = field(default_factory=dict[str, str])


def can_be_taken_back(verb: str, given: Mapping[str, str]) -> bool:
    """Say whether an order is of the kind that `undo` knows."""
    return verb in _INVERSE or verb == "assign" or (verb == "escalate_run" and given.get("to") != TAKEN_BACK)


def way_back(stood: Stood | None, card: Card | None, every_run_frozen: bool) -> Back | str:
    """Give the order that takes the last one back, or why nothing can be; `card` is the run as it is now."""
    if stood is None:
        return words.NOTHING
    if not stood.run:
        return _of_every_run(stood, every_run_frozen)
    if card is None:
        return words.gone(stood.run)
    match stood.verb:
        case "assign":
            return _edit_back(stood, card)
        case "escalate_run":
            return _escalation_back(stood, card)
        case verb:
            why = _moved_on(verb, card)
            inverse = _INVERSE[verb]
            return why or Back(inverse, card.id, f"{inverse} {named(card)}", f"{inverse} {card.id}")


def _of_every_run(stood: Stood, frozen: bool) -> Back | str:
    if (stood.verb == "freeze") != frozen:
        return words.NOT_FROZEN if stood.verb == "freeze" else words.FROZEN_AGAIN
    verb = _INVERSE[stood.verb]
    return Back(verb, "", f"{verb} every run", f"{verb} all")


def _moved_on(verb: str, card: Card) -> str:
    """Say why a freeze or a hold cannot be taken back, "" where it can."""
    ended = over(View(selected=card.id, run=card))
    match verb:
        case "freeze" if card.frozen is None:
            return words.NOT_FROZEN
        case "thaw" if card.frozen is not None:
            return words.frozen_by(card.frozen)
        case "hold" if card.state != "held":
            return ended or words.NOT_HELD
        case "resume" if ended is not None or card.state == "held":
            return ended or words.HELD_AGAIN
        case _:
            return (ended or "") if verb == "thaw" else ""


def _escalation_back(stood: Stood, card: Card) -> Back | str:
    kind, _, who = stood.given.get("to", "").partition(":")
    if kind != "person":
        return words.RUN_TOOK_IT
    if (card.act_kind, card.act_state) != ("escalate", "under_way"):
        return words.NOBODY_WAITED_FOR
    return Back(
        "escalate_run",
        card.id,
        words.withdraws(who, named(card)),
        words.withdrawal(card.id),
        {"to": TAKEN_BACK, "reason": ""},
    )


def _edit_back(stood: Stood, card: Card) -> Back | str:
    before: dict[str, str] = {}
    for what, value in stood.given.items():
        now, source = _word(card, what)
        if (now if source == "human" else "") != value:
            return words.said_since(what, now)
        told, origin = _word(stood.card, what)
        before[what] = told if origin == "human" else ""
    return Back("assign", card.id, words.edits(before, named(card)), words.edit(card.id), before)


def _word(card: Card | None, what: Assignable | str) -> tuple[str, str | None]:
    """Give what a run's task, owner or role is, and where that comes from."""
    if card is None:
        return "", None
    known = {
        "task": (card.task_title, card.task_from),
        "owner": (card.owner, card.owner_from),
        "role": (card.role, card.role_from),
    }
    value, source = known.get(what, (None, None))
    return value or "", source
