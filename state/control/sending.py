"""Corrects a run: a human's words, by the first way that provably reaches its model, and when they did.

The ways, in this order: pasted into the pane in which its client provably is; given as the prompt of a resume, where
no process of it lives; left for its hook, which hands them out with the next tool call. No way ever answers a dialog: a
run that waits for leave is not written to, because the words might be taken for the answer.
"""

from collections.abc import Sequence
from dataclasses import replace

from state.control.act import Act
from state.control.corrections import BY_HOOK, mark_of, prompted, worded
from state.control.delivery import Clients, Delivery, clients_of, confirmed
from state.control.desk import Desk
from state.control.messenger import Messenger, Pane
from state.runs.event import Event
from state.runs.run import Run
from state.runs.status import may_show_dialog
from state.spool import Order, account
from state.text import clean


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
        clients = await clients_of(desk, run)
        self._see_that_it_asks_nothing(run, clients)
        by = clean(order.words.get("by", "").strip(), 120) or account()
        act = Act(order.id, run.key, "send", by, desk.clock(), text, facts={"from": str(messenger.written(run))})
        self._in_hand.add(act.id)
        try:
            return await self._sent(run, messenger, act, clients)
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
            seen = await Delivery(self._desk, messenger).looked_at(act)
            if seen != act:
                await self._desk.record(seen)

    def _see_that_it_asks_nothing(self, run: Run, clients: Clients) -> None:
        card = self._desk.cards().get(run.key)
        # A change that waits to be merged is no dialog of the run's.
        gated = card is not None and card.next_request is not None and card.next_gate not in ("merge", "release")
        waits = run.process is not None and run.process.status == "waiting"
        # Where no client lives there is no dialog, and what it asked last is answered by these words.
        asks = not clients.gone and (bool(run.asks) or waits or (card is not None and card.state == "waiting"))
        if gated or asks:
            raise ValueError(
                "it waits for leave, and a correction must not answer a dialog: answer it first; nothing was sent"
            )

    async def _sent(self, run: Run, messenger: Messenger, act: Act, clients: Clients) -> Act:
        if clients.pids and not may_show_dialog(run):
            pane = await messenger.pane_of(run, clients.pids)
            if pane is not None:
                return await self._pasted(run, messenger, act, pane)
        why = ""
        if clients.gone:
            way = messenger.way_back(run)
            if not isinstance(way, str):
                return await Delivery(self._desk, messenger).resumed(run, act, prompted(act.id, act.reason))
            why = way
        return await self._left(run, messenger, act, why)

    async def _pasted(self, run: Run, messenger: Messenger, act: Act, pane: Pane) -> Act:
        delivery = Delivery(self._desk, messenger)
        asked = delivery.begun(act, "pane", f"paste into tmux pane {pane.id}", "pasted into its pane")
        await self._desk.record(asked)
        why = await messenger.paste(run, pane, act.reason, mark_of(act.id))
        if why:
            return await delivery.given_up(asked, f"not sent: {why}")
        typed = confirmed(asked, self._desk.clock(), f"Enter was pressed in tmux pane {pane.id}")
        return await delivery.awaited(replace(typed, text="pasted into its pane; the model has not been given it yet"))

    async def _left(self, run: Run, messenger: Messenger, act: Act, why: str) -> Act:
        if messenger.hooked(run.agent):
            told = "queued: its hook hands it out with its next tool call"
        else:
            told = "queued: it reaches the model at a tool call once the hook is installed: see `headgate init`"
        left = Delivery(self._desk, messenger).begun(
            act, BY_HOOK, "leave for its hook", f"{told}; {why}" if why else told
        )
        await self._desk.record(left)
        return left
