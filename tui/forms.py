"""The forms of control as data: what is asked for, what completes it, what is still missing, what it will come to.

No form knows a widget: the same record makes the line at the bottom, the page above it and the order to the core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from state.control.commands import over
from state.runs.roles import ROLES
from state.runs.view import View
from tui import wording_control as words
from tui.marks import state_mark
from tui.panes.line import Line, labelled, note
from tui.spans import spans
from tui.wording import AGENTS

if TYPE_CHECKING:
    from state.runs.card import Card
    from tui.expected import Expected

LONGEST_TEXT = 4000
_LONGEST_NAME = 120
_AT_WORK = ("working", "waiting", "blocked", "held")
STOP_ALL = "stop all"

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a form. `known` completes what is typed; `needed` says that it may not stay empty."""

    name: str
    hint: str
    known: tuple[str, ...] = ()
    needed: bool = False
    longest: int = _LONGEST_NAME


def _nothing(values: Values) -> list[Line]:
    return []


def _no_complaint(values: Values) -> str:
    return ""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What is asked before an order is given. `words` go with it as they are; `of` names what it is about.

    `lines` says below the fields what they come to; `complaint` why they cannot be sent, "" where they can.
    """

    verb: str
    title: str
    of: str
    fields: tuple[Asked, ...]
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    lines: Callable[[Values], list[Line]] = _nothing
    complaint: Callable[[Values], str] = _no_complaint
    runs: tuple[str, ...] = ()
    """The runs that one order each is given for; empty where it is one order."""
    begun: Mapping[str, str] = field(default_factory=dict[str, str])
    """What stands in its fields when it opens."""

    def missing(self, values: Values) -> list[str]:
        """Name the fields that may not stay empty and are."""
        return [one.name for one in self.fields if one.needed and not values.get(one.name, "").strip()]

    def refusal(self, values: Values) -> str:
        """Say why it cannot be sent; "" where it can."""
        lacks = self.missing(values)
        return words.missing(lacks) if lacks else self.complaint(values)

    def given(self, values: Values) -> dict[str, str]:
        """Give the words of the order: what was typed, and what is fixed."""
        typed = {one.name: text for one in self.fields if (text := values.get(one.name, "").strip())}
        return {**typed, **self.words}


@dataclass(frozen=True, slots=True)
class Offers:
    """What a new run may be started with. `place` gives the worktree that a task and a branch would be started in.

    `expected` says what a start comes to and costs, None where nobody can tell.
    """

    agents: tuple[str, ...] = tuple(AGENTS)
    roles: tuple[str, ...] = ROLES
    lanes: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    place: Callable[[Values], str] = lambda values: ""
    preferences: tuple[str, ...] = ()
    expected: Expected | None = None
    repositories: tuple[str, ...] = ()
    """The names of the repositories that a run may be started in, where there are several."""


def page(form: Form, values: Values, at: int) -> list[Line]:
    """Give the page of a form: its fields with what was typed, what it comes to, and what is missing.

    A form of one field shows none, because the line at the bottom does.
    """
    fields = enumerate(form.fields) if len(form.fields) > 1 else ()
    shown = [_field(one, values.get(one.name, ""), place == at) for place, one in fields]
    why = form.refusal(values)
    last = note(why, "warn") if why else note(words.READY)
    return [note(f"{form.title} {form.of}".rstrip(), "strong"), *shown, *form.lines(values), Line(), last]


def _field(one: Asked, typed: str, here: bool) -> Line:
    label = spans((f"{'▸' if here else ' '} {one.name}", "key" if here else "faint"))
    return labelled(label, (typed, "text") if typed else (one.hint, "warn" if one.needed else "faint"))


def message(card: Card, text: str = "") -> Form:
    """Ask what a run is to read next; `text` stands there to begin with."""
    asked = Asked("text", words.MESSAGE_HINT, needed=True, longest=LONGEST_TEXT)
    begun = {"text": text} if text else {}
    return Form("send", "correct", card.id, (asked,), {"run": card.id}, lambda values: [_about(card)], begun=begun)


def escalation(card: Card, offers: Offers, owners: Iterable[str]) -> Form:
    """Ask who or what is to take a run on, and why."""
    people = sorted({*offers.people, *owners})
    known = (*(f"lane:{lane}" for lane in offers.lanes), "reviewer", *(f"person:{one}" for one in people))
    fields = (
        Asked("to", words.TO_HINT, known, needed=True),
        Asked("reason", words.WHY_HINT, needed=True, longest=LONGEST_TEXT),
    )
    return Form(
        "escalate_run",
        "escalate",
        card.id,
        fields,
        {"run": card.id},
        lambda values: [_about(card)],
        lambda values: "" if _is_whom(values.get("to", "").strip()) else words.NOBODY_OF_THAT_KIND,
    )


def start(offers: Offers, beside: str | None, repository: str = "") -> Form:
    """Ask what a new run is to do and what is to run it; `beside` names a run of the repository that is meant.

    Where there are several, it asks for the repository too, and begins with `repository`.
    """
    several = (Asked("repo", words.REPOSITORY_HINT, offers.repositories, needed=True),)
    fields = (
        Asked("task", words.TASK_HINT, needed=True, longest=LONGEST_TEXT),
        Asked("agent", words.AGENT_HINT, offers.agents, needed=True),
        Asked("role", words.ROLE_HINT, offers.roles),
        Asked("lane", words.LANE_HINT, offers.lanes),
        Asked("branch", words.BRANCH_HINT),
        Asked("prefer", words.PREFER_HINT, offers.preferences),
        *(several if offers.repositories else ()),
    )

    def lines(values: Values) -> list[Line]:
        place = offers.place(values)
        told = offers.expected.lines(values) if offers.expected else []
        return [labelled("  worktree", place or (words.PLACE_UNKNOWN, "dim")), *told]

    def complaint(values: Values) -> str:
        if _unknown(values, "role", offers.roles):
            return words.not_known("role", offers.roles)
        if offers.repositories and values.get("repo", "").strip() not in offers.repositories:
            return words.not_known("repository", offers.repositories)
        return offers.expected.refusal(values) if offers.expected else ""

    fixed = {"beside": beside} if beside else {}
    begun = {"repo": repository} if offers.repositories and repository else {}
    return Form("start", "start a run", "", fields, fixed, lines, complaint, begun=begun)


def stop_all(cards: Sequence[Card]) -> Form:
    """Ask for the word that stops these runs."""
    runs = [card for card in cards if stoppable(card)]

    def complaint(values: Values) -> str:
        typed = values.get("word", "").strip().casefold()
        return "" if typed in (str(len(runs)), STOP_ALL) else words.type_to_stop(len(runs))

    return Form(
        "stop",
        "stop all:",
        words.many_runs(len(runs)),
        (Asked("word", words.type_to_stop(len(runs))),),
        lines=lambda values: [_about(card) for card in runs],
        complaint=complaint,
        runs=tuple(card.id for card in runs),
    )


def stoppable(card: Card) -> bool:
    """Say whether stopping every run means this one: it lives, or its log shows it at work."""
    return over(View(selected=card.id, run=card)) is None and (bool(card.alive) or card.state in _AT_WORK)


def _about(card: Card) -> Line:
    mark = state_mark(card)
    return labelled(spans((f"{mark.glyph} {mark.word}", mark.role)), words.named(card), copy=card.id)


def _is_whom(to: str) -> bool:
    kind, _, name = to.partition(":")
    return to == "reviewer" or (kind in ("lane", "person") and bool(name.strip()))


def _unknown(values: Values, name: str, known: Sequence[str]) -> bool:
    typed = values.get(name, "").strip().casefold()
    return bool(typed) and typed not in known
