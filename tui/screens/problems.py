"""The list of what went wrong outside, each with what to do about it."""

from collections.abc import Sequence

from state.ports import Problem
from tui.panes.line import Line
from tui.screens.sheet import Sheet
from tui.spans import spans
from tui.wording import PROBLEMS_TITLE


class ProblemsScreen(Sheet):
    """One problem after the other."""

    heading = PROBLEMS_TITLE

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self._problems = problems

    def lines(self, width: int) -> Sequence[Line]:
        """Give each problem, what it is about, and its remedy."""
        return [line for problem in self._problems for line in told(problem)]


def told(problem: Problem) -> list[Line]:
    """Give the lines of one problem."""
    mark = spans(("! ", "warn"))
    blank = spans("  ")
    return [
        Line(spans((problem.text, "text")), mark),
        Line(spans((problem.remedy, "key")), blank),
        Line(spans((problem.about, "faint")), blank),
        Line(),
    ]
