"""The core's control of runs: each order goes to the duty that it is of, and duties look at what is under way."""

import time
from collections.abc import Callable, Iterable, Sequence

from state.approval.merging import Merging
from state.approval.ref_watch import RefWatch
from state.approval.voiding import Voiding
from state.attention.attending import Attending
from state.checks.checking import Checking
from state.control.act import Act
from state.control.asking import TOO_LATE
from state.control.desk import Desk, Duty
from state.control.escalating import Escalating
from state.control.estimating import Estimating
from state.control.holding import Holding
from state.control.replying import Replying
from state.control.sending import Sending
from state.control.starting import Starting
from state.control.stopping import Stopping
from state.evidence.gathering import Gathering
from state.evidence.seeing import Seeing
from state.ledger.witnessing import Witnessing
from state.money.alarming import Alarming
from state.money.budgeting import Budgeting
from state.paced import Paced
from state.release.watching import Watching
from state.runs.event import Event
from state.spool import Order

WATCHED_SECONDS = 1.0
"""How often the duties look while any act is under way."""
IDLE_SECONDS = 20.0

DUTIES: tuple[Callable[[Desk], Duty], ...] = (
    *(Stopping, Holding, Starting, Sending, Escalating),
    *(Gathering, Checking, Seeing, Merging, Voiding),
    *(RefWatch, Watching, Witnessing, Replying),
    *(Estimating, Budgeting, Alarming, Attending),
)
"""Every kind of control."""


class Controls:
    """The duties of one core."""

    def __init__(self, desk: Desk, duties: Iterable[Callable[[Desk], Duty]] = DUTIES) -> None:
        self.desk = self._desk = desk
        self._duties = tuple(make(desk) for make in duties)
        self._news = Paced()

    def knows(self, verb: str) -> bool:
        """Say whether a duty carries out orders of this verb."""
        return any(verb in duty.verbs for duty in self._duties)

    async def carry_out(self, order: Order) -> Act:
        """Carry out an order. Raises `ValueError` with the sentence why nothing was done."""
        waited = 0.0 if order.at is None else self._desk.clock() - order.at
        if waited > TOO_LATE and order.verb != "attended" and order.id not in self._desk.acts().by_id:
            told = f"nobody carried this {order.verb} out for {waited / 60:.0f} minutes, so it counts no more"
            raise ValueError(f"{told}: order it anew; nothing was done")
        for duty in self._duties:
            if order.verb in duty.verbs:
                return await duty.carry_out(order)
        raise ValueError(f"this core knows no order {order.verb!r}; nothing was done")

    def checks(self) -> bool:
        """Say whether checks are being run, which end with the core."""
        return any(act.kind == "check" for act in self._desk.acts().under_way())

    def hear(self, events: Sequence[Event]) -> None:
        """Take what was read of the logs."""
        for duty in self._duties:
            duty.hear(events)
        self._news.hear()

    async def run(self) -> None:
        """Look at what is under way, at each news and by the clock, for ever."""
        while True:
            began = time.monotonic()
            await self.look()
            self._news.looked(time.monotonic() - began)
            await self._news.wait(WATCHED_SECONDS if self._desk.acts().under_way() else IDLE_SECONDS)

    async def look(self) -> None:
        """Let each duty look once."""
        for duty in self._duties:
            await duty.look()
