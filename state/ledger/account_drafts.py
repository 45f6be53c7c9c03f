"""Drafts of the ledger's entries on money: each ceiling that a human gave."""

from collections.abc import Iterator

from state.ledger.entry import Draft
from state.ledger.shown import milliseconds
from state.money.accounts import Accounted


def of_accounts(news: Accounted) -> Iterator[Draft]:
    """Give the drafts of what is new: what came with an order is a human's, `drafts` say themselves whose they are."""
    for one in news.ceilings:
        body = {
            "order": one.asked,
            "budget": one.budget,
            "usd": str(one.usd),
            "reason": one.reason,
            "until_ms": milliseconds(one.until),
        }
        yield Draft("human", one.by, "ceiling", one.at, body=body, once=f"ceiling:{one.asked}")
    yield from news.drafts
