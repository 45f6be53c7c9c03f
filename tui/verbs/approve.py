"""`headgate approve REQUEST` of a change: its page, the word that a human types, their key, and what became of it.

What is signed is what was shown: the statement comes from the core and is held against the package on the screen.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from state.approval.approval import Signer
from state.approval.statement import Statement, StatementInvalid, parsed
from state.approval.voiding import reapproves
from state.evidence.package import Package
from state.evidence.page import WIDTH, Beside, page
from state.gates.request import Request
from tui.verbs import decide
from tui.verbs.printing import print_lines, say

Ordering = Callable[[str, Mapping[str, str]], Awaitable[dict[str, Any]]]
VIA = "headgate approve"


class NotApproved(Exception):
    """A key that cannot be used, or a statement of something else; the text is the one sentence why."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed: why, by whom ("" is this account), and the file of the key ("" declares without one)."""

    reason: str
    by: str
    key: str


async def approve_change(
    request: Request, package: Package, given: Given, order: Ordering, signer: Signer, runs: Sequence[int]
) -> int:
    """Show the change, ask, sign, and send. Gives the exit status. Raises `NotApproved`.

    `runs` are the pids of agents, whose ssh-agents must not hold the key.
    """
    if given.key and (why := await signer.usable_by_agents(given.key, runs)):
        raise NotApproved(why)
    asked = {"request": request.id, "principal": given.by, "reason": given.reason, "via": VIA}
    answer = await order("state", {**asked, "level": "signed" if given.key else "declared"})
    if "error" in answer:
        say(f"headgate: {answer['error']}")
        return 1
    text = str(answer["text"])
    said = _shown(text, request, package)
    dwell = decide.confirmed(_page(request, package, said, given.key))
    if dwell is None:
        return 1
    signature = _signature(text, given.key, signer) if given.key else ""
    told = {"request": request.id, "answer": "approve", "reason": given.reason, "by": said.principal, "via": VIA}
    seen = {"sha": package.sha, "dwell": f"{dwell:.3f}", "opened": "yes"}
    answer = await order("decide", {**told, **seen, "statement": text, "signature": signature})
    if "error" in answer:
        say(f"headgate: {answer['error']}")
        return 1
    print_lines([f"{answer.get('text', 'approved')}; `headgate merge {package.run}` merges exactly this"])
    return 0


def _shown(text: str, request: Request, package: Package) -> Statement:
    """Read the statement, and see that it is of the package on the screen."""
    try:
        said = parsed(text.encode())
    except StatementInvalid as wrong:
        raise NotApproved(f"what the core states cannot be read: {wrong}") from None
    change = package.proposal
    stated = (said.run, said.evidence, said.target, said.base, said.head, said.tree)
    if stated != (package.run, package.sha, change.target, change.base, change.head, change.tree):
        raise NotApproved("what the core states is not what is shown; look at it again")
    if request.sha != package.sha:
        raise NotApproved("there is newer evidence than what was asked about; see `headgate queue`")
    return said


def _page(request: Request, package: Package, said: Statement, key: str) -> list[str]:
    shown = [line.text for line in page(package, time.time(), Beside(request=request), WIDTH)]
    if reapproves(request):
        shown += ["", f"  {request.text}", *(f"  | {line}" for line in request.input.splitlines())]
    how = f"signed with {key}" if key else "declared: nothing proves that it was you"
    hours = (said.expires_at - said.issued_at) / 3600
    shown += ["", f"you are {said.principal}, {how}; it counts for {hours:.6g} hours, for exactly this:"]
    shown += [f"  base {said.base[:12]}  head {said.head[:12]}  tree {said.tree[:12]}  evidence {said.evidence[:12]}"]
    return [*shown, "approve this?"]


def _signature(text: str, key: str, signer: Signer) -> str:
    signed = signer.sign(text.encode(), key)
    if isinstance(signed, str):
        raise NotApproved(signed)
    return signed.decode()
