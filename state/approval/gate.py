"""What a policy says of the merge gate, as values: the table `[gate.merge]` and what holds where it says nothing.

The table was checked when the file was read (`state.policy.document`); it is named in docs/approval.md.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from state.approval.approval import Level
from state.policy.rule import Policy

Require = str
REQUIRED: tuple[Require, ...] = (
    *("evidence", "checks", "other_family_review", "rollback_notes", "no_open_exceptions", "fresh", "budget"),
)
"""What holds where the policy names nothing under `require`."""
KNOWN: frozenset[Require] = frozenset({*REQUIRED, "plan.approved"})
_ALIKE: Mapping[str, tuple[Require, ...]] = {"evidence.pass": ("evidence", "checks")}
VALID_SECONDS = 24 * 3600.0
"""How long an approval counts where the policy does not say (`expires`)."""
_SPAN = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class MergeGate:
    """The settings of the merge gate. `fresh` bounds are None where there is none; `expires` in seconds.

    `not_owner`: whoever owns the run may not approve its change. `on_merge_tree` is False only where the policy takes
    checks of the branch's own tree as well.
    """

    require: frozenset[Require] = frozenset(REQUIRED)
    other: tuple[str, ...] = ()
    """Words of `require` that are no invariant of this gate, such as the names of parts of the evidence."""
    reviewers: tuple[str, ...] = ()
    level: Level = "declared"
    not_owner: bool = False
    checks: tuple[str, ...] = ()
    most_behind: int | None = None
    no_overlap: bool = False
    on_merge_tree: bool = True
    expires: float = VALID_SECONDS


def merge_gate(policy: Policy) -> MergeGate:
    """Read the table of a policy that was checked."""
    gates: dict[str, Any] = json.loads(policy.gates)
    told = cast("dict[str, Any]", gates.get("merge") or {})
    fresh = cast("dict[str, Any]", told.get("fresh") or {})
    named = [one for word in _words(told, "require") for one in _ALIKE.get(word, (word,))]
    behind = fresh.get("max_base_behind")
    return MergeGate(
        require=frozenset(named) & KNOWN if "require" in told else frozenset(REQUIRED),
        other=tuple(one for one in named if one not in KNOWN),
        reviewers=_words(told, "reviewers"),
        level=cast(Level, told.get("approval_level", "declared")),
        not_owner=told.get("not_owner") is True,
        checks=_words(told, "checks"),
        most_behind=None if behind is None else int(float(behind)),
        no_overlap=fresh.get("no_overlap") is True,
        on_merge_tree=fresh.get("tests_on_merge_tree") is not False,
        expires=_span(told.get("expires")) or VALID_SECONDS,
    )


def _words(told: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", told.get(key) or []))


def _span(value: object) -> float | None:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) * _SECONDS[found[2]] if found else None
