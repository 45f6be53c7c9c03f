"""The duty that gathers evidence: when it is ordered, and by itself once a run rests with commits of its own.

A package is made of the authority store's bytes and of what the logs tell. It is kept, and once it is complete the human
is asked to decide on it; the question on an older one of the same run needs no answer then. One is gathered at a time,
in the background, and a change is gathered by itself only where it stood the same at two looks.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from state.control.act import Act
from state.control.desk import Desk
from state.evidence.aging import stale
from state.evidence.asking import FILE
from state.evidence.building import Material, build
from state.evidence.history import LONGEST_WORDS, History
from state.evidence.package import Package
from state.evidence.proposal import Authority, Proposal
from state.evidence.requesting import is_asked, request_of
from state.evidence.review import Reviewed
from state.evidence.test_changes import CONFIGURED, Configured
from state.gates.book import Gated
from state.ledger.entry import Draft
from state.runs.card import Card
from state.runs.event import Event
from state.runs.run import Run, RunKey
from state.spool import Order, account
from state.text import clean

_MOST_CONFIGURED = 20
_RESTS = ("done", "idle")
_LOOKERS = ("planner", "mapper", "reviewer", "security", "watcher")
"""Roles that change nothing: what their branch holds is another run's change."""
Stand = tuple[str, str | None, int | None]
"""Where a change stands: its head, its fork from the base, and how far that moved on."""


class Gathering:
    """Carries out `evidence`."""

    verbs = frozenset({"evidence"})

    def __init__(self, desk: Desk) -> None:
        self._desk, self._turn = desk, asyncio.Lock()
        self._seen: dict[RunKey, Stand] = {}
        self._tried: dict[RunKey, Stand] = {}
        self._looked: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    async def carry_out(self, order: Order) -> Act:
        """Gather a run's evidence, or put what is incomplete up for review with a human's reason."""
        words = order.words
        run, by = self._desk.run(words.get("run", "")), clean(words.get("by", "").strip(), 120) or account()
        reason = clean(words.get("reason", "").strip(), 2000)
        forced = words.get("incomplete") == "yes"
        if forced and not reason:
            raise ValueError("say why with a reason: it goes into the ledger with the change; nothing was done")
        override = {"by": by, "reason": reason, "order": order.id} if forced else None
        package = await self.gather(run, override)
        lacks = ", ".join(package.lacking)
        text = f"evidence {package.sha[:12]} is {'complete' if package.complete else f'incomplete: {lacks} MISSING'}"
        facts = {"package": package.sha, "lacking": lacks}
        return Act(order.id, run.key, "evidence", by, self._desk.clock(), reason, "confirmed", text, facts=facts)

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: each look asks how the changes stand."""

    async def look(self) -> None:
        """Put up what is complete, take back what is stale, and gather the next change that rests."""
        if self._task is not None and self._task.done():
            done, self._task = self._task, None
            done.result()
        cards = self._desk.cards()
        for package in list(self._desk.review().packages.values()):
            await self._settle(package, cards.get(RunKey(package.run)))
        if self._task is None and (found := self._next(cards)) is not None:
            self._task = asyncio.create_task(self._by_itself(found))

    async def gather(self, run: Run, override: Mapping[str, str] | None = None) -> Package:
        """Build and keep a run's package, and ask; one that says nothing new is not kept twice.

        Raises `ValueError` with the sentence why there is none.
        """
        async with self._turn:
            material = await self._material(run, override)
            known = self._desk.review().packages.get(run.key)
            if override is None and known is not None and (before := known.facts.get("override")):
                # What a human put up for review stays so as long as the change is the same.
                if (
                    known.proposal.patch_id == material.proposal.patch_id
                    and known.proposal.head == material.proposal.head
                ):
                    material = replace(material, override=before)
            package = await asyncio.to_thread(build, material)
            if known is not None and _alike(known, package):
                package = known
            else:
                await self._desk.keep(Reviewed(packages=(package,), drafts=_drafts(package, override)))
            await self._ask(package)
            return package

    async def _material(self, run: Run, override: Mapping[str, str] | None) -> Material:
        desk, authority = self._desk, self._desk.hands.authority
        if authority is None:
            raise ValueError("this core has no authority store, so no change can be bound; nothing was done")
        if run.worktree is None:
            raise ValueError(f"run {run.key} works in no worktree of this repository, so it has no change")
        card = desk.cards().get(run.key)
        proposal = await authority.propose(run.key, run.worktree, card.branch if card else run.branch)
        if isinstance(proposal, str):
            raise ValueError(proposal)
        if not proposal.files and not proposal.conflicts:
            raise ValueError(_no_change(run, proposal))
        history = await desk.hands.histories.of(run) if desk.hands.histories else "nothing here reads logs again"
        gated = desk.book().gated.get(run.key, Gated(run.key))
        return Material(
            run,
            proposal,
            desk.policy(),
            desk.clock(),
            diffs=await authority.diff(proposal) if proposal.tree else (),
            history=history if isinstance(history, History) else History(whole=False),
            unread="" if isinstance(history, History) else history,
            file=await authority.content(proposal.head_tree, FILE, LONGEST_WORDS * 4),
            configured=await _configured(authority, proposal),
            worktree=desk.fleet().worktrees.get(run.worktree),
            card=card,
            gated=gated,
            plan=desk.book().requests.get(gated.request or ""),
            acts=desk.acts().of(run.key),
            results=desk.review().results_on(proposal.tree, desk.policy().blob) if proposal.tree else (),
            override=override,
        )

    async def _ask(self, package: Package) -> None:
        """Put the question before the human where the package is up for review; older ones need no answer."""
        wanted = request_of(package)
        for one in self._desk.book().of(RunKey(package.run)):
            if one.gate == "merge" and one.state == "open" and one.id != wanted.id:
                await self._desk.ask(replace(one, state="moot"))
        known = self._desk.book().requests.get(wanted.id)
        if is_asked(package) and (known is None or known.state == "moot"):
            await self._desk.ask(wanted)

    async def _settle(self, package: Package, card: Card | None) -> None:
        """Ask what a core that was killed did not come to ask, and take back what tells of another change by now."""
        known = self._desk.book().requests.get(request_of(package).id)
        if stale(package, card):
            if known is not None and known.state == "open":
                await self._desk.ask(replace(known, state="moot"))
        elif package.sha not in self._looked:
            self._looked.add(package.sha)
            if known is None:
                await self._ask(package)

    async def _by_itself(self, key: RunKey) -> None:
        """Gather what nobody ordered; that it cannot be done now is no news, and tried again when it stands otherwise."""
        run = self._desk.fleet().runs.get(key)
        if run is None:
            return
        try:
            await self.gather(run)
        except ValueError:
            return

    def _next(self, cards: Mapping[RunKey, Card]) -> RunKey | None:
        """Name a run whose change stood the same at the last look and has no package yet."""
        packages, found = self._desk.review().packages, None
        for key, stand in self._resting(cards).items():
            before, self._seen[key] = self._seen.get(key), stand
            package = packages.get(key)
            if found is not None or before != stand or self._tried.get(key) == stand:
                continue
            if package is None or stale(package, cards[key]):
                self._tried[key], found = stand, key
        return found

    def _resting(self, cards: Mapping[RunKey, Card]) -> dict[RunKey, Stand]:
        """Give where each change stands of which a run rests: the one that was last in its worktree."""
        last: dict[str, Card] = {}
        for card in cards.values():
            if card.worktree and card.parent is None and card.role not in _LOOKERS:
                other = last.get(card.worktree)
                if other is None or (card.seen or 0.0) > (other.seen or 0.0):
                    last[card.worktree] = card
        trees = self._desk.fleet().worktrees
        found: dict[RunKey, Stand] = {}
        for path, card in last.items():
            tree = trees.get(path)
            clean_tree = tree is not None and tree.files is not None and all(one.committed for one in tree.files)
            if card.state in _RESTS and card.ahead and card.head and card.branch and clean_tree:
                found[RunKey(card.id)] = (card.head, card.base_head, card.behind)
        return found


async def _configured(authority: Authority, proposal: Proposal) -> dict[str, Configured]:
    told: dict[str, Configured] = {}
    for one in proposal.files:
        if one.path.rpartition("/")[2] in CONFIGURED and one.nature == "text" and len(told) < _MOST_CONFIGURED:
            before = await authority.content(proposal.base_tree, one.path)
            told[one.path] = Configured(before, await authority.content(proposal.tree or proposal.head_tree, one.path))
    return told


def _alike(one: Package, other: Package) -> bool:
    """Say whether two packages differ in nothing but their time."""
    return replace(one, built=0.0, sha="") == replace(other, built=0.0, sha="")


def _drafts(package: Package, override: Mapping[str, str] | None) -> tuple[Draft, ...]:
    """Give the ledger's entry of an override: that a human let an incomplete package be reviewed, and why."""
    if override is None:
        return ()
    body = {"evidence": package.sha, "reason": override["reason"], "lacking": list(package.lacking)}
    once = f"evidence_override:{override['order']}"
    return (Draft("human", override["by"], "evidence_override", package.built, package.run, body, once),)


def _no_change(run: Run, proposal: Proposal) -> str:
    loose = proposal.uncommitted_count
    beside = f"; {loose} uncommitted files are no part of a change until they are committed" if loose else ""
    target = proposal.target.removeprefix("refs/heads/")
    return f"run {run.key} has no change: {proposal.branch} holds nothing that {target} lacks{beside}"
