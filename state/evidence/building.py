"""Builds the evidence package of one change: twelve parts in their order, each line with who says it.

What Headgate can see for itself is never filled from an agent's prose; what nobody says is printed as missing. Nothing
here reads a clock, a disk or a log: the same material gives the same package.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from state.checks.check import CheckResult
from state.control.act import Act
from state.evidence.asking import FILE
from state.evidence.claims import Spoken, claims_of
from state.evidence.document import sealed
from state.evidence.ground import Ground
from state.evidence.handed_in import HandedIn, handed_in
from state.evidence.history import History
from state.evidence.package import PARTS, Package, Part
from state.evidence.parts import Known, part
from state.evidence.proposal import FileChange, FileDiff, Proposal
from state.evidence.provenance import cost_text, models_of, reviews_of, shares_of
from state.evidence.required import lacking, merge_settings, required
from state.evidence.scope import against_plan, plan_names
from state.evidence.test_changes import Configured, generated, rule_changes, test_changes
from state.evidence.weighing import Weighed, policy_reviewers, weighed
from state.gates.book import Gated
from state.gates.request import Request
from state.policy.rule import Policy
from state.runs.card import Card
from state.runs.run import Run
from state.runs.worktree import Worktree
from state.text import clean

UNREAD = History(whole=False)


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that a package is made of. `file` is `.headgate/evidence.md` of the change's own tree.

    `unread` says why its log could not be read again, "" where it was. `configured` holds the files that are partly
    about tests, before and after. `plan` is the request by which a human approved the plan. `override` says who put an
    incomplete package up for review, and why. `now` is in seconds since 1970.
    """

    run: Run
    proposal: Proposal
    policy: Policy
    now: float
    diffs: tuple[FileDiff, ...] = ()
    history: History = UNREAD
    unread: str = ""
    file: bytes | None = None
    configured: Mapping[str, Configured] = field(default_factory=dict[str, Configured])
    worktree: Worktree | None = None
    card: Card | None = None
    gated: Gated | None = None
    plan: Request | None = None
    acts: tuple[Act, ...] = ()
    results: tuple[CheckResult, ...] = ()
    override: Mapping[str, str] | None = None


def build(material: Material) -> Package:
    """Give the package, sealed."""
    run = material.history.run or material.run
    proposal = _storable(material.proposal)
    told, spoken = _handed_in(material)
    rules = rule_changes(proposal.files, material.configured)
    weight = weighed(run, proposal, material.diffs, material.policy, rules, told)
    ground = Ground(
        material.history, proposal, material.diffs, material.results, material.worktree, run.worktree or run.cwd or ""
    )
    untouched, unplanned = against_plan(plan_names(run, material.gated), proposal.files)
    models = models_of(run, material.history)
    known = Known(
        run, ground, told, weight, models, untouched, unplanned, material.gated, material.plan, material.unread
    )
    parts = tuple(part(name, known, material.card) for name in PARTS)
    wanted = required(weight.level, material.policy)
    card = material.card
    reviews = reviews_of(material.acts, models)
    return sealed(
        Package(
            run=run.key,
            task=clean((card.task_title if card else None) or run.title or run.prompt or proposal.branch, 300),
            owner=card.owner if card else None,
            proposal=proposal,
            parts=parts,
            risk=weight.level,
            policy=material.policy.blob,
            context_version=run.context_version,
            built=material.now,
            claims=claims_of(spoken, ground) if not material.unread else (),
            untouched=untouched,
            unplanned=unplanned,
            test_changes=test_changes(proposal.files, material.diffs, material.configured),
            required=wanted,
            lacking=lacking(parts, wanted),
            risk_reasons=weight.reasons,
            models=tuple(models),
            families=tuple(dict.fromkeys(models.values())),
            reviews=tuple(one.text for one in reviews if one.other),
            cost=cost_text(material.run),
            facts=_facts(material, proposal, rules, told, parts, weight),
        )
    )


def _facts(
    material: Material,
    proposal: Proposal,
    rules: tuple[str, ...],
    told: HandedIn,
    parts: Iterable[Part],
    weight: Weighed,
) -> dict[str, Any]:
    """Give what else is kept, as JSON values: lists and texts, so that reading it back gives the same."""
    run = material.history.run or material.run
    hits = [*policy_reviewers(merge_settings(material.policy))]
    models, card = models_of(run, material.history), material.card
    return {
        "agent": run.agent,
        "agent_version": run.version,
        "session": run.session,
        "base_head": card.base_head if card else None,
        "behind": card.behind if card else None,
        "generated": list(generated(proposal.files)),
        "handed_in": told.place,
        "override": dict(material.override) if material.override else None,
        "present": sum(one.mark != "missing" for one in parts),
        "reviews": [one.document() for one in reviews_of(material.acts, models)],
        "reviewers": [
            {"rule": hit.rule, "because": hit.because, "severity": hit.severity, "reviewers": list(hit.reviewers)}
            for hit in (*weight.hits, *hits)
        ],
        "risk_rules": list(weight.rules),
        "rules_changed": list(rules),
        "shares": shares_of(material.history.shares),
        "test_runs": len(material.history.tests),
        "calls": sum(material.history.tools.values()),
        "unread": material.unread,
    }


def _handed_in(material: Material) -> tuple[HandedIn, tuple[Spoken, ...]]:
    """Read the file of the change first, the last message for what the file lacks; both speak for claims."""
    said = handed_in(material.history.words, "its last message")
    spoken = (Spoken(said.prose, material.history.words_at),)
    if material.file is None:
        return (said if said.prose else HandedIn()), spoken
    written = handed_in(material.file.decode("utf-8", "replace"), FILE)
    joined = {**said.parts, **written.parts}
    place = f"{FILE} and its last message" if said.parts else FILE
    return HandedIn(place, joined, written.prose), (*spoken, Spoken(written.prose))


def _storable(proposal: Proposal) -> Proposal:
    """Give the proposal with every name as text that can be hashed: bytes that are no UTF-8 are written out."""

    def sound(text: str) -> str:
        return text if _encodes(text) else clean(text)

    def file(one: FileChange) -> FileChange:
        told = one.target, one.renamed_from
        if all(_encodes(text) for text in (one.path, *(word for word in told if word))):
            return one
        target, before = (None if word is None else sound(word) for word in told)
        return replace(one, path=sound(one.path), target=target, renamed_from=before)

    return replace(
        proposal,
        branch=sound(proposal.branch),
        target=sound(proposal.target),
        files=tuple(map(file, proposal.files)),
        conflicts=tuple(map(sound, proposal.conflicts)),
        uncommitted=tuple(map(sound, proposal.uncommitted)),
    )


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
