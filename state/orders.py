"""Carry out what boards and verbs asked for, and leave the answers.

An order leaves the inbox only with its answer, so that a core which is killed in between does it again: each is such
that twice is as good as once.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

from state.approval.approving import Approving
from state.controls import Controls
from state.gatekeeper import Gatekeeper
from state.spool import Order, Spool, hang_bell, hush
from state.survey import Survey
from state.tally import Tally
from state.text import clean
from state.told_spool import tell_bell

FORGOTTEN_SECONDS = 48 * 3600.0
"""How long an answer lies that nobody came for: twice as long as that to a hard stop may be waited for
(`state.gate_answers.HELD_SECONDS`); who gave an order waits for minutes."""
SWEPT_SECONDS = 3600.0
"""How often those answers are looked for, while orders come."""
AGAIN_SECONDS = 1.0


class Orders:
    """The inbox of one core."""

    def __init__(
        self,
        spool: Spool,
        survey: Survey,
        tally: Tally,
        look_at_prices: Callable[[], Awaitable[None]],
        assign: Callable[[Order], Awaitable[str]],
        gates: Gatekeeper,
        controls: Controls,
        read: Callable[[str], None] = lambda run: None,
    ) -> None:
        self._spool, self._survey, self._tally = spool, survey, tally
        self._look_at_prices, self._assign, self._read = look_at_prices, assign, read
        self._gates, self._controls = gates, controls
        self._approving = Approving(controls.desk)
        self._in_hand: set[str] = set()
        self._swept = 0.0
        self._bell: int | None = None

    def hang_bell(self) -> None:
        """Say to boards and verbs that a core is at work, from now until `drop_bell`."""
        self._bell = hang_bell(self._spool.bell_file)
        tell_bell(self._spool.bell_file, self._spool.folder)

    def drop_bell(self) -> None:
        """Take the bell down."""
        if self._bell is not None:
            os.close(self._bell)
            self._bell = None
            self._spool.bell_file.unlink(missing_ok=True)

    async def listen(self) -> None:
        """Carry out what waits at each ring, for ever; what waited before the bell hung comes first."""
        loop, rung = asyncio.get_running_loop(), asyncio.Event()
        bell = self._bell
        if bell is None:
            raise RuntimeError("the bell must hang before anyone listens to it")
        loop.add_reader(bell, rung.set)
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    for order in list(self._spool.orders()):
                        if order.id not in self._in_hand:
                            self._in_hand.add(order.id)
                            tasks.create_task(self._served(order))
                    await rung.wait()
                    rung.clear()
                    hush(bell)
                    self._gates.stir()
        finally:
            loop.remove_reader(bell)

    async def carry_out(self) -> None:
        """Carry out every order that waits now."""
        for order in list(self._spool.orders()):
            await self._serve(order)

    async def _served(self, order: Order) -> None:
        """Carry out an order; where its answer finds no room, it is left as soon as there is some."""
        answer = await self._done(order)
        while True:
            try:
                self._leave(order, answer)
                return
            except OSError:  # the boards see for themselves that the disk is full, or not to be written
                await asyncio.sleep(AGAIN_SECONDS)

    async def _serve(self, order: Order) -> None:
        self._leave(order, await self._done(order))

    def _leave(self, order: Order, answer: dict[str, Any]) -> None:
        if order.verb == "attended" and "error" not in answer:
            # No board waits for this answer, and one every half minute would fill the directory.
            self._spool.withdraw(order)
        else:
            self._spool.answer(order, answer)
        self._in_hand.discard(order.id)
        if order.at is not None and order.at - self._swept >= SWEPT_SECONDS:
            self._swept = order.at
            self._spool.forget_answers(order.at - FORGOTTEN_SECONDS)

    async def _done(self, order: Order) -> dict[str, Any]:
        try:
            return await self._carried_out(order)
        except OSError as error:
            where = clean(str(error.filename or "a file"), 400)
            return {"error": f"not carried out to its end: {where}: {error.strerror or error}; see to it, ask again"}

    async def _carried_out(self, order: Order) -> dict[str, Any]:
        match order.verb:
            case "refresh":
                await self._survey.relist()
                self._survey.stir_all()
                await self._look_at_prices()
                return {"text": "git is asked about every worktree"}
            case "look":
                self._survey.stir([order.words.get("worktree", "")])
                return {"text": "git is asked about this worktree"}
            case "read":
                self._read(order.words.get("run", ""))
                return {"text": "what was only skimmed of it is read"}
            case "assign":
                try:
                    return {"text": await self._assign(order)}
                except ValueError as refused:
                    return {"error": str(refused)}
            case "decide" | "approve" | "deny" | "escalate" | "freeze" | "thaw" | "state" | "refused":
                try:
                    return {"text": await self._gated(order)}
                except ValueError as refused:
                    return {"error": str(refused)}
            case "settle":
                await self._tally.settled.wait()
                await self._survey.finish()
                await self._look_at_prices()
                return {"text": "settled", **self._tally.figures()}
            case verb if self._controls.knows(verb):
                try:
                    act = await self._controls.carry_out(order)
                except ValueError as refused:
                    return {"error": str(refused)}
                return {"text": act.text, "act": act.id, "state": act.state}
            case _:
                return {"error": f"this core knows no order {order.verb!r}: it is older than the board that sent it"}

    async def _gated(self, order: Order) -> str:
        """Carry out what a human decided at a gate. Raises `ValueError` with the sentence why not."""
        match order.verb:
            case "freeze" | "thaw":
                return await self._gates.freeze(order, frozen=order.verb == "freeze")
            case "refused":
                return await self._gates.note_refused(order, self._approving)
            case "state":
                return await self._gates.state(order, self._approving)
            case "decide":
                return await self._gates.decide(order, self._approving)
            case answer:
                given = Order(order.id, answer, {**order.words, "answer": answer})
                return await self._gates.decide(given, self._approving)
