"""Every sentence of the gates on the screen: what waits, what an answer needs, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from state.release.item import ARTEFACTS
from tui.bound_keys import key
from tui.wording import HOUR, MINUTE, ago, many

if TYPE_CHECKING:
    from state.gates.request import Decision, Gate, Request, RequestState

GATES: Mapping[Gate, str] = {
    "plan": "plan gate",
    "exception": "exception gate",
    "merge": "merge gate",
    "release": "release gate",
}
REQUEST_ENDS: Mapping[RequestState, str] = {
    "open": "waits for you",
    "approved": "approved",
    "denied": "denied",
    "expired": "its deadline passed: denied; an approval is kept as leave for one call",
    "moot": "nobody needs the answer any more",
}
NO_REQUEST = "no request waits for you"
NO_REQUEST_MORE = "esc goes back to the board"
HOOK_WAITS = "a hook waits: your answer reaches it at once"
NOBODY_LISTENS = "nobody is listening: an approval is kept as leave for one call"
NOBODY_WAITS = "no call waits for this: your answer is recorded, and the run is not held up"
NEXT_CALL_WAITS = "the run halts at its next tool call, which waits for your answer"
ADVICE_TITLE = "what the model says of it · advice, checked by nobody"
CALL_TITLE = "the call"
PLAN_TITLE = "the plan"
EARLIER_TITLE = "decided before on this kind"
EARLIER_NONE = "nothing of this kind was decided before"
NO_EFFECT = "none that the policy knows"
PART_MISSING = "MISSING"
PART_FOUND = "found"
CALL_CUT = "cut at 256 KiB: what stands beyond cannot be seen here"
CALL_EMPTY = "no input"
TOO_QUICK = "too quick: look first"
PASTED = "pasted text decides nothing"
CLICKED = "a click decides nothing: press its key"
CHANGED_HERE = "this request has changed: read it again"
NEW_HERE = "a new request: read it"
ENDED_HERE = "this request waits no more"
ANSWER_ON_ITS_WAY = "your answer is on its way"
NO_REASON = "a reason is needed"
NO_PERSON = "name a person or a reviewer"
REASON_HINTS: Mapping[str, str] = {
    "approve": "why is it right? kept with the decision",
    "deny": "why not? the model reads this",
    "escalate": "why? they read this",
    "to": "who should decide? a person or a reviewer",
    "artefact": f"which lasting thing came of it? {', '.join(ARTEFACTS)}",
    "usd": "which ceiling? an amount in USD, such as 40 or 0.10",
    "what": "what is it, and where? of none: why",
}
NOTHING_TYPED: Mapping[str, str] = {
    "to": NO_PERSON,
    "reason": NO_REASON,
    "artefact": f"name one: {', '.join(ARTEFACTS)}",
    "usd": "an amount is needed",
}
NO_AMOUNT = "that is no amount in USD, such as 40 or 0.10"
NO_AMOUNT_HERE = "only a budget's request takes an amount"
LABELS: Mapping[str, str] = {"artefact": "artefact", "usd": "ceiling $"}
"""What stands before the field, where that is not the answer's own name."""
NO_ARTEFACT = f"no such thing: {', '.join(ARTEFACTS)}"


def blanks_said(count: int) -> str:
    """Say how many blanks stand in a row, in place of them."""
    return f"⦃{count} blanks⦄"


def requests_said(count: int) -> str:
    """Say how many requests wait."""
    return many(count, "request waits", "requests wait")


def queue_place(place: int, total: int, fresh: int) -> str:
    """Say which request of how many this is, and how many came since."""
    return f"{place} of {total}" + (f" · {fresh} new" if fresh else "")


def time_left(deadline: float | None, now: float) -> str:
    """Say how long an answer can still be given: by the second in the last ten minutes."""
    if deadline is None:
        return "no deadline"
    if deadline <= now:
        return "its time is over"
    left = int(deadline - now)
    if left < 60:
        return f"{left}s left"
    if left < 600:
        return f"{left // 60}m {left % 60:02}s left"
    return f"{left // 60}m left" if left < HOUR else f"{left // int(HOUR)}h {left % int(HOUR) // 60:02}m left"


_JUST_AFTER = 0.002


def time_left_ends(deadline: float | None, now: float) -> float:
    """Give the time at which `time_left` next reads differently; infinity when it never does."""
    if deadline is None or deadline <= now:
        return float("inf")
    left = deadline - now
    return now + left % (1.0 if left < 600 else MINUTE) + _JUST_AFTER


def call_counted(size: int, sha: str, characters: int, gaps: int, long: int) -> str:
    """Say how much a call is, what it is bound to, and what hides in it."""
    parts = [f"{many(size, 'character')} · sha {sha[:12]}"]
    if characters:
        parts.append(f"{many(characters, 'character that cannot be seen', 'characters that cannot be seen')}, marked")
    if gaps:
        parts.append(f"{many(gaps, 'line')} with a long gap")
    if long:
        parts.append(f"{many(long, 'long line')}, whole below")
    return " · ".join(parts)


def decided(decision: Decision, now: float) -> str:
    """Say who decided what and when."""
    word = {"approve": "approved", "deny": "denied", "escalate": "escalated"}[decision.answer]
    return f"{word} by {decision.by} (declared) {ago(decision.at, now)}"


def open_evidence_first() -> str:
    """Say that a request's evidence has to be opened before an approval."""
    return f"open its evidence first: {key('request_evidence')}"


def lacking_said(evidence: bool, reason: bool) -> str:
    """Say what must be done before an approval counts."""
    first = [f"open its evidence ({key('request_evidence')})"] if evidence else []
    return f"to approve: {' and '.join([*first, *(['type a reason'] if reason else [])])}"


def requested(answer: str) -> str:
    """Say what was asked of the core and is not recorded yet."""
    return f"{answer}: requested…"


def recorded(answer: str, said: str) -> str:
    """Say what the core recorded."""
    return f"{answer}: recorded: {said}"


def not_recorded(answer: str, why: str) -> str:
    """Say that an answer was not recorded."""
    return f"{answer}: NOT recorded: {why}"


def changed_said(parts: list[str]) -> str:
    """Say what of a shown request has changed."""
    return f"{CHANGED_HERE}: {', '.join(parts)}"


def reason_keys(request: str) -> str:
    """Say which request is answered, and the keys of the line."""
    return f"of {request}   enter keeps   esc leaves "


INPUT_TITLE = "the input, as the hook got it"
RULES_TITLE = "the rules that were met"
RECORDS_TITLE = "the newest records of its log"
NO_RULE = "no rule: the gate itself asks"
NO_RECORD_YET = "its log holds no record of it yet"


def policy_source(policy: str | None) -> str:
    """Say where the text of the rules stands."""
    if policy is None:
        return "no policy is named"
    if policy == "default":
        return "the policy that ships with Headgate: `headgate policy show`"
    return f"blob {policy} of the protected branch: `headgate policy show`, `git show {policy[:16]}`"


REQUEST_PARTS: Mapping[str, str] = {
    "state": "it waits no more",
    "listening": "who listens",
    "deadline": "the deadline",
    "sha": "what is asked",
    "input": "the call",
    "hits": "the rules",
    "decision": "the decision",
    "policy": "the policy",
    "context_version": "the context version",
    "advice": "what the model says",
    "repeats": "how often it was denied",
}
"""The parts of a request by their fields, where a field's own name would not do."""


def not_yet_recorded(answer: str, said: str) -> str:
    """Say that an answer is kept for the core, which has not recorded it."""
    return f"{answer}: requested, not recorded yet: {said}"


def ready_said(request: Request) -> str:
    """Say what an approval does."""
    approve = key("approve")
    if request.gate == "release":
        return f"{approve} says which lasting thing came of it"
    if request.gate == "plan":
        return f"{approve} approves this plan: what lies outside it is asked about"
    from state.money.amounts import amount
    from state.money.budgeted import raise_in

    if (told := raise_in(request.text)) is not None:
        return f"{approve} raises {told[0]} to ${amount(told[1])}; {key('approve_amount')} types another amount"
    return f"{approve} lets exactly this go, once" if request.tool else f"{approve} lets the run go on"
