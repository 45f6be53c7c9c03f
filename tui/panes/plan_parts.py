"""A plan and its nine parts, each found or missing."""

from collections.abc import Iterator

from tui.panes.foreign import quoted
from tui.panes.line import Line


def plan_lines(plan: str) -> Iterator[Line]:
    """Give the parts of a plan and its whole text."""
    yield from quoted(plan)
