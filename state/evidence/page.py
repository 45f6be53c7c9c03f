"""The change page as lines of text, each with what it is: the same for `headgate evidence` and the board.

The order never changes, because a reader who knows where a thing stands sees at once that it is not there
(research/economics.md 4.3). Nothing is cut away without saying so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Literal

from state.approval.approval import Approval
from state.checks.check import CheckResult
from state.evidence.asking import TITLES
from state.evidence.package import PARTS, Claim, Fact, Mark, Package, Verdict
from state.figures import minutes
from state.gates.request import Request

LineMark = Literal[
    "title",
    "heading",
    "plain",
    "observed",
    "verified",
    "claimed",
    "human",
    "missing",
    "contradicted",
    "unverifiable",
    "warn",
]
WIDTH = 80
GLYPHS: dict[Mark | Verdict, str] = {
    "observed": "●",
    "verified": "✔",
    "claimed": "“",
    "human": "▸",
    "missing": "✘",
    "contradicted": "✘",
    "unverifiable": "?",
}
"""One cell each; the word stands beside it wherever a glyph alone could be misread."""
MISSING = "MISSING"
_QUOTES = str.maketrans("“”", "''")
"""A claim ends where its last quote stands, whatever it holds."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page, and what it is: the role in which it is painted."""

    text: str
    mark: LineMark = "plain"


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a package on its page. `stale` says why it tells of another change than the branch now holds.

    `unmet` are the merge gate's invariants that do not hold, each in words; `request` is the question that waits.
    """

    stale: str = ""
    results: tuple[CheckResult, ...] = ()
    approvals: tuple[Approval, ...] = ()
    request: Request | None = None
    unmet: tuple[str, ...] = ()


ALONE = Beside()


def page(package: Package, now: float, beside: Beside = ALONE, width: int = WIDTH) -> tuple[Line, ...]:
    """Give the whole page of a change at a time, in seconds since 1970."""
    return (
        *_head(package, now, beside, width),
        *_section("Decide", _decide(package, beside), width),
        *_section("Claims against log", _claims(package), width),
        *_section("Tests", _tests(package, beside), width),
        *_section("Risk", _risk(package), width),
        *_section("Plan against difference", (*_plan(package), *_links(package)), width),
        *_section("Review by another family", _reviews(package), width),
        *_section("The twelve parts", _parts(package), width),
        *_section("Provenance", _provenance(package), width),
    )


def _head(package: Package, now: float, beside: Beside, width: int) -> Iterator[Line]:
    proposal = package.proposal
    rules: list[str] = package.facts.get("risk_rules") or []
    yield from _wrapped(Line(f"{package.task}", "title"), width, 1)
    named = " ".join(rules[:4])
    yield from _wrapped(
        Line(f"{package.risk.upper()}  {named}", "warn" if package.risk in ("high", "critical") else "plain"), width, 1
    )
    state = f"stale: {beside.stale}" if beside.stale else "fresh"
    present = package.facts.get("present", sum(part.mark != "missing" for part in package.parts))
    waits = f"  waits {minutes(now - beside.request.opened)}" if beside.request is not None else ""
    ends = f"branch {proposal.branch}  base {proposal.base[:8]}  head {proposal.head[:8]}"
    told = f"{ends}  evidence {present}/{len(PARTS)}  {state}{waits}"
    yield from _wrapped(Line(told, "warn" if beside.stale else "plain"), width, 1)
    who = package.owner or "unknown"
    yield from _wrapped(Line(f"run {package.run}  owner {who}  evidence {package.sha[:12]}"), width, 1)


def _decide(package: Package, beside: Beside) -> Iterator[Line]:
    override = package.facts.get("override")
    for name in package.lacking:
        yield Line(f"needs  {TITLES[name].lower()}  {MISSING}", "missing")
    if override:
        yield Line(f"put up for review incomplete by {override.get('by')}: {override.get('reason')}", "human")
    if package.proposal.conflicts:
        yield Line(f"needs  a merge without conflicts: {_some(package.proposal.conflicts)}", "missing")
    if package.proposal.uncommitted_count:
        count = package.proposal.uncommitted_count
        yield Line(f"not part of it: {count} uncommitted files: {_some(package.proposal.uncommitted)}", "warn")
    for told in package.facts.get("reviewers") or ():
        yield Line(f"needs  approval by {' or '.join(told['reviewers'])} ({told['rule']})")
    yield from (Line(f"needs  {one}", "missing") for one in beside.unmet)
    if not package.lacking and not override:
        yield Line("the evidence that policy wants for its risk is there")
    for one in beside.approvals:
        void = f", void: {one.void}" if one.void else ", merged" if one.merge else ""
        yield Line(f"approved by {one.by}, {one.level}{void}", "missing" if one.void else "human")


def _claims(package: Package) -> Iterator[Line]:
    if package.facts.get("unread"):
        yield Line(f"not held against its log, which could not be read: {package.facts['unread']}", "unverifiable")
    elif not package.claims:
        yield Line("its words claim nothing of tests or commands")
    yield from map(claim_line, package.claims)


def claim_line(claim: Claim) -> Line:
    """Say one claim, what became of it, and against what."""
    word = "" if claim.verdict == "verified" else f"{claim.verdict}: "
    at = f"  #{claim.origin.offset}" if claim.origin is not None and claim.verdict != "unverifiable" else ""
    text = claim.text.translate(_QUOTES)
    return Line(f"{GLYPHS[claim.verdict]} “{text}”  {word}{claim.against}{at}", claim.verdict)


def _tests(package: Package, beside: Beside) -> Iterator[Line]:
    by_name = {part.name: part for part in package.parts}
    told = {one.name for one in beside.results}
    for one in beside.results:
        counts = ((one.passed, "passed"), (one.failed, "failed"), (one.skipped, "skipped"))
        text = " ".join(f"{count} {word}" for count, word in counts if count is not None)
        mark: LineMark = (
            "verified" if one.state == "passed" else "plain" if one.state in ("waiting", "running") else "contradicted"
        )
        glyph = GLYPHS["verified"] if mark == "verified" else "·"
        yield Line(f"{glyph} check {one.name} {one.grade}  {one.state}  {text}".rstrip(), mark)
    for fact in by_name["tests_run"].facts:
        if fact.mark != "verified" or not told:
            yield fact_line(fact)
    for fact in by_name["failing_tests"].facts:
        yield Line(f"{GLYPHS[fact.mark]} failing: {_marked(fact)}", fact.mark)
    for text in package.test_changes:
        yield Line(f"! {text}", "warn")


def _risk(package: Package) -> Iterator[Line]:
    for reason in package.risk_reasons:
        yield Line(reason, "warn" if package.risk in ("high", "critical") else "plain")
    if not package.risk_reasons:
        yield Line("no rule of risk speaks of it")
    yield from (
        fact_line(fact)
        for part in package.parts
        if part.name == "risk"
        for fact in part.facts
        if fact.mark == "claimed"
    )


def _plan(package: Package) -> Iterator[Line]:
    yield from (fact_line(fact) for part in package.parts if part.name == "plan" for fact in part.facts)
    planned = any(part.mark != "missing" for part in package.parts if part.name == "plan")
    if planned and not package.untouched and not package.unplanned:
        yield Line("no named path is untouched, and none is changed beyond those that are named")


def _links(package: Package) -> Iterator[Line]:
    """Say where each new symbolic link leads, because its content is a path that is followed elsewhere."""
    for one in package.proposal.files:
        if one.target is not None:
            yield Line(f"! {one.path} is a symbolic link that leads to {one.target}", "warn")


def _reviews(package: Package) -> Iterator[Line]:
    told: list[dict[str, Any]] = package.facts.get("reviews") or []
    if not told:
        yield Line("none")
    for one in told:
        kin = "" if one["other_family"] else "  not surely of another family"
        yield Line(
            f"{GLYPHS['claimed']} {one['by']} ({one['family']}), {len(one['findings'])} findings claimed{kin}",
            "claimed",
        )
        for finding in one["findings"]:
            yield Line(f"  {finding['grave']} {finding['place']}: {finding['text']}", "claimed")


def _parts(package: Package) -> Iterator[Line]:
    """Give the parts that stand nowhere else on the page whole, and of the others how they are marked."""
    shown = ("plan", "tests_run", "failing_tests", "model_and_context")
    for part in package.parts:
        asked = ", which policy wants here" if part.name in package.required else ""
        if part.mark == "missing":
            yield Line(f"{GLYPHS['missing']} {TITLES[part.name]}: {MISSING}{asked}", "missing")
        else:
            yield Line(f"{GLYPHS[part.mark]} {TITLES[part.name]}: {part.mark}", part.mark)
        if part.name not in shown and part.name != "risk":
            yield from (Line(f"  {GLYPHS[fact.mark]} {_marked(fact)}", fact.mark) for fact in part.facts)


def _provenance(package: Package) -> Iterator[Line]:
    yield from (fact_line(fact) for part in package.parts if part.name == "model_and_context" for fact in part.facts)
    runs = package.facts.get("test_runs", 0)
    yield Line(f"cost {package.cost}  ·  calls {package.facts.get('calls', 0)}  ·  test runs {runs}")
    place = package.facts.get("handed_in")
    yield Line(f"what it claims was handed in by {place}" if place else "it handed nothing in", "plain")


def fact_line(fact: Fact) -> Line:
    """Say one line of a part, and who says it."""
    return Line(f"{GLYPHS[fact.mark]} {_marked(fact)}", fact.mark)


def _marked(fact: Fact) -> str:
    """Give the text; what is missing says so in a word that no glyph stands for."""
    return f"{MISSING}: {fact.text}" if fact.mark == "missing" else fact.text


def _section(title: str, lines: Iterable[Line], width: int) -> Iterator[Line]:
    yield Line(f"── {title} ".ljust(width, "─"), "heading")
    for line in lines:
        yield from _wrapped(line, width, 2)


def _wrapped(line: Line, width: int, indent: int) -> Iterator[Line]:
    """Lay one line out in as many as it takes."""
    own = len(line.text) - len(line.text.lstrip(" "))
    first, after = " " * (indent + own), " " * (indent + own + 2)
    laid = wrap(
        line.text.strip(" "), max(20, width), initial_indent=first, subsequent_indent=after, break_on_hyphens=False
    )
    yield from (Line(text, line.mark) for text in laid or [""])


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
