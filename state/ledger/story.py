"""Tells entries of the ledger as sentences, and one decision as a story: who, when, on what, and what followed."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from state.ledger import canonical
from state.ledger.entry import Entry
from state.text import clean

LOST = "UNRECONSTRUCTABLE"
"""What is printed where it can no longer be shown what a human saw."""


@dataclass(frozen=True, slots=True)
class Story:
    """A decision as told. `evidence` holds by its digest each text that was on the screen; `lost` names the others."""

    lines: tuple[str, ...]
    evidence: Mapping[str, str]
    lost: tuple[str, ...] = ()


def body_of(entry: Entry) -> dict[str, Any]:
    """Give what an entry says, nothing where that cannot be read."""
    try:
        found = canonical.read(entry.body)
    except ValueError:
        return {}
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def instant(ts_ms: int | None) -> str:
    """Give a time as RFC 3339 in UTC with milliseconds."""
    if ts_ms is None:
        return "at an unknown time"
    try:
        when = datetime.fromtimestamp(ts_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return "at an impossible time"
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line_of(entry: Entry) -> str:
    """Give an entry on one line: number, time, who, what."""
    run = f"  run {entry.run[:12]}" if entry.run else ""
    return clean(f"{entry.seq:>6}  {instant(entry.ts_ms)}  {who(entry)}  {sentence(entry)}{run}", 600)


def who(entry: Entry) -> str:
    """Name the actor and, where it is not a human, what kind it is of."""
    return entry.actor if entry.actor_kind == "human" else f"[{entry.actor_kind}] {entry.actor}"


def sentence(entry: Entry) -> str:
    """Say what an entry records."""
    told = _SAYINGS.get(entry.kind)
    try:
        return clean(told(body_of(entry)) if told else entry.kind.replace("_", " "), 400)
    except (KeyError, TypeError, ValueError, AttributeError):
        return f"{entry.kind.replace('_', ' ')}: what it says is not understood"


def _decided(body: dict[str, Any]) -> str:
    words = {"approve": "approved", "deny": "denied", "escalate": "escalated"}
    reason = f", because: {body['reason']}" if body["reason"] else ", without a reason"
    return f"{words.get(body['answer'], body['answer'])} {_asked(body)}{reason}"


def _asked(body: dict[str, Any]) -> str:
    return f"“{body['text']}”" if body.get("text") else f"request {body.get('request')}"


def _act_ended(outcome: str) -> Callable[[dict[str, Any]], str]:
    return lambda body: f"{body['act']} {outcome}: {body['text']}"


def _checked(body: dict[str, Any]) -> str:
    counts = ", ".join(f"{body[name]} {name}" for name in ("passed", "failed", "skipped") if body[name] is not None)
    return f"ran check {body['check']} on tree {_cut(body['tree'])}: {body['state']}{f' ({counts})' if counts else ''}"


def _policy(body: dict[str, Any]) -> str:
    return f"policy {_cut(body['policy'])} is in force" + (f"; {body['problem']}" if body["problem"] else "")


def _evidence(body: dict[str, Any]) -> str:
    lacking = "complete" if body["complete"] else f"lacks {', '.join(body['lacking'])}"
    return f"evidence package {_cut(body['package'])} of head {_cut(body['head'])}: {lacking}, {body['risk']} risk"


def _approval(body: dict[str, Any]) -> str:
    return f"approval {_cut(body['approval'])} by {body['by']} ({body['level']})"


def _salvaged(body: dict[str, Any]) -> str:
    lost = f", {body['lost']} are lost" if body["lost"] else ""
    return f"went on with {body['entries']} entries of {body['aside'] or 'no database'}{lost}"


def _assigned(body: dict[str, Any]) -> str:
    return "said " + ", ".join(f"{what}: {word or '(taken back)'}" for what, word in sorted(body["words"].items()))


def _gap(body: dict[str, Any]) -> str:
    return f"found that a core was killed: nobody recorded from {instant(body['from_ms'])} to {instant(body['to_ms'])}"


def _shortened(body: dict[str, Any]) -> str:
    return f"found the ledger at entry {body['found_seq']}, and it was seen to reach entry {body['last_seq']}"


def _before(body: dict[str, Any]) -> str:
    return f"found that {body['said_by']} had answered {body['answer']} to {body['request']} before there was a ledger"


_SAYINGS: dict[str, Callable[[dict[str, Any]], str]] = {
    "request": lambda body: f"asked at the {body['gate']} gate: {body['text']}",
    "advice": lambda body: f"advised: {body['text']}",
    "decision": _decided,
    "decision_before_ledger": _before,
    "freeze_before_ledger": lambda body: f"found a freeze of {body['said_by']} from before there was a ledger",
    "expired": lambda body: f"denied {_asked(body)}: its deadline passed and nobody answered",
    "moot": lambda body: f"closed {_asked(body)}: nobody needs the answer any more",
    "freeze": lambda body: f"froze{_why(body)}",
    "thaw": lambda body: f"thawed{_why(body)}",
    "plan": lambda body: f"holds it to the approved plan {_cut(body['sha'])}, {len(body['paths'])} paths",
    "call_denied": lambda body: f"denied a call of {body['tool']} ({body['outcome']})",
    "call_let_go": lambda body: f"let one call of {body['tool']} go on a human's word ({body['outcome']})",
    "act": lambda body: f"asked to {body['act']}{_why(body)}",
    "act_confirmed": _act_ended("confirmed"),
    "act_failed": _act_ended("failed"),
    "assigned": _assigned,
    "evidence": _evidence,
    "check": _checked,
    "approval": _approval,
    "refused": lambda body: f"refused what {body['asked_by'] or body['account']} asked: {body['why']}",
    "approval_void": lambda body: f"approval {_cut(body['approval'])} counts no more: {body['why']}",
    "merge": lambda body: f"approval {_cut(body['approval'])} became merge commit {_cut(body['commit'])}",
    "item": lambda body: f"{body['what']} {body['state']}: {body['text']}",
    "policy": _policy,
    "gap": _gap,
    "ceiling": lambda body: f"gave the budget {body['budget']} a ceiling of ${body['usd']}{_why(body)}",
    "triggers": lambda body: f"put right: {'; '.join(body['found'])}",
    "salvaged": _salvaged,
    "begun_anew": _salvaged,
    "shortened": _shortened,
}  # fmt: skip


def _why(body: dict[str, Any]) -> str:
    return f": {body['reason']}" if body["reason"] else ""


def _cut(digest: object) -> str:
    return str(digest)[:12]


def story_of(request: str, entries: Sequence[Entry], shown: str | None, packages: Callable[[str], str | None]) -> Story:
    """Tell what became of a request. `entries` are those of its run, `shown` the text made again from its row."""
    about = [one for one in entries if body_of(one).get("request") == request]
    decisions = [body_of(one) for one in about if one.kind == "decision"]
    asked = next((body_of(one) for one in about if one.kind == "request"), dict[str, Any]())
    wanted = dict.fromkeys(str(body["shown"]) for body in (asked, *decisions) if body.get("shown"))
    kept, lost = dict[str, str](), list[str]()
    for digest in wanted:
        _keep(digest, shown, kept, lost)
    if asked.get("gate") == "merge":
        _keep(sha := str(asked.get("sha")), packages(sha), kept, lost)
    followed = _followed(entries, about)
    told = [*(line_of(one) for one in sorted((*about, *followed), key=lambda one: one.seq))]
    details = [line for body in decisions for line in _details(body)]
    return Story((*told, *details, *_evidence_lines(kept, lost)), kept, tuple(lost))


def _keep(digest: str, text: str | None, kept: dict[str, str], lost: list[str]) -> None:
    raw = None if text is None else text.encode("utf-8", "surrogateescape")
    if raw is not None and text is not None and hashlib.sha256(raw).hexdigest() == digest:
        kept[digest] = text
    else:
        lost.append(digest)


def _followed(entries: Iterable[Entry], about: Sequence[Entry]) -> list[Entry]:
    """Find what came of an approval: its merge, what made it void, and the package that was judged."""
    approvals = [name for one in about if one.kind == "approval" and (name := body_of(one).get("approval")) is not None]
    packages = [sha for one in about if one.kind == "request" and (sha := body_of(one).get("sha")) is not None]
    known = {one.seq for one in about}
    return [
        one
        for one in entries
        if one.seq not in known
        and (body_of(one).get("approval") in approvals or body_of(one).get("package") in packages)
    ]


def _details(body: dict[str, Any]) -> Iterable[str]:
    """Say of one decision what was on the screen, for how long, and how much stands behind it."""
    dwell = body.get("dwell_ms")
    seconds = f"{dwell / 1000:.1f} s" if isinstance(dwell, int) else "an unknown time"
    opened = "its evidence was opened" if body.get("opened") else "its evidence was not opened"
    yield clean(f"on the screen: {body.get('shown')}, for {seconds}, {opened}; told by {body.get('via')}", 400)
    told = body.get("rules")
    hits = cast("list[object]", told) if isinstance(told, list) else []
    rules = ", ".join(str(cast("dict[str, Any]", one).get("rule")) for one in hits if isinstance(one, dict))
    policy = body.get("policy") or "none"
    yield clean(
        f"policy {policy}: {f'asked by {rules}' if rules else 'no rule asked'}, {body.get('severity')} risk", 400
    )
    late = "; nobody listened any more" if body.get("late") else ""
    yield clean(f"it came to: {body.get('came_to')}{late}", 400)
    level = body.get("assurance") or "not known"
    yield clean(f"assurance of the run then: {level}; that a human pressed the key is declared, not proved", 400)


def _evidence_lines(kept: Mapping[str, str], lost: Iterable[str]) -> Iterable[str]:
    for digest, text in kept.items():
        yield f"evidence {digest}, {len(text.encode('utf-8', 'surrogateescape'))} bytes, as it was shown:"
        yield f"  {clean(text, len(text) + 1)}"
    for digest in lost:
        yield f"{LOST}: what was shown ({digest}) is not kept any more, or is not what it was"
