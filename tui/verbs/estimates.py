"""What verbs print of an estimate, and the same as JSON."""

from decimal import Decimal
from typing import Any

from state.contract import instant
from state.money.accounts import Estimated
from state.money.estimate import Off, cost_off, time_off
from state.runs.card import Card


def estimate_document(told: Estimated | None, card: Card | None = None, began: float | None = None) -> Any:
    """Give an estimate as JSON, null where nothing was estimated; with its run, how far off it is by now.

    `usd` and `seconds` are [P25, P75], null without history; `off` compares what the run came to with their middle.
    """
    if told is None:
        return None
    usd = None if told.usd_low is None or told.usd_high is None else [f"{told.usd_low:f}", f"{told.usd_high:f}"]
    seconds = None if told.seconds_low is None else [told.seconds_low, told.seconds_high]
    document = {"n": told.n, "basis": told.basis, "usd": usd, "seconds": seconds, "unpriced": told.unpriced}
    if card is None:
        return document
    lasted = card.seen - began if began is not None and card.seen is not None else None
    spent = cost_off(told, None if card.cost_usd is None else Decimal(card.cost_usd))
    return {
        **document,
        "at": instant(told.at),
        "off": {"usd": _off(spent), "seconds": _off(time_off(told, lasted))},
    }


def _off(found: Off | None) -> dict[str, Any] | None:
    return None if found is None else {"ratio": f"{found.ratio:.2f}", "inside": found.inside}
