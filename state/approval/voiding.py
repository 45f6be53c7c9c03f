"""Takes note that an approval counts no more, says why, and puts the change before a human once more.

One changed byte is enough. A rebase that leaves the difference as it was is said to be one, with git's range-diff, so
that a human can approve it again at a glance; it is a decision all the same, and nothing here makes it.
"""

from collections.abc import Sequence
from dataclasses import replace

from state.approval.approval import Approval
from state.approval.looking import differs
from state.approval.statement import Statement, StatementInvalid, parsed
from state.control.act import Act
from state.control.desk import Desk
from state.evidence.aging import stale
from state.evidence.package import Package
from state.evidence.proposal import Proposal
from state.evidence.review import Reviewed
from state.gates.request import Request
from state.runs.event import Event
from state.runs.run import RunKey
from state.spool import Order
from state.text import clean

MOST_LINES = 200
"""Lines of a range-diff that a request shows."""


def void_why(said: Statement, package: Package | None, policy: str, now: float) -> str:
    """Say why an approval counts no more by what is known without asking git; "" where nothing speaks against it."""
    if now >= said.expires_at:
        return "it expired"
    if policy != said.policy:
        return "the policy of the base branch is another since"
    if package is not None and package.sha != said.evidence:
        change = package.proposal
        before = replace(
            change,
            target=said.target,
            base=said.base,
            head=said.head,
            tree=said.tree,
            patch_id=said.patch_id,
            diff_sha=said.diff_sha,
        )
        return differs(before, change) or "its evidence is another since"
    return ""


class Voiding:
    """The duty that looks at approvals which nobody has used yet. What it finds stands in them."""

    verbs = frozenset[str]()

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked = dict[str, tuple[str | None, int | None]]()
        """For each approval, where the branch and the base stood when git was last asked."""

    async def carry_out(self, order: Order) -> Act:
        """Carry out nothing: nobody orders it."""
        raise ValueError(f"this core knows no order {order.verb!r}; nothing was done")

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: each look asks how the changes stand."""

    async def look(self) -> None:
        """Void what counts no more, and ask again."""
        merging = {one.facts.get("approval") for one in self._desk.acts().by_id.values() if _is_merging(one)}
        for one in list(self._desk.review().approvals.values()):
            if one.merge is None and not one.void and one.id not in merging and (why := await self._why(one)):
                await self._void(one, why)

    async def _why(self, approval: Approval) -> str:
        try:
            said = parsed(approval.statement.encode())
        except StatementInvalid as wrong:
            return f"it cannot be read: {wrong}"
        run, desk = RunKey(approval.run), self._desk
        package, card = desk.review().packages.get(run), desk.cards().get(run)
        if why := void_why(said, package, desk.policy().blob, desk.clock()):
            return why
        if package is None or card is None or not stale(package, card):
            return ""
        # Git is asked once for each place at which the branch and the base stand.
        stand = card.head, card.behind
        if self._asked.get(approval.id) == stand or desk.hands.authority is None or card.worktree is None:
            return ""
        self._asked[approval.id] = stand
        now = await desk.hands.authority.propose(run, card.worktree, card.branch)
        return now if isinstance(now, str) else differs(package.proposal, now)

    async def _void(self, approval: Approval, why: str) -> None:
        """Write it down, have the evidence gathered anew, and let a human decide once more."""
        desk = self._desk
        await desk.keep(Reviewed(approvals=(replace(approval, void=why),)))
        try:
            again = Order(f"again-{approval.id[:24]}", "evidence", {"run": approval.run}, desk.clock())
            await desk.order(again)
        except ValueError:
            return  # nothing is left to approve: the change is gone, merged, or works on no branch
        await self._ask_again(approval, why)

    async def _ask_again(self, approval: Approval, why: str) -> None:
        run, desk = RunKey(approval.run), self._desk
        package, before = desk.review().packages.get(run), desk.book().requests.get(approval.request)
        if package is None or before is None:
            return
        said = parsed(approval.statement.encode())
        waiting = next((one for one in desk.book().of(run) if one.gate == "merge" and one.state == "open"), None)
        if waiting is None and package.sha != said.evidence:
            return  # it is not complete any more, and is asked about once it is
        asked = again_of(waiting or before, approval, desk.clock())
        alike = package.proposal.patch_id == said.patch_id and package.proposal.tree is not None
        lines = await self._since(said, package.proposal) if alike and package.sha != said.evidence else ()
        if waiting is not None and waiting.id != asked.id:
            await desk.ask(replace(waiting, state="moot"))
        await desk.ask(told(asked, approval, why, lines, alike=alike))

    async def _since(self, said: Statement, now: Proposal) -> tuple[str, ...]:
        if self._desk.hands.authority is None or said.head == now.head:
            return ()
        # base..head holds the same commits as fork..head, and the fork is no part of a statement.
        return await self._desk.hands.authority.since(replace(now, fork=said.base, head=said.head), now)


def again_of(before: Request, approval: Approval, now: float) -> Request:
    """Give a question anew under another name, because what one asks is never changed once it was asked."""
    name = f"{before.id[:48]}-{approval.id[:8]}"
    return replace(before, id=name, state="open", decision=None, listening=False, opened=now)


def told(request: Request, approval: Approval, why: str, lines: Sequence[str], *, alike: bool) -> Request:
    """Say in a question what was approved before, why that counts no more, and whether the difference is the same."""
    same = "; the difference is the same, approve it again" if alike else ""
    text = f"approved by {approval.by} before, which counts no more: {why}{same}"
    shown = "\n".join(lines[:MOST_LINES])
    return replace(request, text=clean(text, 400), input=shown or request.input)


def reapproves(request: Request) -> bool:
    """Say whether a question is about a change whose difference a human approved before."""
    return request.gate == "merge" and request.text.endswith("; the difference is the same, approve it again")


def _is_merging(act: Act) -> bool:
    return act.kind == "merge" and act.state in ("under_way", "confirmed")
