"""What a reading came to: the figures of `headgate index`."""

import asyncio
from collections.abc import Sequence

from state.ports import Batch, LogMark


class Tally:
    """Counts what batches read since `begin`."""

    def __init__(self) -> None:
        self._before: dict[str, LogMark] = {}
        self._now: dict[str, LogMark] = {}
        self._files: set[str] = set()
        self._bytes = 0
        self._reread = 0
        self.settled = asyncio.Event()
        """Set while no log is known to hold more than was read."""
        self.settled.set()

    def begin(self, marks: Sequence[LogMark]) -> None:
        """Take the marks that stood before."""
        self._before = {mark.path: mark for mark in marks}

    def take(self, batch: Batch) -> None:
        """Count one batch."""
        self._bytes += batch.bytes
        self._reread += batch.reread
        if batch.backlog:
            if batch.done < batch.backlog:
                self.settled.clear()
            else:
                self.settled.set()
        for mark in batch.marks:
            if not mark.inode:
                continue
            self._now[mark.path] = mark
            old = self._before.get(mark.path)
            if old is None or (old.offset, old.generation) != (mark.offset, mark.generation):
                self._files.add(mark.path)

    def figures(self) -> dict[str, int]:
        """Give files, bytes, records, not_understood, reread and skimmed, as `contracts.md` names them."""
        return {
            "files": len(self._files),
            "bytes": self._bytes,
            "records": sum(self._added(path, "records") for path in self._now),
            "not_understood": sum(self._added(path, "not_understood") for path in self._now),
            "reread": self._reread,
            "skimmed": sum(mark.skimmed > 0 for mark in self._now.values()),
        }

    def _added(self, path: str, name: str) -> int:
        mark, old = self._now[path], self._before.get(path)
        before = getattr(old, name) if old is not None and old.generation == mark.generation else 0
        return getattr(mark, name) - before
