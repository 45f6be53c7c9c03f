"""Shows where two sides clash in one file: merges them once more and reads git's own marks: `state.conflicts`' port.

The merge is made when a human looks, because what was merged before is thrown away when it grows too large.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.git import attributes, door
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.merge_output import Merged
from adapters.git.merging import Job, Merging
from adapters.git.repository import Repository
from adapters.git.snapshot_store import SnapshotStore
from adapters.git.tastes import Tastes
from state.findings.conflict import Hunks, Region
from state.text import clean

MOST_BYTES = 2**21
"""Bytes of the merged file that are read."""
MOST_REGIONS = 100
MOST_LINES = 400
"""Lines shown of each side of one region."""
AROUND = 3
LONGEST_LINE = 1000


class GitHunks:
    """The clashes of one repository. `state` is its state directory."""

    def __init__(self, repository: Repository, state: Path) -> None:
        self._store = SnapshotStore(state, repository)
        self._merging = Merging(self._store)

    async def hunks(self, a: str, b: str, path: str) -> Hunks:
        """Give the regions of `path` (as shown) that clash in the merge of the commits `a` and `b`."""
        try:
            return await self._shown(a, b, path)
        except GitFailed as failed:
            return Hunks(path, cut=f"{failed.text}: {failed.remedy}")
        except OSError as error:
            return Hunks(path, cut=clean(f"the merge cannot be made: {error}"))

    async def _shown(self, a: str, b: str, path: str) -> Hunks:
        tastes = Tastes()
        place = await asyncio.to_thread(self._merging.place, tastes, a)
        (how,) = await self._merging.run([Job(a, b, await attributes.rules_of(place, a))], tastes)
        match how:
            case GitFailed():
                return Hunks(path, cut=f"{how.text}: {how.remedy}")
            case Merged():
                raw = next((name for name, _ in how.files if clean(name) == path), path)
                kind = next((kind for name, kind in how.files if name == raw), None)
                return await self._read(place, how.tree, raw, path, kind, (a, b))

    async def _read(
        self, place: Place, tree: str, raw: str, path: str, kind: str | None, sides: tuple[str, str]
    ) -> Hunks:
        if kind is None:
            return Hunks(path, cut="the two sides merge in this file now")
        try:
            out = (await door.ask(place, "cat-file", "blob", f"{tree}:{raw}", enough=MOST_BYTES)).out
        except GitFailed:
            return Hunks(path, cut=f"{kind}: the merge has no such file")
        found = list(regions(out, *sides))
        if not found:
            return Hunks(path, cut=f"{kind}: git marks no lines in it")
        cut = f"{len(found) - MOST_REGIONS} more regions" if len(found) > MOST_REGIONS else ""
        return Hunks(path, tuple(found[:MOST_REGIONS]), cut or ("the end of the file" if len(out) > MOST_BYTES else ""))


def regions(merged: bytes, a: str, b: str) -> Iterator[Region]:
    """Read git's conflict marks; `a` and `b` are the names by which git was told of the sides.

    A line of the files themselves that looks like a mark has another name behind it. Source: git-merge(1), HOW
    CONFLICTS ARE PRESENTED.
    """
    lines = merged.split(b"\n")
    begin, end = b"<<<<<<< " + a.encode(), b">>>>>>> " + b.encode()
    at = 0
    while at < len(lines):
        if not lines[at].startswith(begin):
            at += 1
            continue
        middle = _next(lines, at, b"=======")
        last = _next(lines, middle, end)
        if last == len(lines):
            return
        before, after = lines[max(0, at - AROUND) : at], lines[last + 1 : last + 1 + AROUND]
        yield Region(at + 1, *map(_shown, (lines[at + 1 : middle], lines[middle + 1 : last], before, after)))
        at = last + 1


def _next(lines: Sequence[bytes], after: int, mark: bytes) -> int:
    for at in range(after + 1, len(lines)):
        if lines[at] == mark if mark == b"=======" else lines[at].startswith(mark):
            return at
    return len(lines)


def _shown(lines: Sequence[bytes]) -> tuple[str, ...]:
    told = [clean(line.decode("utf-8", "replace"), LONGEST_LINE) for line in lines[:MOST_LINES]]
    return (*told, f"… {len(lines) - MOST_LINES} more lines") if len(lines) > MOST_LINES else tuple(told)
