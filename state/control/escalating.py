"""Escalates a run: to a stronger lane, to a reviewer of another family, or to a person with a deadline.

A stronger lane takes the session up under its model where the client can; else a fresh run begins with a hand-over,
and what is lost is said first. A reviewer is a run of its own, which may only read. A person is told, reminded at half
time, and overdue from the deadline on; only a human's word ends that.
"""

from collections.abc import Sequence
from dataclasses import replace

from state.control.act import Act, Step
from state.control.advice import advice_in, kept
from state.control.corrections import prompted
from state.control.delivery import Delivery, clients_of
from state.control.desk import Desk
from state.control.escalated import TAKEN_BACK
from state.control.persons import Persons
from state.control.successors import Successors
from state.money.lane import too_risky
from state.runs.event import Event
from state.runs.run import Run
from state.spool import Order, account
from state.text import clean

ANSWERED = "answered"
"""Escalated to this, a run's waiting person has answered: the reason is the answer."""


class Escalating:
    """The duty of escalations."""

    verbs = frozenset({"escalate_run"})

    def __init__(self, desk: Desk) -> None:
        self._desk, self._persons, self._successors = desk, Persons(desk), Successors(desk)
        self._in_hand: set[str] = set()

    async def carry_out(self, order: Order) -> Act:
        """Escalate as `to` says. Raises `ValueError` with the sentence why nothing was done."""
        desk, words = self._desk, order.words
        if (before := desk.acts().by_id.get(order.id)) is not None:
            return before
        run, reason = desk.run(words.get("run", "")), clean(words.get("reason", "").strip(), 2000)
        by = clean(words.get("by", "").strip(), 120) or account()
        to, _, name = words.get("to", "").strip().partition(":")
        name = clean(name, 60).strip()
        if to == ANSWERED:
            return await self._persons.answered(run, by, reason)
        if to == TAKEN_BACK:
            return await self._persons.withdrawn(run, by)
        if not reason:
            raise ValueError("say why with a reason: it is kept with the escalation; nothing was done")
        act = Act(order.id, run.key, "escalate", by, desk.clock(), reason, facts={"to": f"{to}:{name}" if name else to})
        self._in_hand.add(act.id)
        try:
            match to:
                case "person" if name:
                    return await self._persons.told(run, act, name)
                case "lane" if name:
                    return await self._to_lane(run, act, name)
                case "reviewer":
                    return await self._to_reviewer(run, act, name)
                case _:
                    raise ValueError(
                        "escalate to lane:NAME, reviewer, person:NAME, or answered once a person has; nothing was done"
                    )
        finally:
            self._in_hand.discard(act.id)

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: each look asks what is known."""

    async def look(self) -> None:
        """See who is late, which session went on, and which reviewer has spoken."""
        for act in [one for one in self._desk.acts().under_way() if one.kind == "escalate"]:
            if act.id in self._in_hand:
                continue
            seen = await self._looked_at(act)
            if seen != act:
                await self._desk.record(seen)

    async def _looked_at(self, act: Act) -> Act:
        if "person" in act.facts:
            return await self._persons.looked_at(act)
        if "started" in act.facts:
            return await self._of_successor(act)
        messenger = self._desk.hands.messenger
        return act if messenger is None else await Delivery(self._desk, messenger).looked_at(act)

    async def _to_lane(self, run: Run, act: Act, name: str) -> Act:
        desk, settings, messenger = self._desk, self._desk.hands.settings(), self._desk.hands.messenger
        lane, card = settings.lanes.get(name), desk.cards().get(run.key)
        if lane is None:
            raise ValueError(f"{name} is no lane: it is one of {', '.join(settings.lanes)}; nothing was done")
        if card is not None and (why := too_risky(lane, card.risk_level, card.risk_rules)):
            raise ValueError(f"{why}; nothing was done")
        model = lane.route(run.agent).model
        if model is None:
            raise ValueError(
                f"the lane {name} names no model for {run.agent}: see lanes.{name}.agents; nothing was done"
            )
        clients = await clients_of(desk, run)
        if not clients.gone:
            how = "it works" if clients.pids else "nobody can tell whether it still works"
            raise ValueError(f"{how}: stop it first (`headgate stop`), then escalate it; nothing was done")
        facts = {**act.facts, "lane": name, "model": model}
        way = messenger.way_back(run, model) if messenger is not None else "this core cannot take sessions up"
        if messenger is None or isinstance(way, str):
            act = replace(act, facts={**facts, "lossy": f"{self._successors.lossy(run)}, because {way}"})
            return await self._successors.fresh(run, act, name)
        begun = replace(act, facts={**facts, "from": str(messenger.written(run))})
        prompt = (
            f"You go on under {model} (lane {name}), because: {act.reason}. Look at where the task stands, and go on."
        )
        return await Delivery(desk, messenger).resumed(run, begun, prompted(act.id, prompt), model)

    async def _to_reviewer(self, run: Run, act: Act, agent: str) -> Act:
        return await self._successors.reviewer(run, act, agent)

    async def _of_successor(self, act: Act) -> Act:
        """See how the run that was started for an escalation goes."""
        now, started = self._desk.clock(), self._desk.acts().by_id.get(act.facts["started"])
        if started is None:
            return act
        if started.state == "failed":
            return replace(act, state="failed", text=f"not escalated: {started.text}", ended=now)
        if started.state != "confirmed":
            return act
        if "reviewer" not in act.facts:
            text = f"{act.facts['lossy']}: run {started.run} took it over in {started.facts.get('worktree', '')}"
            facts = {**act.facts, "run": started.run}
            return replace(act, state="confirmed", text=text, facts=facts, steps=_confirmed(act, now), ended=now)
        run, messenger = self._desk.fleet().runs.get(started.run), self._desk.hands.messenger
        if run is None or messenger is None or run.turn.open or run.turn.end is None:
            return act
        advice = advice_in(await messenger.last_said(run))
        who = act.facts["reviewer"]
        told = (
            f"{who} claims {len(advice)} findings"
            if advice is not None
            else f"{who} kept to no form: read run {run.key}"
        )
        facts = {**act.facts, "run": run.key, "reviewer_log": run.log or "", "advice": kept(advice or ())}
        return replace(act, state="confirmed", text=told, facts=facts, steps=_confirmed(act, now), ended=now)


def _confirmed(act: Act, now: float) -> tuple[Step, ...]:
    return (*act.steps[:-1], replace(act.steps[-1], confirmed=now))
