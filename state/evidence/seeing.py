"""What a human has seen of a change: the duty that keeps the marks on its hunks.

Marks decide nothing, and no approval rests on them; they only save a second look.
"""

from collections.abc import Sequence

from state.control.act import Act
from state.control.desk import Desk
from state.evidence.review import Reviewed
from state.evidence.seen import marks_of
from state.runs.event import Event
from state.spool import Order


class Seeing:
    """Keeps the marks of an order. Twice is as good as once, so it records no act of its own."""

    verbs = frozenset({"seen"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def carry_out(self, order: Order) -> Act:
        """Keep the marks. The act that it gives only carries the answer. Raises `ValueError` with the sentence why."""
        at = self._desk.clock()
        marks = marks_of(order, at)
        self._desk.run(marks[0].run)
        await self._desk.keep(Reviewed(seen=marks))
        return Act(order.id, marks[0].run, "check", marks[0].by, at, state="confirmed", text="marked")

    def hear(self, events: Sequence[Event]) -> None:
        """Nothing in a log marks a hunk."""

    async def look(self) -> None:
        """Nothing of it is ever under way."""
