"""One request with all that decides it: what is asked, why it waits, what it would do, the call, and what was said."""

from collections.abc import Iterator, Sequence

from state.gates.request import Request
from state.money.accounts import Estimated
from state.policy.verdict import Hit
from state.runs.card import Card
from tui.marks import RISKS
from tui.panes.call_text import advice_of, call_lines
from tui.panes.foreign import beside, quoted
from tui.panes.line import Line, heading, labelled, note
from tui.panes.plan_parts import plan_lines
from tui.spans import spans
from tui.wording import UNKNOWN, age, agent_name
from tui.wording_estimates import LIKELY, came_to, likely, rests_on
from tui.wording_gates import (
    ADVICE_TITLE,
    CALL_TITLE,
    EARLIER_NONE,
    EARLIER_TITLE,
    GATES,
    HOOK_WAITS,
    NEXT_CALL_WAITS,
    NO_EFFECT,
    NOBODY_LISTENS,
    NOBODY_WAITS,
    PLAN_TITLE,
    REQUEST_ENDS,
    decided,
)


def request_lines(
    request: Request, card: Card | None, earlier: Sequence[Request], now: float, estimated: Estimated | None = None
) -> list[Line]:
    """Give the whole page; nothing on it changes with the time alone, `now` is when it is laid out.

    `estimated` is what the run of a plan was likely to cost and take.
    """
    return [
        *_asked(request, now),
        *_rules(request),
        *_effects(request),
        *_whose(request, card),
        *(_likely(estimated, card, now) if estimated is not None and request.gate == "plan" else ()),
        Line(),
        *_subject(request),
        *_advice(request),
        *_earlier(earlier, now),
        *_bound(request, now),
    ]


def _asked(request: Request, now: float) -> Iterator[Line]:
    yield beside("asks", request.text, "strong")
    if request.decision is not None:
        yield beside("decided", decided(request.decision, now), "strong")
        if request.decision.reason:
            yield beside("", request.decision.reason)
    elif request.state != "open":
        yield labelled("state", (REQUEST_ENDS[request.state], "strong"))
    else:
        yield labelled("listens", _listens(request))
    if request.repeats:
        yield labelled("again", (f"the same call was denied {request.repeats}× before in this run", "warn"))


def _listens(request: Request) -> tuple[str, str]:
    if request.listening:
        return HOOK_WAITS, "text"
    if request.gate in ("merge", "release"):
        return NOBODY_WAITS, "text"
    return (NOBODY_LISTENS, "warn") if request.tool else (NEXT_CALL_WAITS, "text")


def _rules(request: Request) -> Iterator[Line]:
    for hit in request.hits:
        mark = RISKS[hit.severity]
        yield beside("rule", f"{mark.glyph} {hit.rule}", mark.role, spans((f" · {_terms(hit)}", "dim")))
        yield beside("because", hit.because)
        if hit.instead:
            yield beside("instead", hit.instead, "key")
    if not request.hits:
        mark = RISKS[request.severity]
        yield labelled("rule", (f"{mark.glyph} {request.severity}", mark.role), (f" · {GATES[request.gate]}", "dim"))


def _terms(hit: Hit) -> str:
    who = f" · decides: {', '.join(hit.reviewers)}" if hit.reviewers else ""
    soon = f" · within {int(hit.sla // 60)}m" if hit.sla else ""
    return f"{hit.outcome} · {hit.severity}{who}{soon}"


def _effects(request: Request) -> Iterator[Line]:
    for place, effect in enumerate(request.effects):
        yield beside("" if place else "effects", f"{effect.name}: {effect.why}")
    if not request.effects:
        yield labelled("effects", (NO_EFFECT, "dim"))


def _whose(request: Request, card: Card | None) -> Iterator[Line]:
    task = card.task_title if card else None
    agent = agent_name(card.agent) if card else UNKNOWN
    yield beside("task", task or UNKNOWN, also=spans((f" · {agent} · run {request.run}", "dim")))
    yield beside("branch", (card.branch if card else None) or UNKNOWN)
    where = (card.worktree if card else None) or UNKNOWN
    yield beside("worktree", where)
    if request.cwd and request.cwd != where:
        yield beside("runs in", request.cwd)


def _likely(told: Estimated, card: Card | None, now: float) -> Iterator[Line]:
    """Give what the planned work is likely to cost and take, on which runs that rests, and what was spent so far."""
    yield beside(LIKELY, likely(told), "strong" if told.n else "dim")
    if rests := rests_on(told):
        yield beside("", rests, "dim")
    if card is not None and (spent := came_to(told, card, None, now)):
        yield beside("", spent, "dim")


def _subject(request: Request) -> Iterator[Line]:
    """Give what is asked about: the plan with its parts, then the call."""
    if request.plan is not None:
        yield heading(PLAN_TITLE)
        yield from plan_lines(request.plan)
        yield Line()
    if request.tool:
        yield heading(CALL_TITLE)
        yield beside("tool", request.tool)
        yield from call_lines(request)
        yield Line()


def _advice(request: Request) -> Iterator[Line]:
    said = advice_of(request)
    if said:
        yield heading(ADVICE_TITLE)
        for text in said:
            yield from quoted(text, "dim", advice=True)
        yield Line()


def _earlier(earlier: Sequence[Request], now: float) -> Iterator[Line]:
    yield heading(EARLIER_TITLE)
    if not earlier:
        yield note(EARLIER_NONE)
    for one in earlier:
        if one.decision is not None:
            said = f"{decided(one.decision, now)}: {one.decision.reason}".rstrip(": ")
            yield beside("", f"{said} · {one.text}")
    yield Line()


def _bound(request: Request, now: float) -> Iterator[Line]:
    """Give what an answer is bound to."""
    policy, version = request.policy or UNKNOWN, request.context_version or UNKNOWN
    yield labelled("bound to", f"request {request.id} · sha {request.sha[:16]}")
    yield beside("", f"policy {policy[:16]} · context {version}", "dim")
    yield labelled("asked", (f"{age(request.opened, now)} before this was drawn", "dim"))
