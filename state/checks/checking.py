"""The duty of required checks: runs them one after the other on the tree that would be merged, and keeps what they say.

They run in the background, so that no order waits for them. An act says which were asked for and how each ended; the
results are kept by tree, policy and name, so that a known one is not run again. What was under way when a core ended is
ended and said to be broken by the next one.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from state.checks.check import Check, CheckResult, CheckRunner
from state.checks.ending import act_text, flaky, said
from state.checks.required import NONE_NAMED, required
from state.control.act import Act, Step
from state.control.desk import Desk
from state.evidence.proposal import Authority, Proposal
from state.evidence.review import Reviewed
from state.runs.event import Event
from state.runs.run import Run
from state.spool import Order, account
from state.text import clean

PROGRESS_SECONDS = 1.0
CUT_OFF = "the core ended meanwhile"
_END_SECONDS = 15.0
"""How long a cancel waits for the end of what it cancelled."""


class Checking:
    """Carries out `check` and `cancel_check`."""

    verbs = frozenset({"check", "cancel_check"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turn = asyncio.Lock()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._cancelled: dict[str, str] = {}
        self._first, self._begun = asyncio.Lock(), False
        self._broken: list[BaseException] = []

    async def carry_out(self, order: Order) -> Act:
        """Begin the checks of a run, or cancel them. Raises `ValueError` with the sentence why nothing was done."""
        await self._begin()
        if order.verb == "cancel_check":
            return await self._cancel(order)
        if (before := self._desk.acts().by_id.get(order.id)) is not None:
            return before
        return await self._check(order, self._desk.run(order.words.get("run", "")))

    def hear(self, events: Sequence[Event]) -> None:
        """Take nothing: what counts is what Headgate itself ran."""

    async def look(self) -> None:
        """End what an earlier life left, once; what is under way here tells its own progress. Raises what broke it."""
        await self._begin()
        if self._broken:
            raise self._broken.pop()

    async def _begin(self) -> None:
        """Say of what an earlier core began and never ended that it is broken, and end it; nothing begins before."""
        async with self._first:
            if not self._begun:
                await self._end_left()
                self._begun = True

    async def _end_left(self) -> None:
        desk, now = self._desk, self._desk.clock()
        if desk.hands.checks is not None:
            await desk.hands.checks.end_left()
        cut = [one for one in desk.review().results.values() if not one.over]
        if cut:
            ended = tuple(replace(one, state="broken", ended=now, why=CUT_OFF) for one in cut)
            await desk.keep(Reviewed(results=ended))
        for act in [one for one in desk.acts().under_way() if one.kind == "check"]:
            await desk.record(replace(act, state="failed", text=f"not checked: {CUT_OFF}", ended=now))

    async def _check(self, order: Order, run: Run) -> Act:
        desk, checks = self._desk, required(self._desk.policy())
        runner, authority = desk.hands.checks, desk.hands.authority
        if not checks:
            raise ValueError(f"{NONE_NAMED}: name it in `[gate.merge] checks`; nothing was run")
        if runner is None or authority is None:
            raise ValueError("this core cannot run checks here; nothing was run")
        proposal = await self._proposed(run, authority)
        if (joined := self._joined(order, run, proposal.tree)) is not None:
            return joined
        by = clean(order.words.get("by", "").strip(), 120) or account()
        names = ", ".join(one.name for one in checks)
        facts = {"tree": proposal.tree or "", "policy": desk.policy().blob, "again": order.words.get("again", "")}
        act = Act(order.id, run.key, "check", by, desk.clock(), text=f"to be run: {names}", facts=facts)
        await desk.record(act)
        work = _Work(desk, runner, authority, proposal, act, checks, again=bool(order.words.get("again")))
        task = asyncio.create_task(self._worked(work), name=f"check {act.id}")
        self._under_way[act.id] = task
        task.add_done_callback(self._over)
        return act

    def _joined(self, order: Order, run: Run, tree: str | None) -> Act | None:
        """Give what is under way and is just what was ordered, so that nothing is begun twice."""
        wanted, again = (tree, self._desk.policy().blob), order.words.get("again", "")
        for act in self._desk.acts().of(run.key):
            same = (act.facts.get("tree"), act.facts.get("policy")) == wanted
            if (
                act.id in self._under_way
                and act.state == "under_way"
                and same
                and (act.facts.get("again") or not again)
            ):
                return act
        return None

    def _over(self, task: "asyncio.Task[None]") -> None:
        """Keep what broke the work itself, so that it is raised where the core sees it."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken.append(error)

    async def _proposed(self, run: Run, authority: Authority) -> Proposal:
        """Give what would be merged now. Raises `ValueError` where nothing can be."""
        package = self._desk.review().packages.get(run.key)
        tree = self._desk.fleet().worktrees.get(run.worktree or "")
        proposal = package.proposal if package is not None and tree and tree.head == package.proposal.head else None
        if proposal is None or await authority.tip(proposal.target) != proposal.base:
            if run.worktree is None:
                raise ValueError(f"run {run.key} has no worktree here, so it has no change; nothing was run")
            found = await authority.propose(run.key, run.worktree, tree.branch if tree else None)
            if isinstance(found, str):
                raise ValueError(f"{found}; nothing was run")
            proposal = found
        if proposal.tree is None:
            paths = ", ".join(proposal.conflicts[:3])
            raise ValueError(f"its change conflicts with {proposal.target} in {paths}; nothing can be checked")
        return proposal

    async def _worked(self, work: "_Work") -> None:
        """Wait for the turn, do the work, and say so where a human ended it; a core that ends says nothing more."""
        try:
            async with self._turn:
                await work.run()
        except asyncio.CancelledError:
            if (by := self._cancelled.get(work.act.id)) is None:
                raise
            await work.cancelled(by)
        finally:
            self._under_way.pop(work.act.id, None)
            self._cancelled.pop(work.act.id, None)

    async def _cancel(self, order: Order) -> Act:
        run, named = self._desk.run(order.words.get("run", "")), order.words.get("act", "")
        found = [act for act in self._desk.acts().of(run.key) if act.id in self._under_way and named in ("", act.id)]
        if not found:
            raise ValueError(self._not_under_way(run, named))
        for act in found:
            self._cancelled[act.id] = clean(order.words.get("by", "").strip(), 120) or account()
            task = self._under_way[act.id]
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task}, timeout=_END_SECONDS)
        return self._desk.acts().by_id[found[-1].id]

    def _not_under_way(self, run: Run, named: str) -> str:
        """Say what became of the checks that are to be ended: there were none, or they had ended before."""
        acts = [act for act in self._desk.acts().of(run.key) if act.kind == "check" and named in ("", act.id)]
        if not acts:
            return f"no check of run {run.key} was begun; nothing was done"
        return f"the checks of run {run.key} had ended before that: {acts[-1].text}"


class _Work:
    """The checks of one act. `act` is how it stands, `_now` the result of the check that runs."""

    def __init__(
        self,
        desk: Desk,
        runner: CheckRunner,
        authority: Authority,
        proposal: Proposal,
        act: Act,
        checks: tuple[Check, ...],
        *,
        again: bool,
    ) -> None:
        self._desk, self._runner, self._authority = desk, runner, authority
        self._proposal, self.act, self._checks, self._again = proposal, act, checks, again
        self._now: CheckResult | None = None
        self._line = ""

    async def run(self) -> None:
        """Run each check that is not known yet, and say how they ended."""
        results = [await self._one(check) for check in self._checks]
        state = "confirmed" if all(one.state == "passed" for one in results) else "failed"
        await self._record(replace(self.act, state=state, text=act_text(results), ended=self._desk.clock()))

    async def cancelled(self, by: str) -> None:
        """Keep that a human ended it."""
        why, now = f"cancelled by {by}", self._desk.clock()
        if self._now is not None:
            await self._keep(replace(self._now, state="cancelled", ended=now, why=why))
        await self._record(replace(self.act, state="failed", text=why, ended=now))

    async def _one(self, check: Check) -> CheckResult:
        began, policy = self._desk.clock(), self.act.facts["policy"]
        facts = check.command, self._proposal.tree or "", policy, check.grade
        first = CheckResult(check.name, *facts, "running", began, required=tuple(one.name for one in self._checks))
        known = self._desk.review().results.get(first.key)
        if known is not None:
            first = replace(first, earlier=(*known.earlier, *((known.state,) if known.told else ())))
        if known is not None and known.told and not self._again:
            await self._step(Step(check.name, began, began, f"{said(known)}, known for this tree"))
            return known
        await self._step(Step(check.name, began))
        await self._keep(first)
        self._now = first
        found = await self._ran(check)
        made = flaky(replace(found, policy=policy, required=first.required, earlier=first.earlier))
        await self._keep(made)
        self._now = None
        await self._step(Step(check.name, began, self._desk.clock(), said(made)))
        return made

    async def _ran(self, check: Check) -> CheckResult:
        """Run one, and show a line of it every second while it says something new."""
        running = asyncio.ensure_future(self._runner.run(check, self._proposal, self._authority, self._hear))
        shown = self._line = ""
        try:
            while not (await asyncio.wait({running}, timeout=PROGRESS_SECONDS))[0]:
                if self._line != shown:
                    shown = self._line
                    await self._record(replace(self.act, text=f"{check.name}: {shown}"))
            return running.result()
        finally:
            if not running.done():
                running.cancel()
                await asyncio.wait({running})

    def _hear(self, line: str) -> None:
        self._line = clean(line, 160)

    async def _step(self, step: Step) -> None:
        before = tuple(one for one in self.act.steps if one.what != step.what)
        await self._record(replace(self.act, steps=(*before, step), text=f"{step.what}: {step.text or 'running'}"))

    async def _keep(self, result: CheckResult) -> None:
        await self._desk.keep(Reviewed(results=(result,)))

    async def _record(self, act: Act) -> None:
        self.act = act
        await self._desk.record(act)
