"""The words of the screen for a context that is no longer true."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from state.findings.stale import Stale, StaleReason

STALE = "◷"
"""The sign of a context that is no longer true."""
STALE_TITLES: dict[StaleReason, str] = {
    "base_moved": "base",
    "read_file_changed": "files",
    "instructions_changed": "told",
    "policy_changed": "policy",
    "plan_changed": "plan",
    "compacted": "memory",
    "context_near_full": "context",
    "cache_expired": "cache",
    "model_changed": "model",
    "tests_older_than_head": "tests",
    "evidence_older_than_head": "evidence",
    "hook_inert": "hook",
}
"""What each reason is about, in one word."""

ITS_OWN: frozenset[StaleReason] = frozenset(
    {
        "base_moved",
        "read_file_changed",
        "instructions_changed",
        "compacted",
        "context_near_full",
        "tests_older_than_head",
    }
)
"""The reasons of which a run itself can do something; what is to be done about the others is its human's to do."""
_LET = "let it "


def to_write(stale: Stale) -> str:
    """Give what a run can be told to do about it, as words to itself; "" where it is not the run that does it."""
    if stale.reason not in ITS_OWN:
        return ""
    told = stale.remedy.partition(_LET)[2] if _LET in stale.remedy else stale.remedy
    told = told.partition(", or ")[0].partition(", then restart")[0]
    return told.replace(" its ", " your ")[:1].upper() + told.replace(" its ", " your ")[1:]
