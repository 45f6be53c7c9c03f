"""The release gate: keeps in sight what was merged, asks which lasting thing came of it, and links defects to it.

What Headgate finds by itself, such as a `git revert`, is a candidate until a human says that it is a defect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from state.control.act import Act
from state.control.desk import Desk
from state.evidence.review import Reviewed
from state.ledger.entry import Draft
from state.release.item import ARTEFACTS, Item, ItemKind, ItemState
from state.release.merged import MergedRun, artefact_of, item_id, items_of, merged_runs, named, request_id, request_of
from state.release.reverts import Revert
from state.runs.event import Event
from state.runs.run import RunKey
from state.spool import Order, account
from state.text import clean

NEXT: Mapping[tuple[ItemKind, ItemState], tuple[ItemState, ...]] = {
    **{(kind, "open"): ("done", "refused") for kind in ("rollout", "rollback", "follow_up")},
    **{(kind, state): ("open",) for kind in ("rollout", "rollback", "follow_up") for state in ("done", "refused")},
    ("defect", "candidate"): ("confirmed", "refused"),
    ("defect", "confirmed"): ("done", "refused"),
    ("defect", "refused"): ("confirmed",),
    ("defect", "done"): ("confirmed",),
}
"""What a human can say of an item, by what it is and how it stands."""


class Watching:
    """The duty of what comes after a merge. All that it knows stands in acts, requests and items."""

    verbs = frozenset({"item", "artefact", "defect"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def carry_out(self, order: Order) -> Act:
        """Take a human's word on what was merged. Raises `ValueError` with the sentence why not."""
        match order.verb:
            case "item" if order.words.get("id"):
                return await self._said(order)
            case "item":
                return await self._noted(order, "follow_up", "open")
            case "artefact":
                return await self._artefact(order)
            case _:
                return await self._noted(order, "defect", "confirmed")

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: each look asks what is known."""

    async def look(self) -> None:
        """See what was merged since, what was answered, and what was taken back."""
        merged, desk = tuple(merged_runs(self._desk.acts())), self._desk
        known, requests = desk.review().items, desk.book().requests
        new = [item for one in merged for item in items_of(one, desk.review()) if item.id not in known]
        for one in merged:
            request = requests.get(request_id(one.commit))
            if request is None:
                await desk.ask(request_of(one, desk.review()))
            elif (item := artefact_of(request, one)) is not None and item.id not in known:
                new.append(item)
        new += [item for item in await self._taken_back(merged) if item.id not in known]
        if new:
            await desk.keep(Reviewed(items=tuple({item.id: item for item in new}.values())))

    async def _taken_back(self, merged: Sequence[MergedRun]) -> list[Item]:
        reverts = self._desk.hands.reverts
        if reverts is None:
            return []
        runs, found = {one.commit: one.run for one in merged}, list[Revert]()
        for target, some in groupby(sorted(merged, key=lambda one: one.target), lambda one: one.target):
            found += await reverts.of(target, [one.commit for one in some])
        return [_candidate(one, runs[one.merge]) for one in found]

    async def _said(self, order: Order) -> Act:
        """Note how a human says that an item stands."""
        words, item = order.words, self._desk.review().items.get(order.words["id"])
        if item is None:
            raise ValueError(f"there is no item {clean(words['id'], 40)}; nothing was recorded")
        state = next((one for one in NEXT.get((item.kind, item.state), ()) if one == words.get("state")), None)
        if state is None:
            could = " or ".join(NEXT.get((item.kind, item.state), ())) or "nothing else"
            raise ValueError(f"this {item.kind} is {item.state} and can become {could}; nothing was recorded")
        remark = clean(words.get("text", "").strip(), 400)
        return await self._kept(order, replace(item, state=state, by=_by(order), at=self._desk.clock()), remark)

    async def _noted(self, order: Order, kind: ItemKind, state: ItemState) -> Act:
        """Keep a defect or something to follow up that a human names."""
        merged, text = self._merged(order), clean(order.words.get("text", "").strip(), 400)
        revert = clean(order.words.get("revert", "").strip(), 64)
        if not text and not revert:
            raise ValueError("say what it is with a text; nothing was recorded")
        name = item_id(merged.commit, kind, order.id)
        told = text or f"taken back by {revert[:12]}"
        item = Item(
            name, merged.run, merged.commit, kind, told, state, _by(order), self._desk.clock(), revert or "human"
        )
        return await self._kept(order, item)

    async def _artefact(self, order: Order) -> Act:
        """Keep which lasting thing came of a merge, and close the question."""
        merged, said = self._merged(order), order.words.get("kind", "").strip()
        kind, why = named(said), clean(order.words.get("why", "").strip(), 400)
        if kind is None:
            raise ValueError(f"{clean(said, 40) or 'nothing'} is no lasting thing: it is one of {', '.join(ARTEFACTS)}")
        if kind == "none" and not why:
            raise ValueError("say why nothing lasting came of it; nothing was recorded")
        text = f"{kind}: {why}" if why else kind
        name = item_id(merged.commit, "artefact", order.id)
        item = Item(name, merged.run, merged.commit, "artefact", text, "done", _by(order), self._desk.clock(), "human")
        act = await self._kept(order, item)
        request = self._desk.book().requests.get(request_id(merged.commit))
        if request is not None and request.state == "open":
            await self._desk.ask(replace(request, state="moot"))
        return act

    def _merged(self, order: Order) -> MergedRun:
        """Find the merge that an order is about: the one named, else the run's last."""
        run, commit = self._desk.run(order.words.get("run", "")).key, order.words.get("merge", "")
        found = [one for one in merged_runs(self._desk.acts()) if one.run == run and one.commit.startswith(commit)]
        if not found:
            raise ValueError(f"run {run} was not merged here{' as ' + clean(commit, 40) if commit else ''}")
        return found[-1]

    async def _kept(self, order: Order, item: Item, remark: str = "") -> Act:
        """Write an item with the human's own words beside it; the same order twice stands once."""
        told = f"{item.kind} is {item.state}: {item.text}"
        body = {"order": order.id, "item": item.id, "what": item.kind, "state": item.state, "text": item.text}
        body |= {"commit": item.merge, "remark": remark, "via": clean(order.words.get("via", ""), 60)}
        draft = Draft("human", item.by, "release", item.at, item.run, body, f"release {order.id}")
        await self._desk.keep(Reviewed(items=(item,), drafts=(draft,)))
        # What is said after a merge is no act on a run: this one is the answer alone, and is not recorded.
        return Act(order.id, RunKey(item.run), "merge", item.by, item.at, remark, "confirmed", told)


def _by(order: Order) -> str:
    return clean(order.words.get("by", "").strip(), 120) or account()


def _candidate(one: Revert, run: str) -> Item:
    what = "it" if one.reverted == one.merge else f"{one.reverted[:12]} of it"
    text = f"{one.commit[:12]} took {what} back: {clean(one.subject, 200)}"
    name = item_id(one.merge, "defect", one.commit)
    return Item(name, run, one.merge, "defect", text, "candidate", "", one.at, one.commit)
