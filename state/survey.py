"""Keeps what is known of worktrees fresh: reads those in which something stirred, never more often than they can bear.

Nothing here polls: while no log grows and no git directory changes, no git is asked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

from state.ports import Problem, Worktrees
from state.runs.worktree import Worktree

SHORTEST_PAUSE = 1.0
"""Seconds between two readings of one worktree at the least."""
COST_FACTOR = 10.0
"""A reading that took t seconds is followed by a pause of at least this many times t: a tenth of a core at most."""

Taken = Callable[[Sequence[Worktree], Sequence[str], Sequence[Problem]], Awaitable[None]]


class Survey:
    """Asks the port about worktrees and hands what it says to `taken`."""

    def __init__(self, worktrees: Worktrees, taken: Taken) -> None:
        self._worktrees, self._taken = worktrees, taken
        self._known: dict[str, Worktree] = {}
        self._stirred: set[str] = set()
        self._rested_at: dict[str, float] = {}
        self._wake = asyncio.Event()

    async def relist(self) -> None:
        """Ask which worktrees exist; new ones, and those whose head moved, are to be read."""
        listed, problems = await self._worktrees.listed()
        if problems and not listed:
            await self._taken((), (), problems)
            return
        before, gone = self._known, [path for path in self._known if path not in {tree.path for tree in listed}]
        self._known = {tree.path: self._carried(tree) for tree in listed}
        moved = [path for path, tree in self._known.items() if not _same_place(before.get(path), tree)]
        wrong = [problem for tree in self._known.values() if (problem := _problem(tree))]
        await self._taken([self._known[path] for path in moved], gone, (*problems, *wrong))
        self.stir(moved)

    def stir(self, paths: Iterable[str]) -> None:
        """Note that something may have changed in these worktrees."""
        self._stirred.update(path for path in paths if path in self._known)
        if self._stirred:
            self._wake.set()

    def stir_all(self) -> None:
        """Note that anything may have changed, because a human asked for a fresh look."""
        self._rested_at.clear()
        self.stir(self._known)

    async def finish(self) -> None:
        """Read every worktree that is stirred now, two at a time as the port allows."""
        paths, self._stirred = self._stirred, set()
        await asyncio.gather(*(self._read(path) for path in paths))

    async def run(self) -> None:
        """Read what is stirred, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._stirred:
                now = time.monotonic()
                due = {path for path in self._stirred if self._rested_at.get(path, 0.0) <= now}
                self._stirred -= due
                await asyncio.gather(*(self._read(path) for path in due))
                await self._rest()

    async def _rest(self) -> None:
        if self._stirred:
            earliest = min(self._rested_at.get(path, 0.0) for path in self._stirred)
            await asyncio.sleep(max(0.05, earliest - time.monotonic()))

    async def _read(self, path: str) -> None:
        tree = self._known.get(path)
        if tree is None or tree.missing:
            return
        began = time.monotonic()
        read = await self._worktrees.read(tree)
        took = time.monotonic() - began
        self._rested_at[path] = time.monotonic() + max(SHORTEST_PAUSE, COST_FACTOR * took)
        self._known[path] = read
        problem = _problem(read)
        await self._taken([read], (), [problem] if problem else [])

    def _carried(self, tree: Worktree) -> Worktree:
        """Keep what was read of a worktree that only was listed again."""
        old = self._known.get(tree.path)
        return old if old is not None and _same_place(old, tree) else tree


def bases(trees: Iterable[Worktree]) -> set[tuple[str | int | None, ...]]:
    """Give what tells that the base branch moved: how far each worktree is behind it, and what the main one holds."""
    return {(tree.path, tree.base, tree.behind, tree.head if tree.main else None) for tree in trees}


def _problem(tree: Worktree) -> Problem | None:
    if tree.missing:
        forget = (
            "`git worktree unlock`, then `git worktree prune`, forget it"
            if tree.locked
            else "`git worktree prune` forgets it"
        )
        remedy = f"{forget}, or put it back"
        return Problem(tree.path, f"the directory of worktree {tree.path} is gone", remedy)
    if tree.problem:
        return Problem(tree.path, tree.problem, "until then its facts are shown as unknown")
    return None


def _same_place(one: Worktree | None, other: Worktree) -> bool:
    if one is None:
        return False
    facts = ("path", "git_dir", "branch", "head", "locked", "missing")
    return all(getattr(one, fact) == getattr(other, fact) for fact in facts)
