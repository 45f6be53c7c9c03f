"""The last step: merges exactly what was approved, once, and says so; or says why not.

What is intended is recorded before anything moves, with all that the merge commit is made of, so that a core which is
killed between any two lines is followed by one that makes the very same commit and goes on, or finds it made.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from state.approval.approval import Approval
from state.approval.approving import refused
from state.approval.base_commit import signers_of
from state.approval.invariants import Approver
from state.approval.looking import Looked, authority_of, looked_at, see_that_nothing_lacks
from state.approval.message import author_of, message_of
from state.approval.noting import Note
from state.approval.statement import Statement, identity, parsed
from state.control.act import Act, Step
from state.control.desk import Desk
from state.evidence.proposal import Merge, Merged
from state.evidence.review import Reviewed
from state.gates.decision import AnswerRefused
from state.ledger.chain import FIRST
from state.ledger.verifying import fault_of
from state.runs.event import Event
from state.runs.run import Run, RunKey
from state.spool import Order, account
from state.text import clean

_MAKE, _MOVE = "make", "move"


class Merging:
    """The duty that carries out `merge`. All that it knows of one stands in its act and its approval."""

    verbs = frozenset({"merge"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turn = asyncio.Lock()

    async def carry_out(self, order: Order) -> Act:
        """Merge a run's change. Raises `ValueError` with the sentence why nothing was merged."""
        async with self._turn:
            if (before := self._desk.acts().by_id.get(order.id)) is not None:
                return await self._gone_on(before)
            run = self._desk.run(order.words.get("run", ""))
            try:
                act = await self._intended(order, run)
            except AnswerRefused as why:
                entry = refused(order, "", run.key, str(why), self._desk.clock())
                await self._desk.keep(Reviewed(drafts=(entry,)))
                raise
            await self._desk.record(act)
            return await self._gone_on(act, looked=True)

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: what counts is where the branch is."""

    async def look(self) -> None:
        """Take up what an earlier life of the core began."""
        left = [one for one in self._desk.acts().by_id.values() if one.kind == "merge" and self._left(one)]
        for act in left:
            async with self._turn:
                await self._gone_on(self._desk.acts().by_id[act.id])

    def _left(self, act: Act) -> bool:
        """Say whether something of a merge is still to be done: to move the branch, or to say so of its approval."""
        if act.state == "under_way":
            return True
        approval = self._desk.review().approvals.get(act.facts.get("approval", ""))
        return act.state == "confirmed" and approval is not None and approval.merge is None

    async def _intended(self, order: Order, run: Run) -> Act:
        """Look at everything again, and give the act that says what is to be merged. Raises `AnswerRefused`."""
        desk = self._desk
        approval = self._valid(run.key)
        said, looked = await self._approved(approval, run.key)
        last = await desk.ledger(None)
        message = message_of(looked.package, run.agent, said, approval, (last.seq, last.hash) if last else (0, FIRST))
        now = desk.clock()
        at = max(now, float(said.issued_at))
        merge = Merge(said.target, said.base, said.head, said.tree, message, author_of(said.principal), float(int(at)))
        facts = {"merge": json.dumps(asdict(merge)), "approval": approval.id}
        by = clean(order.words.get("by", "").strip(), 120) or account()
        step = Step(_MAKE, now)
        return Act(order.id, run.key, "merge", by, now, text="is being merged", steps=(step,), facts=facts)

    def _valid(self, run: RunKey) -> Approval:
        """Find the approval that counts. Raises `AnswerRefused`."""
        known = self._desk.review().approvals_of(run)
        for act in self._desk.acts().of(run):
            if act.kind == "merge" and act.state == "under_way":
                raise AnswerRefused("a merge of it is under way; nothing was done")
        package = self._desk.review().packages.get(run)
        if live := [one for one in known if one.merge is None and not one.void]:
            # One that nobody has looked at since may still stand beside a newer one.
            shown = f'"evidence":"{package.sha}"' if package is not None else ""
            return next((one for one in live if shown and shown in one.statement), live[0])
        if known and known[0].merge is not None:
            raise AnswerRefused(f"it was merged as {known[0].merge[:12]}; nothing was done")
        why = f"its approval counts no more: {known[0].void}" if known else "nobody has approved it"
        raise AnswerRefused(f"{why}; see `headgate queue`, then headgate approve REQUEST")

    async def _approved(self, approval: Approval, run: RunKey) -> tuple[Statement, Looked]:
        """Check that what was approved is what would be merged now. Raises `AnswerRefused`."""
        desk = self._desk
        said = _statement(approval)
        if desk.clock() >= min(approval.expires, float(said.expires_at)):
            raise AnswerRefused("its approval has expired: approve it again")
        if said.run != run or (said.gate, said.decision) != ("merge", "approve"):
            raise AnswerRefused("its approval is of something else; nothing was merged")
        await self._see_that_it_was_recorded(approval, said)
        looked = await looked_at(desk, run)
        change, package = looked.change, looked.package
        bound = (said.target, said.base, said.head, said.tree, said.patch_id, said.diff_sha, said.evidence, said.policy)
        now = (change.target, change.base, change.head, change.tree, change.patch_id, change.diff_sha)
        if bound != (*now, package.sha, package.policy) or said.plan != looked.plan:
            raise AnswerRefused("it is another change than the one that was approved; nothing was merged")
        await self._see_that_it_is_signed(approval, said, looked)
        see_that_nothing_lacks(desk, package, Approver(said.principal, account(), approval.level))
        return said, looked

    async def _see_that_it_was_recorded(self, approval: Approval, said: Statement) -> None:
        """Hold the row against what stands beside it, because a row alone is easily written."""
        request = self._desk.book().requests.get(approval.request)
        decision = request.decision if request is not None else None
        if request is None or decision is None or request.state != "approved" or request.run != approval.run:
            raise AnswerRefused("nobody's decision stands behind its approval; nothing was merged")
        if (decision.by, request.sha) != (said.principal, said.evidence):
            raise AnswerRefused("the decision behind its approval is another's, or of something else")
        entry = await self._desk.ledger(said.ledger_seq) if said.ledger_seq else None
        if (entry.hash if entry is not None else FIRST) != said.ledger_hash:
            raise AnswerRefused("the ledger is not the one that it was approved on: headgate audit verify")
        if not await self._stands_in_ledger(approval, said):
            raise AnswerRefused("its approval does not stand in the ledger as it was recorded: headgate audit verify")
        last = await self._desk.ledger(None)
        if last is not None and (wrong := await self._desk.ledger_fault(last.seq)) is not None:
            raise AnswerRefused(f"the ledger was changed, {wrong}: headgate audit verify")

    async def _stands_in_ledger(self, approval: Approval, said: Statement) -> bool:
        """Say whether the entries after the one that was signed go on, unchanged, to the decision and its approval."""
        seq, prev, decided = said.ledger_seq, said.ledger_hash, False
        while (entry := await self._desk.ledger(seq + 1)) is not None:
            if fault_of(asdict(entry), seq + 1, prev) is not None:
                return False
            if entry.once == f"approval:{approval.id}":
                return decided and (entry.kind, entry.run) == ("approval", approval.run)
            about = entry.kind, entry.actor_kind, entry.actor, entry.run
            if about == ("decision", "human", said.principal, approval.run):
                decided = decided or json.loads(entry.body).get("request") == approval.request
            seq, prev = entry.seq, entry.hash
        return False

    async def _see_that_it_is_signed(self, approval: Approval, said: Statement, looked: Looked) -> None:
        """Verify the signature again, because anybody can write a row that says that it was verified."""
        if not approval.signature:
            if (approval.level, said.level) != ("declared", "declared"):
                raise AnswerRefused(f"its approval says that it is {approval.level}, and no signature is kept of it")
            return
        if self._desk.hands.signer is None:
            raise AnswerRefused("this core cannot verify signatures here; nothing was merged")
        allowed = await signers_of(authority_of(self._desk), looked.change)
        text, signature = said.text(), approval.signature.encode()
        signed = await self._desk.hands.signer.verify(text, signature, allowed, approval.at)
        if isinstance(signed, str):
            raise AnswerRefused(f"its approval has no valid signature: {signed}")
        if (signed.principal, signed.level) != (said.principal, approval.level):
            raise AnswerRefused("its approval is not signed as it says; nothing was merged")

    async def _gone_on(self, act: Act, *, looked: bool = False) -> Act:
        """Carry a recorded intention to its end; each step may have been done before. `looked`: just now at all of it.

        Past the first time, a core may have slept for days in between.
        """
        if not self._left(act):
            return act
        if act.state == "confirmed":
            await self._used(act, act.facts["commit"])
            return act
        merge = Merge(**json.loads(act.facts["merge"]))
        approval = self._desk.review().approvals.get(act.facts["approval"])
        if approval is None:
            return await self._failed(act, "its approval is not in the database any more; nothing was merged")
        try:
            if not looked:
                tip = await authority_of(self._desk).tip(merge.target)
                if tip is None:
                    return await self._waiting(act, merge)
                if tip == merge.base:
                    await self._approved(approval, act.run)
        except AnswerRefused as why:
            return await self._failed(act, str(why))
        return await self._moved(act, merge, approval)

    async def _waiting(self, act: Act, merge: Merge) -> Act:
        """Leave a merge under way while git does not say whether it was done; it is looked at again."""
        text = f"waits: git does not say where {merge.target.removeprefix('refs/heads/')} is"
        if act.text != text:
            act = replace(act, text=text)
            await self._desk.record(act)
        return act

    async def _moved(self, act: Act, merge: Merge, approval: Approval) -> Act:
        authority = authority_of(self._desk)
        try:
            commit = await authority.make(merge)
        except ValueError as why:
            return await self._failed(act, f"the merge commit could not be made: {why}")
        now = self._desk.clock()
        made = Step(_MAKE, act.steps[0].requested, now, commit)
        steps = made, Step(_MOVE, now)
        act = replace(act, steps=steps, facts={**act.facts, "commit": commit}, text=f"is being merged as {commit[:12]}")
        await self._desk.record(act)
        if why := await self._noted(commit, approval):
            return await self._failed(act, f"not merged: {why}")
        merged = await authority.deliver(merge, commit)
        if not merged.moved:
            return await self._failed(act, f"not merged: {merged.text}")
        return await self._confirmed(act, merged)

    async def _noted(self, commit: str, approval: Approval) -> str:
        """Leave word of the approval for the guards and for colleagues, before the branch moves."""
        if self._desk.hands.noter is None:
            return ""
        told = Note(commit, approval.statement, approval.signature, approval.id, approval.level)
        return await self._desk.hands.noter.note(told)

    async def _confirmed(self, act: Act, merged: Merged) -> Act:
        now, (made, move) = self._desk.clock(), act.steps
        steps = made, replace(move, confirmed=now, text=merged.text)
        text = f"merged as {merged.commit[:12]}: {merged.text}"
        act = replace(act, state="confirmed", text=text, steps=steps, ended=now)
        await self._desk.record(act)
        await self._used(act, merged.commit)
        return act

    async def _used(self, act: Act, commit: str) -> None:
        approval = self._desk.review().approvals.get(act.facts["approval"])
        if approval is not None and approval.merge is None:
            await self._desk.keep(Reviewed(approvals=(replace(approval, merge=commit, void=""),)))

    async def _failed(self, act: Act, text: str) -> Act:
        act = replace(act, state="failed", text=text, ended=self._desk.clock())
        await self._desk.record(act)
        return act


def _statement(approval: Approval) -> Statement:
    """Read what was approved, and see that the row is the one that it was. Raises `AnswerRefused`."""
    try:
        said = parsed(approval.statement.encode())
    except ValueError as wrong:
        raise AnswerRefused(f"its approval cannot be read: {wrong}") from None
    if identity(approval.statement) != approval.id or said.principal != approval.by:
        raise AnswerRefused("its approval is not what it was when it was recorded; nothing was merged")
    return said
