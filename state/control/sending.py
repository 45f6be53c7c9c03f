"""Corrects a run: a human's words, by the first way that provably reaches its model, and when they did.

The ways, in this order: pasted into the pane in which its client provably is; given as the prompt of a resume, where
no process of it lives; left for its hook, which hands them out with the next tool call. No way ever answers a dialog: a
run that waits for leave is not written to, because the words might be taken for the answer.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from state.control.act import Act, Step
from state.control.corrections import BY_HOOK, mark_of, prompted, worded
from state.control.desk import Desk
from state.control.messenger import Messenger, Pane
from state.runs.event import Event
from state.runs.run import Run
from state.runs.status import may_show_dialog
from state.spool import Order, account
from state.text import clean

WAIT_SECONDS = 10.0
"""How long an order waits to see that what was pasted or prompted reached the model."""
OVER_SECONDS = 24 * 3600.0
"""After a day a correction that nothing took is taken back: what it was about is over."""
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


class Sending:
    """The duty of corrections. Everything that it knows of one stands in its act."""

    verbs = frozenset({"send"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._in_hand: set[str] = set()
        """The acts that are being carried out: whoever does that looks at them too."""

    async def carry_out(self, order: Order) -> Act:
        """Send a correction by the first way that is open. Raises `ValueError` with the sentence why none was tried."""
        desk = self._desk
        if (before := desk.acts().by_id.get(order.id)) is not None:
            return before
        run, text = desk.run(order.words.get("run", "")), worded(order.words.get("text", ""))
        messenger = desk.hands.messenger
        if messenger is None:
            raise ValueError("this core has no way to write to runs; nothing was sent")
        self._see_that_it_asks_nothing(run)
        by = clean(order.words.get("by", "").strip(), 120) or account()
        act = Act(order.id, run.key, "send", by, desk.clock(), text, facts={"from": str(messenger.written(run))})
        self._in_hand.add(act.id)
        try:
            return await self._sent(run, messenger, act)
        finally:
            self._in_hand.discard(act.id)

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: whether a correction reached the model is looked for in the log itself, by its mark."""

    async def look(self) -> None:
        """See which corrections were handed out and which reached the model."""
        messenger = self._desk.hands.messenger
        if messenger is None:
            return
        for act in [one for one in self._desk.acts().under_way() if one.kind == "send"]:
            if act.id in self._in_hand:
                continue
            seen = await self._looked_at(act, messenger)
            if seen != act:
                await self._desk.record(seen)

    def _see_that_it_asks_nothing(self, run: Run) -> None:
        card = self._desk.cards().get(run.key)
        asks = run.asks or (card is not None and (card.state == "waiting" or card.next_request is not None))
        if asks or (run.process is not None and run.process.status == "waiting"):
            raise ValueError(
                "it waits for leave, and a correction must not answer a dialog: answer it first; nothing was sent"
            )

    async def _sent(self, run: Run, messenger: Messenger, act: Act) -> Act:
        clients = await clients_of(self._desk, run)
        if clients.pids and not may_show_dialog(run):
            pane = await messenger.pane_of(run, clients.pids)
            if pane is not None:
                return await self._pasted(run, messenger, act, pane)
        why = ""
        if clients.gone:
            way = messenger.way_back(run)
            if not isinstance(way, str):
                return await self._resumed(run, messenger, act)
            why = way
        return await self._left(run, messenger, act, why)

    async def _pasted(self, run: Run, messenger: Messenger, act: Act, pane: Pane) -> Act:
        asked = self._begun(act, "pane", f"paste into tmux pane {pane.id}", "pasted into its pane")
        await self._desk.record(asked)
        why = await messenger.paste(run, pane, act.reason, mark_of(act.id))
        if why:
            return await self._given_up(asked, f"not sent: {why}")
        typed = _confirmed(asked, self._desk.clock(), f"Enter was pressed in tmux pane {pane.id}")
        return await self._awaited(replace(typed, text="pasted into its pane; the model has not been given it yet"))

    async def _resumed(self, run: Run, messenger: Messenger, act: Act) -> Act:
        asked = self._begun(act, "resume", "resume with it as a prompt", "its session is taken up with it")
        await self._desk.record(asked)
        begun = await messenger.resume(run, act.id, prompted(act.id, act.reason))
        if isinstance(begun, str):
            return await self._given_up(asked, f"not sent: {begun}")
        facts = {"pid": str(begun.pid), "start": str(begun.start), "log": begun.log, "command": begun.command}
        lossy = {"lossy": begun.lossy} if begun.lossy else {}
        told = f"process {begun.pid} took the session up" + (f"; {begun.lossy}" if begun.lossy else "")
        going = _confirmed(asked, self._desk.clock(), told)
        return await self._awaited(replace(going, facts={**going.facts, **facts, **lossy}, text=told))

    async def _left(self, run: Run, messenger: Messenger, act: Act, why: str) -> Act:
        if messenger.hooked(run.agent):
            told = "queued: its hook hands it out with its next tool call"
        else:
            told = "queued: it reaches the model at the next tool call once the hook is installed, see `headgate init`"
        left = self._begun(act, BY_HOOK, "leave for its hook", f"{told}; {why}" if why else told)
        await self._desk.record(left)
        return left

    def _begun(self, act: Act, way: str, what: str, text: str) -> Act:
        step = Step(what, self._desk.clock())
        return replace(act, steps=(*act.steps, step), facts={**act.facts, "way": way}, text=text)

    async def _given_up(self, act: Act, text: str) -> Act:
        over = replace(act, state="failed", text=text, ended=self._desk.clock())
        await self._desk.record(over)
        return over

    async def _awaited(self, act: Act) -> Act:
        """Wait a little for the model to be given it, so that whoever asked hears of it at once."""
        messenger = self._desk.hands.messenger
        await self._desk.record(act)
        until = asyncio.get_running_loop().time() + WAIT_SECONDS
        seen = act
        while seen.state == "under_way" and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(_PAUSE)
            seen = await self._looked_at(act, messenger) if messenger else act
        if seen != act:
            await self._desk.record(seen)
        return seen

    async def _looked_at(self, act: Act, messenger: Messenger) -> Act:
        """Give an act as it stands by now."""
        run, now = self._desk.fleet().runs.get(act.run), self._desk.clock()
        if run is None:
            return act
        if act.facts.get("way") == BY_HOOK and "handed" not in act.facts:
            handed = messenger.handed(act.id)
            if handed is None:
                return act if now - act.at < OVER_SECONDS else _over(act, now, "taken back: it made no call for a day")
            act = _confirmed(act, handed, "its hook handed it out with a tool call")
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


def _confirmed(act: Act, at: float, text: str) -> Act:
    last = replace(act.steps[-1], confirmed=at, text=text)
    return replace(act, steps=(*act.steps[:-1], last))


def _reached(act: Act, at: float, now: float) -> Act:
    asked = act.steps[-1].confirmed or act.at
    step = Step("reach the model", asked, max(at, asked), "its log has the record")
    text = f"it reached the model {max(at - act.at, 0.0):.0f} s after it was asked"
    return replace(act, state="confirmed", text=text, steps=(*act.steps, step), ended=now)


def _over(act: Act, now: float, text: str) -> Act:
    return replace(act, state="failed", text=text, ended=now)
