"""What a human signs when a change is approved: an in-toto shaped statement as canonical JSON (docs/approval.md).

One statement has one text, so that its SHA-256 names it and two verifiers never read two things out of one signature.
Whatever reads it needs no database: a colleague's clone holds it too.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from state.approval.approval import LEVELS, Level
from state.ledger.canonical import canonical
from state.text import clean

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://headgate/approval/v1"
NAMESPACE = "approval@headgate.v1"
"""The namespace of the signature, so that no signature made for something else counts as an approval."""
ALLOWED_SIGNERS = ".headgate/allowed_signers"
"""The file of the base branch that says whose keys count, as `ssh-keygen -Y verify -f` reads it."""
LONGEST = 64 * 1024
_TIME = "%Y-%m-%dT%H:%M:%SZ"

Gate = Literal["plan", "exception", "merge"]
Spoken = Literal["approve", "reject"]


class StatementInvalid(ValueError):
    """A text is no statement. Its own text is one sentence on why."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one approval is bound to. A change to any of it is another statement, which nobody approved.

    `base` is the commit that `target` was at, `head` the run's, `tree` what the merge commit will hold. `policy` is the
    blob of the base branch's policy, `default` where the shipped one was in force. `plan` is the digest of the approved
    plan, `evidence` that of the package that was shown. `level` is the least that the signature has to prove. Times are
    whole seconds since 1970. `ledger_seq` and `ledger_hash` name the ledger's last entry as it was then.
    """

    target: str
    base: str
    head: str
    tree: str
    run: str
    context_version: str | None
    policy: str
    plan: str | None
    evidence: str
    patch_id: str
    diff_sha: str
    findings_open: int
    principal: str
    via: str
    level: Level
    reason: str
    nonce: str
    issued_at: int
    expires_at: int
    ledger_seq: int
    ledger_hash: str
    gate: Gate = "merge"
    decision: Spoken = "approve"

    def text(self) -> bytes:
        """Give its one text. Raises `StatementInvalid` where a field holds what no statement may hold."""
        text = canonical(_document(self))
        parsed(text)
        return text

    @property
    def id(self) -> str:
        """Give the SHA-256 of its text, by which the approval is named."""
        return hashlib.sha256(canonical(_document(self))).hexdigest()


def parsed(text: bytes) -> Statement:
    """Read a statement, strictly: a key too many, twice or missing, or another form of the same is refused.

    Raises `StatementInvalid`.
    """
    if len(text) > LONGEST:
        raise StatementInvalid(f"a statement has at most {LONGEST} bytes, and this one has {len(text)}")
    try:
        told: Any = json.loads(
            text.decode(), object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number
        )
        if canonical(told) != text:
            raise StatementInvalid("it is not in the one form that is signed (sorted keys, no spaces, UTF-8)")
    except StatementInvalid:
        raise
    except (ValueError, RecursionError) as error:
        raise StatementInvalid(f"it is no JSON: {clean(str(error), 200)}") from None
    return _statement(told)


def identity(text: bytes | str) -> str:
    """Give the id of a statement's text."""
    return hashlib.sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()


def _document(one: Statement) -> dict[str, Any]:
    predicate = {
        "gate": one.gate,
        "decision": one.decision,
        "target_ref": one.target,
        "from": one.base,
        "head": one.head,
        "run": one.run,
        "context_version": one.context_version,
        "policy": one.policy,
        "plan": one.plan,
        "evidence": one.evidence,
        "patch_id": one.patch_id,
        "diff_sha": one.diff_sha,
        "findings_open": one.findings_open,
        "reviewer": {"principal": one.principal, "via": one.via, "level": one.level},
        "reason": one.reason,
        "nonce": one.nonce,
        "issued_at": _written(one.issued_at),
        "expires_at": _written(one.expires_at),
        "ledger": {"seq": one.ledger_seq, "hash": one.ledger_hash},
    }
    subject = [{"name": one.target, "digest": {"gitTree": one.tree}}]
    return {"_type": STATEMENT_TYPE, "predicateType": PREDICATE_TYPE, "subject": subject, "predicate": predicate}


def _statement(told: Any) -> Statement:
    top = _table(told, "the statement", ("_type", "predicateType", "subject", "predicate"))
    _one_of(top, "_type", (STATEMENT_TYPE,))
    _one_of(top, "predicateType", (PREDICATE_TYPE,))
    subjects: list[Any] = cast("list[Any]", top["subject"]) if isinstance(top["subject"], list) else []
    if len(subjects) != 1:
        raise StatementInvalid("it must have exactly one subject")
    subject = _table(subjects[0], "its subject", ("name", "digest"))
    tree = _text(_table(subject["digest"], "the subject's digest", ("gitTree",)), "gitTree", _OBJECT)
    said = _table(top["predicate"], "its predicate", _PREDICATE)
    reviewer = _table(said["reviewer"], "its reviewer", ("principal", "via", "level"))
    ledger = _table(said["ledger"], "its ledger", ("seq", "hash"))
    if subject["name"] != said["target_ref"]:
        raise StatementInvalid("its subject is another branch than its target_ref")
    one = Statement(
        target=_text(said, "target_ref", _REF),
        base=_text(said, "from", _OBJECT),
        head=_text(said, "head", _OBJECT),
        tree=tree,
        run=_text(said, "run", _NAME),
        context_version=_maybe(said, "context_version", _NAME),
        policy=_text(said, "policy", _NAME),
        plan=_maybe(said, "plan", _PLAN),
        evidence=_text(said, "evidence", _DIGEST),
        patch_id=_text(said, "patch_id", _OBJECT_OR_NONE),
        diff_sha=_text(said, "diff_sha", _DIGEST),
        findings_open=_whole(said, "findings_open"),
        principal=_text(reviewer, "principal", _PRINCIPAL),
        via=_text(reviewer, "via", _NAME),
        level=cast(Level, _one_of(reviewer, "level", LEVELS)),
        reason=_text(said, "reason", _REASON),
        nonce=_text(said, "nonce", _NONCE),
        issued_at=_time(said, "issued_at"),
        expires_at=_time(said, "expires_at"),
        ledger_seq=_whole(ledger, "seq"),
        ledger_hash=_text(ledger, "hash", _DIGEST),
        gate=cast(Gate, _one_of(said, "gate", ("plan", "exception", "merge"))),
        decision=cast(Spoken, _one_of(said, "decision", ("approve", "reject"))),
    )
    if one.expires_at <= one.issued_at:
        raise StatementInvalid("it expires before it was issued")
    return one


_PREDICATE = (
    *("gate", "decision", "target_ref", "from", "head", "run", "context_version", "policy", "plan", "evidence"),
    *("patch_id", "diff_sha", "findings_open", "reviewer", "reason", "nonce", "issued_at", "expires_at", "ledger"),
)
_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_OBJECT_OR_NONE = re.compile(r"(?:[0-9a-f]{40}(?:[0-9a-f]{24})?)?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PLAN = re.compile(r"[0-9a-f]{16,64}")
_NONCE = re.compile(r"[0-9a-f]{32}")
_REF = re.compile(r"refs/heads/[^\s\x00-\x20\x7f~^:?*\[\\]{1,400}")
_NAME = re.compile(r"\S(?:.{0,198}\S)?")
# `ssh-keygen -I` takes a principal; in allowed_signers a comma, a quote or a space would end it (ssh-keygen(1)).
_PRINCIPAL = re.compile(r"[^\s,\"!*?#-][^\s,\"!*?]{0,119}")
_REASON = re.compile(r".{0,2000}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise StatementInvalid(f"it says `{clean(key, 60)}` twice")
        found[key] = value
    return found


def _no_number(text: str) -> float:
    raise StatementInvalid(f"it holds the number {clean(text, 40)}, and only whole numbers count")


def _table(value: Any, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise StatementInvalid(f"{where} must be an object")
    told = cast("dict[str, Any]", value)
    if wrong := sorted(told.keys() ^ set(keys)):
        known = "lacks" if wrong[0] in keys else "must not hold"
        raise StatementInvalid(f"{where} {known} `{clean(wrong[0], 60)}`")
    return told


def _text(told: dict[str, Any], key: str, like: re.Pattern[str]) -> str:
    value = told[key]
    if not isinstance(value, str) or not like.fullmatch(value) or clean(value) != value:
        raise StatementInvalid(f"`{key}` is not what a statement may say there")
    return value


def _maybe(told: dict[str, Any], key: str, like: re.Pattern[str]) -> str | None:
    return None if told[key] is None else _text(told, key, like)


def _one_of(told: dict[str, Any], key: str, words: tuple[str, ...]) -> str:
    if (value := told[key]) not in words or not isinstance(value, str):
        raise StatementInvalid(f"`{key}` must be {' or '.join(words)}")
    return value


def _whole(told: dict[str, Any], key: str) -> int:
    value = told[key]
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise StatementInvalid(f"`{key}` must be a whole number that is not negative")
    return value


def _time(told: dict[str, Any], key: str) -> int:
    value = told[key]
    try:
        at = int(datetime.strptime(value, _TIME).replace(tzinfo=UTC).timestamp())
        if _written(at) == value:
            return at
    except (TypeError, ValueError, OverflowError):
        pass
    raise StatementInvalid(f"`{key}` must be a time such as 2026-11-21T10:00:00Z")


def _written(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime(_TIME)
