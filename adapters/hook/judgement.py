"""What holds for a call at one moment: the policy's verdict on it, and whether its run may go on at all."""

import time
from dataclasses import dataclass, replace
from os.path import realpath

from adapters.hook import standing
from adapters.hook.branch import branch_of
from adapters.hook.exchange import Heard
from adapters.hook.house import common_of
from adapters.hook.telling import denied_text, frozen_text
from adapters.shell_tree import disagrees
from state.gate_files import Fleet, Halted, RunFile, Stopped
from state.policy.call import Call
from state.policy.compiled import from_document
from state.policy.judge import judge
from state.policy.programs import __file__ as programs_file
from state.policy.rule import Policy
from state.policy.verdict import Verdict

SHIPPED = f"{programs_file.rpartition('/')[0]}/default.json"
"""`state/policy/default.toml` compiled, because reading TOML takes longer than all else that the hook does."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What holds for a call at one moment."""

    call: Call
    verdict: Verdict
    policy: Policy
    run: RunFile | None
    frozen: Stopped | None
    halted: Halted | None


def judgement(
    heard: Heard, house: str | None, worktree: str | None, fleet: Fleet | None, run: RunFile | None
) -> Judgement:
    """Judge a call as things stand now. Raises `Unknown` where that cannot be known."""
    assert heard.call is not None
    tree = (run["worktree"] if run is not None else None) or worktree
    call = replace(heard.call, worktree=tree)
    policy = _policy(house, run or fleet)
    branch = None if tree is None else branch_of(tree)
    now = time.time()
    verdict = judge(
        call, policy, run, fleet, now=now, branch=branch, real=realpath, disagrees=disagrees, common=common_of
    )
    frozen = (fleet["frozen"] if fleet else None) or (run["frozen"] if run else None)
    return Judgement(call, verdict, policy, run, frozen, run["halted"] if run else None)


def _policy(house: str | None, holding: RunFile | Fleet | None) -> Policy:
    """Give the policy that holds: the one that the core names, else the one that ships with Headgate."""
    if house is None or holding is None:
        document = standing.policy_at(SHIPPED, "default")
    else:
        document = standing.policy_of(house, holding["policy"])
    try:
        return from_document(document)
    except ValueError as failure:
        raise standing.Unknown(f"the policy {document['blob']} is damaged ({failure}); {standing.REMEDY}") from None


def changed(before: Judgement, after: Judgement) -> str | None:
    """Say why an approval of what was judged `before` does not hold for what is judged `after`, None where it does."""
    if after.frozen is not None:
        return frozen_text(after.frozen)
    if after.halted is not None and after.halted != before.halted:
        return f"the run was halted meanwhile: {after.halted['text']}"
    if after.policy.blob != before.policy.blob:
        return "the policy changed while the answer was awaited; make the call again, and it is judged by the new one"
    if after.verdict.outcome == "deny":
        return denied_text(after.verdict.hits[0])
    if (after.verdict.effects, after.verdict.opaque) != (before.verdict.effects, before.verdict.opaque):
        return "what the call would do changed while the answer was awaited; make it again, and it is asked anew"
    return None
