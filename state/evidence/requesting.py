"""The question of the merge gate that a package is put before the human with."""

from typing import Any

from state.evidence.package import Package
from state.gates.request import Request
from state.policy.verdict import Hit
from state.runs.run import RunKey
from state.text import clean

PREFIX = "merge-"


def request_id(package: Package) -> str:
    """Name the request of a package: another package is another question."""
    return f"{PREFIX}{package.run}-{package.sha[:12]}"


def is_asked(package: Package) -> bool:
    """Say whether a package is put up for review: it is complete, or a human said so with a reason."""
    return package.complete or bool(package.facts.get("override"))


def request_of(package: Package) -> Request:
    """Give the question. The same package gives the same one at every time, so that asking twice is as good as once."""
    proposal = package.proposal
    count = len(proposal.files)
    target = proposal.target.removeprefix("refs/heads/")
    lacks = f", incomplete: {len(package.lacking)} parts MISSING" if package.lacking else ""
    text = (
        f"merge {proposal.branch} into {target}: {count} file{'' if count == 1 else 's'}"
        f" +{proposal.added} -{proposal.deleted}{lacks}; {package.task}"
    )
    return Request(
        id=request_id(package),
        run=RunKey(package.run),
        gate="merge",
        text=clean(text, 400),
        sha=package.sha,
        opened=package.built,
        hits=tuple(_hit(told) for told in package.facts.get("reviewers") or ()),
        severity=package.risk,
        policy=package.policy,
        context_version=package.context_version,
        advice="; ".join(package.reviews) or None,
        agent=str(package.facts.get("agent") or ""),
        session=str(package.facts.get("session") or ""),
    )


def _hit(told: dict[str, Any]) -> Hit:
    return Hit(told["rule"], "escalate", told["because"], severity=told["severity"], reviewers=tuple(told["reviewers"]))
