"""Says which worktrees do not merge with which, uncommitted work included: the port `state.conflicts.Merges`.

Every worktree is a tree (`adapters.git.sides`); git merges the pairs that can conflict, in a few processes for all of
them. What was merged once is known by the trees, their ancestors and the attributes in force, and is not merged again.
"""

import asyncio
import os
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2s
from itertools import combinations
from pathlib import Path

from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.graph import Bases, Graph
from adapters.git.known_merges import KnownMerges
from adapters.git.merge_output import Merged
from adapters.git.merging import Attributes, Job, Merging
from adapters.git.repository import Repository
from adapters.git.sides import Part, Sides
from adapters.git.snapshot_store import SnapshotStore
from state.conflicts import Incomparable
from state.findings.conflict import Clash, Delta, Matrix, Pair, between, emptied, meets, twins
from state.text import clean

_UNRELATED = "they have no common ancestor, so nothing can be said of their merge"
_Pairing = tuple[int, int]
_Facts = tuple[tuple[str, str], tuple[str, str], tuple[str, ...], str | None, str | None]
"""What a pair is known by: tree and attributes of each side, the common ancestors, and where each left the base."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A pair that is to be looked at: its ancestors, what each side changed, and the name of its merge."""

    bases: tuple[str, ...]
    key: str
    one: tuple[tuple[str, str], ...] = ()
    other: tuple[tuple[str, str], ...] = ()


class GitMerges:
    """The merges of one repository. `state` is its state directory. Not safe for two calls at a time."""

    def __init__(self, repository: Repository, state: Path) -> None:
        self._store = SnapshotStore(state, repository)
        self._graph, self._merging = Graph(), Merging(self._store)
        self._sides = Sides(repository, self._store, self._graph)
        self._past = KnownMerges(self._store.folder / "merges.json")
        self._last: dict[tuple[str, str], tuple[str, Pair | None]] = {}
        self._keys: dict[tuple[str, str], tuple[_Facts, _Wanted]] = {}

    async def compare(self, stirred: Collection[str] | None = None) -> Matrix:
        """Give all pairs of worktrees, and each with the base, as of now; a bad worktree is left out and named.

        Only the worktrees in `stirred` (shown paths; None for all), and those whose head moved, are looked at again.
        Raises `Incomparable` where nothing can be said at all.
        """
        began = time.monotonic()
        try:
            lock = await asyncio.to_thread(self._store.open)
            try:
                now = await self._compared(stirred)
            finally:
                os.close(lock)
        except GitFailed as failed:
            raise Incomparable(failed.text, failed.remedy) from failed
        except OSError as error:
            raise Incomparable(clean(str(error)), "see to that place; it is tried again at the next news") from error
        return replace(now, seconds=time.monotonic() - began)

    async def _compared(self, stirred: Collection[str] | None) -> Matrix:
        at = time.time()
        parts = await self._sides.look(stirred)
        left_out, base = self._sides.left_out(), self._sides.base
        if not parts:
            return Matrix(left_out=left_out, base=base, at=at)
        place = await asyncio.to_thread(self._merging.place, self._sides.tastes, parts[0].tip.heads[0])
        bases = await self._graph.bases(place, [part.tip for part in parts])
        wanted = self._wanted(parts, bases)
        fresh = {pair: one for pair, one in wanted.items() if self._said(parts, pair)[0] != one.key}
        await self._learn(place, parts, fresh)
        to_merge = await asyncio.to_thread(self._to_merge, parts, fresh)
        merges = await self._merge(parts, {pair: one for pair, one in to_merge.items() if one is not None}, wanted)
        self._conclude(parts, fresh, to_merge, at)
        await asyncio.to_thread(self._past.keep, [one.key for one in wanted.values()])
        names = {tuple(parts[one].side.name for one in pair) for pair in wanted}
        self._last = {pair: said for pair, said in self._last.items() if pair in names}
        found = sorted((pair for _, pair in self._last.values() if pair), key=lambda pair: (pair.a, pair.b))
        sides = tuple(part.side for part in parts)
        return Matrix(tuple(found), sides, left_out, base, len(fresh), merges, at=at)

    def _wanted(self, parts: Sequence[Part], bases: Bases) -> dict[_Pairing, _Wanted]:
        """Name every pair by what its merge depends on."""
        trunk = next((number for number, part in enumerate(parts) if part.side.is_base), None)
        forks = [_fork(bases, number, trunk) for number in range(len(parts))]
        ends = [(part.tip.tree, _digest(part.attributes)) for part in parts]
        names = [part.side.name for part in parts]
        kept, self._keys = self._keys, {}
        made: dict[_Pairing, _Wanted] = {}
        for pair in combinations(range(len(parts)), 2):
            one, other = pair
            common = bases.get(pair, ())
            facts = ends[one], ends[other], common, forks[one], forks[other]
            old = kept.get((names[one], names[other]))
            if old is None or old[0] != facts:
                steps = [
                    tuple(self._graph.steps(common[0], forks[side], ends[side][0])) if len(common) == 1 else ()
                    for side in pair
                ]
                old = facts, _Wanted(common, " ".join((*ends[one], *ends[other], *common)), *steps)
            self._keys[names[one], names[other]] = old
            made[pair] = old[1]
        return made

    def _said(self, parts: Sequence[Part], pair: _Pairing) -> tuple[str, Pair | None]:
        return self._last.get((parts[pair[0]].side.name, parts[pair[1]].side.name), ("", None))

    async def _learn(self, place: Place, parts: Sequence[Part], fresh: Mapping[_Pairing, _Wanted]) -> None:
        """Learn what each side of these pairs changed, and which directories are gone with it."""
        await self._graph.learn(place, (step for one in fresh.values() for step in (*one.one, *one.other)))
        doubtful: set[tuple[str, str]] = set()
        for pair, one in fresh.items():
            if len(one.bases) == 1:
                for number, delta in zip(pair, self._deltas(one), strict=True):
                    doubtful |= {(parts[number].tip.tree, folder) for folder in emptied(delta)}
        await self._graph.look_for(place, sorted(doubtful))

    def _deltas(self, one: _Wanted) -> tuple[Delta, Delta]:
        return self._graph.delta(one.one), self._graph.delta(one.other)

    def _to_merge(self, parts: Sequence[Part], fresh: Mapping[_Pairing, _Wanted]) -> dict[_Pairing, str | None]:
        """Give for each pair the merge that it needs; None where it cannot conflict, or was said to be unrelated."""
        return {pair: one.key if self._can_clash(parts, pair, one) else None for pair, one in fresh.items()}

    def _can_clash(self, parts: Sequence[Part], pair: _Pairing, one: _Wanted) -> bool:
        if len(one.bases) != 1:
            return len(one.bases) > 1
        mine, theirs = self._deltas(one)
        gone = [
            self._graph.gone(parts[number].tip.tree, delta) for number, delta in zip(pair, (mine, theirs), strict=True)
        ]
        return meets(mine, theirs, gone[0], gone[1])

    async def _merge(
        self, parts: Sequence[Part], keys: Mapping[_Pairing, str], wanted: Mapping[_Pairing, _Wanted]
    ) -> int:
        """Merge what was never merged, and say how many merges that took."""
        asked: list[tuple[str, Job]] = []
        for pair, key in keys.items():
            if self._past.get(key) is None:
                one, other = (parts[number] for number in pair)
                # Who merges has his own attributes in force, so where they differ each side merges once.
                for attributes in (one.attributes, *([other.attributes] if other.attributes != one.attributes else [])):
                    asked.append((key, Job(one.side.commit, other.side.commit, attributes)))
        done = await self._merging.run([job for _, job in asked], self._sides.tastes)
        found: dict[str, dict[str, Clash]] = {}
        failed: set[str] = set()
        for (key, _), how in zip(asked, done, strict=True):
            match how:
                case Merged():
                    found.setdefault(key, {}).update({clash.path: clash for clash in how.clashes()})
                case GitFailed():
                    failed.add(key)
                    self._past.fail(key, how.text)
        for key, clashes in found.items():
            if key not in failed:
                self._past.put(key, tuple(clashes[path] for path in sorted(clashes)))
        return len(asked)

    def _conclude(
        self,
        parts: Sequence[Part],
        fresh: Mapping[_Pairing, _Wanted],
        to_merge: Mapping[_Pairing, str | None],
        at: float,
    ) -> None:
        """Keep what is now said of each pair that was looked at."""
        for pair, one in fresh.items():
            sides = parts[pair[0]].side, parts[pair[1]].side
            key, problem = to_merge[pair], None if one.bases else _UNRELATED
            clashes = (self._past.get(key) or ()) if key else ()
            problem = problem or (self._past.why(key) if key else None)
            if self._sides.ignores_case and len(one.bases) == 1:
                clashes = (*clashes, *twins(*self._deltas(one)))
            told = between(*sides, clashes, at, problem) if clashes or problem else None
            self._last[sides[0].name, sides[1].name] = one.key, told


def _fork(bases: Bases, number: int, trunk: int | None) -> str | None:
    """Give the commit at which a side left the base branch, if that is one commit."""
    if trunk is None or number == trunk:
        return None
    common = bases.get((min(number, trunk), max(number, trunk)), ())
    return common[0] if len(common) == 1 else None


def _digest(attributes: Attributes) -> str:
    if not attributes:
        return "-"
    told = blake2s(digest_size=6)
    for name, text in sorted(attributes.items()):
        told.update(b"%s\0%d\0%s" % (os.fsencode(name), len(text), text))
    return told.hexdigest()
