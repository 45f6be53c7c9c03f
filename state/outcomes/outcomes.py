"""Makes every figure on the work's outcome of what the journal tells, over one window and the one before it."""

from dataclasses import dataclass
from decimal import Decimal

from state.outcomes.figure import Outcomes
from state.outcomes.journal import Journal

WINDOW = 28 * 86400.0
"""Seconds of the usual window, four weeks (research/economics.md 5.3)."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What figures are measured with. `rate` is what an hour of a human's attention costs, in USD."""

    rate: Decimal = Decimal(200)


def outcomes(journal: Journal, since: float, until: float, measure: Measure = Measure()) -> Outcomes:
    """Give every figure over `since` to `until`, each with its value over as long a time before that."""
    raise NotImplementedError
