"""What of the merge gate goes into the ledger: packages, results of checks, approvals and what became of them, items.

None of it is a human's word: what a human said stands in the entry of the decision, and what Headgate made of that
stands here, named by the digests that the human saw or signed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from state.approval.approval import Approval
from state.checks.check import CheckResult
from state.evidence.package import Package
from state.evidence.review import Reviewed
from state.ledger.entry import TOOL, Draft
from state.ledger.shown import milliseconds
from state.release.item import Item

_UNFINISHED = ("waiting", "running")


def of_review(news: Reviewed, now: float) -> Iterator[Draft]:
    """Give the drafts of what is new at the merge gate, and those that its own duties made."""
    for package in news.packages:
        yield from _of_package(package, now)
    for result in news.results:
        if result.state not in _UNFINISHED:
            yield _checked(result, now)
    for approval in news.approvals:
        yield from _of_approval(approval, now)
    for item in news.items:
        yield _kept(item, now)
    yield from map(honest, news.drafts)


def honest(draft: Draft) -> Draft:
    """Let nothing stand as a human's own word that names no order of theirs; who is meant to have said it is told."""
    if draft.actor_kind != "human" or draft.body.get("order"):
        return draft
    return replace(draft, actor_kind="tool", actor=TOOL, body={**draft.body, "said_by": draft.actor})


def _of_package(package: Package, now: float) -> Iterator[Draft]:
    change = package.proposal
    body = {
        "package": package.sha,
        "complete": package.complete,
        "lacking": list(package.lacking),
        "target": change.target,
        "base": change.base,
        "head": change.head,
        "tree": change.tree,
        "patch_id": change.patch_id,
        "risk": package.risk,
        "policy": package.policy,
        "context_version": package.context_version,
        "models": list(package.models),
    }
    yield Draft("tool", TOOL, "evidence", now, package.run, body, f"package:{package.sha}")
    for number, review in enumerate(package.reviews):
        told = {"package": package.sha, "text": review}
        yield Draft("agent", "reviewer", "advice", now, package.run, told, f"advice:{package.sha}:{number}")


def _checked(result: CheckResult, now: float) -> Draft:
    body = {
        "check": result.name,
        "command": result.command,
        "tree": result.tree,
        "policy": result.policy,
        "grade": result.grade,
        "state": result.state,
        "exit": result.exit,
        "passed": result.passed,
        "failed": result.failed,
        "skipped": result.skipped,
        "walls": result.walls,
        "log_sha": result.log_sha,
        "why": result.why,
        "began_ms": milliseconds(result.began),
        "ended_ms": milliseconds(result.ended),
    }
    return Draft("tool", TOOL, "check", now, "", body, f"check:{result.key}:{body['began_ms']}:{result.state}")


def _of_approval(approval: Approval, now: float) -> Iterator[Draft]:
    about = {"approval": approval.id, "request": approval.request, "by": approval.by}
    body = {
        **about,
        "level": approval.level,
        "key": approval.key,
        "counter": approval.counter,
        "signature_sha": hashlib.sha256(approval.signature.encode()).hexdigest() if approval.signature else "",
        "at_ms": milliseconds(approval.at),
        "expires_ms": milliseconds(approval.expires),
    }
    yield Draft("tool", TOOL, "approval", now, approval.run, body, f"approval:{approval.id}")
    if approval.void:
        told = {**about, "why": approval.void}
        yield Draft("tool", TOOL, "approval_void", now, approval.run, told, f"approval:{approval.id}:void")
    if approval.merge:
        told = {**about, "commit": approval.merge}
        yield Draft("tool", TOOL, "merge", now, approval.run, told, f"approval:{approval.id}:merge")


def _kept(item: Item, now: float) -> Draft:
    at = milliseconds(item.at)
    body = {
        "item": item.id,
        "what": item.kind,
        "text": item.text,
        "state": item.state,
        "by": item.by,
        "commit": item.merge,
        "source": item.source,
        "at_ms": at,
    }
    return Draft("tool", TOOL, "item", now, item.run, body, f"item:{item.id}:{item.state}:{at}")
