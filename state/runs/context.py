"""The context version: one digest over everything that an agent was told, and what of it changed since the run began.

Canonical JSON with sorted keys and no blanks, hashed with SHA-256, of which eight hexadecimal digits are shown. A part
that nobody told stands in it as "unknown". What cannot be known on this machine (the provider's system prompt, flags of
its servers) is no part. Source: research/control.md 5.1; base commit and compactions have columns of their own.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from state.runs.run import ContextPart, Origin, PartKind, Plan

UNKNOWN = "unknown"
DIGITS = 8
LOOKED = "*"
"""Name of the part that says that a kind was looked for, so that nothing found is told from nothing known."""
_SINGLE: dict[PartKind, str] = {
    "version": "harness_version",
    "model": "model",
    "mode": "permission_mode",
    "agent": "agent",
    "plan": "plan_sha",
    "task": "task_sha",
}
_LISTS: dict[PartKind, str] = {
    "effort": "effort",
    "instructions": "instructions",
    "loaded": "loaded",
    "skills": "skills",
    "mcp": "mcp",
    "settings": "settings",
}
"""The kinds with several named members, and the key of each in the canonical form."""
PARTS: tuple[PartKind, ...] = (
    *("model", "version", "effort", "mode", "agent"),
    *("instructions", "loaded", "skills", "mcp", "settings", "plan", "task"),
)
"""The order in which a human reads them."""
_ABSENT_MEANS_NONE: frozenset[PartKind] = frozenset({"agent", "plan"})
"""Kinds that a log tells of whenever they are there, so that silence is "none"."""


_told = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def digest(text: str) -> str:
    """Give the digest of a text that is part of a context."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def canonical(agent: str, parts: Iterable[ContextPart], *, at_start: bool = False) -> bytes:
    """Give the canonical form of a context as it is now, or as it was when the run began; the order plays no part."""
    told: dict[str, Any] = {"v": 1, "harness": agent, "policy_sha": UNKNOWN}
    told |= {key: "none" if part in _ABSENT_MEANS_NONE else UNKNOWN for part, key in _SINGLE.items()}
    told |= dict.fromkeys(_LISTS.values(), UNKNOWN)
    lists: dict[str, dict[str, str]] = {}
    for one in parts:
        value = one.start if at_start else one.value
        if one.part in _SINGLE:
            told[_SINGLE[one.part]] = "none" if value is None else value
            continue
        members = lists.setdefault(_LISTS[one.part], {})
        if value is not None and one.name != LOOKED:
            members[one.name] = value
    told |= lists
    return _told(told).encode("utf-8", "replace")


def version(agent: str, parts: Sequence[ContextPart], *, at_start: bool = False) -> str | None:
    """Give the eight digits; None where nothing is known at all."""
    if not parts:
        return None
    return hashlib.sha256(canonical(agent, parts, at_start=at_start)).hexdigest()[:DIGITS]


def noted(
    parts: tuple[ContextPart, ...],
    origin: Origin,
    part: PartKind,
    name: str,
    value: str | None,
    began: str = "same",
    observed: bool = False,
) -> tuple[ContextPart, ...]:
    """Give the parts after one was read; the very same tuple where it says nothing new."""
    for place, old in enumerate(parts):
        if old.part == part and old.name == name:
            if old.value == value:
                return parts
            fresh = ContextPart(part, name, value, old.start, origin, observed)
            return (*parts[:place], fresh, *parts[place + 1 :])
    if value is None:
        return parts
    start = {"same": value, "absent": None}.get(began, UNKNOWN)
    return (*parts, ContextPart(part, name, value, start, origin, observed))


def changed(parts: Iterable[ContextPart]) -> tuple[ContextPart, ...]:
    """Give the parts that are certainly not what they were when the run began."""
    return tuple(one for one in parts if one.value != one.start and UNKNOWN not in (one.value, one.start))


def in_order(parts: Iterable[ContextPart]) -> list[ContextPart]:
    """Give the parts as a human reads them: by kind, then by name; the marks of having looked are left out."""
    return sorted((one for one in parts if one.name != LOOKED), key=lambda one: (PARTS.index(one.part), one.name))


def plan_digest(plan: Plan) -> str | None:
    """Give the digest of a plan's prose and steps, whatever their progress; None where there is no plan."""
    if not plan.text and not plan.steps:
        return None
    return digest("\n".join((plan.text, *(step.text for step in plan.steps))))
