"""What of a step at the gates goes into the ledger: what was asked, advised, decided, frozen, let go and refused."""

from collections.abc import Iterator
from typing import Any

from state.gates.book import Change, Freeze, Gated, PassedCall
from state.gates.decision import Recorded
from state.gates.request import Request
from state.ledger.entry import TOOL, Draft
from state.ledger.shown import milliseconds, rules_of, shown_digest

TIMEOUT = "timeout"
"""Who denies when a deadline passed: nobody, and never a human."""


def of_gates(change: Change, now: float) -> Iterator[Draft]:
    """Give the drafts of one step, in the order in which things follow from one another."""
    for request in change.requests:
        yield _opened(request, now)
        if request.advice:
            body = {"request": request.id, "text": request.advice}
            yield Draft("agent", request.agent, "advice", now, request.run, body, f"advice:{request.id}")
    for order, account, recorded in change.decided:
        yield _decided(order, account, recorded, now)
    for request in change.requests:
        if request.state in ("expired", "moot"):
            yield _ended(request, now)
    for order, freeze in change.frozen:
        yield _frozen(order, freeze, now)
    for gated in change.gated:
        if gated.plan is not None:
            yield _plan(gated, now)
    for call in change.calls:
        if call.seen["verdict"] == "deny" or call.seen["outcome"] in ("human", "grant"):
            yield _passed(call, now)


def _opened(request: Request, now: float) -> Draft:
    # Only a hook asks about a call, and it speaks for the rules of a policy.
    asker = ("hook", f"rule:{request.rule or request.gate}@{request.policy or 'default'}")
    kind, actor = asker if request.tool else ("tool", TOOL)
    return Draft(kind, actor, "request", now, request.run, {**_about(request), "listening": request.listening},
                 f"request:{request.id}")  # fmt: skip


def _about(request: Request) -> dict[str, Any]:
    """Name what was asked by its digests: of the call's input or plan or package, and of all that was to be seen."""
    return {
        "request": request.id,
        "gate": request.gate,
        "text": request.text,
        "tool": request.tool,
        "sha": request.sha,
        "shown": shown_digest(request),
        "rules": rules_of(request),
        "effects": [one.name for one in request.effects],
        "severity": request.severity,
        "policy": request.policy,
        "context_version": request.context_version,
        "repeats": request.repeats,
        "opened_ms": milliseconds(request.opened),
        "deadline_ms": milliseconds(request.deadline),
    }


def _decided(order: str, account: str, recorded: Recorded, now: float) -> Draft:
    said = recorded.decision
    told = {
        "order": order,
        "account": account,
        "answer": said.answer,
        "reason": said.reason,
        "via": said.via,
        "shown_sha": said.shown_sha,
        "dwell_ms": milliseconds(said.dwell),
        "opened": said.opened,
        "late": recorded.late,
        "assurance": said.assurance,
        "at_ms": milliseconds(said.at),
        "came_to": recorded.text,
        "state": recorded.request.state,
    }
    body = {**_about(recorded.request), **told}
    return Draft("human", said.by, "decision", now, recorded.request.run, body, f"decision:{order}")


def _ended(request: Request, now: float) -> Draft:
    actor = TIMEOUT if request.state == "expired" else TOOL
    why = "its deadline passed, which is a denial" if request.state == "expired" else "nobody needs the answer any more"
    body = {"request": request.id, "gate": request.gate, "text": request.text, "why": why}
    return Draft("tool", actor, request.state, now, request.run, body, f"request:{request.id}:{request.state}")


def _frozen(order: str, freeze: Freeze, now: float) -> Draft:
    body = {
        "order": order,
        "reason": freeze.reason,
        "frozen": freeze.frozen,
        "at_ms": milliseconds(freeze.at),
    }
    return Draft("human", freeze.by, "freeze" if freeze.frozen else "thaw", now, freeze.run, body, f"freeze:{order}")


def _plan(gated: Gated, now: float) -> Draft:
    """Tell what an approved plan lets a run do; who approved it is the decision's own entry."""
    plan = gated.plan
    assert plan is not None
    bounds = {"files": plan["files"], "minutes": _decimal(plan["minutes"]), "usd": plan["usd"]}
    body = {"request": gated.request, "sha": plan["sha"], "paths": list(plan["paths"]), **bounds}
    return Draft("tool", TOOL, "plan", now, gated.run, body, f"plan:{gated.run}:{gated.request}:{plan['sha']}")


def _passed(call: PassedCall, now: float) -> Draft:
    """Tell that a hook refused a call, or let one go on a human's word; as the hook itself noted it."""
    seen = call.seen
    body = {
        "call": seen["call"],
        "tool": seen["tool"],
        "sha": seen["sha"],
        "event": seen["event"],
        "rule": seen["rule"],
        "request": seen["request"],
        "outcome": seen["outcome"],
        "at_ms": milliseconds(seen["at"]),
        "took_ms": round(seen["ms"]),
    }
    kind = "call_denied" if seen["verdict"] == "deny" else "call_let_go"
    actor = f"rule:{seen['rule']}" if seen["rule"] else seen["outcome"]
    return Draft("hook", actor, kind, now, call.run, body, f"call:{call.file}:{call.inode}:{call.offset}")


def _decimal(number: float | None) -> str | None:
    return None if number is None else f"{number:.3f}"
