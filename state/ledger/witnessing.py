"""The duty that leaves checkpoints of the ledger with a remote: when a human orders it, or as the settings say.

Without a checkpoint elsewhere nobody can tell that the end of a ledger was cut or that all of it was made anew. But a
push tells the remote that somebody decided something here and when, so it is never done unasked.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from state.control.act import Act, Step
from state.control.desk import Desk
from state.evidence.review import Reviewed
from state.ledger.checkpoint import Checkpoint, Witness
from state.ledger.entry import TOOL, Draft
from state.runs.event import Event
from state.runs.run import RunKey
from state.spool import Order, account
from state.text import clean

USUAL = "origin"
PAUSE_SECONDS = 15 * 60.0
"""How long it waits between two checkpoints that nobody ordered, also after one that failed."""


class Witnessing:
    """Carries out `checkpoint`."""

    verbs = frozenset({"checkpoint"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._task: asyncio.Task[None] | None = None
        self._next = 0.0
        self._held = 0

    async def carry_out(self, order: Order) -> Act:
        """Push the ledger's head to a remote. Raises `ValueError` where there is nothing to push or no way."""
        desk, words = self._desk, order.words
        before = desk.acts().by_id.get(order.id)
        if before is not None and before.state != "under_way":
            return before
        witness = self._witness()
        remote = words.get("remote", "") or desk.hands.settings().witness or USUAL
        by, now = clean(words.get("by", "").strip(), 120) or account(), desk.clock()
        step = Step(f"push to {clean(remote, 200)}", now)
        act = before or Act(order.id, RunKey(""), "checkpoint", by, now, text=f"{step.what} …", steps=(step,))
        await desk.record(act)
        act = self._ended(act, await self._pushed(witness, remote))
        await desk.record(act)
        return act

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: no log tells of the ledger."""

    async def look(self) -> None:
        """Push by itself where the settings name a remote, in the background and not often."""
        if self._task is not None and self._task.done():
            done, self._task = self._task, None
            done.result()
        remote = self._desk.hands.settings().witness
        if remote and self._task is None and self._desk.clock() >= self._next:
            self._next = self._desk.clock() + PAUSE_SECONDS
            self._task = asyncio.create_task(self._by_itself(remote))

    async def _by_itself(self, remote: str) -> None:
        head = await self._desk.ledger(None)
        # The entry about the last push is no reason for the next one.
        if self._desk.hands.witness is None or head is None or head.seq <= self._held + 1:
            return
        found = await self._pushed(self._witness(), remote)
        body: dict[str, object] = {"remote": clean(remote, 200)}
        if isinstance(found, str):
            draft = Draft("tool", TOOL, "checkpoint_failed", self._desk.clock(), body={**body, "why": found}, news=True)
        else:
            self._held = found.seq
            told = {**body, "seq": found.seq, "hash": found.hash, "commit": found.commit}
            draft = Draft("tool", TOOL, "checkpoint", self._desk.clock(), body=told)
        await self._desk.keep(Reviewed(drafts=(draft,)))

    async def _pushed(self, witness: Witness, remote: str) -> Checkpoint | str:
        head = await self._desk.ledger(None)
        if head is None:
            return "nothing is recorded yet"
        return await witness.push(remote, Checkpoint(head.seq, head.hash, self._desk.clock()))

    def _witness(self) -> Witness:
        if self._desk.hands.witness is None:
            raise ValueError("this core has no way to a remote; nothing was pushed")
        return self._desk.hands.witness

    def _ended(self, act: Act, found: Checkpoint | str) -> Act:
        now = self._desk.clock()
        if isinstance(found, str):
            return replace(act, state="failed", text=f"not pushed: {found}", ended=now)
        text = f"entry {found.seq} is held by {clean(found.remote, 200)} in commit {found.commit[:12]}"
        facts = {"remote": clean(found.remote, 200), "seq": str(found.seq), "hash": found.hash, "commit": found.commit}
        steps = (*act.steps[:-1], replace(act.steps[-1], confirmed=now, text=text))
        return replace(act, state="confirmed", text=text, facts=facts, steps=steps, ended=now)
