"""A figure about the work's outcome: never a bare number, so that each can be asked what it is made of.

Source of the figures: research/economics.md 5.3; docs/metrics.md defines each of them.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from state.outcomes.few import FEW as FEW

Unit = Literal["usd", "share", "count", "seconds", "tokens", "ratio"]
"""`share` is 0 to 1, `ratio` any quotient of counts, such as interventions an accepted change."""
Part = Literal["numerator", "denominator", "both"]


@dataclass(frozen=True, slots=True)
class Instance:
    """One event that a figure counts: what it was, when (seconds since 1970), and where it can be read.

    `source` names the place: `ledger 41`, a log with its offset, a commit. `amount` is what it adds, in the figure's
    unit, None where it counts as one.
    """

    text: str
    source: str
    at: float | None = None
    run: str | None = None
    task: str | None = None
    amount: Decimal | None = None
    part: Part = "numerator"


@dataclass(frozen=True, slots=True)
class Figure:
    """One outcome over one window. `value` None: unknown, or nothing to divide by; `note` then says which.

    `n` is how many things the figure rests on. `at_least` says that a part of it has no price or was not read, so that
    it is a lower bound. `parts` split the numerator, each with its name. `before` is the same figure of the window
    before, with its own n.
    """

    name: str
    title: str
    unit: Unit
    value: Decimal | None
    n: int
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    at_least: bool = False
    note: str = ""
    parts: tuple[tuple[str, Decimal | None], ...] = ()
    instances: tuple[Instance, ...] = ()
    before: Decimal | None = None
    before_n: int | None = None

    @property
    def few(self) -> bool:
        """Say whether it rests on too few things to go by."""
        return self.n < FEW


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All figures over one window, `since` to `until`, compared with the window of the same length before it.

    Times are seconds since 1970. `notes` are sentences on what the figures leave out.
    """

    since: float
    until: float
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()

    def figure(self, name: str) -> Figure:
        """Give the figure of that name. Raises `KeyError`."""
        for one in self.figures:
            if one.name == name:
                return one
        raise KeyError(name)
