"""Brings the words of a plan's denial to a run that no hook holds: its session is taken up with them.

A plan that the core asks about was read off a log, and its client has often ended by then (`state.gates.plan_gate`).
The human's words go the way of every correction, so that the run's row says how far they came.
"""

import hashlib
from collections.abc import Iterator, Sequence

from state.control.act import Act
from state.control.desk import Desk
from state.gates.plan_gate import PREFIX
from state.gates.request import Decision, Request
from state.runs.event import Event
from state.spool import Order

FRESH_SECONDS = 600.0
"""For how long a denial is worth being told: whoever finds it later has gone on by other ways."""


class Replying:
    """The duty of answers that nobody waits for. It keeps nothing: an act of its own id says that it was done."""

    verbs = frozenset[str]()

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def carry_out(self, order: Order) -> Act:
        """Carry out nothing. Raises `ValueError`."""
        raise ValueError(f"{order.verb} is no order about a reply; nothing was done")

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: each look asks what was decided."""

    async def look(self) -> None:
        """Send the words of each new denial once; what cannot be sent is said on the run's row."""
        for request, decision in list(self._owed()):
            name = reply_of(request)
            told = f"The plan is denied, so change nothing yet. {decision.reason}".strip()
            words = {"run": request.run, "text": told, "by": decision.by}
            try:
                await self._desk.order(Order(name, "send", words))
            except ValueError as refused:
                if name not in self._desk.acts().by_id:
                    now = self._desk.clock()
                    text = f"the words of its denial were not sent: {refused}"
                    act = Act(name, request.run, "send", decision.by, now, told, "failed", text, ended=now)
                    await self._desk.record(act)

    def _owed(self) -> Iterator[tuple[Request, Decision]]:
        acts, now, runs = self._desk.acts().by_id, self._desk.clock(), self._desk.fleet().runs
        for request in self._desk.book().requests.values():
            decision, run = request.decision, runs.get(request.run)
            asked = request.gate == "plan" and request.id.startswith(PREFIX) and request.state == "denied"
            if not asked or decision is None or run is None or reply_of(request) in acts:
                continue
            went_on = run.turn.open or (run.turn.since or 0.0) > decision.at
            if now - decision.at <= FRESH_SECONDS and not went_on:
                yield request, decision


def reply_of(request: Request) -> str:
    """Give the id of the act that brings a request's answer to its run."""
    return hashlib.blake2s(f"reply {request.id}".encode(), digest_size=16).hexdigest()
