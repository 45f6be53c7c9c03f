"""From the store to the screen: one batch in, one message, one repaint.

The pump reads what changed whenever the core rings and keeps the keys of what changed until the screen takes them.
While a message waits no second one is posted, so a screen that is late finds one set and not a queue.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from state.board import BoardReader, BoardUnreadable, Detail, Snapshot

if TYPE_CHECKING:
    from state.runs.card import Card

AGAIN_AFTER = 1.0
"""Seconds to wait before a store that could not be read is asked again."""

BEGIN_WITHIN = 0.25
"""Seconds that the first picture waits at the most for what is read first; what comes later is another picture."""

REST = 0.15
"""Seconds between the beginnings of two readings, at the least: news that come alone are read at once, and of five
hundred a second a human reads no more than six or seven pictures."""


class Pump:
    """All cards as last read, and which of them the screen has not seen yet."""

    def __init__(self, reader: BoardReader, wake: Callable[[], object]) -> None:
        self._reader = reader
        self._wake = wake
        self._rev = 0
        self._pending: set[str] = set()
        self._waiting = False
        self.cards: dict[str, Card] = {}
        self.board: Snapshot | None = None
        """The newest snapshot, of which everything but the cards holds for the whole board."""
        self.trouble: str | None = None
        """Why the store cannot be read now."""
        self.looked_at: str | None = None
        """The run whose detail stands on the screen; it is read with the batch, so that both are one repaint."""
        self._detail: Detail | None = None
        self._first: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Read what there is before anything is painted, so that the first picture is the board and not an empty one.

        What could not be read is told by `run`.
        """
        self._first = asyncio.create_task(self._read())
        await asyncio.wait({self._first}, timeout=BEGIN_WITHIN)

    async def run(self) -> None:
        """Read, then wait for the bell and read again, for ever; rings of the rest between are one."""
        clock = asyncio.get_running_loop().time
        while True:
            try:
                begun = clock()
                first, self._first = self._first, None
                await (first or self._read())
                await self._reader.rung()
                await asyncio.sleep(begun + REST - clock())
            except BoardUnreadable as unreadable:
                self.trouble = str(unreadable)
                self._tell()
                await asyncio.sleep(AGAIN_AFTER)

    def take(self) -> tuple[frozenset[str], Detail | None]:
        """Give the runs that changed since the last call, gone ones too, and what was read of the one looked at."""
        self._waiting = False
        taken, self._pending = frozenset(self._pending), set()
        detail, self._detail = self._detail, None
        return taken, detail

    async def _read(self) -> None:
        snapshot = await self._reader.changes(self._rev)
        if snapshot.rev < self._rev:
            snapshot = await self._read_anew()
        elif snapshot == self.board and self.trouble is None:
            return
        for card in snapshot.cards:
            self.cards[card.id] = card
        for run in snapshot.gone:
            self.cards.pop(run, None)
        self._pending.update((card.id for card in snapshot.cards), snapshot.gone)
        self._rev, self.board, self.trouble = snapshot.rev, snapshot, None
        self._detail = None
        if self.looked_at in self._pending and self.looked_at in self.cards:
            self._detail = await self._reader.detail(self.looked_at)
        self._tell()

    async def _read_anew(self) -> Snapshot:
        """Start over: a revision below the last one means that the store was made anew."""
        snapshot = await self._reader.changes(0)
        self._pending.update(self.cards)
        self.cards.clear()
        return snapshot

    def _tell(self) -> None:
        if not self._waiting:
            self._waiting = True
            self._wake()


class Look:
    """Reads the detail of the run that is looked at: always the newest wish, one reading at a time."""

    def __init__(self, reader: BoardReader, show: Callable[[Detail], object]) -> None:
        self._reader = reader
        self._show = show
        self._wanted: str | None = None
        self._asked = asyncio.Event()

    def want(self, run: str | None) -> None:
        """Ask for a run's detail; a wish that is not being read yet is forgotten for it."""
        self._wanted = run
        if run is not None:
            self._asked.set()

    async def run(self) -> None:
        """Read what is wanted, for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            wanted = self._wanted
            if wanted is None:
                continue
            try:
                detail = await self._reader.detail(wanted)
            except BoardUnreadable:
                await asyncio.sleep(AGAIN_AFTER)
                self._asked.set()
                continue
            if detail is not None and wanted == self._wanted:
                self._show(detail)
