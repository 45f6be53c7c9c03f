"""The second pane: who decided what on a run's plan and when, its steps in words, and its whole text, then and now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from state.text import lines_of
from tui import wording_tests as words
from tui.marks import STEPS
from tui.panes.empty import empty
from tui.panes.line import LABEL, Line, heading, labelled
from tui.spans import fit, spans

if TYPE_CHECKING:
    from state.board import ChangeDetail, Detail


def plan(detail: Detail, change: ChangeDetail | None = None, now: float = 0.0) -> list[Line]:
    """Give the lines of the pane; without `change` nothing is known yet of who decided."""
    lines = steps(detail, worded=True)
    texts = list(_texts(detail, change))
    decided = list(_decided(detail, change, now)) if change is not None else []
    if not (lines or texts or decided):
        return empty("plan")
    card = detail.card
    state = words.PLAN_STATES.get(card.plan_state, card.plan_state)
    head = [labelled(words.THE_PLAN, (state, words.PLAN_ROLES.get(card.plan_state, "dim")))]
    counted = words.steps_counted(card.plan_steps_done or 0, len(detail.steps))
    return [*head, *decided, *([Line(), heading(counted), *lines] if lines else []), *texts]


def steps(detail: Detail, *, worded: bool = False) -> list[Line]:
    """Give one line a step; the one that is under way stands out. `worded` says its state in words."""
    sources = (detail.origins["plan"],) if "plan" in detail.origins else ()
    return [
        Line(
            spans(
                (step.text, "strong" if step.state == "in_progress" else "dim" if step.state != "pending" else "text")
            ),
            fit(spans((f"{(mark := STEPS[step.state]).glyph} {mark.word}", mark.role)), LABEL)
            if worded
            else spans((f"{STEPS[step.state].glyph} ", STEPS[step.state].role)),
            what="step",
            sources=sources,
        )
        for step in detail.steps
    ]


def _decided(detail: Detail, change: ChangeDetail, now: float) -> Iterator[Line]:
    """Give who decided what and when, what that bound, where the run stands now, and what left the plan."""
    gated, newest = change.gated, change.plans[0] if change.plans else None
    if newest is not None and newest.state == "open":
        yield labelled("decision", (words.waits(newest, now), "waiting"))
    answers = [one.decision for one in change.plans if one.decision is not None]
    for number, one in enumerate(answers):
        label = "decision" if number == 0 and (newest is None or newest.state != "open") else words.DECIDED_BEFORE
        yield labelled(label[: LABEL - 1], words.decided(one, now), copy=one.reason)
    if newest is not None and newest.state != "open" and not answers:
        yield labelled("decision", (words.NOT_DECIDED, "dim"))
    if gated is not None:
        why = f": {gated.why}" if gated.why else ""
        yield labelled("phase", (f"{gated.phase}{why}", "dim"))
        if gated.plan is not None:
            yield labelled("bounds", words.bounds(gated.plan), copy="\n".join(gated.plan["paths"]))
    for one in detail.card.findings:
        if one.kind == "unplanned_file":
            yield Line(spans((one.text, "warn")), fit(spans(("drift", "faint")), LABEL), sources=one.evidence)


def _texts(detail: Detail, change: ChangeDetail | None) -> Iterator[Line]:
    """Give the plan as it is now, and before it as it was approved where that is another text."""
    approved = next((one for one in change.plans if one.state == "approved" and one.plan), None) if change else None
    now = [line.rstrip() for line in detail.plan_text]
    then = [line for one in (approved.plan or "").split("\n") for line in lines_of(one) or ("",)] if approved else []
    if approved is not None and _letters(then) != _letters(now):
        yield from _text(words.AS_APPROVED, then, detail, own=False)
        yield from _text(words.AS_IT_IS, now, detail, own=True)
    else:
        yield from _text(words.AS_APPROVED if approved else words.THE_PLAN, now or then, detail, own=True)


def _text(title: str, lines: list[str], detail: Detail, *, own: bool) -> Iterator[Line]:
    sources = (detail.origins["plan"],) if own and "plan" in detail.origins else ()
    if any(lines):
        yield Line()
        yield heading(title)
        yield from (Line(spans(text), what="line", sources=sources) for text in lines)


def _letters(lines: list[str]) -> str:
    return "".join(letter for line in lines for letter in line if letter.isalnum())
