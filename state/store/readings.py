"""What is read of the state database when somebody asks for it: a change, the ledger, acts, pairs, logs.

Each loads what it needs when it is first asked, so that a board's first row waits for none of them.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from state.board import BoardUnreadable

if TYPE_CHECKING:
    import aiosqlite

    from state.board import ChangeDetail
    from state.checks.check import CheckResult
    from state.control.act import Act
    from state.findings.conflict import Matrix, Pair
    from state.ledger.checkpoint import Unwitnessed
    from state.ledger.entry import Entry
    from state.money.estimate import History
    from state.money.spent import Spent
    from state.ports import LogMark
    from state.runs.run import Run
    from state.spool import Spool


class Readings:
    """Reads what is asked for by name; how the database is opened is the reader's own affair."""

    _spool: Spool

    async def _opened(self) -> aiosqlite.Connection | None:
        raise NotImplementedError

    async def _all(self, database: aiosqlite.Connection | None, query: str, *values: Any) -> list[aiosqlite.Row]:
        raise NotImplementedError

    async def change(self, run: str) -> ChangeDetail:
        """Give what the merge gate knows of one run's change."""
        from state.store import changes

        database = await self._opened()
        return await changes.change_of(run, partial(self._all, database))

    async def ledger(self, search: str = "", before: int | None = None, limit: int = 100) -> tuple[Entry, ...]:
        """Give the newest entries of the ledger that hold each word of `search`, those below the number `before`."""
        from state.store import ledger

        query, values = ledger.searched(search, before, limit)
        found = await self._all(await self._opened(), query, *values)
        return tuple(ledger.entry_of_row(dict(row)) for row in found)

    async def unwitnessed(self) -> Unwitnessed:
        """Give how much of the ledger nobody else holds."""
        from state.ledger.checkpoint import unwitnessed
        from state.store import witness

        found = await self._all(await self._opened(), "SELECT max(seq) AS seq FROM ledger")
        return unwitnessed((found[0]["seq"] if found else None) or 0, witness.pushed(self._spool.folder))

    async def history(self, now: float) -> History:
        """Give the runs that are over at `now`, by which others are estimated."""
        from state.store import estimates

        return await estimates.history(partial(self._all, await self._opened()), now)

    async def act(self, name: str) -> Act | None:
        """Give the act that the order of that id asked for."""
        from state.store import acts

        found = await self._all(await self._opened(), "SELECT * FROM act WHERE id = ?", name)
        return acts.act_of_row(dict(found[0])) if found else None

    async def check_results(self, tree: str, policy: str) -> tuple[CheckResult, ...]:
        """Give what the checks of a policy came to on a tree, in the order in which it requires them."""
        from state.checks.required import in_order
        from state.store import review

        wanted = "SELECT facts FROM check_result WHERE tree = ? ORDER BY name"
        found = await self._all(await self._opened(), wanted, tree)
        results = (review.RESULT.validate_json(row["facts"]) for row in found)
        return in_order(one for one in results if one.policy == policy)

    async def pairs(self) -> tuple[Pair, ...]:
        """Give every two worktrees, or a worktree and the base, that do not merge."""
        from state.store import pairs

        return pairs.pairs_of(map(dict, await self._all(await self._opened(), pairs.ALL)))

    async def matrices(self) -> tuple[Matrix, ...]:
        """Give what was found when the worktrees were compared last; its sides have a name and what was not read."""
        from state.store import pairs

        database = await self._opened()
        told = {row["key"]: row["value"] for row in await self._all(database, pairs.META)}
        return (pairs.matrix_of(told, map(dict, await self._all(database, pairs.ALL))),)

    async def run(self, key: str) -> Run | None:
        """Give the folded facts of one run."""
        from state.store.rows import RUN

        found = await self._all(await self._opened(), "SELECT facts FROM run WHERE id = ?", key)
        return RUN.validate_json(found[0]["facts"]) if found else None

    async def spent(self, run: str) -> Spent | None:
        """Give what one run cost, by the sums of its calls; None where it made none."""
        from state.store import spending

        if await self._opened() is None:
            return None
        ask = partial(spending.of_runs, runs=[run], asked=spending.window(None, None))
        try:
            return (await asyncio.to_thread(spending.asked_of, self._spool.database, ask)).get(run)
        except spending.HistoryUnreadable as error:
            raise BoardUnreadable(str(error)) from error

    async def logs(self, run: str) -> tuple[LogMark, ...]:
        """Give the logs of a run, its own before those of its subagents."""
        from state.store.rows import mark_of_row

        found = await self._all(await self._opened(), "SELECT * FROM log WHERE run = ? ORDER BY side, path", run)
        return tuple(mark_of_row(dict(row)) for row in found)

    async def unassigned(self) -> tuple[LogMark, ...]:
        """Give the logs that belong to no worktree of this repository, and why."""
        from state.store.rows import mark_of_row

        found = await self._all(await self._opened(), "SELECT * FROM log WHERE NOT belongs AND inode ORDER BY path")
        return tuple(mark_of_row(dict(row)) for row in found)
