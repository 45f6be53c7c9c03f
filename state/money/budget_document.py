"""Budgets as the JSON of `budget --json` and `status --json` tells them, the widest first."""

from collections.abc import Iterable
from typing import Any

from state.contract import instant
from state.money.accounts import BudgetStands
from state.money.budget import following
from state.money.budget_plans import Budgets
from state.money.budgeted import ladder_of
from state.money.cost import dollars

_SCOPES = ("envelope", "role", "person", "pool", "task", "run")


def in_order(stands: Iterable[BudgetStands]) -> list[BudgetStands]:
    """Give budgets in the order in which they are read: the widest first."""
    return sorted(stands, key=lambda one: (_SCOPES.index(one.scope), -one.used, one.name))


def budget_documents(stands: Iterable[BudgetStands], budgets: Budgets) -> list[dict[str, Any]]:
    """Give several budgets in their order."""
    return [budget_document(one, budgets) for one in in_order(stands)]


def budget_document(stand: BudgetStands, budgets: Budgets) -> dict[str, Any]:
    """Give one budget as `budget --json` and `status --json` show it; `spent` has what has a price, `used` all."""
    coming = following(ladder_of(budgets, stand.scope, stand.of, None, stand.name), stand.used, stand.ceiling)
    return {
        "name": stand.name,
        "scope": stand.scope,
        "of": stand.of or None,
        "since": instant(stand.since),
        "until": instant(stand.until),
        "ceiling": dollars(stand.ceiling),
        "spent": dollars(stand.spent),
        "guess": dollars(stand.guess),
        "share": None if not stand.ceiling else round(float(stand.used / stand.ceiling), 4),
        "step": stand.step,
        "next": None if coming is None else {"step": coming[0], "at": dollars(coming[1])},
        "text": stand.text,
    }
