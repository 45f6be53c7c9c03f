"""What the user looks at, as a value that a test can make, and the order and choice of rows that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, assert_never

from state.runs.attention import NEEDS_YOU

if TYPE_CHECKING:
    from state.runs.card import Card

Sort = Literal["need", "recent", "task", "branch", "state"]
SORTS: tuple[Sort, ...] = ("need", "recent", "task", "branch", "state")

Pane = Literal["facts", "plan", "calls", "files", "log", "tests"]
PANES: tuple[Pane, ...] = ("facts", "plan", "calls", "files", "log", "tests")

Place = Literal["table", "detail", "filter", "edit", "form"]

JUST_NOW = 60.0
"""Seconds within which all runs count as equally recent: rows that swap at each log line could not be read."""

_OF_ONE: Mapping[str, str] = {}
"""The repositories of the runs where the board shows one."""

_STATES = ("waiting", "blocked", "unknown", "stopped", "held", "idle", "working", "done")


@dataclass(frozen=True, slots=True)
class View:
    """Where the user is and what stands before them; the commands judge themselves by it."""

    selected: str | None = None
    place: Place = "table"
    zoomed: bool = False
    pane: Pane = "facts"
    sort: Sort = "need"
    filter: str = ""
    shown: int = 0
    total: int = 0
    needing: int = 0
    problems: int = 0
    requests: int = 0
    """How many requests wait for a human."""
    ended: str | None = None
    """Why the request on the screen takes no answer, None where it does."""
    late: bool = False
    """Whether it is over, but an approval would still be kept as leave for one call."""
    lacking: str | None = None
    """What must be done before an approval of the request on the screen counts."""
    run: Card | None = None
    """The selected run."""
    left: int = 0
    """How many processes its stop left running."""
    frozen: bool = False
    """Whether the whole fleet is frozen."""
    barred: Mapping[str, str] = field(default_factory=dict[str, str])
    """Why a command of a screen of its own cannot be used now, by the command's id."""


def needs_you(card: Card) -> bool:
    """Say whether a run waits for the human."""
    return card.need >= NEEDS_YOU


def matches(card: Card, wanted: str, repository: str | None = None) -> bool:
    """Say whether each word of `wanted` stands in the run's task, branch, agent, model or state, whatever the case.

    Where the board shows several, the name of its repository counts too.
    """
    told = (card.task_title, card.branch, card.agent, card.model, card.state, repository)
    text = "\n".join(word for word in told if word).casefold()
    return all(word in text for word in wanted.casefold().split())


def ordered(cards: Iterable[Card], sort: Sort, now: float, queue: Sequence[str] = ()) -> list[Card]:
    """Give the runs in the order of `sort`; ties keep an order of their own that no new datum changes.

    Runs that need the human as much stand as in `queue`, the runs of the open requests in their order. By need, runs of
    one task stand together where its most urgent one stands; but none that needs nobody comes before one that does. By
    task they do so anyway, and any other order is left as it is.
    """
    places = {run: place for place, run in reversed(tuple(enumerate(queue)))}
    order = sorted(cards, key=lambda card: _place(card, sort, now, places.get(card.id, len(queue))))
    if sort != "need":
        return order
    first: dict[tuple[bool, str], int] = {}
    for place, card in enumerate(order):
        first.setdefault(_group(card), place)
    return sorted(order, key=lambda card: first[_group(card)])


def with_sibling(cards: Sequence[Card]) -> frozenset[str]:
    """Name the runs that follow another one of the same task."""
    pairs = pairwise(cards)
    return frozenset(one.id for before, one in pairs if one.task_id is not None and one.task_id == before.task_id)


def _group(card: Card) -> tuple[bool, str]:
    return needs_you(card), card.task_id or card.id


def shown(
    cards: Iterable[Card],
    wanted: str,
    sort: Sort,
    now: float,
    queue: Sequence[str] = (),
    repositories: Mapping[str, str] = _OF_ONE,
) -> list[Card]:
    """Give the runs that the filter lets through, in order; `repositories` names that of each run."""
    if wanted and not wanted.isspace():
        cards = (card for card in cards if matches(card, wanted, repositories.get(card.id)))
    return ordered(cards, sort, now, queue)


def next_sort(sort: Sort) -> Sort:
    """Give the order that follows `sort` when the user cycles."""
    return SORTS[(SORTS.index(sort) + 1) % len(SORTS)]


def next_pane(pane: Pane, step: int = 1) -> Pane:
    """Give the pane `step` places to the right, round and round."""
    return PANES[(PANES.index(pane) + step) % len(PANES)]


def _place(card: Card, sort: Sort, now: float, queued: int) -> tuple[object, ...]:
    title, branch = (card.task_title or "").casefold(), (card.branch or "").casefold()
    last = (not title, title, card.id)
    quiet = _quiet(card.seen, now)
    match sort:
        case "need":
            return (-card.need, queued, quiet, *last)
        case "recent":
            return (quiet, *last)
        case "task":
            return last
        case "branch":
            return (not branch, branch, *last)
        case "state":
            return (_STATES.index(card.state), -card.need, *last)
        case _:
            assert_never(sort)


def _quiet(seen: float | None, now: float) -> float:
    """Seconds since the newest datum, 0 for all that is just now, so that busy rows do not jump about."""
    if seen is None:
        return float("inf")
    silent = now - seen
    return 0.0 if silent < JUST_NOW else silent
