"""How risky a change is: the floor that rules set on what would be merged; other facts raise it, nothing lowers it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from state.evidence.asking import FILE
from state.evidence.handed_in import HandedIn
from state.evidence.proposal import FileDiff, Proposal, Status
from state.findings.finding import LEVELS, RiskLevel
from state.findings.lines import AddedFile, marks, worst
from state.findings.risk import risk
from state.policy.glob import globs
from state.policy.rule import Policy, Rule
from state.policy.verdict import Hit
from state.runs.run import Run
from state.runs.worktree import ChangedFile, Content, Kind, Worktree

_KINDS: Mapping[Status, Kind] = {
    "added": "added",
    "modified": "modified",
    "deleted": "deleted",
    "mode": "modified",
    "type": "type_changed",
}
_SAID: Mapping[str, RiskLevel] = {
    "critical": "critical",
    "severe": "critical",
    "high": "high",
    "medium": "medium",
    "moderate": "medium",
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """The level, the rules that set it, and each reason in words. `hits` are the policy's rules that name reviewers."""

    level: RiskLevel
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    hits: tuple[Hit, ...] = ()


def weighed(
    run: Run,
    proposal: Proposal,
    diffs: Sequence[FileDiff],
    policy: Policy,
    rule_changes: Sequence[str],
    told: HandedIn,
) -> Weighed:
    """Weigh a change. Files and lines are those of the difference that would be merged, commands those of the run."""
    own = replace(proposal, files=tuple(one for one in proposal.files if one.path != FILE))
    own = replace(proposal, files=tuple(one for one in proposal.files if one.path != FILE))
    found = risk(run, _as_tree(run, own, diffs))
    met = [rule for rule in policy.rules if _meets(rule, own)]
    raised: list[tuple[RiskLevel, str]] = [
        (rule.severity, f"The policy's rule {rule.id}: {rule.because}") for rule in met
    ]
    if rule_changes:
        text = f"It changes the rules that agents, checks or installs work by: {_named(rule_changes)}"
        raised.append(("high", text))
    level = _highest([found.level or "low", *(one for one, _ in raised)])
    if (said := _said(told)) is not None and _highest([said, level]) != level:
        raised.append((said, f"The agent itself calls its risk {said}."))
    reasons = (*found.reasons, *(reason for _, reason in raised))
    rules = tuple(dict.fromkeys((*found.rules, *(rule.id for rule in met))))
    return Weighed(_highest([level, *(one for one, _ in raised)]), rules, reasons, tuple(_reviewers(met)))


def _reviewers(rules: Iterable[Rule]) -> Iterator[Hit]:
    for rule in rules:
        if rule.reviewers:
            yield Hit(rule.id, "escalate", rule.because, rule.instead, rule.severity, rule.reviewers, rule.sla)


def _highest(levels: Iterable[RiskLevel]) -> RiskLevel:
    return max(levels, key=LEVELS.index)


def _said(told: HandedIn) -> RiskLevel | None:
    """Give the level that an agent names first for its own change; it only ever raises."""
    words = " ".join(told.of("risk")[:1]).lower().replace("*", " ").split()[:4]
    return next((_SAID[word.strip(".,:;-")] for word in words if word.strip(".,:;-") in _SAID), None)


def _meets(rule: Rule, proposal: Proposal) -> bool:
    """Say whether a rule is about changed paths alone, and one of these is meant."""
    when = rule.when
    asks_more = when.effects or when.tools or when.commands or when.branches or when.amounts
    if rule.then == "allow" or asks_more or not (when.paths or when.risks) or when.on == ("read",):
        return False
    wanted, spared = globs(when.paths), globs(rule.unless.paths if rule.unless else ())
    risks = [(globs(some), globs(others)) for some, others in when.risks]
    return any(
        not spared.match(one.path)
        and (wanted.match(one.path) or any(some.match(one.path) and not but.match(one.path) for some, but in risks))
        for one in proposal.files
    )


def _as_tree(run: Run, proposal: Proposal, diffs: Sequence[FileDiff]) -> Worktree:
    files = tuple(ChangedFile(one.path, _KINDS[one.status], one.added, one.deleted) for one in proposal.files)
    return Worktree(run.worktree or run.cwd or "", "", files=files, content=_content(diffs))


def _content(diffs: Sequence[FileDiff]) -> Content:
    added = [one for diff in diffs if (one := _added(diff)) is not None]
    own = [one for one in diffs if one.change.path != FILE]
    left = [diff.change.path for diff in own if diff.left_out]
    cut = f"{len(left)} files are not shown whole: {_named(left)}" if left else ""
    # What an agent hands in is no code, and is merged like any other file: a key in it is in the history.
    told = (mark for one in added for mark in marks(one) if one.path != FILE or mark.rule.startswith("secret/"))
    return Content(sum(len(one.lines) for one in added if one.path != FILE), worst(told), cut=cut)


def _added(diff: FileDiff) -> AddedFile | None:
    lines = [line for hunk in diff.hunks for line in hunk.lines if line.kind == "added"]
    gone = tuple(line.text[:4000] for hunk in diff.hunks for line in hunk.lines if line.kind == "deleted")
    if not lines and not gone:
        return None
    return AddedFile(diff.change.path, [line.text[:4000] for line in lines], [line.new or 0 for line in lines], gone)


def _named(paths: Iterable[str]) -> str:
    told = list(paths)
    return ", ".join(told[:3]) + (f" and {len(told) - 3} more" if len(told) > 3 else "")


def policy_reviewers(settings: Mapping[str, object]) -> Iterator[Hit]:
    """Give the reviewers that the policy names for every merge."""
    named = settings.get("reviewers")
    if isinstance(named, list) and named:
        # TOML may hold anything.
        told = tuple(str(one) for one in named)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        yield Hit("gate.merge", "escalate", "The policy names who may approve a merge.", reviewers=told)
