"""How `headgate budget` prints: each budget, what it has used, what it does now, and what comes next at what amount."""

from collections.abc import Iterable, Iterator
from typing import Any

from state.contract import instant
from state.money.accounts import BudgetStands
from state.money.budget import amount, following
from state.money.budget_settings import Budgets
from state.money.budgeted import ladder_of, stand_label
from state.money.cost import dollars
from tui.verbs.printing import aligned

_SCOPES = ("envelope", "role", "person", "pool", "task", "run")
_NONE = ["no budget is set: see docs/budgets.md"]


def in_order(stands: Iterable[BudgetStands]) -> list[BudgetStands]:
    """Give budgets in the order in which they are read: the widest first."""
    return sorted(stands, key=lambda one: (_SCOPES.index(one.scope), -one.used, one.name))


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


def budget_lines(stands: Iterable[BudgetStands], budgets: Budgets) -> Iterator[str]:
    """Give the table, and below it the sentence of each budget that does anything."""
    told = in_order(stands)
    rows = [["BUDGET", "PERIOD", "USED", "OF", "SHARE", "STEP", "NEXT"]]
    for one in told:
        coming = following(ladder_of(budgets, one.scope, one.of, None, one.name), one.used, one.ceiling)
        then = f"{coming[0]} at ${amount(coming[1])}" if coming else "-"
        used = f"{'' if one.guess is None else '~'}${amount(one.used)}"
        share = f"{one.used * 100 / one.ceiling:.0f} %"
        rows.append([one.name, stand_label(one) or "whole", used, f"${amount(one.ceiling)}", share, one.step, then])
    yield from aligned(rows, frozenset({2, 3, 4})) if told else _NONE
    yield from (f"{one.name}: {one.text}" for one in told if one.step != "ok")
