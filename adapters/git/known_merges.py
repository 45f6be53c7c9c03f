"""Remembers how merges went, by what was merged, so that none is made twice, not even after a restart."""

import json
from collections.abc import Sequence
from pathlib import Path

from adapters.git.snapshot_store import write
from adapters.small_file import read_small
from state.findings.conflict import Clash

_MOST = 2**26

Key = str
"""The trees of both sides, their common ancestors, and the attributes in force."""


class KnownMerges:
    """A file of results. What is damaged in it is forgotten: every result can be made again."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[Key, tuple[Clash, ...]] | None = None
        self._written: frozenset[Key] = frozenset()
        self._failed: dict[Key, str] = {}

    def get(self, key: Key) -> tuple[Clash, ...] | None:
        """Give the files on which this merge stopped; None where it is not known."""
        return self._all().get(key)

    def put(self, key: Key, clashes: tuple[Clash, ...]) -> None:
        """Remember how a merge went."""
        self._all()[key] = clashes

    def fail(self, key: Key, why: str) -> None:
        """Note that git cannot merge these, until Headgate is started again."""
        self._failed[key] = why

    def why(self, key: Key) -> str | None:
        """Say why these cannot be merged."""
        return self._failed.get(key)

    def keep(self, wanted: Sequence[Key]) -> None:
        """Write what is wanted and forget the rest. Raises `OSError`."""
        kept = {key: one for key in wanted if (one := self._all().get(key)) is not None}
        self._known = kept
        self._failed = {key: why for key, why in self._failed.items() if key in wanted}
        if kept.keys() != self._written:
            told = {key: [[clash.path, clash.kind] for clash in one] for key, one in kept.items()}
            write(self._file, json.dumps(told).encode())
            self._written = frozenset(kept)

    def _all(self) -> dict[Key, tuple[Clash, ...]]:
        if self._known is None:
            self._known = self._read()
            self._written = frozenset(self._known)
        return self._known

    def _read(self) -> dict[Key, tuple[Clash, ...]]:
        text = read_small(str(self._file), _MOST)
        try:
            told: dict[str, list[list[str]]] = json.loads(text) if text else {}
            return {str(key): tuple(Clash(str(path), str(kind)) for path, kind in some) for key, some in told.items()}
        except (ValueError, TypeError, AttributeError, RecursionError):
            return {}
