"""A change's page: everything that decides it in one fixed order, and in front of each line who says so.

The order never changes, because a reader trusts a page that always looks the same (research/economics.md 4.3). What is
missing is said in its own place. Foreign words stand behind a gutter, so that nothing in them passes for ours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from state.approval.approval import Approval
from state.board import ChangeDetail
from state.checks.check import CheckResult
from state.evidence.package import Claim, Fact, Mark, Package, PartName
from state.runs.card import Card
from state.runs.run import Origin
from tui import wording_review as words
from tui.marks import RISKS
from tui.panes.acts import act_lines
from tui.panes.foreign import quoted, shown
from tui.panes.line import LABEL, Line, where
from tui.spans import Span, Spans, fit, spans
from tui.wording import UNKNOWN, ago

MOST_UNCOMMITTED = 6
_ROLES: dict[Mark, str] = {
    "observed": "text",
    "verified": "plus",
    "claimed": "unknown",
    "human": "strong",
    "missing": "blocked",
}
VERDICTS = {"verified": ("✔", "plus"), "contradicted": ("✘", "blocked"), "unverifiable": ("?", "unknown")}
CHECKS = {
    "passed": ("✔", "plus"),
    "failed": ("✘", "blocked"),
    "timed_out": ("✘", "blocked"),
    "broken": ("✘", "blocked"),
    "none_ran": ("○", "warn"),
    "cancelled": ("□", "warn"),
    "running": ("●", "working"),
    "waiting": ("○", "dim"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What stands on the page beside the change itself. `unmet` are sentences, each with what would meet it; None
    where that is not known. `hunks` says how many were seen, "" before the text was read."""

    unmet: Sequence[tuple[str, str]] | None = None
    hunks: str = ""
    hidden: int = 0


def change_lines(change: ChangeDetail, card: Card | None, told: Told, now: float) -> list[Line]:
    """Give the whole page. `now` is when it is laid out."""
    package = change.package
    if package is None:
        return [Line(spans((words.NO_CHANGE, "strong"))), Line(spans((words.no_change_more(), "dim")))]
    return [
        *_head(package, card, now),
        *_decide(change, told, now),
        *_claims(package),
        *_checks(change, now),
        *_tests(package),
        *_risk(package),
        *_plan(package),
        *_diff(package, told),
        *_notes(package),
        *_reviews(package),
        *_provenance(package),
        *_left_out(package),
        *_approvals(change, now),
        *_after(change, now),
        *_bound(change, package),
    ]


def section(title: str, more: str = "") -> Iterator[Line]:
    """Give the line that begins a part of the page."""
    yield Line(spans(("── ", "rule"), (title, "tab-open"), (f" ── {more}" if more else " ──", "dim")))


def said(mark: Mark | str, text: str, origin: Origin | None = None, *, role: str = "", sign: str = "") -> Line:
    """Give one line with who says it; `sign` stands before what is said. Foreign text stands behind the gutter."""
    known = mark if mark in _ROLES else None
    own = role or (_ROLES[known] if known else "text")
    label = words.MARK_WORDS[known] if known else mark
    named = fit(spans((label, "blocked" if known == "missing" else "faint")), LABEL - 2)
    edge = Span("│ ", "faint")
    body = (*spans((f"{sign} " if sign else "", own)), *shown(text, own))
    tail = spans((where(origin), "faint")) if origin else ()
    sources = (origin,) if origin else ()
    return Line(body, (*named, edge), tail, text, label, sources, gutter=(Span(" " * (LABEL - 2)), edge))


def _head(package: Package, card: Card | None, now: float) -> Iterator[Line]:
    proposal, mark = package.proposal, RISKS[package.risk]
    yield said("task", package.task, role="strong")
    yield said("branch", f"{proposal.branch} → {words.short_ref(proposal.target)}")
    commits = words.commits_said(proposal.commits, proposal.base, proposal.head)
    yield said("observed", commits)
    there, total = sum(part.mark != "missing" for part in package.parts), len(package.parts)
    fresh = words.freshness(package.proposal.head, card.head if card else None)
    stale = bool(card and card.head and card.head != proposal.head)
    evidence = f"evidence {there}/{total} · {fresh} · gathered {ago(package.built, now)}"
    yield said("observed", evidence, role="warn" if stale else "text")
    rules = ", ".join(str(one) for one in package.facts.get("risk_rules") or ())
    yield said("risk", f"{package.risk} · {rules}" if rules else package.risk, role=mark.role, sign=mark.glyph)


def _decide(change: ChangeDetail, told: Told, now: float) -> Iterator[Line]:
    package = change.package
    yield from section(words.DECIDE_TITLE, words.state_of(change, now))
    if package is not None and package.proposal.conflicts:
        yield said("observed", words.conflicting(package.proposal.conflicts), role="blocked", sign="✘")
    for text, remedy in told.unmet or ():
        yield said("unmet", text, role="blocked", sign="✘")
        yield said("", remedy, role="key", sign="→")
    if told.unmet is None:
        yield said("unmet", words.UNMET_UNKNOWN, role="unknown")
    elif not told.unmet:
        yield said("unmet", words.NOTHING_UNMET, role="plus", sign="✔")
    if told.hidden:
        yield said("observed", words.hidden_said(told.hidden), role="warn", sign="!")
    newest = next((one for one in change.acts if one.kind == "merge"), None)
    if newest is not None:
        yield from act_lines(newest, now)


def _claims(package: Package) -> Iterator[Line]:
    yield from section(words.CLAIMS_TITLE, words.claims_counted(package.claims))
    for one in package.claims:
        yield from _claim(one)


def _claim(one: Claim) -> Iterator[Line]:
    sign, role = VERDICTS[one.verdict]
    yield said("claimed", f"“{one.text}”", one.origin, role="text", sign=sign)
    yield said("", f"{words.VERDICT_WORDS[one.verdict]}: {one.against}", role=role)


def _checks(change: ChangeDetail, now: float) -> Iterator[Line]:
    yield from section(words.CHECKS_TITLE, words.CHECKS_MORE)
    for one in change.results:
        yield from check_lines(one, now)
    if not change.results:
        yield said("missing", words.no_checks())
    running = next((one for one in change.acts if one.kind == "check" and one.state == "under_way"), None)
    if running is not None:
        yield from act_lines(running, now)


def check_lines(one: CheckResult, now: float) -> Iterator[Line]:
    """Give one required check: what it came to, of which grade, by whom, behind which walls, and what failed."""
    sign, role = CHECKS[one.state]
    origin = Origin(one.log, 0, one.ended) if one.log else None
    done = one.state not in ("running", "waiting")
    yield said("verified" if done else "", words.check_said(one, now), origin, role=role, sign=sign)
    yield said("", f"{one.command} · {one.walls or words.NO_WALLS}", role="dim")
    if one.why:
        yield said("", one.why, role=role)
    for failing in one.failing[:5]:
        yield said("", failing, role="minus", sign="✘")
    if len(one.failing) > 5:
        yield said("", words.and_more(len(one.failing) - 5), role="minus")


def _tests(package: Package) -> Iterator[Line]:
    yield from section(words.TESTS_TITLE, words.TESTS_MORE)
    yield from _part(package, "tests_run")
    yield from _part(package, "failing_tests", words.PART_WORDS["failing_tests"])
    for one in package.test_changes:
        yield said("observed", one, role="warn", sign="!")


def _risk(package: Package) -> Iterator[Line]:
    mark = RISKS[package.risk]
    yield from section(words.RISK_TITLE, f"{mark.glyph} {package.risk}")
    for one in package.risk_reasons:
        yield said("observed", one, role=mark.role)
    yield from _part(package, "risk", besides=package.risk_reasons)


def _plan(package: Package) -> Iterator[Line]:
    yield from section(words.PLAN_TITLE, words.plan_counted(len(package.untouched), len(package.unplanned)))
    yield from _part(package, "plan")
    for one in package.unplanned:
        yield said("observed", f"{one} · {words.UNPLANNED}", role="warn", sign="+")
    for one in package.untouched:
        yield said("observed", f"{one} · {words.UNTOUCHED}", sign="○")


def _diff(package: Package, told: Told) -> Iterator[Line]:
    proposal = package.proposal
    yield from section(words.DIFF_TITLE, words.diff_more())
    yield said("observed", words.change_counted(len(proposal.files), proposal.added, proposal.deleted, told.hunks))
    yield from _links(package)
    yield from _part(package, "diff_summary")


def _links(package: Package) -> Iterator[Line]:
    for one in package.proposal.files:
        if one.target is not None:
            yield said("observed", f"{one.path}: {words.target_said(one.target)}", role="warn", sign="!")


def _notes(package: Package) -> Iterator[Line]:
    yield from section(words.NOTES_TITLE)
    for name in ("unresolved_questions", "security", "performance", "rollout", "rollback"):
        yield from _part(package, name, words.PART_WORDS[name])


def _reviews(package: Package) -> Iterator[Line]:
    yield from section(words.REVIEWS_TITLE, words.REVIEWS_MORE)
    for one in package.reviews:
        yield from quoted(one, "dim", advice=True)
    if not package.reviews:
        yield said("missing", words.NO_REVIEW, role="dim")


def _provenance(package: Package) -> Iterator[Line]:
    yield from section(words.PROVENANCE_TITLE)
    yield said("observed", " · ".join(package.models) or UNKNOWN)
    yield from _part(package, "model_and_context")
    yield from _part(package, "tool_actions")
    yield from section(words.COST_TITLE)
    yield said("observed", package.cost or UNKNOWN)


def _left_out(package: Package) -> Iterator[Line]:
    proposal = package.proposal
    if not proposal.uncommitted_count:
        return
    yield from section(words.UNCOMMITTED_TITLE, words.uncommitted_counted(proposal.uncommitted_count))
    for one in proposal.uncommitted[:MOST_UNCOMMITTED]:
        yield said("observed", one, role="warn", sign="−")
    if proposal.uncommitted_count > MOST_UNCOMMITTED:
        yield said("", words.and_more(proposal.uncommitted_count - MOST_UNCOMMITTED), role="warn")


def _approvals(change: ChangeDetail, now: float) -> Iterator[Line]:
    yield from section(words.APPROVALS_TITLE)
    for one in change.approvals:
        yield from approval_lines(one, now)
    if not change.approvals:
        yield said("missing", words.NO_APPROVAL, role="dim")


def approval_lines(one: Approval, now: float) -> Iterator[Line]:
    """Give an approval as what it is: how surely a human said it, until when, and what became of it."""
    role = "faint" if one.void else "strong"
    yield said("human", words.approval_said(one, now), role=role, sign="✘" if one.void else "✔")
    if one.void:
        yield said("", words.void_said(one.void), role="blocked")
    if one.key:
        yield said("", one.key, role="dim")


def _after(change: ChangeDetail, now: float) -> Iterator[Line]:
    if not change.items:
        return
    yield from section(words.AFTER_TITLE)
    for one in change.items:
        who = words.item_by(one, now)
        open_now = one.state in ("open", "candidate")
        mark: Mark = "human" if one.by else "observed"
        yield said(mark, f"{words.ITEM_WORDS[one.kind]}: {one.text} · {who}", role="warn" if open_now else "text")


def _bound(change: ChangeDetail, package: Package) -> Iterator[Line]:
    yield from section(words.BOUND_TITLE)
    proposal = package.proposal
    request = change.request
    yield said("request", f"{request.id} · evidence {package.sha[:16]}" if request else words.NOT_ASKED)
    yield said("", f"tree {(proposal.tree or UNKNOWN)[:16]} · diff {proposal.diff_sha[:16]}", role="dim")
    yield said("", f"policy {package.policy[:16]} · context {package.context_version or UNKNOWN}", role="dim")


def _part(package: Package, name: PartName, called: str = "", besides: Sequence[str] = ()) -> Iterator[Line]:
    """Give the lines of one of the twelve parts, `besides` what stands there already; MISSING is said in its place."""
    part = next((one for one in package.parts if one.name == name), None)
    title = called or words.PART_WORDS[name]
    if part is None or not part.facts:
        needed = f" · {words.WANTED}" if name in package.lacking else ""
        yield said("missing", f"{title}{needed}", role="blocked" if needed else "warn")
        return
    yield from (_fact(fact, called) for fact in part.facts if fact.text not in besides)


def _fact(fact: Fact, called: str) -> Line:
    return said(fact.mark, f"{called}: {fact.text}" if called else fact.text, fact.origin)


def heading_of(change: ChangeDetail) -> Spans:
    """Give the risk and the task for the bar above."""
    package = change.package
    if package is None:
        return spans((" ", "text"))
    mark = RISKS[package.risk]
    return spans((f" {mark.glyph} {package.risk} ", mark.role))
