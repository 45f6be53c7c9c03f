"""A human's answer to a request: what makes it count, and the one sentence why it does not.

Answering twice is refused here, and so is an answer to something else than what was shown. Nothing here knows whether
a human pressed the key: who it was, how long they looked and whether they opened the evidence is what the board or the
verb declares, any process of the account could write the same, and `via` says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast, get_args

from state.gate_files import Grant
from state.gates.request import Answer, Decision, Request
from state.money.budget_words import with_amount
from state.text import clean

LEAVE_SECONDS = 15 * 60.0
"""How long a leave for one call waits for that call (research/control.md C)."""
SHORTEST_LOOK = 0.5
"""Seconds that a request must have been on a screen before a key on it counts (research/reliability.md T7)."""
GRAVE = ("high", "critical")


class AnswerRefused(ValueError):
    """The answer does not count. Its text is the sentence for the human."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an answer comes to: the row to write, the request as it is then, and the sentence for the human.

    `late`: nobody listens, so that an approval is kept as leave for one call.
    """

    decision: Decision
    request: Request
    text: str
    late: bool = False


def said(words: Mapping[str, str], account: str, at: float) -> Decision:
    """Read an answer out of an order's words. Raises `AnswerRefused`."""
    answer = words.get("answer", "")
    if answer not in get_args(Answer):
        raise AnswerRefused(f"{clean(answer, 40) or 'nothing'} is no answer: approve, deny or escalate")
    return Decision(
        request=words.get("request", ""),
        answer=cast(Answer, answer),
        by=clean(words.get("by", "").strip(), 120) or account,
        at=at,
        reason=_reason(words),
        via=f"{clean(words.get('via', '') or 'board', 40)}, declared",
        shown_sha=clean(words.get("sha", ""), 80),
        dwell=_seconds(words.get("dwell", "")),
        opened=words.get("opened", "").lower() in ("1", "true", "yes"),
    )


def weighed(request: Request, decision: Decision, account: str, *, over: bool) -> Recorded:
    """Say what `decision` comes to. Raises `AnswerRefused`. `over`: the run has ended, and nothing can need leave."""
    _timely(request, decision, over)
    _seen(request, decision)
    if decision.answer == "escalate":
        text = f"escalated by {decision.by}; it goes on waiting"
        return Recorded(decision, replace(request, decision=decision), text)
    if decision.answer == "deny":
        text = "denied" if request.listening or not request.tool else "denied; nobody is listening any more"
        return Recorded(decision, replace(request, state="denied", decision=decision, listening=False), text)
    _allowed(request, decision, account)
    late = bool(request.tool) and (not request.listening or request.state != "open")
    text = "nobody is listening; kept as leave for one call" if late else "approved"
    approved = replace(request, state="approved", decision=decision, listening=False)
    return Recorded(decision, approved, text, late)


def leave(request: Request) -> Grant | None:
    """Give the leave for one call that an approval is worth once its hook has gone; None where there is none."""
    decision = request.decision
    if request.state != "approved" or decision is None or not request.tool:
        return None
    return Grant(
        request=request.id,
        by=decision.by,
        reason=decision.reason,
        sha=request.sha,
        policy=request.policy or "",
        expires=decision.at + LEAVE_SECONDS,
    )


def _timely(request: Request, decision: Decision, over: bool) -> None:
    """Refuse an answer that comes second, or to what nobody needs answered."""
    before = request.decision
    if request.state in ("approved", "denied"):
        who = f" by {before.by}" if before else ""
        raise AnswerRefused(f"it was {request.state}{who} before; a second answer does not count")
    if decision.answer == "escalate" and before is not None:
        raise AnswerRefused(f"it was escalated by {before.by} before")
    if over:
        raise AnswerRefused("its run has ended; nobody needs the answer any more")
    if _past(request, decision.at) and (decision.answer != "approve" or request.gate != "exception"):
        ended = "expired, which counts as denied" if request.state != "moot" else "moot: its run went on without it"
        raise AnswerRefused(f"the request is {ended}; nothing was recorded")


def _past(request: Request, at: float) -> bool:
    return request.state in ("expired", "moot") or (request.deadline is not None and at >= request.deadline)


def _seen(request: Request, decision: Decision) -> None:
    """Refuse an answer to something else than what was on the screen, or to what nobody can have read."""
    if decision.shown_sha != request.sha:
        raise AnswerRefused("what was shown is not what is asked; look at it again")
    if decision.answer == "approve" and decision.dwell is not None and decision.dwell < SHORTEST_LOOK:
        raise AnswerRefused("it was on the screen for less than half a second; look at it, then decide")


def _allowed(request: Request, decision: Decision, account: str) -> None:
    """Refuse an approval by someone else than a rule names, or of something grave without a look and a reason."""
    for hit in request.hits:
        if hit.outcome == "escalate" and hit.reviewers and not {decision.by, account} & set(hit.reviewers):
            named = ", ".join(hit.reviewers)
            raise AnswerRefused(f"rule {hit.rule} lets only {named} approve this, and you are {decision.by}")
    if request.severity in GRAVE and not decision.opened:
        raise AnswerRefused(f"it is of {request.severity} risk: open its evidence before you approve it")
    if request.severity in GRAVE and not decision.reason:
        raise AnswerRefused(f"it is of {request.severity} risk: say why you approve it")


def _reason(words: Mapping[str, str]) -> str:
    """Give the human's words; to whom it is escalated, or which lasting thing came of it, is a part of them."""
    reason, to = words.get("reason", "").strip(), words.get("to", "").strip()
    if usd := words.get("usd", "").strip():
        try:
            return clean(with_amount(reason, usd), 2000)
        except ValueError as wrong:
            raise AnswerRefused(str(wrong)) from None
    if artefact := words.get("artefact", "").strip():
        return clean(f"{artefact.casefold()}: {reason}", 2000)
    return clean(f"to {to}: {reason}" if to else reason, 2000)


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e9 else None
