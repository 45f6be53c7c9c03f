"""Looks at a change as it is this moment: what an approval and a merge rest on is never taken from memory."""

from collections.abc import Mapping
from dataclasses import dataclass

from state.approval.base_commit import policy_of
from state.approval.invariants import Approver, Case, unmet
from state.control.desk import Desk
from state.evidence.document import sealed
from state.evidence.package import Package
from state.evidence.proposal import Authority, Proposal
from state.gates.decision import AnswerRefused
from state.gates.request import Request
from state.runs.run import RunKey


@dataclass(frozen=True, slots=True)
class Looked:
    """A change as it is: its package, the proposal as git gives it now, and the plan that a human approved."""

    package: Package
    change: Proposal
    plan: str | None


def authority_of(desk: Desk) -> Authority:
    """Give the port. Raises `AnswerRefused` where this core has none."""
    if desk.hands.authority is None:
        raise AnswerRefused("this core has no store of its own for what is merged; nothing was done")
    return desk.hands.authority


def package_of(desk: Desk, run: RunKey) -> Package:
    """Give a run's package. Raises `AnswerRefused` where there is none, or where it is not what it was sealed as."""
    package = desk.review().packages.get(run)
    if package is None:
        raise AnswerRefused("there is no evidence package of this run: headgate evidence RUN")
    if sealed(package).sha != package.sha:
        raise AnswerRefused("its evidence package is not what it was when it was made: headgate evidence RUN")
    return package


async def looked_at(desk: Desk, run: RunKey) -> Looked:
    """Ask git anew. Raises `AnswerRefused` where anything is another than what the package shows."""
    package, authority = package_of(desk, run), authority_of(desk)
    card = desk.cards().get(run)
    if card is None or card.worktree is None:
        raise AnswerRefused("the run has no worktree any more; nothing was done")
    now = await authority.propose(run, card.worktree, card.branch)
    if isinstance(now, str):
        raise AnswerRefused(f"{now}; nothing was done")
    if why := differs(package.proposal, now):
        raise AnswerRefused(f"{why}: look at it again (headgate evidence RUN)")
    held, blob = await policy_of(authority, now), desk.policy().blob
    if held != blob:
        raise AnswerRefused("the policy of the base branch is not the one in force: see `headgate policy check`")
    gated = desk.book().gated.get(run)
    return Looked(package, now, gated.plan["sha"] if gated is not None and gated.plan is not None else None)


def case_of(desk: Desk, package: Package, approver: Approver | None) -> Case:
    """Put together what the invariants look at."""
    run = RunKey(package.run)
    known = desk.fleet().runs.get(run)
    minutes = None
    if known is not None and known.started is not None and known.seen is not None:
        minutes = max(0.0, known.seen - known.started) / 60
    requests: Mapping[str, Request] = desk.book().requests
    return Case(
        package,
        desk.policy(),
        desk.cards().get(run),
        tuple(desk.review().results.values()),
        tuple(one for one in requests.values() if one.run == run),
        desk.book().gated.get(run),
        minutes,
        approver,
    )


def see_that_nothing_lacks(desk: Desk, package: Package, approver: Approver | None) -> None:
    """Raise `AnswerRefused` with the first thing that is not met, and how many more there are."""
    if lacking := list(unmet(case_of(desk, package, approver))):
        more = f" (and {len(lacking) - 1} more, see the change)" if len(lacking) > 1 else ""
        raise AnswerRefused(f"{lacking[0]}{more}")


def differs(before: Proposal, now: Proposal) -> str:
    """Say in what a change is another than it was, in one sentence; "" where it would be merged the same."""
    short = before.target.removeprefix("refs/heads/")
    if now.target != before.target:
        return f"it would be merged into {now.target.removeprefix('refs/heads/')} now, and not into {short}"
    if now.head != before.head:
        alike = ", with the same difference" if now.patch_id == before.patch_id else ""
        return f"its branch went on from {before.head[:12]} to {now.head[:12]}{alike}"
    if now.base != before.base:
        return f"{short} went on from {before.base[:12]} to {now.base[:12]}"
    told = (("tree", "content"), ("base_tree", "base"), ("patch_id", "difference"), ("diff_sha", "diff"))
    named = next((name for field, name in told if getattr(now, field) != getattr(before, field)), None)
    if named is not None or now.files != before.files:
        return f"its {named or 'list of files'} is another than the one that was shown"
    return ""
