"""Runs git's merges of many pairs in few processes, with the attributes in force where each pair lies."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.git import door, merge_output
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.merge_output import Merged
from adapters.git.snapshot_store import SnapshotStore
from adapters.git.tastes import Tastes

LIMIT = 120.0
LEAST_APART = 8
"""Merges for which a second process is worth its start."""

Attributes = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Job:
    """Two commits to merge, and the attribute files that are in force, by their raw paths."""

    one: str
    other: str
    attributes: Attributes = field(default_factory=dict[str, bytes], hash=False)


class Merging:
    """Merges in one repository's store."""

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store

    def place(self, tastes: Tastes, head: str, attributes: Attributes | None = None) -> Place:
        """Give the place for merges and for questions about objects. Raises `OSError`."""
        return self._store.merging(tastes, head, attributes or {})

    async def run(self, jobs: Sequence[Job], tastes: Tastes) -> list[Merged | GitFailed]:
        """Merge each pair; one that git cannot merge is told as a failure. Raises `OSError`."""
        groups: list[tuple[Attributes, list[int]]] = []
        for number, job in enumerate(jobs):
            group = next((some for attributes, some in groups if attributes == job.attributes), None)
            if group is None:
                groups.append((job.attributes, group := []))
            group.append(number)
        done: dict[int, Merged | GitFailed] = {}
        for attributes, numbers in groups:
            place = await asyncio.to_thread(self.place, tastes, jobs[numbers[0]].one, attributes)
            halves = (numbers[::2], numbers[1::2]) if len(numbers) >= LEAST_APART else (numbers,)
            parts = await asyncio.gather(*(_merged(place, [jobs[number] for number in half]) for half in halves))
            for half, part in zip(halves, parts, strict=True):
                done |= dict(zip(half, part, strict=True))
        return [done[number] for number in range(len(jobs))]


async def _merged(place: Place, jobs: Sequence[Job]) -> list[Merged | GitFailed]:
    """Merge these in one process; where it fails, half of them each, until it is known which one cannot be merged."""
    try:
        return list(await _batch(place, jobs))
    except GitFailed as failed:
        if len(jobs) == 1:
            return [failed]
        if failed.reason != "exit":
            raise
    middle = len(jobs) // 2
    return [*await _merged(place, jobs[:middle]), *await _merged(place, jobs[middle:])]


async def _batch(place: Place, jobs: Sequence[Job]) -> list[Merged]:
    feed = "".join(f"{job.one} {job.other}\n" for job in jobs).encode()
    # One that stops on a conflict is no failure; source: git-merge-tree(1), EXIT STATUS.
    answer = await door.ask(place, "merge-tree", "--stdin", "-z", limit=LIMIT, feed=feed, fine=(0, 1))
    try:
        found = list(merge_output.merges(answer.out))
        if len(found) != len(jobs):
            raise ValueError(f"{len(found)} answers for {len(jobs)} merges")
    except ValueError as error:
        text = f"git merge-tree was not understood: {error}"
        raise GitFailed("exit", place.directory, text, "use git 2.39 or newer") from None
    return found
