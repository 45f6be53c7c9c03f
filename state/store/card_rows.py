"""Between a card and its row: each field is a column, lists of facts are JSON, and both come back as written.

A board reads hundreds of them before its first row, so this needs no more than the standard library: what stands in
these columns was written by `row_of_card` alone.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass
from operator import attrgetter
from typing import Any

from state.findings.finding import Finding
from state.findings.stale import Stale
from state.runs.card import Blocker, Card
from state.runs.origin import Origin, Usage
from state.store.sound import listed, see_sound

USAGE_FIELDS = tuple(field.name for field in fields(Usage))
CARD_COLUMNS = tuple(
    column
    for field in fields(Card)
    for column in ((f"usage_{name}" for name in USAGE_FIELDS) if field.name == "usage" else (field.name,))
)


def _finding(told: Mapping[str, Any]) -> Finding:
    facts: dict[str, Any] = {**told, "evidence": tuple(Origin(**one) for one in told.get("evidence", ()))}
    return Finding(**facts)


_LISTS: dict[str, Callable[[Any], object]] = {
    "models": str,
    "failing": str,
    "risk_rules": str,
    "risk_reasons": str,
    "blockers": lambda told: Blocker(**told),
    "findings": _finding,
    "stale": lambda told: Stale(**told),
    "evidence_missing": str,
}
"""The columns that hold a JSON list, and what makes one of its things."""
_CARD_FIELDS = tuple(field.name for field in fields(Card))
_card: Callable[[Card], tuple[Any, ...]] = attrgetter(*_CARD_FIELDS)
_LISTS_AT = tuple((_CARD_FIELDS.index(name), kind) for name, kind in _LISTS.items())
_USAGE_AT = _CARD_FIELDS.index("usage")
_TRUTHS = ("certain", "tests_fresh", "alive", "hooked")
_TRUTHS_AT = tuple(_CARD_FIELDS.index(name) for name in _TRUTHS)
values_of_usage: Callable[[Usage], tuple[int, ...]] = attrgetter(*USAGE_FIELDS)


def row_of_card(card: Card) -> tuple[Any, ...]:
    """Give the values of `CARD_COLUMNS`."""
    values = list(_card(card))
    for at, _ in _LISTS_AT:
        values[at] = _written(values[at]) if values[at] else "[]"
    values[_USAGE_AT : _USAGE_AT + 1] = values_of_usage(card.usage)
    return tuple(values)


def card_of_row(row: Mapping[str, Any]) -> Card:
    """Give the card whose columns stand in `row`."""
    return card_of_values([row[name] for name in CARD_COLUMNS])


def card_of_values(row: Iterable[Any]) -> Card:
    """Give the card of the values of `CARD_COLUMNS`, read by their place, because a board reads hundreds."""
    values = list(row)
    values[_USAGE_AT : _USAGE_AT + len(USAGE_FIELDS)] = [Usage(*values[_USAGE_AT : _USAGE_AT + len(USAGE_FIELDS)])]
    for at, kind in _LISTS_AT:
        values[at] = () if values[at] == "[]" else tuple(map(kind, listed(values[at])))
    for at in _TRUTHS_AT:
        values[at] = None if values[at] is None else bool(values[at])
    see_sound(card := Card(*values))
    return card


def _written(found: Iterable[Any]) -> str:
    told = [asdict(one) if is_dataclass(one) and not isinstance(one, type) else one for one in found]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
