"""The first pane: what is known of a run, the most urgent first, each fact with the place where it was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from state.runs.roles import word_of
from state.runs.view import needs_you
from tui.columns import NEARLY_FULL, act_failed, change, context_percent
from tui.marks import RISKS, TESTS, state_mark
from tui.panes.acts import earlier, guarded, newest
from tui.panes.calls import calls
from tui.panes.context import told
from tui.panes.findings import findings
from tui.panes.line import Line, heading, labelled
from tui.panes.plan import steps
from tui.panes.stale import stale
from tui.spans import spans
from tui.wording import (
    NO_WORKTREE,
    OWNER_FROM,
    RISK_UNKNOWN,
    ROLE_FROM,
    TASK_FROM,
    TESTS_STALE,
    TESTS_UNKNOWN,
    UNCERTAIN,
    UNKNOWN,
    age,
    agent_name,
    ago,
    branch_name,
    many,
    short,
    skimmed,
    spent,
    tests_said,
)
from tui.wording_blended import blended_of, price_said
from tui.wording_control import why_text
from tui.wording_keys import role_unknown

if TYPE_CHECKING:
    from state.board import Detail
    from state.runs.card import Card
    from state.runs.origin import Origin

_LAST_CALLS = 6
_MOST_FAILING = 4
_MOST_RULES = 5
_MOST_PRICES = 4
"""Sources of prices beside the first that are shown."""
_STATE_FACTS = ("asks", "calls", "failure", "ended", "process", "turn")


def facts(detail: Detail, now: float) -> list[Line]:
    """Give the lines of the pane at the time `now`."""
    groups = (
        _urgent(detail, now),
        findings(detail.card, now),
        stale(detail.card),
        _work(detail, now),
        _means(detail, now),
        _places(detail),
        earlier(detail, now),
    )
    lines = [line for group in groups for line in group]
    if detail.steps:
        lines += [Line(), heading("plan"), *steps(detail)]
    lines += [Line(), *told(detail)]
    last = calls(detail, now)[-_LAST_CALLS:]
    return [*lines, Line(), heading("last calls"), *last] if detail.story else lines


def ages(detail: Detail) -> Iterable[float | None]:
    """Give the times whose age stands in the pane."""
    card = detail.card
    found = (finding.since for finding in card.findings)
    return (card.since, card.seen, card.worktree_read_at, card.tests_at, *(at for at in found if at is not None))


def source(detail: Detail, *names: str) -> Origin | None:
    """Give where the first of these facts that has an origin was read; None when none has."""
    return next((detail.origins[name] for name in names if name in detail.origins), None)


def _urgent(detail: Detail, now: float) -> Iterator[Line]:
    card = detail.card
    mark = state_mark(card)
    role = "blocked" if act_failed(card) else card.state if needs_you(card) else "text"
    said = why_text(card, now) or UNKNOWN
    yield labelled(
        spans((f"{mark.glyph} {mark.word}", mark.role)),
        (said, role),
        (f" · {age(card.since, now)}", "dim"),
        tail=source(detail, *_state_order(card)),
        copy=card.because,
    )
    if not card.certain:
        yield labelled("", (UNCERTAIN, "unknown"))
    if card.depth == "skimmed":
        yield labelled("read", (skimmed(card.unread), "unknown"))
    if card.next_text and card.next_text not in said:
        yield labelled("next", card.next_text)
    yield from newest(detail, now)
    blockers = (f"{one.kind.replace('_', ' ')}: {one.text}" for one in card.blockers)
    yield from (labelled("blocker", (one, "blocked")) for one in blockers if one not in said)
    named = word_of(detail.assigned, "task")
    tail = TASK_FROM.get(card.task_from or "", "") if named else source(detail, "title")
    yield labelled("task", (card.task_title or UNKNOWN, "strong"), tail=tail or TASK_FROM.get(card.task_from or "", ""))
    yield labelled("role", card.role or (role_unknown(), "dim"), tail=ROLE_FROM.get(card.role_from or "", ""))
    yield labelled("owner", card.owner or (UNKNOWN, "dim"), tail=OWNER_FROM.get(card.owner_from or "", ""))


def _state_order(card: Card) -> tuple[str, ...]:
    """Name the facts that a state is read off, the likeliest first."""
    first = {"waiting": "asks", "working": "calls", "blocked": "failure", "done": "ended", "stopped": "ended"}
    return (first.get(card.state, "turn"), "turn", *(_STATE_FACTS if card.state == "waiting" else ()), "process")


def _work(detail: Detail, now: float) -> Iterator[Line]:
    card, tree = detail.card, detail.worktree
    git = f"git {ago(card.worktree_read_at, now)}" if card.worktree_read_at else ""
    base = branch_name(tree.base_ref) if tree and tree.base_ref else "its base"
    told = () if card.ahead is None else ((f" · {card.ahead} ahead of {base}, {short(card.behind)} behind", "dim"),)
    yield labelled(
        "branch", card.branch or UNKNOWN, *told, tail=git or source(detail, "branch"), copy=card.branch or ""
    )
    if card.changed_files is not None:
        untracked = f", {card.untracked_files} untracked" if card.untracked_files else ""
        yield labelled("change", f"{many(card.changed_files, 'file')} ", *change(card), (untracked, "dim"), tail=git)
    else:
        yield labelled("change", (UNKNOWN, "dim"))
    yield from _tests(detail, now)
    yield from _risk(detail)
    if tree and (tree.problem or tree.missing or tree.locked):
        why = tree.problem or ("its directory is gone" if tree.missing else f"locked: {tree.locked}")
        yield labelled("", (why, "warn"))


def _tests(detail: Detail, now: float) -> Iterator[Line]:
    """Say what the agent's last test run came to, when, what that rests on, and which tests are known to fail."""
    card = detail.card
    if card.tests_state is None:
        yield labelled("tests", (UNKNOWN if card.depth == "skimmed" else TESTS_UNKNOWN, "dim"))
        return
    mark = TESTS[card.tests_state]
    said = tests_said(card.tests_state, card.tests_runner, card.tests_passed, card.tests_failed, card.tests_skipped)
    rest = f" · {ago(card.tests_at, now)}: {card.tests_why}" if card.tests_why else f" · {ago(card.tests_at, now)}"
    stale = (f" · {TESTS_STALE}", "warn") if card.tests_fresh is False else ("", "text")
    yield labelled("tests", (f"{mark.glyph} {said}", mark.role), stale, (rest, "dim"), tail=source(detail, "tests"))
    if card.failing:
        more = f" and {len(card.failing) - _MOST_FAILING} more" if len(card.failing) > _MOST_FAILING else ""
        named = ", ".join(card.failing[:_MOST_FAILING])
        yield labelled("failing", (named, mark.role), (more, "dim"), copy="\n".join(card.failing))


def _risk(detail: Detail) -> Iterator[Line]:
    """Say how grave a run's risk is, and for each rule that says so why, with what matched it."""
    card = detail.card
    if card.risk_level is None:
        yield labelled("risk", (UNKNOWN if card.depth == "skimmed" else RISK_UNKNOWN, "dim"))
        return
    mark = RISKS[card.risk_level]
    rules = list(zip(card.risk_rules, card.risk_reasons, strict=False))
    shown = rules[:_MOST_RULES]
    more = f" and {many(len(rules) - len(shown), 'more rule', 'more rules')}" if len(rules) > len(shown) else ""
    tail = source(detail, "ran", "edited")
    yield labelled("risk", (f"{mark.glyph} {card.risk_level}", mark.role), (more, "dim"), tail=tail)
    for rule, reason in shown:
        yield labelled("", (f"{rule} ", mark.role), (reason, "text"), copy=reason)


def _means(detail: Detail, now: float) -> Iterator[Line]:
    card = detail.card
    others = [model for model in card.models if model != card.model]
    also = f" · before: {', '.join(others)}" if others else ""
    yield labelled("model", card.model or UNKNOWN, (also, "dim"), tail=source(detail, "model"), copy=card.model or "")
    yield labelled("context", *_context(card), tail=source(detail, "context_used"))
    usage = card.usage
    if usage.requests:
        cached = f"fresh {short(usage.fresh_input)}, cache read {short(usage.cache_read)}"
        written = f"written {short(usage.cache_write_5m + usage.cache_write_1h)}, output {short(usage.output)}"
        parts = f" in {many(usage.requests, 'request')} · {cached}, {written}"
        yield labelled("tokens", short(usage.tokens), (parts, "dim"), tail=source(detail, "usage"))
    else:
        yield labelled("tokens", (UNKNOWN, "dim"))
    yield labelled("cost", spent(card), tail=source(detail, "usage"))
    if said := blended_of(detail):
        yield labelled("blended", said)
    for name, (used, when) in zip(("prices", *("",) * _MOST_PRICES), map(price_said, detail.prices), strict=False):
        yield labelled(name, used, (when, "dim"))
    if (told := detail.estimated) is not None:
        from tui.wording_estimates import LIKELY, came_to, likely, rests_on

        yield labelled(LIKELY, likely(told), (f" · {rests_on(told)}" if told.n else "", "dim"))
        if after := came_to(told, card, detail.began, now):
            yield labelled("", (after, "dim"))


def _context(card: Card) -> Iterator[tuple[str, str]]:
    percent = context_percent(card)
    if percent is None:
        yield (f"{short(card.context_used)} of a window that its log does not name", "dim")
        return
    yield (f"{percent}%", "warn" if percent >= NEARLY_FULL else "text")
    yield (f" · {short(card.context_used)} of {short(card.context_limit)}", "dim")


def _places(detail: Detail) -> Iterator[Line]:
    card = detail.card
    words = [word for word in (card.agent_version,) if word]
    mode = f" · mode {card.mode}" if card.mode else ""
    yield labelled("agent", " ".join([agent_name(card.agent), *words]), (mode, "dim"), tail=source(detail, "version"))
    alive = {True: "alive", False: "gone", None: "not found: only its log tells of it"}[card.alive]
    helpers = f" · {many(card.subagents, 'subagent')} at work" if card.subagents else ""
    yield from guarded(card)
    yield labelled("process", alive, (helpers, "dim"), tail=source(detail, "process"))
    yield labelled("worktree", card.worktree or NO_WORKTREE, copy=card.worktree or "")
    log = f"{card.source_log}:{card.source_offset}" if card.source_log else UNKNOWN
    yield labelled("log", log, copy=card.source_log or "")
    yield labelled("run", card.id, (f" · session {card.session_id}", "dim"), copy=card.id)
    if card.parent:
        yield labelled("parent", card.parent)
    if card.not_understood:
        yield labelled("unread", (f"{many(card.not_understood, 'record')} that no adapter understood", "unknown"))
