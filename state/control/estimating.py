"""Estimates runs before they begin, from the runs of this repository that are over, and keeps that with each run.

What a start was told stands in its act, so that it is kept as it was said, whenever its run appears. A run that
Headgate did not start is estimated when its plan first waits for a human: before it was let to work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from state.control.act import Act
from state.control.desk import Desk
from state.control.wanting import Asked
from state.gates.request import Request
from state.money.accounts import Accounted, Estimated
from state.money.estimate import Likely
from state.money.past import history_of
from state.money.preferring import Choice
from state.runs.event import Event
from state.spool import Order

ESTIMATED = "estimated"
"""The fact of a start in which its estimate stands, as JSON."""
_KEPT = TypeAdapter(Estimated)


class Estimating:
    """The duty that keeps what was estimated."""

    verbs: frozenset[str] = frozenset()

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def carry_out(self, order: Order) -> Act:
        """Carry out nothing: no order is of this duty. Raises `ValueError`."""
        raise ValueError(f"nobody here carries out {order.verb}; nothing was done")

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: each look asks what is known."""

    async def look(self) -> None:
        """Keep the estimate of each run that began or whose plan waits, once."""
        desk, known = self._desk, self._desk.accounts().estimated
        fresh = {act.run: of_act(act) for act in desk.acts().starts().values() if act.run not in known}
        waiting = [one for one in desk.book().requests.values() if one.gate == "plan" and one.state == "open"]
        fresh |= {one.run: self._of_plan(one) for one in waiting if one.run not in known and not fresh.get(one.run)}
        runs = desk.fleet().runs
        news = tuple(one for run, one in fresh.items() if one is not None and run in runs)
        if news:
            await desk.account(Accounted(estimated=news))

    def _of_plan(self, request: Request) -> Estimated | None:
        card = self._desk.cards().get(request.run)
        if card is None:
            return None
        likely = estimated(self._desk, card.role, card.lane_effective or card.lane_asked, card.task_title, request.run)
        return likely.of(request.run, request.opened)


def estimated(desk: Desk, role: str | None, lane: str | None, task: str | None, but: str = "") -> Likely:
    """Estimate a run by all others of this repository that are over."""
    cards = [card for card in desk.cards().values() if card.id != but]
    return history_of(cards, desk.fleet().runs, desk.clock()).likely(role, lane, task)


def facts_before(desk: Desk, prefer: str, asked: Asked) -> Mapping[str, str]:
    """Give the facts of a start: who chose its lane and why, its envelope in USD, and its estimate."""
    likely = estimated(desk, asked.role, asked.lane, asked.task)
    return {**_of_choice(prefer, asked.choice), ESTIMATED: _KEPT.dump_json(likely.of("", 0.0)).decode()}


def _of_choice(prefer: str, choice: Choice) -> dict[str, str]:
    told = {"lane_by": choice.by, "lane_why": choice.why}
    told |= {"prefer": prefer} if prefer else {}
    return told | ({"envelope": f"{choice.envelope:f}"} if choice.envelope is not None else {})


def of_act(act: Act) -> Estimated | None:
    """Give what was estimated of a start, as of its run; None where it tells none."""
    if ESTIMATED not in act.facts:
        return None
    return replace(_KEPT.validate_json(act.facts[ESTIMATED]), run=act.run, at=act.at)
