"""Reads all that the merge gate knows of one run's change, for the page on which a human decides it."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from state.board import ChangeDetail
from state.runs.run import Origin
from state.runs.test_runs import RanTests, read_back
from state.store import acts, gates
from state.store.review import PACKAGE, RESULT, approval_of_row, item_of_row
from state.store.rows import RUN

MOST_PACKAGES = 20
"""Packages of a run that are read: the newest decide, and an older one is what a human may have looked at last."""
_PACKAGES = "SELECT facts FROM package WHERE run = ? ORDER BY seq DESC LIMIT ?"
_RESULTS = "SELECT facts FROM check_result WHERE tree = ? ORDER BY name"
_APPROVALS = "SELECT * FROM approval WHERE run = ? ORDER BY at DESC, id"
_ITEMS = "SELECT * FROM item WHERE run = ? ORDER BY at, id"
_ACTS = "SELECT * FROM act WHERE run = ? AND kind IN ('check', 'merge') ORDER BY at DESC"
_REQUESTS = (
    "SELECT * FROM request WHERE run = ? AND (gate IN ('merge', 'release') OR state = 'open') ORDER BY opened DESC, id"
)
_DECISIONS = "SELECT * FROM decision WHERE run = ? ORDER BY seq"
_GATED = "SELECT * FROM gated WHERE run = ?"
_PLANS = "SELECT * FROM request WHERE run = ? AND gate = 'plan' ORDER BY opened DESC, id LIMIT 10"
_TESTED = """
SELECT event.text, event.at, event.log, event.offset, (
    SELECT result.text FROM event AS result WHERE result.log = event.log AND result.generation = event.generation
        AND result.offset = event.offset AND result.kind = 'result' LIMIT 1
) AS output
FROM event JOIN log ON log.path = event.log AND log.generation = event.generation
WHERE event.run = ? AND event.kind = 'tests' ORDER BY event.at DESC, event.offset DESC, event.seq DESC LIMIT 20
"""
_RUN = "SELECT facts FROM run WHERE id = ?"
_SEEN = "SELECT hunk FROM seen_hunk WHERE run = ?"

Rows = Callable[..., Awaitable[Sequence[sqlite3.Row]]]
"""Gives the rows of a query with its values; none where there is no database yet."""


async def change_of(run: str, rows: Rows) -> ChangeDetail:
    """Give what is known of a run's change."""
    packages = tuple(PACKAGE.validate_json(row["facts"]) for row in await rows(_PACKAGES, run, MOST_PACKAGES))
    results = ()
    if packages:
        found = [RESULT.validate_json(row["facts"]) for row in await rows(_RESULTS, packages[0].proposal.tree)]
        results = tuple(one for one in found if one.policy == packages[0].policy)
    decisions = gates.decisions_of(map(_told, await rows(_DECISIONS, run)))
    return ChangeDetail(
        run,
        packages,
        results,
        tuple(approval_of_row(_told(row)) for row in await rows(_APPROVALS, run)),
        tuple(item_of_row(_told(row)) for row in await rows(_ITEMS, run)),
        tuple(acts.act_of_row(_told(row)) for row in await rows(_ACTS, run)),
        gates.with_decisions(map(_told, await rows(_REQUESTS, run)), decisions),
        frozenset(str(row["hunk"]) for row in await rows(_SEEN, run)),
        next((gates.gated_of_row(_told(row)) for row in await rows(_GATED, run)), None),
        next((_minutes(row["facts"]) for row in await rows(_RUN, run)), None),
        gates.with_decisions(map(_told, await rows(_PLANS, run)), decisions),
        tuple(one for row in await rows(_TESTED, run) if (one := _tested(row)) is not None),
    )


def _minutes(facts: str) -> float | None:
    run = RUN.validate_json(facts)
    return None if run.started is None or run.seen is None else max(0.0, run.seen - run.started) / 60


def _tested(row: sqlite3.Row) -> RanTests | None:
    return read_back(row["text"], Origin(row["log"], row["offset"], row["at"]), row["output"] or "")


def _told(row: sqlite3.Row) -> dict[str, Any]:
    return dict(row)
