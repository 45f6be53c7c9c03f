"""Which checks the policy in force wants before a merge, and whether all of them passed on a tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from state.checks.check import Check, CheckResult
from state.policy.checks import required_of

if TYPE_CHECKING:
    from state.policy.rule import Policy

NONE_NAMED = "no required check is named in the policy"
_FAILED = ("failed", "none_ran", "timed_out")
Verified = Literal["running", "passed", "failed"]


def required(policy: Policy) -> tuple[Check, ...]:
    """Give the checks that `[gate.merge]` names, in its order; none where it names none, and then nothing verifies."""
    told = required_of(policy.gates, policy.checks)
    return tuple(replace(Check(**one), base_paths=tuple(one["base_paths"])) for one in told)


def in_order(results: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    """Give results in the order in which their policy requires them; one that it no longer does comes last."""
    return tuple(sorted(results, key=lambda one: [*one.required, one.name].index(one.name)))


def verified(results: Sequence[CheckResult]) -> Verified | None:
    """Say what the checks of one policy came to on one tree; None while one that is required said nothing of it.

    One that did not pass decides, whatever the others say, because nothing they say can make up for it.
    """
    by_name = {one.name: one for one in results}
    wanted = tuple(dict.fromkeys(name for one in results for name in one.required))
    if not wanted:
        return None
    if any(by_name[name].state in _FAILED for name in wanted if name in by_name):
        return "failed"
    if any(not one.over for one in results if one.name in wanted):
        return "running"
    return "passed" if all(name in by_name and by_name[name].state == "passed" for name in wanted) else None
