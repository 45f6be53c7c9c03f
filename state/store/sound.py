"""Says whether values read from the database are of the kinds that the core writes.

SQLite keeps any value in any column, and whoever opens the file with `sqlite3` may write some; a board that took them
for what they should be would break over them far from here. Standard library only, because a board's first row waits.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, cast, get_args

LATEST = 4e11
"""Seconds: beyond any time that a calendar shows (the year 9999 ends at 2.5e11)."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "State": ("working", "waiting", "idle", "blocked", "held", "stopped", "done", "unknown"),
    "Depth": ("skimmed", "read"),
    "Assurance": ("observe", "guardrail", "confined", "managed", "separated"),
    "EvidenceState": ("complete", "incomplete", "stale"),
    "TestState": ("passed", "failed", "none_ran", "not_run", "unverified", "truncated"),
    "RiskLevel": ("low", "medium", "high", "critical"),
    "CostState": ("priced", "plan", "assumed", "lower_bound", "unpriced"),
    "ActKind": (
        *("stop", "hold", "resume", "send", "start", "escalate", "check", "merge", "evidence", "checkpoint"),
        "budget",
    ),
    "ActState": ("under_way", "confirmed", "failed"),
    "Gate": ("plan", "exception", "merge", "release"),
    "RequestState": ("open", "approved", "denied", "expired", "moot"),
    "Answer": ("approve", "deny", "escalate"),
    "Severity": ("low", "medium", "high", "critical"),
}
"""The words of each alias that fields are annotated with by its name: to load where they are defined takes too long."""
_MONEY = ("cost_usd", "cost_per_hour")
_Right = Callable[[Any], bool]


def see_sound(thing: object) -> None:
    """Raise `ValueError` naming the first field of a dataclass, or of those in it, that holds what none may hold."""
    for name, right in _rights(type(thing)):
        value = getattr(thing, name)
        if not right(value):
            raise ValueError(f"{name} is {value!r:.60}")


def listed(text: object) -> list[Any]:
    """Read a JSON list. Raises `ValueError` where it is none."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except RecursionError:
        found = None
    if not isinstance(found, list):
        raise ValueError(f"{text!r:.60} is no JSON list")
    return cast("list[Any]", found)


@cache
def _rights(kind: type) -> tuple[tuple[str, _Right], ...]:
    return tuple((field.name, _amount if field.name in _MONEY else _right(field.type)) for field in fields(kind))


def _right(annotation: object) -> _Right:
    """Give what tells whether a value is right for an annotation, which is text where a module says so."""
    words = () if isinstance(annotation, str) else get_args(annotation)
    if words and all(isinstance(word, str) for word in words):
        return words.__contains__
    told = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    names = [name.strip() for name in told.split("|")]
    if names[-1] == "None":
        rest = _right_of(names[0])
        return lambda value: value is None or rest(value)
    return _right_of(names[0])


def _right_of(name: str) -> _Right:
    if name in WORDS:
        return WORDS[name].__contains__
    plain = {"str": _text, "RunKey": _text, "int": _whole, "float": _number, "bool": _truth}
    return plain.get(name, _composed)


def _text(value: Any) -> bool:
    return type(value) is str


def _whole(value: Any) -> bool:
    return type(value) is int


def _truth(value: Any) -> bool:
    return type(value) is bool


def _number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) < LATEST


def _amount(value: Any) -> bool:
    try:
        return value is None or (type(value) is str and math.isfinite(float(value)))
    except ValueError:
        return False


def _composed(value: Any) -> bool:
    if is_dataclass(value):
        see_sound(cast(object, value))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        return all(map(_composed, cast(Sequence[Any], value)))
    return value is None or isinstance(value, str | Sequence | Mapping) or is_dataclass(value)
