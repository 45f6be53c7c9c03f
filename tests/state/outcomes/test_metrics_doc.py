"""docs/metrics.md is true: it defines exactly the figures that there are, each with all that is to be said of it."""

import re
from pathlib import Path

from state.outcomes.closing import DAY, GRACE, IDLE
from state.outcomes.figure import FEW
from state.outcomes.journal import Journal
from state.outcomes.markdown import FOREMOST
from state.outcomes.outcomes import families, outcomes
from state.outcomes.period import SURVIVAL

TEXT = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text()
FOUND = outcomes(Journal(), 1000 * DAY, 1028 * DAY)


def test_it_defines_the_figures_in_the_order_in_which_they_are_shown() -> None:
    headings = re.findall(r"^### `(\w+)`: (.+)$", TEXT, re.MULTILINE)
    assert headings == [(figure.name, figure.title) for figure in FOUND.figures]


def test_each_has_a_numerator_a_denominator_and_traps() -> None:
    for section in TEXT.split("\n### ")[1:]:
        assert re.findall(r"^- \*\*(\w+):\*\* \S", section, re.MULTILINE) == ["numerator", "denominator", "traps"]


def test_its_families_are_the_reports() -> None:
    assert re.findall(r"^## (.+)$", TEXT, re.MULTILINE)[1:] == [name for name, _ in families(FOUND)]


def test_its_bounds_are_the_codes() -> None:
    assert f"{IDLE / DAY:.0f} days" in TEXT and f"{GRACE / 60:.0f} minutes" in TEXT
    assert f"Survival is {SURVIVAL / DAY:.0f} days" in TEXT and f"Below {FEW} it says" in TEXT


def test_the_foremost_figures_are_figures() -> None:
    assert all(FOUND.figure(name) for name in FOREMOST)
