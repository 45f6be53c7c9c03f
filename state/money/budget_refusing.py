"""Says why nothing new is started: a budget of its role, owner, pool or of all is used up, and what raises it."""

from state.control.desk import Desk
from state.control.wanting import Asked
from state.money.budgeted import Whose, budgeted


def nothing_new(desk: Desk, asked: Asked, owner: str) -> str | None:
    """Say which budget lets no such run begin, and what raises it; None where it may."""
    now = budgeted(desk.accounts(), desk.hands.settings().budgets, desk.rates(), desk.clock(), {})
    return now.refused(Whose("", asked.role, owner, None, asked.wanted.branch))
