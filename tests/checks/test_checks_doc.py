"""docs/checks.md is true: it names exactly the states, grades and limits that there are."""

import re
from pathlib import Path
from typing import get_args

from adapters.checks import output, report, walls
from state.checks.check import CheckState, Grade
from tui.verbs.checks import GRADES, NO_PROOF

DOC = (Path(__file__).parents[2] / "docs" / "checks.md").read_text()


def rows(heading: str) -> list[str]:
    """Give the first column of the first table under a heading."""
    part = DOC.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^\| (.+?) \|", part, re.MULTILINE)
    return found[1:]


def test_the_page_names_exactly_the_states_and_grades_that_there_are() -> None:
    states = {row.strip("`") for row in rows("When it passed")}
    assert states == set(get_args(CheckState)) - {"waiting", "running"}
    assert rows("Grades") == ["E0", *get_args(Grade)]
    assert set(GRADES) == set(get_args(Grade))


def test_the_page_names_each_kind_of_walls_as_results_do() -> None:
    assert rows("Walls") == ["bubblewrap", "Landlock only", "NO WALLS"]


def test_the_figures_of_the_page_are_those_that_hold() -> None:
    flat = DOC.replace("\n", " ")
    assert f"on processes ({walls.PROCESSES};" in flat
    assert f"its output ({(output.HEAD + output.TAIL) >> 20} MiB:" in flat
    assert f"up to {report.MOST_BYTES >> 20} MiB" in flat
    assert output.MOST_LOGS == 100 and "the newest hundred" in flat


def test_the_page_says_that_nothing_here_is_proof() -> None:
    assert NO_PROOF.split(":")[0] in DOC.replace("No grade", "no grade")
