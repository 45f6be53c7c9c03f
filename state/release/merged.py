"""What was merged, and what is to be watched of it: made of the act that merged it and of its evidence."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from state.control.act import Acts
from state.evidence.package import Package, PartName
from state.evidence.review import Review
from state.gates.request import Request
from state.ledger.canonical import digest
from state.release.item import ARTEFACTS, Item, ItemKind
from state.runs.run import RunKey
from state.text import clean

WATCHED: Mapping[PartName, ItemKind] = {
    "rollout": "rollout",
    "rollback": "rollback",
    "unresolved_questions": "follow_up",
}
_LONGEST = 400
_NOTHING = ("", "-", "none", "no", "nothing", "n/a", "not applicable")


@dataclass(frozen=True, slots=True)
class MergedRun:
    """One merge that was confirmed: its commit, the branch that it is on and the head that it took in."""

    run: str
    commit: str
    target: str
    head: str
    at: float


def merged_runs(acts: Acts) -> Iterator[MergedRun]:
    """Give the merges that were confirmed, the oldest first."""
    done = [one for one in acts.by_id.values() if one.kind == "merge" and one.state == "confirmed"]
    for act in sorted(done, key=lambda one: one.ended or one.at):
        commit, told = act.facts.get("commit"), _told(act.facts.get("merge", ""))
        if commit:
            target, head = str(told.get("target") or ""), str(told.get("head") or "")
            yield MergedRun(act.run, commit, target, head, act.ended or act.at)


def items_of(merged: MergedRun, review: Review) -> Iterator[Item]:
    """Give what its evidence says is to be watched; a part that is missing gives nothing to watch."""
    package = review.packages.get(merged.run)
    if package is None or package.proposal.head != merged.head:
        return
    for part in package.parts:
        kind = WATCHED.get(part.name)
        for fact in part.facts if kind is not None and part.mark != "missing" else ():
            if kind is not None and fact.mark != "missing" and _to_watch(fact.text, package):
                text = clean(fact.text, _LONGEST)
                source = f"evidence, {part.name}, {fact.mark}"
                yield Item(item_id(merged.commit, kind, text), merged.run, merged.commit, kind, text, "open", "",
                           merged.at, source)  # fmt: skip


def _to_watch(text: str, package: Package) -> bool:
    """Say whether a line says more than that there is nothing, and than what was done."""
    for claim in package.claims:
        text = text.replace(claim.text, "")
    return text.strip(" .\n").casefold() not in _NOTHING


def item_id(*words: str) -> str:
    """Name an item by what it is, so that the same one is never there twice."""
    return digest(list(words))[:16]


def request_id(commit: str) -> str:
    """Name the question of the release gate that a merge leads to."""
    return f"release-{commit[:20]}"


def request_of(merged: MergedRun, review: Review) -> Request:
    """Give the question which lasting thing came of a merge; the same one at every time."""
    package = review.packages.get(merged.run)
    what = clean(package.task, 200) if package is not None and package.task else f"run {merged.run}"
    text = f"merged as {merged.commit[:12]}: which lasting thing came of it? {what}"
    sha = digest({"gate": "release", "merge": merged.commit, "run": merged.run})
    return Request(request_id(merged.commit), RunKey(merged.run), "release", text, sha, merged.at, severity="low")


def artefact_of(request: Request, merged: MergedRun) -> Item | None:
    """Give what a human answered at the release gate as an item; None where nothing was answered."""
    decision = request.decision
    if decision is None or request.state not in ("approved", "denied"):
        return None
    said, _, why = decision.reason.partition(":")
    kind, why = named(said), why.strip()
    if request.state == "denied" or kind is None:
        kind, why = ("none" if request.state == "denied" else "not named"), decision.reason
    text = f"{kind}: {why}" if why else kind
    name = item_id(merged.commit, "artefact", request.id)
    return Item(name, merged.run, merged.commit, "artefact", text, "done", decision.by, decision.at, request.id)


def named(said: str) -> str | None:
    """Give the kind of lasting thing that a human named, in whatever case; None for no such thing."""
    return next((one for one in ARTEFACTS if one.casefold() == said.strip().casefold()), None)


def _told(text: str) -> dict[str, Any]:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    # JSON may hold anything.
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType]
