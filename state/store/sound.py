"""Says whether values read from the database are of the kinds that the core writes.

SQLite keeps any value in any column, and whoever opens the file with `sqlite3` may write some; a board that took them
for what they should be would break over them far from here. Standard library only, because a board's first row waits.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
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
_MOST_FORMS = 1024
"""How many mixtures of kinds are remembered: runs are alike, and whoever wrote what is not must not fill memory."""
_Right = Callable[[Any], bool]


def see_sound(thing: object) -> None:
    """Raise `ValueError` naming the first field of a dataclass, or of those in it, that holds what none may hold.

    A board asks this of each row that it reads, and most are like one that it has read: those are told by their kinds.
    """
    form = _form(type(thing))
    if form.is_known(thing):
        return
    for name, right in form.rights:
        value = getattr(thing, name)
        if not right(value):
            raise ValueError(f"{name} is {value!r:.60}")
    form.learn(thing)


def listed(text: object) -> list[Any]:
    """Read a JSON list. Raises `ValueError` where it is none."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except RecursionError:
        found = None
    if not isinstance(found, list):
        raise ValueError(f"{text!r:.60} is no JSON list")
    return cast("list[Any]", found)


class _Form:
    """The fields of a dataclass: what each may hold, and which kinds and words were seen to be right together."""

    __slots__ = ("_amounts", "_composed", "_kinds", "_numbers", "_plain", "_worded", "_words", "rights")

    def __init__(self, kind: type) -> None:
        bases = {field.name: _amount if field.name in _MONEY else _base(field.type) for field in fields(kind)}
        self.rights = tuple((field.name, _right(field.type, bases[field.name])) for field in fields(kind))
        self._amounts, self._composed = (
            _values(name for name, base in bases.items() if base is judge) for judge in (_amount, _composed)
        )
        by_kind = {name: base for name, base in bases.items() if base not in (_amount, _composed)}
        self._plain = _values(by_kind)
        self._numbers = _values(name for name, base in by_kind.items() if base is _number)
        self._words = _values(name for name, base in by_kind.items() if base not in _BY_KIND)
        self._kinds, self._worded = set[tuple[type, ...]](), set[tuple[Any, ...]]()

    def is_known(self, thing: object) -> bool:
        """Say whether a thing is surely right because one like it was; False says nothing."""
        return (
            tuple(map(type, self._plain(thing))) in self._kinds
            and self._words(thing) in self._worded
            and all(value is None or -LATEST < value < LATEST for value in self._numbers(thing))
            and all(map(_amount, self._amounts(thing)))
            and all(value is None or value == () or _composed(value) for value in self._composed(thing))
        )

    def learn(self, thing: object) -> None:
        """Remember the kinds and words of a thing that is right."""
        if max(len(self._kinds), len(self._worded)) < _MOST_FORMS:
            self._kinds.add(tuple(map(type, self._plain(thing))))
            self._worded.add(self._words(thing))


_form = cache(_Form)


def _values(names: Iterable[str]) -> Callable[[object], tuple[Any, ...]]:
    """Give what reads these fields of a thing, quicker than one after the other where there are many."""
    known = tuple(names)
    return attrgetter(*known) if len(known) > 1 else lambda thing: tuple(getattr(thing, name) for name in known)


def _right(annotation: object, base: _Right) -> _Right:
    """Give what tells whether a value is right for an annotation, by what tells it where there is a value."""
    if base is _amount or not str(annotation).endswith("| None"):
        return base
    return lambda value: value is None or base(value)


def _base(annotation: object) -> _Right:
    """Give what tells whether a value that is not None is right; an annotation is text where a module says so."""
    words = () if isinstance(annotation, str) else get_args(annotation)
    if words and all(isinstance(word, str) for word in words):
        return words.__contains__
    told = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return _right_of(told.split("|")[0].strip())


def _right_of(name: str) -> _Right:
    if name in WORDS:
        return WORDS[name].__contains__
    return _PLAIN.get(name, _composed)


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


_PLAIN: Mapping[str, _Right] = {"str": _text, "RunKey": _text, "int": _whole, "float": _number, "bool": _truth}
_BY_KIND = frozenset(_PLAIN.values())
"""What needs no more than the kind of a value, or that and its size."""


def _composed(value: Any) -> bool:
    if is_dataclass(value):
        see_sound(cast(object, value))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        return all(map(_composed, cast(Sequence[Any], value)))
    return value is None or isinstance(value, str | Sequence | Mapping) or is_dataclass(value)
