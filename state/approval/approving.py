"""Takes a human's approval of a change: says what they would sign, and checks all of it again when it comes back.

The core states nothing from what it is told: every field of a statement is made here once more, and one that is not the
same to the byte is refused. What a signature proves is what the base branch's allowed signers let it prove.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from state.approval.approval import LEVELS, Approval, Level, Signed
from state.approval.base_commit import signers_of
from state.approval.gate import merge_gate
from state.approval.invariants import Approver, findings_open
from state.approval.looking import Looked, authority_of, looked_at, package_of, see_that_nothing_lacks
from state.approval.statement import Statement, StatementInvalid, parsed
from state.control.desk import Desk
from state.gates.decision import AnswerRefused
from state.gates.request import Decision, Request
from state.ledger.chain import FIRST
from state.ledger.entry import TOOL, Draft
from state.spool import Order, account
from state.text import clean

TO_SIGN_SECONDS = 3600.0
"""How long a statement waits for its signature; then it is stated anew."""
_AHEAD = 60


@dataclass(frozen=True, slots=True)
class Free:
    """The fields of a statement that no fact decides: who, how, when, and which entry of the ledger it stands on."""

    principal: str
    via: str
    level: Level
    reason: str
    nonce: str
    issued_at: int
    expires_at: int
    ledger_seq: int
    ledger_hash: str


def stated(looked: Looked, findings: int, free: Free) -> Statement:
    """Make the statement of one change. Everything but `free` follows from what was looked at."""
    package, change = looked.package, looked.change
    return Statement(
        target=change.target,
        base=change.base,
        head=change.head,
        tree=change.tree or "",
        run=package.run,
        context_version=package.context_version,
        policy=package.policy,
        plan=looked.plan,
        evidence=package.sha,
        patch_id=change.patch_id,
        diff_sha=change.diff_sha,
        findings_open=findings,
        principal=free.principal,
        via=free.via,
        level=free.level,
        reason=free.reason,
        nonce=free.nonce,
        issued_at=free.issued_at,
        expires_at=free.expires_at,
        ledger_seq=free.ledger_seq,
        ledger_hash=free.ledger_hash,
    )


class Approving:
    """Approvals at the merge gate of one core. All of it raises `AnswerRefused` with the sentence why not."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def state(self, order: Order, request: Request) -> str:
        """Give the text that a human would sign now to approve a request; refused where that would be refused."""
        _see_that_it_waits(request)
        gate, now = merge_gate(self._desk.policy()), int(self._desk.clock())
        looked = await looked_at(self._desk, request.run)
        _see_that_it_was_shown(request, looked)
        words, head = order.words, await self._desk.ledger(None)
        who = clean(words.get("principal", "").strip(), 120) or account()
        level = _level(words.get("level") or gate.level, gate.level)
        reason, via = clean(words.get("reason", "").strip(), 2000), clean(words.get("via", "").strip(), 40) or "board"
        times = now, now + int(gate.expires)
        seen = (head.seq, head.hash) if head is not None else (0, FIRST)
        free = Free(who, via, level, reason, secrets.token_hex(16), *times, *seen)
        see_that_nothing_lacks(self._desk, looked.package, Approver(who, account(), level))
        try:
            return stated(looked, self._findings(request), free).text().decode()
        except StatementInvalid as wrong:
            raise AnswerRefused(f"this cannot be stated: {wrong}") from None

    async def approval(self, order: Order, request: Request) -> Approval:
        """Give the approval that an answer comes to, with everything checked against git and the signature."""
        _see_that_it_waits(request)
        try:
            said = parsed(order.words.get("statement", "").encode())
        except StatementInvalid as wrong:
            raise AnswerRefused(f"an approval of a change needs its statement: {wrong}") from None
        looked = await looked_at(self._desk, request.run)
        _see_that_it_was_shown(request, looked)
        await self._see_that_it_is_ours(said, looked, request)
        signature = order.words.get("signature", "")
        signed = await self._signed(said, signature, looked) if signature else None
        if signed is None and said.level != "declared":
            raise AnswerRefused(f"it says that it is {said.level}, and no signature came with it")
        level: Level = signed.level if signed is not None else "declared"
        see_that_nothing_lacks(self._desk, looked.package, Approver(said.principal, account(), level))
        return Approval(
            id=said.id,
            run=request.run,
            request=request.id,
            statement=said.text().decode(),
            level=level,
            by=said.principal,
            at=self._desk.clock(),
            expires=float(said.expires_at),
            signature=signature,
            key=signed.key if signed is not None else "",
            counter=signed.counter if signed is not None else None,
        )

    def see_that_it_still_holds(self, approval: Approval, request: Request) -> None:
        """Look once more at what memory knows, in the step that records it."""
        package = package_of(self._desk, request.run)
        if package.sha != request.sha or package.policy != self._desk.policy().blob:
            raise AnswerRefused("what is known of it changed while it was approved: look at it again")
        said = parsed(approval.statement.encode())
        self._see_that_it_is_new(said.nonce, approval.key, approval.counter)
        see_that_nothing_lacks(self._desk, package, Approver(approval.by, account(), approval.level))

    async def sent_back(self, order: Order, request_of: Callable[[str], Request], text: str) -> str:
        """Send the words of a denial back to the run where the human wants that, and say what became of both."""
        words = order.words
        if words.get("answer") != "deny" or not words.get("rework") or not words.get("reason"):
            return text
        request = request_of(words.get("request", ""))
        if request.gate != "merge" or request.state != "denied":
            return text
        asked = {"run": request.run, "text": words["reason"], "by": words.get("by", ""), "via": words.get("via", "")}
        try:
            act = await self._desk.order(Order(f"{order.id}-rework", "send", asked, order.at))
        except ValueError as why:
            return f"{text}; your words did not reach the run: {why}"
        return f"{text}; your words to the run: {act.text}"

    def refusal(self, order: Order, request: str, run: str, why: str) -> Draft:
        """Give the entry of the ledger that says that an approval was refused, and to whom."""
        return refused(order, request, run, why, self._desk.clock())

    def _findings(self, request: Request) -> int:
        return findings_open(self._desk.cards().get(request.run))

    async def _see_that_it_is_ours(self, said: Statement, looked: Looked, request: Request) -> None:
        """Refuse a statement that the core itself would not make, in whatever field."""
        now, gate = self._desk.clock(), merge_gate(self._desk.policy())
        if said.issued_at > now + _AHEAD or said.issued_at < now - TO_SIGN_SECONDS:
            raise AnswerRefused("it was stated too long ago, or in the future: begin anew")
        if now >= said.expires_at or said.expires_at - said.issued_at > int(gate.expires):
            raise AnswerRefused("it has expired, or would count for longer than the policy lets it")
        entry = await self._desk.ledger(said.ledger_seq) if said.ledger_seq else None
        if said.ledger_hash != (entry.hash if entry is not None else FIRST) or (said.ledger_seq and entry is None):
            raise AnswerRefused("it stands on an entry that the ledger does not hold")
        self._see_that_it_is_new(said.nonce, "", None)
        free = Free(
            *(said.principal, said.via, said.level, said.reason, said.nonce),
            *(said.issued_at, said.expires_at, said.ledger_seq, said.ledger_hash),
        )
        ours = stated(looked, self._findings(request), free)
        if ours != said:
            raise AnswerRefused(f"the statement is not of this change as it is now: {_other(said, ours)}")

    def _see_that_it_is_new(self, nonce: str, key: str, counter: int | None) -> None:
        known = self._desk.review().approvals.values()
        if any(f'"nonce":"{nonce}"' in one.statement for one in known):
            raise AnswerRefused("this statement was used before: begin anew")
        last = _last_counter(known, key)
        if counter is not None and last is not None and counter <= last:
            raise AnswerRefused("the key's own counter did not go up, so the key may have been copied")

    async def _signed(self, said: Statement, signature: str, looked: Looked) -> Signed:
        if self._desk.hands.signer is None:
            raise AnswerRefused("this core cannot verify signatures here; nothing was done")
        allowed = await signers_of(authority_of(self._desk), looked.change)
        now = self._desk.clock()
        signed = await self._desk.hands.signer.verify(said.text(), signature.encode(), allowed, now)
        if isinstance(signed, str):
            raise AnswerRefused(signed)
        if signed.principal != said.principal:
            raise AnswerRefused(f"it was signed by {signed.principal}, and says {said.principal}")
        if LEVELS.index(signed.level) < LEVELS.index(said.level):
            raise AnswerRefused(f"it says that it is {said.level}, and its signature proves only {signed.level}")
        self._see_that_it_is_new("", signed.key, signed.counter)
        return signed


def counted(decision: Decision, approval: Approval) -> Decision:
    """Give the decision in the name of whom the approval names, with how surely it is them."""
    return replace(decision, by=approval.by, via=decision.via.replace(", declared", f", {approval.level}"))


def refused(order: Order, request: str, run: str, why: str, now: float) -> Draft:
    """Give the entry that says that an approval was refused. Nobody is taken for whom the order says they are."""
    words = order.words
    said = hashlib.sha256(words.get("statement", "").encode()).hexdigest() if words.get("statement") else ""
    body = {
        "request": clean(request, 80),
        "why": clean(why, 400),
        "order": order.id,
        "asked_by": clean(words.get("by", ""), 120),
        "account": account(),
        "via": clean(words.get("via", ""), 60),
        "statement": said,
    }
    return Draft("tool", TOOL, "refused", now, clean(run, 80), body, f"refused:{order.id}")


def _level(word: str, least: Level) -> Level:
    """Give the level that a statement asks of its signature: what the policy wants, or more; or none at all."""
    if word not in LEVELS:
        raise AnswerRefused(f"{clean(word, 40)} is no level: {', '.join(LEVELS)}")
    asked: Level = word
    below = asked == "declared" or LEVELS.index(asked) >= LEVELS.index(least)
    return asked if below else least


def _see_that_it_waits(request: Request) -> None:
    if request.gate != "merge":
        raise AnswerRefused("only a change at the merge gate is approved with a statement")
    if request.state != "open":
        raise AnswerRefused(f"the request is {request.state}; nothing was done")


def _see_that_it_was_shown(request: Request, looked: Looked) -> None:
    if request.sha != looked.package.sha:
        raise AnswerRefused("there is newer evidence than what was asked about: look at the newer request")


def _last_counter(known: Iterable[Approval], key: str) -> int | None:
    return max((one.counter for one in known if key and one.key == key and one.counter is not None), default=None)


def _other(said: Statement, ours: Statement) -> str:
    fields = (name for name in Statement.__slots__ if getattr(said, name) != getattr(ours, name))
    return f"another {next(fields, 'text').replace('_', ' ')}"
