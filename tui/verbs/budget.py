"""How `headgate budget` prints: each budget, what it has used, what it does now, and what comes next at what amount."""

from collections.abc import Iterable, Iterator

from state.money.accounts import BudgetStands
from state.money.amounts import amount
from state.money.budget import following
from state.money.budget_document import in_order
from state.money.budget_plans import Budgets
from state.money.budgeted import ladder_of, stand_label
from tui.verbs.printing import aligned

_NONE = ["no budget is set: see docs/budgets.md"]


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
