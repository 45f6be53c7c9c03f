"""What a human's answer to a budget's request comes to: a new ceiling, in the same commit as the answer itself.

The amount is the one that the human typed with the answer, else the one that the request showed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from state.gates.book import Change
from state.gates.decision import Recorded
from state.money.accounts import Accounted, Accounts, BudgetStands, Ceiling
from state.money.budget import step_at
from state.money.budget_words import amount_in
from state.money.budgeted import Budgeted, raise_in


def raised(change: Change, accounts: Accounts, budgeted: Budgeted) -> Accounted | None:
    """Give the ceilings that the answers of a change give; None where there are none."""
    given = tuple(one for _, _, recorded in change.decided if (one := _ceiling(recorded)) is not None)
    return Accounted(ceilings=given, budgets=tuple(_after(given, accounts, budgeted))) if given else None


def _ceiling(recorded: Recorded) -> Ceiling | None:
    request, decision = recorded.request, recorded.decision
    told = raise_in(request.text)
    if told is None or request.tool or request.state != "approved" or decision.answer != "approve":
        return None
    usd = amount_in(decision.reason) or told[1]
    return Ceiling(request.id, told[0], usd, decision.by, decision.at, decision.reason)


def _after(given: Iterable[Ceiling], accounts: Accounts, budgeted: Budgeted) -> Iterator[BudgetStands]:
    """Give how the budgets stand at once, so that no hook goes by a ceiling that is not in force any more."""
    for one in given:
        before = accounts.budgets.get(one.budget)
        if before is not None:
            yield at_ceiling(before, one.usd, budgeted)


def at_ceiling(stand: BudgetStands, usd: Decimal, budgeted: Budgeted) -> BudgetStands:
    """Give a budget at a new ceiling; its sentence is said anew by the next counting."""
    step, _ = step_at(budgeted.ladder(stand), stand.used, usd)
    return replace(stand, ceiling=usd, step=step)
