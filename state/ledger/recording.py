"""Tells what of a commit belongs into the ledger: each decision, act, word, piece of evidence and approval."""

from state.beside import Beside
from state.ledger.entry import Draft


def drafts_of(beside: Beside, now: float) -> tuple[Draft, ...]:
    """Give the entries that a commit at `now` (seconds since 1970) makes, in the order in which they happened."""
    return beside.review.drafts if beside.review is not None else ()
