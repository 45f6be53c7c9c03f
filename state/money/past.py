"""Which runs of a repository are history to estimate by: those that are over, each with what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from state.money.estimate import History, Past
from state.money.task_class import task_class
from state.runs.run import Run, RunKey

if TYPE_CHECKING:
    from state.money.spending import CostState
    from state.runs.card import Card

OVER = ("done", "stopped")
SILENT = 8 * 3600.0
"""Seconds of silence, a working day, after which a run that no one ended counts as over."""
NEWEST = 5000
"""How many runs a history holds at the most, the newest ones."""


def past(
    run: str,
    role: str | None,
    lane: str | None,
    title: str | None,
    usd: str | None,
    state: CostState,
    began: float | None,
    seen: float | None,
) -> Past:
    """Give one run as history: `usd` as it is shown, `began` and `seen` its first and last datum."""
    took = seen - began if began is not None and seen is not None and seen >= began else None
    cost = None if usd is None else Decimal(usd)
    return Past(run, role, lane, task_class(title), cost, state in ("lower_bound", "unpriced"), took)


def over(state: str, seen: float | None, now: float) -> bool:
    """Say whether a run is over, as far as its row tells."""
    return state in OVER or (seen is not None and now - seen > SILENT)


def history_of(cards: Iterable[Card], runs: Mapping[RunKey, Run], now: float) -> History:
    """Give the history that rows and facts in memory tell; a run that another one began is a part of that one."""
    told = [
        past(
            card.id,
            card.role,
            card.lane_effective or card.lane_asked,
            card.task_title,
            card.cost_usd,
            card.cost_state,
            runs[key].started,
            card.seen,
        )
        for card in cards
        if (key := RunKey(card.id)) in runs
        and card.parent is None
        and card.usage.requests
        and over(card.state, card.seen, now)
    ]
    return History(tuple(told[-NEWEST:]))
