"""Tells what of a commit belongs into the ledger: each decision, act, word, piece of evidence and approval.

A human's entry is made only of what came with an order, and names it; a deadline, a rule, a hook and a model each stand
under their own name (research/reliability.md A5). What is told twice stands once, by `Draft.once`.
"""

from collections.abc import Iterator

from state.beside import Beside
from state.ledger.account_drafts import of_accounts
from state.ledger.control_drafts import of_acts, of_words
from state.ledger.entry import TOOL, Draft
from state.ledger.gate_drafts import of_gates
from state.ledger.review_drafts import honest, of_review
from state.policies import InForce


def drafts_of(beside: Beside, now: float) -> tuple[Draft, ...]:
    """Give the entries that a commit at `now` (seconds since 1970) makes, in the order in which they happened."""
    return tuple(_drafts(beside, now))


def _drafts(beside: Beside, now: float) -> Iterator[Draft]:
    yield from of_acts(beside.acts, now)
    if beside.gates is not None:
        yield from of_gates(beside.gates, now)
    if beside.said is not None:
        yield from of_words(beside.said, now)
    if beside.review is not None:
        yield from of_review(beside.review, now)
    if beside.accounts is not None:
        yield from of_accounts(beside.accounts)
    yield from map(honest, beside.drafts)


def of_policy(policy: InForce, now: float) -> tuple[Draft, ...]:
    """Give the draft of the policy that is in force now, recorded where it is another than before."""
    body = {"policy": policy.blob, "name": policy.name, "problem": policy.problem.text if policy.problem else ""}
    return (Draft("tool", TOOL, "policy", now, body=body, news=True),)
