"""The second pane: the steps of the agent's plan, and its prose."""

from state.board import Detail
from tui.marks import STEPS
from tui.panes.empty import empty
from tui.panes.line import Line, heading
from tui.spans import spans


def plan(detail: Detail) -> list[Line]:
    """Give the lines of the pane."""
    lines = steps(detail)
    if detail.plan_text:
        sources = (detail.origins["plan"],) if "plan" in detail.origins else ()
        prose = [Line(spans(text), what="line", sources=sources) for text in detail.plan_text]
        lines += [*([Line()] if lines else []), heading(f"the plan, {_plan_state(detail)}"), *prose]
    return lines or empty("plan")


def steps(detail: Detail) -> list[Line]:
    """Give one line a step; the one that is under way stands out."""
    sources = (detail.origins["plan"],) if "plan" in detail.origins else ()
    return [
        Line(
            spans(
                (step.text, "strong" if step.state == "in_progress" else "dim" if step.state != "pending" else "text")
            ),
            spans((f"{STEPS[step.state].glyph} ", STEPS[step.state].role)),
            what="step",
            sources=sources,
        )
        for step in detail.steps
    ]


def _plan_state(detail: Detail) -> str:
    words = {"none": "not proposed", "drifted": "drifted from what was approved"}
    return words.get(detail.card.plan_state, detail.card.plan_state)
