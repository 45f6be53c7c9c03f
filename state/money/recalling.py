"""Takes up again what calls cost by the hour, where a budget counts a stretch that began before what is kept in mind.

So it is where a core begins, where a clock was set back over the beginning of the month, and where a window is set that
began before it.
"""

import asyncio
from collections.abc import Callable, Mapping

from state.in_thread import whole_in_thread
from state.money.budgeted import kept_since
from state.money.month import Months
from state.money.spending import Cost
from state.runs.run import RunKey
from state.settings import Settings


async def recalled(
    months: Months,
    settings: Callable[[], Settings],
    clock: Callable[[], float],
    read: Callable[[float], Mapping[tuple[RunKey, int], Cost]],
    turn: asyncio.Lock,
) -> None:
    """Read what is lacking now; `turn` keeps commits out, which would count twice."""
    since = kept_since(settings().budgets, clock())
    if months.since is None or since < months.since:
        async with turn:
            months.begin(since, await whole_in_thread(read, since))
