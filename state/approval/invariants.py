"""What a change lacks before it may be merged: each thing by name, in one sentence, with what would meet it.

Pure: it is asked for the change page, once more when somebody approves, and once more when it is merged.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from state.approval.approval import LEVELS, Level
from state.approval.gate import MergeGate, merge_gate
from state.checks.check import CheckResult
from state.evidence.package import PARTS, Package
from state.gates.book import Gated
from state.gates.request import Request
from state.policy.call import Call
from state.policy.judge import Facts, met
from state.policy.rule import Policy, Rule
from state.policy.touched import Touched
from state.runs.card import Card
from state.text import clean

_GRAVE = ("high", "critical")


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing that is not met: its name, what is the matter, and what would meet it."""

    name: str
    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.text}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Approver:
    """Who would approve: the name that counts, the account that asked, and how surely it is them."""

    principal: str
    account: str
    level: Level


@dataclass(frozen=True, slots=True)
class Case:
    """All that the invariants look at. `results` are of checks, of any tree; `requests` are the run's own.

    `minutes` is how long the run has worked, None where that is unknown. `approver` is None while nobody approves.
    """

    package: Package
    policy: Policy
    card: Card | None = None
    results: Sequence[CheckResult] = ()
    requests: Sequence[Request] = ()
    gated: Gated | None = None
    minutes: float | None = None
    approver: Approver | None = None


def unmet(case: Case) -> tuple[Unmet, ...]:
    """Name what is not met, in the order in which a human would see to it; who may approve comes last."""
    gate = merge_gate(case.policy)
    return (*_of_change(case, gate), *_of_approver(case, gate))


def findings_open(card: Card | None) -> int:
    """Count what is found on a run and not settled, as an approval states it."""
    return 0 if card is None else len(card.findings)


def may_approve(package: Package, policy: Policy) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Say who must approve: for each that asks (`[gate.merge]`, a rule by its id) the names, one of which is needed."""
    named = merge_gate(policy).reviewers
    own = (("[gate.merge]", named),) if named else ()
    touching = (rule for rule in policy.rules if rule.reviewers and _touches(rule, package))
    return (*own, *((f"rule {rule.id}", rule.reviewers) for rule in touching))


def _of_change(case: Case, gate: MergeGate) -> Iterator[Unmet]:
    yield from _clean(case)
    wanted = {
        "evidence": _evidence,
        "checks": _checks,
        "other_family_review": _review,
        "rollback_notes": _rollback,
        "no_open_exceptions": _exceptions,
        "fresh": _fresh,
        "budget": _budget,
        "plan.approved": _plan,
    }
    for name, looked in wanted.items():
        if name in gate.require:
            yield from looked(case, gate)
    for word in gate.other:
        if word not in _PARTS and not word.startswith("evidence."):
            told = f"the policy requires `{clean(word, 60)}`, and nothing here is called so"
            yield Unmet("require", told, "mend `require` in [gate.merge] on the base branch")


_PARTS = frozenset({"all", *PARTS, *(f"{name}_notes" for name in PARTS)})


def _clean(case: Case) -> Iterator[Unmet]:
    change = case.package.proposal
    if change.tree is None or change.conflicts:
        where = f" in {clean(change.conflicts[0], 120)}" if change.conflicts else ""
        yield Unmet("conflicts", f"it does not merge with {_short(change.target)}{where}", "rebase it, then look again")
    elif not change.commits or not change.files:
        yield Unmet("change", "it has no commit that changes anything", "let the run commit its work")
    if case.package.policy != case.policy.blob:
        yield Unmet("policy", "its evidence was gathered under another policy", "gather it anew: headgate evidence RUN")


def _evidence(case: Case, gate: MergeGate) -> Iterator[Unmet]:
    package, card = case.package, case.card
    if not package.complete and not package.facts.get("override"):
        names = ", ".join(name.replace("_", " ") for name in package.lacking)
        yield Unmet("evidence", f"its evidence lacks {names}", "ask the run for it, then headgate evidence RUN")
    if card is not None and card.head is not None and card.head != package.proposal.head:
        yield Unmet("evidence", "its branch moved since its evidence was gathered", "headgate evidence RUN")


def _checks(case: Case, gate: MergeGate) -> Iterator[Unmet]:
    change = case.package.proposal
    trees = {change.tree} if gate.on_merge_tree else {change.tree, change.head_tree}
    found = {one.name: one for one in case.results if one.tree in trees and one.policy == case.policy.blob}
    for name in gate.checks:
        result = found.get(name)
        if result is None:
            yield Unmet("checks", f"check {clean(name, 80)} was not run on this tree", "headgate check RUN")
        elif result.state != "passed":
            why = f" ({result.why})" if result.why else ""
            told = f"check {clean(name, 80)} came to {result.state.replace('_', ' ')} on this tree{why}"
            yield Unmet("checks", told, "mend it; one that did not come to its end is run again by headgate check RUN")


def _review(case: Case, gate: MergeGate) -> Iterator[Unmet]:
    if case.package.risk in _GRAVE and not case.package.reviews:
        told = f"it is of {case.package.risk} risk, and no model of another family has reviewed it"
        yield Unmet("other_family_review", told, "headgate escalate RUN --to reviewer")


def _rollback(case: Case, gate: MergeGate) -> Iterator[Unmet]:
    there = any(part.name == "rollback" and part.mark != "missing" for part in case.package.parts)
    if case.package.risk in _GRAVE and not there:
        told = f"it is of {case.package.risk} risk, and nobody said how it is rolled back"
        yield Unmet("rollback_notes", told, "ask the run for rollback notes, then headgate evidence RUN")


def _exceptions(case: Case, gate: MergeGate) -> Iterator[Unmet]:
    waiting = [one for one in case.requests if one.state == "open" and one.gate in ("plan", "exception")]
    for request in waiting:
        told = f"a request of its {request.gate} gate is open: {clean(request.text, 80)}"
        yield Unmet("no_open_exceptions", told, f"answer {clean(request.id, 40)}")


def _fresh(case: Case, gate: MergeGate) -> Iterator[Unmet]:
    if gate.most_behind is None and not gate.no_overlap:
        return
    card, base = case.card, _short(case.package.proposal.target)
    if card is None or card.behind is None:
        yield Unmet("fresh", f"how far it is behind {base} is not known", "wait until git was asked: headgate status")
        return
    if gate.most_behind is not None and card.behind > gate.most_behind:
        told = f"it is {card.behind} commits behind {base}, and the policy takes {gate.most_behind}"
        yield Unmet("fresh", told, f"rebase it onto {base}")
    if gate.no_overlap and card.behind:
        moved = next((one for one in card.stale if one.reason == "base_moved"), None)
        shared = moved.detail.get("overlapping") if moved is not None else None
        if shared != 0:
            told = "files that it touches" if shared else "which files, nobody knows"
            yield Unmet("fresh", f"{base} has changed since: {told}", f"rebase it onto {base}")


def _budget(case: Case, gate: MergeGate) -> Iterator[Unmet]:
    own, plan, card = case.policy.budget, case.gated.plan if case.gated else None, case.card
    usd = _number(card.cost_usd) if card is not None else None
    used = (
        ("files", len(case.package.proposal.files), plan["files"] if plan else None, own.files),
        ("minutes", case.minutes, plan["minutes"] if plan else None, own.minutes),
        ("USD", usd, _number(plan["usd"]) if plan else None, own.usd),
    )
    for what, amount, planned, bound in used:
        most = planned if planned is not None else bound
        if most is None:
            continue
        whose = "its approved plan" if planned is not None else "the policy"
        if amount is None:
            yield Unmet("budget", f"how many {what} it took is not known, and {whose} bounds that", _WIDEN)
        elif amount > most:
            yield Unmet("budget", f"it took {amount:.6g} {what}, and {whose} allows {most:.6g}", _WIDEN)


_WIDEN = "make the change smaller, approve a wider plan, or change the budget on the base branch"


def _plan(case: Case, gate: MergeGate) -> Iterator[Unmet]:
    if case.gated is None or case.gated.plan is None:
        yield Unmet("plan.approved", "no plan of it was approved", "let it show its plan, and approve that")


def _of_approver(case: Case, gate: MergeGate) -> Iterator[Unmet]:
    asked = may_approve(case.package, case.policy)
    approver, owner = case.approver, case.package.owner
    if approver is None:
        return
    for who, names in asked:
        if approver.principal not in names:
            told = f"{who} lets only {', '.join(names)} approve this, and you are {approver.principal}"
            yield Unmet("approvers", told, "ask one of them")
    if gate.not_owner and owner is None:
        told = "whose run it is nobody has said, and its owner may not approve it"
        yield Unmet("not_owner", told, "name its owner on the board")
    elif gate.not_owner and owner is not None and _same(owner, approver):
        yield Unmet("not_owner", f"{owner} owns the run and may not approve its change", "ask somebody else")
    if LEVELS.index(approver.level) < LEVELS.index(gate.level):
        told = f"the policy wants an approval that is {gate.level}, and this one is {approver.level}"
        yield Unmet("level", told, "sign it with a key: headgate approve REQUEST --key FILE (docs/approval.md)")


def _same(owner: str, approver: Approver) -> bool:
    """Say whether an owner's name is the approver's; `ana` and `ana@corp` are taken for one person.

    Where nothing is signed, the account is all that is known of who it was.
    """
    names = {approver.principal.casefold()}
    if approver.level == "declared":
        names.add(approver.account.casefold())
    return owner.casefold() in names or _bare(owner) in {_bare(name) for name in names}


def _bare(name: str) -> str:
    return name.partition("@")[0].casefold()


def _touches(rule: Rule, package: Package) -> bool:
    """Say whether a rule speaks of a path that the change touches; one about calls alone does not."""
    if not (rule.when.paths or rule.when.risks):
        return False
    return any(met(rule, Facts(_NO_CALL, files=(one,))) for one in _files(package))


_NO_CALL = Call("", "", "edit", "edit", "", "", None)


def _files(package: Package) -> Iterable[Touched]:
    for one in package.proposal.files:
        yield Touched("delete" if one.status == "deleted" else "edit", one.path, one.path, True)


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/")


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(Decimal(text))
    except InvalidOperation:
        return None
