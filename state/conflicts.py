"""Keeps the pairs of worktrees right: compares again where something stirred, on a small budget, and else does nothing.

Nothing here polls: while no log grows and no git directory changes, no git is asked and no time is spent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from state.beside import Beside
from state.findings.conflict import Hunks, Matrix, Pair
from state.ports import Batch, Problem

if TYPE_CHECKING:
    from state.runs.worktree import ChangedFile, Worktree

SHORTEST_PAUSE = 1.0
"""Seconds between two comparisons at the least."""
COST_FACTOR = 10.0
"""A comparison that took t seconds is followed by a pause of at least this many times t."""
ABOUT = "conflicts"


class Incomparable(Exception):
    """Nothing can be said of any pair now; the text is one sentence, `remedy` what to do about it."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(text)
        self.remedy = remedy


class Merges(Protocol):
    """Merges worktrees with each other and with the base, without touching any of them."""

    async def compare(self, stirred: Collection[str] | None = None) -> Matrix:
        """Give every pair that does not merge, as of now.

        Only `stirred` worktrees (None: all), and those whose head moved, are looked at again. Raises `Incomparable`.
        """
        ...


class ConflictHunks(Protocol):
    """Shows where two sides clash. It blocks nobody, and what cannot be shown is told in words, not raised."""

    async def hunks(self, a: str, b: str, path: str) -> Hunks:
        """Give the regions of `path` that clash in the merge of two commits, `Pair.a_commit` and `Pair.b_commit`."""
        ...


class PairHunks(Protocol):
    """The same by the pair, whichever repository it is of: what the screen asks."""

    async def hunks_of(self, pair: Pair, path: str) -> Hunks:
        """Give the regions of `path` that clash between the two of a pair."""
        ...


class Conflicts:
    """Asks the port for the matrix and commits what is new in it, and what is wrong. Without a port it says nothing."""

    def __init__(self, merges: Merges | None, commit: Callable[[Batch, Beside], Awaitable[None]]) -> None:
        self._merges, self._commit = merges, commit
        self.matrix = Matrix()
        self._wrong = False
        self._stirred: set[str] | None = None
        """What is to be looked at; None as long as nothing was, so that the first look is at everything."""
        self._looked: dict[str, float] = {}
        self._heard: dict[str, tuple[str | None, tuple[ChangedFile, ...] | None]] = {}
        self._wake = asyncio.Event()

    def stir(self, paths: Iterable[str]) -> None:
        """Note that something may have changed in these worktrees."""
        named = set(paths)
        if named:
            self._stirred = None if self._stirred is None else self._stirred | named
            self._wake.set()

    def hear(self, trees: Sequence[Worktree], gone: Sequence[str]) -> None:
        """Take what git said of worktrees; what was looked at after that is no news."""
        later = [tree for tree in trees if (tree.read_at or 0.0) >= self._looked.get(tree.path, 0.0)]
        told = {tree.path: (tree.head, tree.files) for tree in later}
        moved = [path for path in told if self._heard.get(path) != told[path]]
        self._heard |= told
        self.stir((*moved, *gone))

    def after(self, matrix: Matrix | None) -> Matrix:
        """Give the matrix that holds once `matrix`, if there is one, is committed."""
        return matrix or self.matrix

    async def finish(self) -> None:
        """Compare what is stirred now."""
        if self._merges is None:
            return
        stirred, self._stirred = self._stirred, set()
        try:
            matrix = await self._merges.compare(stirred)
        except Incomparable as failed:
            self._stirred, self._wrong = None, True
            problem = Problem(ABOUT, f"conflicts are not known: {failed}", failed.remedy)
            await self._commit(Batch(problems=(problem,)), Beside())
            return
        if matrix.at is not None:
            looked = {side.name for side in matrix.sides} if stirred is None else stirred
            self._looked |= dict.fromkeys(looked, matrix.at)
        moved = matrix.news(self.matrix)
        if moved or self._wrong:
            await self._commit(Batch(solved=(ABOUT,)), Beside(matrix=matrix, moved=moved))
        self.matrix, self._wrong = matrix, False

    async def run(self) -> None:
        """Compare at each news, for ever."""
        if self._merges is None:
            return
        while True:
            await self._wake.wait()
            self._wake.clear()
            began = time.monotonic()
            await self.finish()
            await asyncio.sleep(max(SHORTEST_PAUSE, COST_FACTOR * (time.monotonic() - began)))
