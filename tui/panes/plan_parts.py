"""A plan as it is decided on: its nine parts, each found or MISSING, and its whole text."""

from collections.abc import Iterator

from state.gates.plan_parts import plan_parts
from tui.panes.foreign import quoted, shown
from tui.panes.line import Line
from tui.spans import Span, fit, spans
from tui.wording_gates import PART_FOUND, PART_MISSING

_NAME, _MARK = 30, 9


def plan_lines(plan: str) -> Iterator[Line]:
    """Give a line for each part with how it begins, and the plan."""
    for part in plan_parts(plan):
        mark = spans((f"✓ {PART_FOUND}", "plus") if part.found else (f"✗ {PART_MISSING}", "warn"))
        name = fit(spans((part.name, "text" if part.found else "strong")), _NAME)
        label = (*fit(mark, _MARK + 2), *name, Span("│ ", "faint"))
        yield Line(shown(part.lines[0].strip(), "dim") if part.found else (), label)
    yield Line()
    yield from quoted(plan)
