"""What stands of the gates in the state database: requests, decisions, freezes, phases and the calls of hooks.

Decisions and freezes are only ever added. A request's row is written whole once; after that only its state moves.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, cast

from state.gate_files import Approved, CallSeen
from state.gates.book import Book, Change, Freeze, Gated, PassedCall, Unhooked
from state.gates.request import Decision, Request
from state.policy.verdict import Effect, Hit
from state.runs.run import Origin, RunKey
from state.store.sound import listed, see_sound

REQUEST_COLUMNS = tuple(field.name for field in fields(Request) if field.name != "decision")
DECISION_COLUMNS = tuple(field.name for field in fields(Decision))
_CALL_COLUMNS = ("at", "event", "call", "tool", "sha", "verdict", "rule", "request", "outcome", "ms")
_EARLIER = 5
"""Answers that a board gets of each run, so that a human sees how the same was decided before."""


def _into(table: str, columns: Iterable[str], or_what: str = "IGNORE") -> str:
    names = tuple(columns)
    return f"INSERT OR {or_what} INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


_REQUEST = _into("request", (*REQUEST_COLUMNS, "rev"))
_MOVED = "UPDATE request SET state = ?, listening = ?, rev = ? WHERE id = ?"
_DECISION = (
    "INSERT INTO decision (asked, account, run, late, "
    f"{', '.join(DECISION_COLUMNS)}) VALUES (?, ?, ?, ?, {', '.join('?' * len(DECISION_COLUMNS))})"
)
_FREEZE = _into("freeze", ("asked", "run", "frozen", "by", "reason", "at"))
_GATED = _into("gated", ("run", "phase", "why", "since", "plan", "plan_request", "policy", "rev"), "REPLACE")
_CALL = _into("hook_call", ("file", "inode", "offset", "next", "run", *_CALL_COLUMNS))
_UNHOOKED = _into("unhooked", ("run", "call", "tool", "text", "log", "offset", "at"))
_ORDERS = "SELECT asked, request FROM decision UNION ALL SELECT asked, '' FROM freeze"
OPEN = "SELECT * FROM request WHERE state = 'open'"
_DECIDED = """
SELECT * FROM request WHERE id IN (
    SELECT request FROM (
        SELECT request, row_number() OVER (PARTITION BY run ORDER BY seq DESC) AS place FROM decision
        WHERE answer <> 'escalate'
    ) WHERE place <= ?
)
"""


def write(connection: sqlite3.Connection, change: Change, rev: int) -> None:
    """Write what one step at the gates changes.

    Raises `sqlite3.IntegrityError` where a request was answered before: the second answer never stands.
    """
    connection.executemany(_REQUEST, [(*_row_of(one), rev) for one in change.requests])
    connection.executemany(_MOVED, [(one.state, int(one.listening), rev, one.id) for one in change.requests])
    for asked, account, recorded in change.decided:
        run, late = recorded.request.run, int(recorded.late)
        values = [getattr(recorded.decision, name) for name in DECISION_COLUMNS]
        connection.execute(_DECISION, (asked, account, run, late, *values))
    frozen = [(asked, one.run, int(one.frozen), one.by, one.reason, one.at) for asked, one in change.frozen]
    connection.executemany(_FREEZE, frozen)
    connection.executemany(_GATED, [_row_of_gated(one, rev) for one in change.gated])
    connection.executemany(_CALL, [_row_of_call(one) for one in change.calls])
    connection.executemany(_UNHOOKED, [_row_of_unhooked(one) for one in change.unhooked])


def read(connection: sqlite3.Connection) -> Book:
    """Read everything that the gates knew."""
    requests = with_decisions(connection.execute("SELECT * FROM request"), _decisions(connection))
    freezes = {
        row["run"]: Freeze(row["run"], bool(row["frozen"]), row["by"], row["reason"], row["at"])
        for row in connection.execute("SELECT * FROM freeze ORDER BY seq")
    }
    gated = [_gated(row) for row in connection.execute("SELECT * FROM gated")]
    calls = [_call(row) for row in connection.execute("SELECT * FROM hook_call ORDER BY file, inode, offset")]
    orders = {row["asked"]: row["request"] for row in connection.execute(_ORDERS)}
    late = frozenset(row["request"] for row in connection.execute("SELECT request FROM decision WHERE late"))
    every, phases = {one.id: one for one in requests}, {one.run: one for one in gated}
    book = Book(every, freezes, phases, orders=orders, late=late)
    return book.passed(calls).missed(_unhooked(row) for row in connection.execute("SELECT * FROM unhooked ORDER BY at"))


def with_decisions(found: Iterable[Mapping[str, Any]], decisions: Mapping[str, Decision]) -> tuple[Request, ...]:
    """Give the requests of these rows, each with its newest answer."""
    return tuple(replace(_request(row), decision=decisions.get(row["id"])) for row in found)


def decisions_of(found: Iterable[Mapping[str, Any]]) -> dict[str, Decision]:
    """Give the newest answer of each request by rows in the order of their recording."""
    return {row["request"]: _decision(row) for row in found}


def board_queries() -> tuple[tuple[str, tuple[object, ...]], ...]:
    """Give what a board asks: the open requests, the last answered ones of each run, and the answers."""
    newest = "SELECT * FROM decision ORDER BY seq"
    return (OPEN, ()), (_DECIDED, (_EARLIER,)), (newest, ())


def _decisions(connection: sqlite3.Connection) -> dict[str, Decision]:
    return decisions_of(connection.execute("SELECT * FROM decision ORDER BY seq"))


def _row_of(request: Request) -> tuple[object, ...]:
    values = {name: getattr(request, name) for name in REQUEST_COLUMNS}
    for name in ("effects", "hits"):
        values[name] = json.dumps([asdict(one) for one in values[name]], ensure_ascii=False)
    return tuple(values.values())


def _request(row: Mapping[str, Any]) -> Request:
    facts: dict[str, Any] = {name: row[name] for name in REQUEST_COLUMNS}
    facts["effects"] = tuple(Effect(**one) for one in listed(row["effects"]))
    facts["hits"] = tuple(_hit(one) for one in listed(row["hits"]))
    facts["listening"] = bool(row["listening"])
    see_sound(request := Request(**facts))
    return request


def _hit(told: Mapping[str, Any]) -> Hit:
    facts: dict[str, Any] = {**told, "reviewers": tuple(told.get("reviewers", ()))}
    return Hit(**facts)


def _decision(row: Mapping[str, Any]) -> Decision:
    facts: dict[str, Any] = {name: row[name] for name in DECISION_COLUMNS}
    facts["opened"] = bool(row["opened"])
    see_sound(decision := Decision(**facts))
    return decision


def _row_of_gated(one: Gated, rev: int) -> tuple[object, ...]:
    plan = None if one.plan is None else json.dumps(one.plan, ensure_ascii=False)
    return one.run, one.phase, one.why, one.since, plan, one.request, one.policy, rev


def gated_of_row(row: Mapping[str, Any]) -> Gated:
    """Give a run's phase whose columns stand in `row`."""
    return _gated(row)


def _gated(row: Mapping[str, Any]) -> Gated:
    plan = None if row["plan"] is None else cast(Approved, json.loads(row["plan"]))
    facts = row["phase"], row["why"], row["since"], plan, row["plan_request"], row["policy"]
    return Gated(RunKey(row["run"]), *facts)


def _row_of_call(call: PassedCall) -> tuple[object, ...]:
    seen: Mapping[str, Any] = call.seen
    return call.file, call.inode, call.offset, call.next, call.run, *(seen[name] for name in _CALL_COLUMNS)


def _call(row: Mapping[str, Any]) -> PassedCall:
    told = {name: row[name] for name in _CALL_COLUMNS}
    seen = cast(CallSeen, {"agent": "", "session": "", **told})
    return PassedCall(row["file"], row["inode"], row["offset"], row["next"], RunKey(row["run"]), seen)


def _row_of_unhooked(one: Unhooked) -> tuple[object, ...]:
    return one.run, one.call, one.tool, one.text, one.origin.log, one.origin.offset, one.origin.at


def _unhooked(row: Mapping[str, Any]) -> Unhooked:
    origin = Origin(row["log"], row["offset"], row["at"])
    return Unhooked(RunKey(row["run"]), row["call"], row["tool"], row["text"], origin)
