"""Reads what estimates rest on: the runs that are over, and what was estimated of a run when it began."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from state.money.estimate import History
from state.money.past import NEWEST, OVER, SILENT, past
from state.store.accounts import estimated_of_row

if TYPE_CHECKING:
    from state.gates.request import Request
    from state.money.accounts import Estimated

Ask = Callable[..., Awaitable[Sequence[Any]]]
"""Asks the database: a query with its values."""
_PAST = f"""
SELECT id, role, coalesce(lane_effective, lane_asked) AS lane, task_title, cost_usd, cost_state,
       json_extract(facts, '$.started') AS began, seen
FROM run WHERE parent IS NULL AND usage_requests > 0 AND (state IN ('{"', '".join(OVER)}') OR seen < ?)
ORDER BY rev DESC, id LIMIT {NEWEST}
"""


async def history(ask: Ask, now: float) -> History:
    """Give the runs of one repository that are over at `now`, in seconds since 1970."""
    return history_of_rows(await ask(_PAST, now - SILENT))


def history_of_rows(rows: Iterable[Any]) -> History:
    """Give history as its rows tell it."""
    names = ("id", "role", "lane", "task_title", "cost_usd", "cost_state", "began", "seen")
    return History(tuple(past(*(row[name] for name in names)) for row in rows))


async def at_gates(ask: Ask, requests: Iterable[Request]) -> dict[str, Estimated]:
    """Give what was estimated of each run whose plan waits for a human."""
    return await estimates(ask, [one.run for one in requests if one.gate == "plan" and one.state == "open"])


async def estimates(ask: Ask, runs: Sequence[str]) -> dict[str, Estimated]:
    """Give what was estimated of these runs when they began; a run of which nothing was is left out."""
    marks = ", ".join("?" * len(runs))
    found = await ask(f"SELECT * FROM estimate WHERE run IN ({marks})", *runs) if runs else ()
    return {str(row["run"]): estimated_of_row(row) for row in found}
