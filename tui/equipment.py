"""What the keys of a board need beyond the board: made when it is first asked for, or after the first row is painted.

To load it takes longer than to paint the board, so nothing on the way to the first row may ask for it.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

from tui.reading_tools import ReadingTools
from tui.review_tools import ReviewTools
from tui.stacked import StackedApp

if TYPE_CHECKING:
    from state.conflicts import PairHunks
    from state.ports import Records, RunTerminals

SOON = (
    *("tui.panes.calls", "tui.panes.files", "tui.panes.log", "tui.panes.plan", "tui.panes.tests"),
    *("tui.screens.help", "tui.screens.palette", "tui.screens.decide", "tui.screens.change", "tui.screens.evidence"),
    *("tui.screens.to_log", "tui.screens.live_diff", "tui.screens.range_diff", "tui.screens.conflicts"),
    *("tui.screens.clash", "tui.screens.ledger", "tui.screens.money", "tui.screens.figure", "tui.screens.problems"),
    "tui.screens.story",
)
"""What is loaded when the first row stands, the likeliest first, so that the first press of a key waits for nothing."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """What reads records, terminals, clashes, changes and logs; None where the board has nothing to read them from."""

    records: Records | None = None
    terminals: RunTerminals | None = None
    hunks: PairHunks | None = None
    review: ReviewTools = field(default_factory=ReviewTools)
    reading: ReadingTools = field(default_factory=ReadingTools)


class Equipped:
    """Holds the equipment of an app, and makes it once; `later` may be called in a thread."""

    def __init__(self, given: Equipment, later: Callable[[], Equipment] | None) -> None:
        self._now, self._later, self._lock = None if later else given, later, Lock()

    def __call__(self) -> Equipment:
        """Give the equipment."""
        with self._lock:
            if self._now is None:
                self._now = self._later() if self._later else Equipment()
            return self._now

    async def arrive(self) -> Equipment:
        """Make it beside the loop, so that the screen goes on."""
        return self._now if self._now is not None else await asyncio.to_thread(self)

    async def warm(self) -> None:
        """Load the other screens one after the other beside the loop; whoever leaves waits for one of them at most.

        What was loaded since the start stays for good, so the search for cycles begins behind it.
        """
        if self._later is not None:
            for name in SOON:
                await asyncio.to_thread(import_module, name)
            gc.freeze()
            gc.enable()


class EquippedApp(StackedApp, inherit_bindings=False):
    """An app with its equipment, each thing by its name."""

    equipped: Equipped
    """What the keys need beyond the board."""

    def equip(self, **parts: Any) -> None:
        """Take other equipment for some of it, by the names of `Equipment`."""
        self.equipped = Equipped(replace(self.equipped(), **parts), None)

    @property
    def records(self) -> Records | None:
        """What reads a fact's record again; None where the board has no files to read."""
        return self.equipped().records

    @property
    def hunks(self) -> PairHunks | None:
        """What shows where two worktrees clash; None where the board has no repository to merge in."""
        return self.equipped().hunks

    @property
    def tools(self) -> ReviewTools:
        """What shows a change, says what it lacks, and signs its approval."""
        return self.equipped().review

    @property
    def reading(self) -> ReadingTools:
        """What reads logs, and what they are handed over to."""
        return self.equipped().reading
