"""Escalation to a person: told at once, reminded at half time, overdue from the deadline on, until a human answers."""

import time
from dataclasses import replace
from datetime import datetime

from state.contract import instant
from state.control.act import Act, Step
from state.control.desk import Desk
from state.control.escalated import TAKEN_BACK
from state.control.hands import TOLD
from state.runs.run import Run
from state.settings import Person
from state.text import clean

_REMIND, _OVERDUE = "remind", "overdue"


class Persons:
    """Calls people by the settings' commands, and watches the time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def told(self, run: Run, act: Act, name: str) -> Act:
        """Tell a person of a run, and wait for them."""
        person, desk = self._person(name), self._desk
        deadline = act.at + person.deadline
        card = desk.cards().get(run.key)
        facts = {**act.facts, "person": name, "deadline": instant(deadline) or "", "owner": (card and card.owner) or ""}
        text = f"waits for {name} until {_clock(deadline)}: {act.reason}"
        asked = replace(act, facts=facts, text=text, steps=(Step(f"tell {name}", act.at),))
        await desk.record(asked)
        return await self._called(asked, f"{name}, please look at a run")

    async def answered(self, run: Run, by: str, answer: str) -> Act:
        """Take a human's word that the person who was waited for has answered. Raises `ValueError`."""
        act, now = self._waiting(run), self._desk.clock()
        text = f"answered, as {by} says: {answer or 'without a word'}"
        step = Step("be answered", act.at, now, text)
        over = replace(act, state="confirmed", text=text, steps=(*act.steps, step), ended=now)
        await self._desk.record(over)
        return over

    async def withdrawn(self, run: Run, by: str) -> Act:
        """Wait for nobody any more, because a human took the escalation back. Raises `ValueError`."""
        act, now = self._waiting(run), self._desk.clock()
        text = f"not answered: taken back by {by}, {act.facts['person']} is waited for no more"
        steps = (*act.steps, Step("be taken back", now, now, text))
        facts = {**act.facts, TAKEN_BACK: f"{now:.0f}"}
        over = replace(act, state="failed", text=text, facts=facts, steps=steps, ended=now)
        await self._desk.record(over)
        return over

    def _waiting(self, run: Run) -> Act:
        """Give the newest escalation on which somebody is waited for. Raises `ValueError`."""
        waiting = [one for one in self._desk.acts().of(run.key) if "person" in one.facts and one.state == "under_way"]
        if not waiting:
            raise ValueError("nobody is waited for on this run; nothing was done")
        return waiting[-1]

    async def looked_at(self, act: Act) -> Act:
        """Give an act as it stands by now: reminded once, and overdue once."""
        now, deadline, name = (
            self._desk.clock(),
            datetime.fromisoformat(act.facts["deadline"]).timestamp(),
            act.facts["person"],
        )
        if now >= deadline and _OVERDUE not in act.facts:
            text = f"{name} has not answered since {_clock(deadline)}: {act.reason}"
            late = replace(act, facts={**act.facts, _OVERDUE: f"{deadline:.0f}"}, text=text)
            return await self._called(_next(late, "say that it is overdue", now), f"overdue for {name}")
        if now >= (act.at + deadline) / 2 and _REMIND not in act.facts and _OVERDUE not in act.facts:
            reminded = replace(act, facts={**act.facts, _REMIND: f"{now:.0f}"}, text=f"{act.text} (reminded)")
            return await self._called(_next(reminded, f"remind {name}", now), f"{name}, a run still waits for you")
        return act

    async def _called(self, act: Act, title: str) -> Act:
        """Record the call before it is made, so that nobody is called twice for one thing."""
        await self._desk.record(act)
        notify = self._desk.hands.notify
        if notify is None:
            return act
        run = self._desk.fleet().runs.get(act.run)
        what = clean((run and (run.title or run.prompt)) or act.run, 200)
        said = await notify.tell(
            f"Headgate: {title}", f"{what} ({act.run}): {act.text}", self._person(act.facts["person"]).notify
        )
        seen = self._desk.clock() if said.startswith(TOLD) else None
        done = replace(act.steps[-1], confirmed=seen, text=said)
        called = replace(act, steps=(*act.steps[:-1], done))
        await self._desk.record(called)
        return called

    def _person(self, name: str) -> Person:
        """Give a person as the settings know them; where they know nobody, anyone may be named. Raises `ValueError`."""
        people = self._desk.hands.settings().people
        if people and name not in people:
            raise ValueError(f"the settings know no {clean(name, 60)}: {', '.join(sorted(people))}; nothing was done")
        return people.get(name) or Person(name)


def _next(act: Act, what: str, now: float) -> Act:
    return replace(act, steps=(*act.steps, Step(what, now)))


def _clock(at: float) -> str:
    return time.strftime("%d %b %H:%M", time.localtime(at))
