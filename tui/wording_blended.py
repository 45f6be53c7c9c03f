"""Sentences on blended cost: what a token cost in its mix, against the list price, and what the cache brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tui.wording import UNKNOWN, many, money

if TYPE_CHECKING:
    from state.board import Detail
    from state.money.spending import CostState
    from state.money.spent import PriceUsed

BLENDED = ("$/MTok", "of list", "cache net")
"""Heads of the columns: USD per million tokens, cost as a share of list price, and what the cache saved."""

NO_PRICE = "no price"


def blended_cells(
    per_mtok: str | None, of_list: str | None, cache_net: str | None, state: CostState
) -> tuple[str, ...]:
    """Give the three figures in few cells; of a cost that is at least so much, so is what a token cost."""
    sign = {"lower_bound": "≥ ", "assumed": "≈ "}.get(state, "")
    each = UNKNOWN if per_mtok is None else f"{sign}{money(per_mtok)}"
    return each, UNKNOWN if of_list is None else f"{float(of_list):.0%}", signed(cache_net)


def signed(usd: str | None) -> str:
    """Give an amount that may be a loss: $1.20, -$0.30."""
    if usd is None:
        return UNKNOWN
    return f"-{money(usd[1:])}" if usd.startswith("-") else money(usd)


def blended_said(row: Mapping[str, Any], state: CostState) -> str:
    """Say them of one run, by the keys of `usage --json`."""
    each, share, net = blended_cells(row["usd_per_mtok"], row["of_list"], row["cache_net_usd"], state)
    return f"{each} a million tokens · {share} of list price · cache net {net}"


def blended_of(detail: Detail) -> str | None:
    """Say them of the run that is looked at; None where nothing is known of its calls."""
    paid = detail.paid
    if paid is None:
        return None
    figures = _told(paid.per_token), _told(paid.of_list), _told(paid.cache_net)
    each, share, net = blended_cells(*figures, detail.card.cost_state)
    return f"{each} a million tokens · {share} of list price · cache net {net}"


def price_said(used: PriceUsed) -> tuple[str, str]:
    """Say by which source the calls of one model were priced, and of when these calls are."""
    days = [datetime.fromtimestamp(at, UTC).date().isoformat() for at in (used.first, used.last) if at is not None]
    when = f"{' to '.join(dict.fromkeys(days))} UTC" if days else "of unknown time"
    return f"{used.model or UNKNOWN}: {used.source or NO_PRICE}", f" · {many(used.calls, 'call')}, {when}"


def _told(figure: Decimal | None) -> str | None:
    return None if figure is None else f"{figure:f}"
