"""What humans asked of a run, step by step: requested and confirmed, what was left running, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.panes.line import Line, heading, labelled
from tui.wording_control import ACT_WORDS, ASSURANCE_MEANS, FACT_WORDS, act_said, step_said, terminal_key

if TYPE_CHECKING:
    from state.board import Detail
    from state.control.act import Act
    from state.runs.card import Card

RECENT = 10 * 60.0
"""Seconds for which the newest act stands first; after that it stands with the others."""
TITLE = "control"
_ROLES = {"under_way": "waiting", "confirmed": "text", "failed": "blocked"}


def newest(detail: Detail, now: float) -> list[Line]:
    """Give the newest act with its steps while it is news."""
    return list(act_lines(detail.acts[-1], now)) if detail.acts and _is_news(detail.acts[-1], now) else []


def earlier(detail: Detail, now: float) -> list[Line]:
    """Give every other act, the newest first, below a heading."""
    rest = detail.acts[:-1] if newest(detail, now) else detail.acts
    lines = [line for act in reversed(rest) for line in act_lines(act, now)]
    return [Line(), heading(TITLE), *lines] if lines else []


def act_lines(act: Act, now: float | None = None) -> Iterator[Line]:
    """Give an act, its steps, what it left running, and the facts that the human needs next.

    Without `now` each time has its date.
    """
    said = act_said(act, now)
    yield labelled(ACT_WORDS[act.kind], (said, _ROLES[act.state]), copy=act.text or said)
    for step in act.steps:
        role = "dim" if step.confirmed is not None else "waiting" if act.state == "under_way" else "warn"
        yield labelled("", (f"{step.what} ", "text"), (step_said(step, now), role))
    for one in act.left:
        yield labelled("left", (one, "blocked"))
    for name, word in FACT_WORDS.items():
        if fact := act.facts.get(name):
            yield labelled(word, fact, copy=fact)


def guarded(card: Card) -> Iterator[Line]:
    """Give what stands between a run and what it may not do, its terminal, and who froze it."""
    if card.frozen:
        yield labelled("frozen", (f"by {card.frozen}: each further call is denied", "held"))
    if card.assurance:
        why = card.assurance_why or ASSURANCE_MEANS[card.assurance]
        yield labelled("assurance", card.assurance, (f" · {why}", "dim"))
    if card.terminal:
        yield labelled("terminal", card.terminal, copy=card.terminal, tail=terminal_key())


def _is_news(act: Act, now: float) -> bool:
    return act.state == "under_way" or now - (act.at if act.ended is None else act.ended) < RECENT
