"""Delivers words to a run's model and looks how far they came: what a correction and an escalation have in common.

Everything that is known of a delivery stands in its act: the `way` that it took, how far the run's log was written when
it was asked (`from`), when a hook handed it out (`handed`), the process that took the session up (`pid`, `start`).
"""

import asyncio
from dataclasses import dataclass, replace

from state.control.act import Act, Step
from state.control.corrections import BY_HOOK, mark_of
from state.control.desk import Desk
from state.control.messenger import Messenger
from state.runs.run import Run

WAIT_SECONDS = 10.0
"""How long an order waits to see that what was pasted or prompted reached the model."""
OVER_SECONDS = 24 * 3600.0
"""After a day words that nothing took are taken back: what they were about is over."""
_PAUSE = 0.25


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients of a run that live. `gone`: it is certain that none does; else an empty tuple only says: unknown."""

    pids: tuple[int, ...] = ()
    gone: bool = False


async def clients_of(desk: Desk, run: Run) -> Clients:
    """Say which processes are the run's clients, or that none lives."""
    if desk.hands.processes is not None:
        labels = [act.facts["label"] for act in desk.acts().of(run.key) if "label" in act.facts]
        crew = await desk.hands.processes.crew(run, labels[-1] if labels else None)
        if crew.doubt:
            return Clients()
        return Clients(tuple(one.pid for one in crew.members if one.own), not crew.members)
    process = run.process
    if process is None or not process.sure:
        return Clients()
    return Clients((process.pid,)) if process.alive else Clients(gone=True)


class Delivery:
    """Words of one human on their way to one run's model."""

    def __init__(self, desk: Desk, messenger: Messenger) -> None:
        self._desk, self._messenger = desk, messenger

    def begun(self, act: Act, way: str, what: str, text: str) -> Act:
        """Give an act whose next step is requested; it is recorded before the step is done."""
        step = Step(what, self._desk.clock())
        return replace(act, steps=(*act.steps, step), facts={**act.facts, "way": way}, text=text)

    async def resumed(self, run: Run, act: Act, prompt: str, model: str | None = None) -> Act:
        """Take the run's session up with a prompt, under another model if one is named."""
        under = f" under {model}" if model else ""
        asked = self.begun(act, "resume", f"resume with a prompt{under}", f"its session is taken up{under}")
        await self._desk.record(asked)
        begun = await self._messenger.resume(run, act.id, prompt, model)
        if isinstance(begun, str):
            return await self.given_up(asked, f"not sent: {begun}")
        facts = {"pid": str(begun.pid), "start": str(begun.start), "log": begun.log, "command": begun.command}
        lossy = {"lossy": begun.lossy} if begun.lossy else {}
        told = (f"{begun.lossy}; " if begun.lossy else "") + f"process {begun.pid} took the session up{under}"
        going = confirmed(asked, self._desk.clock(), told)
        return await self.awaited(replace(going, facts={**going.facts, **facts, **lossy}, text=told))

    async def given_up(self, act: Act, text: str) -> Act:
        """Record that it failed, and why."""
        over = replace(act, state="failed", text=text, ended=self._desk.clock())
        await self._desk.record(over)
        return over

    async def awaited(self, act: Act) -> Act:
        """Wait a little for the model to be given it, so that whoever asked hears of it at once."""
        await self._desk.record(act)
        until = asyncio.get_running_loop().time() + WAIT_SECONDS
        seen = act
        while seen.state == "under_way" and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(_PAUSE)
            seen = await self.looked_at(act)
        if seen != act:
            await self._desk.record(seen)
        return seen

    async def looked_at(self, act: Act) -> Act:
        """Give an act as it stands by now."""
        messenger = self._messenger
        run, now = self._desk.fleet().runs.get(act.run), self._desk.clock()
        if run is None:
            return act
        if act.facts.get("way") == BY_HOOK and "handed" not in act.facts:
            handed = messenger.handed(act.id)
            if handed is None:
                return act if now - act.at < OVER_SECONDS else _over(act, now, "taken back: it made no call for a day")
            act = confirmed(act, handed, "its hook handed it out with a tool call")
            act = replace(act, facts={**act.facts, "handed": f"{handed:.3f}"}, text="its hook handed it out")
        at = await messenger.reached(run, mark_of(act.id), int(act.facts.get("from", "0")))
        if at is not None:
            return _reached(act, at, now)
        if "pid" in act.facts and not messenger.lives(int(act.facts["pid"]), int(act.facts["start"])):
            said = messenger.last_words(act.facts["log"])
            return _over(act, now, f"not sent: the client ended before the model was given it: {said}")
        return (
            act if now - act.at < OVER_SECONDS else _over(act, now, "its log never showed that the model was given it")
        )


def confirmed(act: Act, at: float, text: str) -> Act:
    """Give an act whose last step was observed."""
    last = replace(act.steps[-1], confirmed=at, text=text)
    return replace(act, steps=(*act.steps[:-1], last))


def _reached(act: Act, at: float, now: float) -> Act:
    asked = act.steps[-1].confirmed or act.at
    step = Step("reach the model", asked, max(at, asked), "its log has the record")
    text = f"it reached the model {max(at - act.at, 0.0):.0f} s after it was asked"
    return replace(act, state="confirmed", text=text, steps=(*act.steps, step), ended=now)


def _over(act: Act, now: float, text: str) -> Act:
    return replace(act, state="failed", text=text, ended=now)
