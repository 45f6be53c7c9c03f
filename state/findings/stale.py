"""Why a run's context is no longer what is true: one reason each, with the datum that it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

StaleReason = Literal[
    "base_moved",
    "read_file_changed",
    "instructions_changed",
    "policy_changed",
    "plan_changed",
    "compacted",
    "context_near_full",
    "cache_expired",
    "model_changed",
    "tests_older_than_head",
    "evidence_older_than_head",
    "hook_inert",
]


@dataclass(frozen=True, slots=True)
class Stale:
    """One reason: what changed, in one line, what to do about it, and the figures behind it by name."""

    reason: StaleReason
    text: str
    remedy: str = ""
    detail: Mapping[str, str | int | float | None] = field(default_factory=dict[str, "str | int | float | None"])
