"""Every sentence on what a run is likely to cost and take, on what a start comes to, and on how far off that was."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from state.money.estimate import ENOUGH, Off, cost_off, time_off
from state.money.past import over
from tui.wording import DAY, HOUR, MINUTE, UNKNOWN, cost_cell, many, money

if TYPE_CHECKING:
    from state.money.accounts import Estimated
    from state.money.preferring import Choice
    from state.runs.card import Card

LIKELY = "likely"
"""The label of an estimate."""
NO_HISTORY = "no history: no run here is over yet"
READING_HISTORY = "the history of this repository is being read"


def likely(told: Estimated) -> str:
    """Say what a run is likely to cost and take: $0.40 to $2.10, 6m to 25m."""
    if not told.n:
        return NO_HISTORY
    parts = [_range(told)]
    if told.seconds_low is not None and told.seconds_high is not None:
        parts.append(_span(took(told.seconds_low), took(told.seconds_high)))
    return ", ".join(parts)


def rests_on(told: Estimated) -> str:
    """Say which runs an estimate rests on, and what that is worth; "" without any."""
    if not told.n:
        return ""
    few = ": too few to go by" if told.n < ENOUGH else ""
    half = "the middle half of " if told.n > 1 else ""
    lacks = f", {told.unpriced} of them not wholly priced" if told.unpriced else ""
    return f"{half}{many(told.n, 'run')}{lacks} ({told.basis}){few}"


def chosen(choice: Choice) -> str:
    """Say which lane a start comes to and why, and the envelope of its run."""
    envelope = f"; its envelope is {money(str(choice.envelope))}" if choice.envelope is not None else ""
    return f"{choice.lane}: {choice.why}{envelope}"


def came_to(told: Estimated, card: Card, began: float | None, now: float) -> str:
    """Say how far off an estimate was, or how far a run that goes on has come; "" where nothing is known."""
    if not told.n or not card.usage.requests:
        return ""
    ended = over(card.state, card.seen, now)
    lasted = card.seen - began if began is not None and card.seen is not None else None
    usd = None if card.cost_usd is None else Decimal(card.cost_usd)
    paid = cost_cell(card) + (_far(cost_off(told, usd)) if ended else "")
    spent = f"{'it came to' if ended else 'so far'} {paid}"
    return spent if lasted is None else f"{spent}, {took(lasted)}{_far(time_off(told, lasted)) if ended else ''}"


def took(seconds: float) -> str:
    """Give a length of time in few cells: 40s, 6m, 3h, 2d."""
    for least, letter in ((2 * DAY, "d"), (2 * HOUR, "h"), (MINUTE, "m")):
        if seconds >= least:
            unit = {"d": DAY, "h": HOUR, "m": MINUTE}[letter]
            return f"{seconds / unit:.0f}{letter}"
    return f"{seconds:.0f}s"


def estimate_lines(told: Estimated) -> Sequence[str]:
    """Give what a verb prints of an estimate."""
    return [f"likely: {likely(told)}", *([f"  {rests_on(told)}"] if told.n else [])]


def _range(told: Estimated) -> str:
    if told.usd_low is None or told.usd_high is None:
        return f"cost {UNKNOWN}: none of them has a price"
    sign = "≥ " if told.unpriced else ""
    return f"{sign}{_span(money(str(told.usd_low)), money(str(told.usd_high)))}"


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _far(off: Off | None) -> str:
    if off is None:
        return ""
    return f" ({off.ratio:.1f}× the middle, {'inside' if off.inside else 'outside'} the range)"
