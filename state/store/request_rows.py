"""Requests and their answers, read of the state database: what a board asks before its first row.

Most boards begin with no request at all, so what one is made of is loaded with the first row that is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from state.store.sound import WORDS, listed, see_sound

if TYPE_CHECKING:
    from state.gates.request import Decision, Request
    from state.policy.verdict import Hit
    from state.store.damaged import Damaged

OPEN = "SELECT * FROM request WHERE state = 'open'"
_ANSWERED = sorted(set(WORDS["RequestState"]) - {"open"})
_UNANSWERED = " OR ".join(
    [
        f"SELECT * FROM request WHERE state < '{_ANSWERED[0]}'",
        *(f"(state > '{low}' AND state < '{high}')" for low, high in pairwise(_ANSWERED)),
        f"state > '{_ANSWERED[-1]}'",
    ]
)
"""Those that are open, and those in a state that no core writes; in ranges, because the index of states finds them."""
_EARLIER = 5
"""Answers that a board gets of each run, so that a human sees how the same was decided before."""
_DECIDED = """
SELECT * FROM request WHERE id IN (
    SELECT request FROM (
        SELECT request, row_number() OVER (PARTITION BY run ORDER BY seq DESC) AS place FROM decision
        WHERE answer <> 'escalate'
    ) WHERE place <= ?
)
"""


def board_queries() -> tuple[tuple[str, tuple[object, ...]], ...]:
    """Give what a board asks: the requests without an answer, the last answered ones of each run, and the answers."""
    newest = "SELECT * FROM decision ORDER BY seq"
    return (_UNANSWERED, ()), (_DECIDED, (_EARLIER,)), (newest, ())


def with_decisions(found: Iterable[Mapping[str, Any]], decisions: Mapping[str, Decision]) -> tuple[Request, ...]:
    """Give the requests of these rows, each with its newest answer."""
    return tuple(_with_decision(row, decisions) for row in found)


def board_requests(
    found: Sequence[Sequence[Mapping[str, Any]]], damaged: Damaged
) -> tuple[tuple[Request, ...], tuple[Request, ...]]:
    """Give the open requests and the answered ones of the rows that `board_queries` found, as far as they are sound.

    One whose answer is not as the core writes it is named too: without the answer it would stand as unanswered.
    """
    decisions: dict[str, Decision] = {}
    spoilt: set[str] = set()
    for row in found[2]:
        decision = damaged.read(f"the answer to {row['request']}", partial(_decision, row))
        spoilt.add(row["request"]) if decision is None else decisions.update({row["request"]: decision})

    def sound(some: Sequence[Mapping[str, Any]]) -> tuple[Request, ...]:
        kept = (row for row in some if row["id"] not in spoilt)
        read = (damaged.read(row["id"], partial(_with_decision, row, decisions)) for row in kept)
        return tuple(one for one in read if one is not None)

    return sound(found[0]), sound(found[1])


def decisions_of(found: Iterable[Mapping[str, Any]]) -> dict[str, Decision]:
    """Give the newest answer of each request by rows in the order of their recording."""
    return {row["request"]: _decision(row) for row in found}


def _with_decision(row: Mapping[str, Any], decisions: Mapping[str, Decision]) -> Request:
    return replace(_request(row), decision=decisions.get(row["id"]))


def _request(row: Mapping[str, Any]) -> Request:
    from state.gates.request import Request
    from state.policy.verdict import Effect

    facts: dict[str, Any] = {field.name: row[field.name] for field in fields(Request) if field.name != "decision"}
    facts["effects"] = tuple(Effect(**one) for one in listed(row["effects"]))
    facts["hits"] = tuple(_hit(one) for one in listed(row["hits"]))
    facts["listening"] = bool(row["listening"])
    see_sound(request := Request(**facts))
    return request


def _hit(told: Mapping[str, Any]) -> Hit:
    from state.policy.verdict import Hit

    facts: dict[str, Any] = {**told, "reviewers": tuple(told.get("reviewers", ()))}
    return Hit(**facts)


def _decision(row: Mapping[str, Any]) -> Decision:
    from state.gates.request import Decision

    facts: dict[str, Any] = {field.name: row[field.name] for field in fields(Decision)}
    facts["opened"] = bool(row["opened"])
    see_sound(decision := Decision(**facts))
    return decision
