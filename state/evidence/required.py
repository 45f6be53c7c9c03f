"""Which parts a change needs: by its risk, by the base branch's policy, and what of them is missing.

The default: low risk asks for the difference and its tests, medium for plan and model as well, high and critical for all
twelve (research/economics.md 4.2). A policy only adds to it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from state.evidence.package import PARTS, Part, PartName
from state.findings.finding import RiskLevel
from state.policy.rule import Policy

_LOW: tuple[PartName, ...] = ("diff_summary", "tests_run")
_MEDIUM: tuple[PartName, ...] = (*_LOW, "plan", "model_and_context")
BY_RISK: Mapping[RiskLevel, tuple[PartName, ...]] = {"low": _LOW, "medium": _MEDIUM, "high": PARTS, "critical": PARTS}
_ALL = frozenset({"all", "evidence", "evidence.all", "all_parts"})
_OTHERWISE: Mapping[str, PartName] = {
    "diff": "diff_summary",
    "summary": "diff_summary",
    "tests": "tests_run",
    "unresolved": "unresolved_questions",
    "questions": "unresolved_questions",
    "risk_assessment": "risk",
    "model": "model_and_context",
    "models": "model_and_context",
    "context": "model_and_context",
    "context_version": "model_and_context",
    "tools": "tool_actions",
    "tools_used": "tool_actions",
}
"""Other words for parts. What else stands in `require` is no part, and asked of the merge gate's invariants."""


def merge_settings(policy: Policy) -> Mapping[str, Any]:
    """Give what the policy sets for the merge gate."""
    told: dict[str, Any] = json.loads(policy.gates)
    return cast("Mapping[str, Any]", told.get("merge") or {})


def parts_named(words: Iterable[str]) -> tuple[PartName, ...]:
    """Give the parts that words of a policy name, in the package's order."""
    found: set[PartName] = set()
    for word in words:
        plain = re.sub(r"[\s-]+", "_", word.strip().lower())
        if plain in _ALL:
            return PARTS
        bare = plain.removeprefix("evidence.").removesuffix("_notes")
        named = next((name for name in PARTS if name in (plain, bare)), _OTHERWISE.get(bare))
        if named is not None:
            found.add(named)
    return tuple(name for name in PARTS if name in found)


def required(risk: RiskLevel, policy: Policy) -> tuple[PartName, ...]:
    """Give the parts that a change of this risk needs under a policy."""
    wanted = {*BY_RISK[risk], *parts_named(cast("list[str]", merge_settings(policy).get("require") or []))}
    return tuple(name for name in PARTS if name in wanted)


def lacking(parts: Iterable[Part], wanted: Iterable[PartName]) -> tuple[PartName, ...]:
    """Name the parts that are wanted and missing."""
    missing = {part.name for part in parts if part.mark == "missing"}
    return tuple(name for name in wanted if name in missing)
