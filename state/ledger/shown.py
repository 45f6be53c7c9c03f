"""What a human had on the screen when they decided, as one text that can be made again later, and its digest.

A decision names the digest; the request's own row holds what the text is made of, and that row is written once. So
whoever audits later makes the text again and sees whether it is byte for byte what was shown.
"""

from typing import Any

from state.gates.request import Request
from state.ledger.canonical import canonical, digest

SCHEMA = "headgate/shown/1"


def milliseconds(seconds: float | None) -> int | None:
    """Give seconds as whole milliseconds, because canonical JSON has no fractions."""
    return None if seconds is None else round(seconds * 1000)


def shown_document(request: Request) -> dict[str, Any]:
    """Give all of a request that a human sees before they answer; nothing in it changes while it waits.

    At the merge gate `sha` is the digest of the evidence package, which is a document of its own.
    """
    return {
        "schema": SCHEMA,
        "request": request.id,
        "run": request.run,
        "gate": request.gate,
        "text": request.text,
        "sha": request.sha,
        "tool": request.tool,
        "input": request.input,
        "cwd": request.cwd,
        "plan": request.plan,
        "advice": request.advice,
        "effects": [{"name": one.name, "why": one.why} for one in request.effects],
        "rules": rules_of(request),
        "severity": request.severity,
        "policy": request.policy,
        "context_version": request.context_version,
        "repeats": request.repeats,
        "opened_ms": milliseconds(request.opened),
        "deadline_ms": milliseconds(request.deadline),
    }


def rules_of(request: Request) -> list[dict[str, Any]]:
    """Give the rules that ask, the strictest first."""
    return [
        {
            "rule": hit.rule,
            "outcome": hit.outcome,
            "because": hit.because,
            "instead": hit.instead,
            "severity": hit.severity,
            "reviewers": list(hit.reviewers),
            "sla_ms": milliseconds(hit.sla),
        }
        for hit in request.hits
    ]


def shown_text(request: Request) -> str:
    """Give the text itself: canonical JSON."""
    return canonical(shown_document(request)).decode()


def shown_digest(request: Request) -> str:
    """Give its SHA-256, as lowercase hexadecimal digits."""
    return digest(shown_document(request))
