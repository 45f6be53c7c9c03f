"""Watches protected branches: a move that no approved merge and no fetch explains is red until a human explains it.

Nothing is ever moved back. Where neither a policy was committed nor guards were put in, nobody asked for this, and
nothing is watched.
"""

from collections.abc import Sequence

from state.approval.moves import Move, Refs, about, explained, told
from state.control.act import Act
from state.control.desk import Desk
from state.evidence.review import Reviewed
from state.ledger.entry import Draft
from state.policy.rule import DEFAULT
from state.ports import Problem
from state.runs.event import Event
from state.runs.run import RunKey
from state.spool import Order, account
from state.text import clean

WATCH = "protected branches"
"""What the problem is about that they cannot be watched."""


class RefWatch:
    """The duty. Its verb `explain_ref` takes `ref`, `new` (the commit that was shown), `reason` and `by`."""

    verbs = frozenset({"explain_ref"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._red: dict[str, Move] = {}
        self._blind = False

    async def carry_out(self, order: Order) -> Act:
        """Take a human's word on why a branch is where it is. Raises `ValueError` with the sentence why not."""
        desk, refs, words = self._desk, self._desk.hands.refs, order.words
        reason, by = clean(words.get("reason", "").strip(), 2000), clean(words.get("by", "").strip(), 120) or account()
        if refs is None:
            raise ValueError("this core cannot look at branches; nothing was recorded")
        if not reason:
            raise ValueError("say why it is right with a reason: it is kept in the ledger; nothing was recorded")
        await self._look(refs)
        ref = words.get("ref", "")
        move = self._red.get(ref)
        if move is None:
            raise ValueError(f"{clean(ref, 100) or 'no branch'} is where it is explained; nothing was recorded")
        if (words.get("new") or "") != (move.new or ""):
            raise ValueError(f"{clean(ref, 100)} has moved on since it was shown: look again; nothing was recorded")
        body = {**_body(move), "reason": reason, "order": order.id}
        draft = Draft("human", by, "ref_explained", desk.clock(), body=body, once=f"ref_explained {order.id}")
        await desk.keep(Reviewed(drafts=(draft,), tips=((ref, move.new or ""),)))
        del self._red[ref]
        await desk.report((), (about(ref),))
        text = f"{clean(ref, 100)} is explained: {reason}"
        # What a branch did is no act on a run: this one is the answer alone, and is not recorded.
        return Act(order.id, RunKey(""), "merge", by, desk.clock(), reason, "confirmed", text)

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: each look asks git's own files."""

    async def look(self) -> None:
        """See where the branches are, but for the moment in which Headgate itself moves one."""
        refs, desk = self._desk.hands.refs, self._desk
        merging = any(act.kind == "merge" for act in desk.acts().under_way())
        if refs is None or merging or (desk.policy().blob == DEFAULT and not await refs.enforced()):
            return
        await self._look(refs)

    async def _look(self, refs: Refs) -> None:
        tips = await refs.tips(self._desk.policy().protected)
        if isinstance(tips, Problem):
            await self._cannot(tips)
            return
        if self._blind:
            self._blind = False
            await self._desk.report((), (WATCH,))
        known = self._desk.review().tips
        for ref in sorted({*tips, *known}):
            before, now = known.get(ref), tips.get(ref)
            if before is None and now is not None:
                await self._begun(ref, now)
            elif (before or None) == now:
                await self._back(ref)
            elif before and not (ref in self._red and self._red[ref].new == now):
                await self._moved(refs, ref, before, now)
            elif now is not None and not before:
                await self._begun(ref, now)

    async def _cannot(self, problem: Problem) -> None:
        if not self._blind:
            self._blind = True
            await self._desk.report((Problem(WATCH, problem.text, problem.remedy),), ())

    async def _begun(self, ref: str, at: str) -> None:
        """Watch a branch from where it is now on."""
        body = {"ref": clean(ref, 200), "at": at}
        draft = Draft("tool", "headgate", "ref_watched", self._desk.clock(), body=body)
        await self._desk.keep(Reviewed(drafts=(draft,), tips=((ref, at),)))

    async def _back(self, ref: str) -> None:
        if self._red.pop(ref, None) is not None:
            await self._desk.report((), (about(ref),))

    async def _moved(self, refs: Refs, ref: str, old: str, new: str | None) -> None:
        """Take a move as explained, or show it and record it once."""
        desk = self._desk
        move = await refs.move(ref, old, new)
        if isinstance(move, Problem):
            await self._cannot(move)
            return
        merged = {one.merge for one in desk.review().approvals.values() if one.merge}
        done = (act for act in desk.acts().by_id.values() if act.kind == "merge" and act.state == "confirmed")
        merged |= {act.facts["commit"] for act in done if "commit" in act.facts}
        if why := explained(move, merged):
            body = {**_body(move), "because": why, "patches": await _patches(refs, move)}
            draft = Draft("tool", "headgate", "ref_followed", desk.clock(), body=body)
            await desk.keep(Reviewed(drafts=(draft,) if move.fetched else (), tips=((ref, new or ""),)))
            await self._back(ref)
            return
        runs = desk.fleet().in_worktree(move.worktree) if move.worktree else ()
        once = f"ref_moved {ref} {old} {new or ''} {move.at or ''}"
        run = runs[0] if len(runs) == 1 else ""
        body = {**_body(move), "patches": await _patches(refs, move)}
        await desk.keep(Reviewed(drafts=(Draft("tool", "headgate", "ref_moved", desk.clock(), run, body, once),)))
        self._red[ref] = move
        await desk.report((told(move, runs),), ())


async def _patches(refs: Refs, move: Move) -> dict[str, str]:
    """Give what came by its patch ids, by which a change that was squashed or rebased is known again."""
    return {} if move.new is None else dict(await refs.patches(move.old, move.new))


def _body(move: Move) -> dict[str, object]:
    return {
        "ref": clean(move.ref, 200),
        "old": move.old,
        "new": move.new,
        "commits": move.commits,
        "rewritten": move.rewritten,
        "reflog": {"who": move.who, "words": move.words, "at": move.at},
        "worktree": move.worktree,
    }
