"""The duty that keeps what boards tell of a human's attention. It never leaves this machine."""

from collections.abc import Sequence

from state.attention.attended import attended_of
from state.control.act import Act
from state.control.desk import Desk
from state.money.accounts import Accounted
from state.runs.event import Event
from state.runs.run import RunKey
from state.spool import Order, account

_MOST_BOARDS = 100


class Attending:
    """Keeps the stretches of an order. Twice is as good as once, so it records no act of its own."""

    verbs = frozenset({"attended"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._told: dict[str, tuple[str, float]] = {}
        """For each board its last order, and until when it told."""

    async def carry_out(self, order: Order) -> Act:
        """Keep them. The act that it gives only carries the answer. Raises `ValueError` with the sentence why not."""
        now, board = self._desk.clock(), order.words.get("board", "")
        last, until = self._told.get(board, ("", None))
        found = attended_of(order, now, account(), None if last == order.id else until)
        if {one.run for one in found} - {"", *self._desk.fleet().runs}:
            raise ValueError("an order on attention names a run that is not here; nothing was kept")
        await self._desk.account(Accounted(attended=found))
        self._told.pop(board, None)
        self._told[board] = order.id, found[-1].until
        for name in list(self._told)[:-_MOST_BOARDS]:
            del self._told[name]
        return Act(order.id, RunKey(found[-1].run), "check", account(), now, state="confirmed", text="kept")

    def hear(self, events: Sequence[Event]) -> None:
        """Nothing in a log tells what a human looked at."""

    async def look(self) -> None:
        """Nothing of it is ever under way."""
