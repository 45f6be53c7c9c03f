"""The lines of each of the twelve parts, and who says each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from state.checks.check import CheckResult
from state.evidence.asking import FILE
from state.evidence.ground import Ground, said
from state.evidence.handed_in import HandedIn
from state.evidence.package import Fact, Mark, Part, PartName
from state.evidence.provenance import cost_text, shares_of
from state.evidence.test_changes import generated, only_documents
from state.evidence.weighing import Weighed
from state.findings.lines import masked
from state.gates.book import Gated
from state.gates.request import Request
from state.runs.card import Card
from state.runs.context import changed
from state.runs.run import Run
from state.text import clean

_WEAKEST: tuple[Mark, ...] = ("missing", "claimed", "observed", "human", "verified")
_MOST_TESTS = 12
_MOST_NAMES = 20
_ENDED = ("passed", "failed", "none_ran", "timed_out", "cancelled", "broken")
_DESTROYS = frozenset(
    {
        *("fs.delete.outside", "fs.delete.all", "fs.delete.unknown", "fs.lose.outside", "fs.device", "fs.mirror"),
        *(
            "git.push.force",
            "git.history",
            "git.discard",
            "git.ref.delete",
            "git.ref.move",
            "git.push.main",
            "forge.merge",
        ),
        *("sql.destroy", "db.reset", "db.migrate", "infra.destroy", "infra.apply", "infra.prod", "deploy", "publish"),
        *(
            "docker.destroy",
            "secrets.send",
            "secrets.read",
            "exec.remote",
            "self.tamper",
            "policy.write",
            "checks.skipped",
        ),
        *("sys.write", "sys.service", "sys.power", "sys.privilege", "agent.unguarded", "git.program"),
    }
)
"""Effects that others notice or that cannot be taken back."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the parts are written from."""

    run: Run
    ground: Ground
    told: HandedIn
    weight: Weighed
    models: Mapping[str, str]
    untouched: tuple[str, ...]
    unplanned: tuple[str, ...]
    gated: Gated | None = None
    plan: Request | None = None
    unread: str = ""


def part(name: PartName, known: Known, card: Card | None = None) -> Part:
    """Write one part. Its mark is that of its weakest line, missing where it has none."""
    facts = tuple(Fact(clean(masked(one.text), 500), one.mark, one.origin) for one in _facts(name, known, card))
    marks = {one.mark for one in facts}
    return Part(name, next((mark for mark in _WEAKEST if mark in marks), "missing"), facts)


def _facts(name: PartName, known: Known, card: Card | None) -> list[Fact]:
    match name:
        case "plan":
            return _plan(known)
        case "diff_summary":
            return [*_diff(known), *_claimed(known, name)]
        case "tests_run":
            return _tests(known)
        case "failing_tests":
            return _failing(known)
        case "unresolved_questions":
            return _unresolved(known, card)
        case "risk":
            return _risk(known)
        case "security" | "performance" | "rollout" | "rollback":
            return _claimed(known, name)
        case "model_and_context":
            return _model(known)
        case "tool_actions":
            return _tools(known)
        case _:
            assert_never(name)


def _claimed(known: Known, name: PartName) -> list[Fact]:
    return [Fact(line, "claimed") for line in known.told.of(name)]


def _plan(known: Known) -> list[Fact]:
    run, facts = known.run, list[Fact]()
    origin = run.origins.get("plan")
    request, gated = known.plan, known.gated
    if gated is not None and gated.plan is not None:
        sha = gated.plan["sha"]
        by = request.decision.by if request is not None and request.decision is not None else "a human"
        why = (
            f": {request.decision.reason}"
            if request is not None and request.decision and request.decision.reason
            else ""
        )
        facts.append(Fact(f"plan {sha[:12]} was approved by {by}{why}", "human"))
        if run.plan.sha and run.plan.sha != sha:
            facts.append(Fact(f"the plan that its log shows is another: {run.plan.sha[:12]}", "observed", origin))
    elif run.plan.text:
        state = "nobody approved it here" if run.plan.state != "approved" else "it was accepted in its own client"
        facts.append(Fact(f"plan {run.plan.sha[:12] or 'without a digest'}: {state}", "observed", origin))
    elif run.plan.steps:
        facts.append(Fact("a list of steps, and no plan in prose; nobody approved it", "observed", origin))
    if run.plan.steps and facts:
        done = sum(step.state == "completed" for step in run.plan.steps)
        facts.append(Fact(f"{done} of {len(run.plan.steps)} steps are done, by its own list", "observed", origin))
    if not facts:
        return [Fact("no plan stands in its log", "missing"), *_claimed(known, "plan")]
    return [*facts, *_scope(known)]


def _scope(known: Known) -> list[Fact]:
    told: list[Fact] = []
    if known.untouched:
        told.append(Fact(f"planned and not changed: {_some(known.untouched)}", "observed"))
    if known.unplanned:
        told.append(Fact(f"changed and not planned: {_some(known.unplanned)}", "observed"))
    return told


def _diff(known: Known) -> list[Fact]:
    proposal = known.ground.proposal
    made, count = generated(proposal.files), len(proposal.files)
    apart = f", {len(made)} of them generated or locks ({_some(made)})" if made else ""
    facts = [
        Fact(
            f"{count} file{'' if count == 1 else 's'}, +{proposal.added} -{proposal.deleted}, in {proposal.commits}"
            f" commit{'' if proposal.commits == 1 else 's'}{apart}",
            "observed",
        )
    ]
    odd = [
        f"{one.path} ({_odd(one.nature, one.status, one.new_mode)})"
        for one in proposal.files
        if _odd(one.nature, one.status, one.new_mode)
    ]
    if odd:
        facts.append(Fact(f"not plain text: {_some(odd)}", "observed"))
    if proposal.conflicts:
        facts.append(Fact(f"it does not merge: {_some(proposal.conflicts)}", "observed"))
    if proposal.uncommitted_count:
        text = f"{proposal.uncommitted_count} uncommitted files are no part of it: {_some(proposal.uncommitted)}"
        facts.append(Fact(text, "observed"))
    if any(one.path == FILE for one in proposal.files):
        facts.append(Fact(f"{FILE} is itself a part of the change", "observed"))
    return facts


def _odd(nature: str, status: str, mode: str) -> str:
    if nature != "text":
        return nature
    if status in ("mode", "type"):
        return f"{status} {mode}".strip()
    return "executable" if status == "added" and mode == "100755" else ""


def _tests(known: Known) -> list[Fact]:
    ground = known.ground
    facts = [Fact(_checked(one), "verified") for one in ground.results if one.state in _ENDED]
    runs = ground.last_runs[-_MOST_TESTS:]
    for one in reversed(runs):
        stale = ground.stale(one)
        when = f"stale: {stale}" if stale else ground.where
        facts.append(Fact(f"{said(one)}, {when}: `{one.command}`", "observed", one.origin))
    if known.unread:
        facts.append(Fact(f"its log could not be read: {known.unread}", "missing"))
    elif not facts and only_documents(ground.proposal.files):
        facts.append(Fact("no test applies: only documents are changed", "observed"))
    elif not facts:
        facts.append(Fact("no test run stands in its log", "missing"))
    elif not any(one.state in ("passed", "failed") for one in (*runs, *ground.results)):
        facts.append(Fact("no run of its tests tells a result", "missing"))
    return facts


def _checked(one: CheckResult) -> str:
    counts = [(one.passed, "passed"), (one.failed, "failed"), (one.skipped, "skipped")]
    told = " ".join(f"{count} {word}" for count, word in counts if count is not None)
    return f"check {one.name} ({one.grade}) {one.state.replace('_', ' ')}" + (f": {told}" if told else "")


def _failing(known: Known) -> list[Fact]:
    ground, facts = known.ground, list[Fact]()
    ended = [one for one in ground.results if one.state in ("passed", "failed")]
    for one in ended:
        named = f": {_some(one.failing, _MOST_NAMES)}" if one.failing else ""
        number = "none" if one.state == "passed" else str(one.failed or "some")
        facts.append(Fact(f"{number} in check {one.name}{named}", "verified"))
    proved = [one for one in ground.last_runs if one.state in ("passed", "failed")]
    for one in reversed(proved):
        if one.state == "failed":
            count = "some" if one.failed is None else str(one.failed)
            named = f": {_some(one.failing, _MOST_NAMES)}" if one.failing else ""
            facts.append(Fact(f"{count} in the last run of `{one.command}`{named}", "observed", one.origin))
    if proved and not any(one.state == "failed" for one in proved):
        newest = proved[-1]
        when = f"; {why}" if (why := ground.stale(newest)) else ""
        facts.append(Fact(f"none in the last run of each test command{when}", "observed", newest.origin))
    if not facts and only_documents(ground.proposal.files) and not known.unread:
        facts.append(Fact("none: no test applies", "observed"))
    return facts or [Fact("unknown: no run of its tests tells a result", "missing"), *_claimed(known, "failing_tests")]


def _unresolved(known: Known, card: Card | None) -> list[Fact]:
    facts = [Fact(f"it waits for a human: {one.text}", "observed") for one in known.run.asks]
    for finding in card.findings if card else ():
        if finding.severity == "stop":
            facts.append(
                Fact(f"open finding: {finding.text}", "observed", finding.evidence[0] if finding.evidence else None)
            )
    return [*facts, *_claimed(known, "unresolved_questions")]


def _risk(known: Known) -> list[Fact]:
    facts = [Fact(f"{known.weight.level}, by rule: {', '.join(known.weight.rules) or 'none speaks'}", "observed")]
    facts += [Fact(reason, "observed") for reason in known.weight.reasons[:_MOST_NAMES]]
    return [*facts, *_claimed(known, "risk")]


def _model(known: Known) -> list[Fact]:
    run, facts = known.run, list[Fact]()
    shares = {one["model"]: one for one in shares_of(known.ground.history.shares)}
    for model, family in known.models.items():
        share = shares.get(model)
        part = "" if share is None or share["percent"] is None else f", {share['percent']} % of the cost"
        facts.append(Fact(f"{model} ({family}){part}", "observed", run.origins.get("model")))
    if not facts:
        facts.append(Fact("its log names no model", "missing"))
    version = f" {run.version}" if run.version else ""
    facts.append(Fact(f"{run.agent}{version}, {cost_text(run)}", "observed"))
    if run.context_version is None:
        facts.append(Fact("its context version is not known", "missing"))
        return facts
    moved = len(changed(run.context))
    since = f", {moved} parts of it changed since it began" if moved else ""
    facts.append(Fact(f"context version {run.context_version[:12]}{since}", "observed"))
    return facts


def _tools(known: Known) -> list[Fact]:
    history, run = known.ground.history, known.run
    facts: list[Fact] = []
    if history.tools:
        counted = sorted(history.tools.items(), key=lambda one: (-one[1], one[0]))
        told = ", ".join(f"{name} {count}" for name, count in counted[:8])
        more = f" and {len(counted) - 8} other tools" if len(counted) > 8 else ""
        facts.append(Fact(f"{sum(history.tools.values())} calls: {told}{more}", "observed"))
    elif not known.unread:
        facts.append(Fact("no tool call stands in its log", "observed"))
    else:
        facts.append(Fact(f"its log could not be read: {known.unread}", "missing"))
    grave = {(name, one.text): one.origin for one in history.ran for name in one.effects if name in _DESTROYS}
    grave |= {(one.effect, one.text): one.origin for one in run.ran if one.effect in _DESTROYS}
    for (effect, text), origin in list(grave.items())[:_MOST_NAMES]:
        facts.append(Fact(f"{effect}: `{text[:200]}`", "observed", origin))
    if history.tools and not grave:
        facts.append(Fact("none of them is known to destroy, publish or deploy", "observed"))
    return facts


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
