"""Every sentence of the panes that tell of a run's tests and of its plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.bound_keys import key
from tui.wording import ago, many

if TYPE_CHECKING:
    from state.gate_files import Approved
    from state.gates.request import Decision, Request

CLAIMED_TITLE, VERIFIED_TITLE = "claimed: what the agent ran, by its log", "verified: what Headgate ran"
CONTRADICTED_TITLE = "contradicted: what the agent said, and its log does not bear out"
NO_TESTS = "no test run in its log"
OLDER_TESTS = "newer Headgates keep every test run; of this run only the last one is known"
NEWEST, STALE, FRESH = "newest", "stale", "fresh"
OUTPUT = "output"
AGAINST = "the agent's tests passed, Headgate's own did not: see verified"
THE_PLAN, AS_APPROVED, AS_IT_IS = "plan", "the plan as it was approved", "the plan as it is now"
DECIDED_BEFORE = "decided before"
NOT_DECIDED = "nobody has decided on it"
PLAN_STATES: Mapping[str, str] = {
    "none": "not proposed",
    "proposed": "proposed",
    "approved": "approved",
    "rejected": "rejected",
    "drifted": "drifted from what was approved",
}
PLAN_ROLES: Mapping[str, str] = {"approved": "plus", "rejected": "minus", "drifted": "warn", "proposed": "waiting"}
_ANSWERED: Mapping[str, str] = {"approve": "approved", "deny": "rejected", "escalate": "handed on"}


def decided(decision: Decision, now: float) -> str:
    """Say who decided on a plan, when, and with which words."""
    reason = f": {decision.reason}" if decision.reason else ""
    return f"{_ANSWERED[decision.answer]} by {decision.by} {ago(decision.at, now)}{reason}"


def waits(request: Request, now: float) -> str:
    """Say that a plan waits for the human."""
    return f"waits for you since {ago(request.opened, now)}: D decides"


def bounds(plan: Approved) -> str:
    """Say what an approval bound the run to."""
    told = [many(len(plan["paths"]), "path") + " named"] if plan["paths"] else []
    told += [f"at most {many(plan['files'], 'file')}"] if plan["files"] is not None else []
    told += [f"{plan['minutes']:g} min"] if plan["minutes"] is not None else []
    told += [f"${plan['usd']}"] if plan["usd"] is not None else []
    return " · ".join(told) or "without a bound"


def steps_counted(done: int, steps: int) -> str:
    """Say how far the steps are."""
    return f"{done} of {many(steps, 'step')} done"


def no_verified() -> str:
    """Say that Headgate ran nothing itself, and what does."""
    leads = f"{key('change')} opens it, {key('run_checks')} there runs them"
    return f"no check of Headgate's own was run on this change: {leads}"
