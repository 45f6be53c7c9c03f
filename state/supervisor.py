"""The loop of the core: batches from ports in, changed runs out; knows no adapter and no screen.

A batch is folded and written in one transaction, and only then does memory take it over and are the boards rung. So the
core may be killed at any line: what was committed is whole, and what was not is read again.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from state.assigning import said, words_of
from state.attention.interventions import Noted
from state.beside import EVERYONE, NOTHING, Beside, Said
from state.conflicts import Conflicts, Merges
from state.contexts import Contexts, strangers
from state.control.act import Act, Acts
from state.control.assurance import stamped
from state.control.desk import Desk
from state.control.hands import Hands
from state.control.linking import linked, words_of_act
from state.controls import Controls
from state.depths import Depths
from state.distress import cry
from state.evidence.review import Review
from state.findings.duplicate import Compared
from state.gate_publishing import Place
from state.gate_spool import GateSpool
from state.gatekeeper import Around, Gatekeeper
from state.gates.book import Change
from state.gates.run_files import PolicyNow
from state.gates.standing import standings
from state.header import Header as Header
from state.in_thread import whole_in_thread
from state.ledger.recording import drafts_of, of_policy
from state.money.accounts import Accounted, Accounts
from state.money.budget_raising import raised
from state.money.budgeted import Budgeted, budgeted
from state.money.fresh_calls import apart
from state.money.meter import count
from state.money.pricing import NoBook, Pricing
from state.money.recalling import recalled
from state.money.routing import Routing, routed, with_routes
from state.orders import Orders
from state.policies import ABOUT, Policies
from state.ports import Batch, PriceBook, Problem, RunSource, Surroundings, Worktrees
from state.runs import event as ev
from state.runs.card import Card
from state.runs.fleet import Fleet
from state.runs.run import Origin, RunKey
from state.runs.worktree import Worktree
from state.settings import Settled
from state.showing import Showing
from state.spool import Order, Spool, account
from state.store.database import StoreDamaged, StoreTampered, StoreUnwilling
from state.store.hours import hours_of
from state.store.writer import Store
from state.survey import Survey, bases
from state.tally import Tally
from state.text import clean
from state.written import Written

RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
TICK_SECONDS = 20.0
"""How often silence is looked at: a run that fell silent changes its state without an event."""


class StoreLost(Exception):
    """The database is no longer there or is damaged; the process ends and the next one begins it anew."""


class Supervisor:
    """Feeds one repository's store from one source of runs and one view of its worktrees."""

    def __init__(
        self,
        store: Store,
        spool: Spool,
        source: RunSource,
        worktrees: Worktrees,
        header: Header,
        clock: Callable[[], float],
        prices: PriceBook | None = None,
        surroundings: Surroundings | None = None,
        policies: Policies | None = None,
        hands: Hands | None = None,
        merges: Merges | None = None,
    ) -> None:
        self._store, self._spool, self._source = store, spool, source
        self._header, self._clock = header, clock
        self._turn = asyncio.Lock()
        self._cards: dict[RunKey, Card] = {}
        self.fleet, self.acts, self.review, self.accounts = Fleet(), Acts(), Review(), Accounts()
        self.tally, self._settled = Tally(), Settled()
        self.survey = Survey(worktrees, self._take_worktrees)
        self._compared = Compared()
        self._pricing = Pricing(prices or NoBook())
        self._contexts = Contexts(surroundings)
        self.policies = policies or Policies(spool.folder)
        place = Place(header.repository, header.base_ref)
        self.gates = Gatekeeper(GateSpool(spool), clock, self._around, self._gate, place)
        self._hands = hands or Hands()
        self.controls = Controls(self._desk(self._hands))
        self.gates.report = self.controls.desk.report
        self.conflicts = Conflicts(merges, self._commit)
        self._depths = Depths(lambda: self.fleet, source, self.tally)
        asked = self._look_at_prices, self._assign, self.gates, self.controls, self._depths.ask
        self._orders = Orders(spool, self.survey, self.tally, *asked)

    async def begin(self) -> None:
        """Take up what an earlier life left, name the worktrees, and show everything as of now."""
        self._orders.hang_bell()
        try:
            await whole_in_thread(self._store.begin, self._clock())
            loaded = await whole_in_thread(self._store.load)
        except StoreDamaged as error:
            raise self._lost(error) from error
        self.fleet = Fleet({run.key: run for run in loaded.runs}).with_worktrees(loaded.worktrees)
        self.tally.begin(loaded.marks)
        self._source.remember(loaded.marks)
        self.gates.book, self.acts, self.conflicts.matrix = loaded.book, loaded.acts, loaded.matrix
        self.review, self.accounts = loaded.review, loaded.accounts
        await self._recall()
        await self.survey.relist()
        await self._commit(Batch(problems=self._store.opened_with), EVERYONE)
        await self._look_at_policy(always=True)
        await self._look_around(self.fleet.runs)
        await self.gates.step()

    def close(self) -> None:
        """End the work; boards and verbs then see that no core is there."""
        self._orders.drop_bell()

    async def once(self, told: Callable[[Batch], None] | None = None) -> None:
        """Do the core's step once: read everything that is new, ask git about every worktree, carry out orders."""
        async with asyncio.TaskGroup() as tasks:
            # Git is asked while logs are read: each run is then shown once, with what git says.
            tasks.create_task(self.survey.finish())
            async for batch in self._source.catch_up():
                await self.take(batch)
                if told is not None:
                    told(batch)
        await self.survey.finish()
        await self._look_at_policy()
        await self.gates.step()
        await self._orders.carry_out()
        await self.controls.look()
        await self._commit(Batch(), Beside(signs=self._source.signs()))

    async def read_whole(self, runs: Iterable[RunKey]) -> None:
        """Read what was only skimmed of these runs, where nobody follows."""
        for run in runs:
            if run in self.fleet.runs and self.fleet.runs[run].skimmed and await self._source.read_whole(run):
                batch = self._source.gathered()
                if batch is not None:
                    await self.take(batch)

    async def run(self) -> None:
        """Supervise until cancelled. Raises `StoreLost` when the database is gone."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self.survey.run())
            tasks.create_task(self._orders.listen())
            tasks.create_task(self._tick())
            tasks.create_task(self.gates.run())
            tasks.create_task(self.controls.run())
            tasks.create_task(self.conflicts.run())
            tasks.create_task(self._depths.run())
            tasks.create_task(asyncio.to_thread(self._pricing.load))

    async def take(self, batch: Batch) -> None:
        """Fold one batch, write it, and let the survey look where it stirred."""
        await self._commit(batch)
        if batch.worktrees_changed:
            await self.survey.relist()
        self.survey.stir(batch.stirred)
        self.conflicts.stir(batch.stirred)

    async def _follow(self) -> None:
        async for batch in self._source.follow():
            await self.take(batch)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if not self._store.still_there():
                raise StoreLost(f"{self._store.path} was removed or replaced; it is begun anew")
            await self._look_at_prices()
            await self._look_around(self.fleet.runs)
            showing = self._showing()
            if any(showing.card(key) != one for key, one in self._cards.items()):
                await self._commit(Batch(), EVERYONE)

    async def _look_at_prices(self) -> None:
        """Price anew what was counted, where the prices in force have changed; the policy is looked at with them."""
        await self._look_at_policy()
        if self._pricing.moved():
            await self._commit(Batch(), EVERYONE)

    async def _look_at_policy(self, *, always: bool = False) -> None:
        """Bring the base branch's policy and the settings into force, and say on the boards what is wrong with them."""
        if (news := self._settled.news(self._hands.settings())) is not None:
            await self._commit(news, EVERYONE)
        try:
            changed = await self.policies.look()
        except OSError as error:
            text = f"the policy could not be written for hooks: {error.strerror}"
            unwritten = Problem(ABOUT, text, f"see to {error.filename or self.policies.folder}; it is tried again")
            await self._commit(Batch(problems=(unwritten,)))
            return
        if changed or always:
            now = self.policies.in_force
            self.gates.policies = PolicyNow(now.blob, now.policy.protected)
            problems = self.policies.problems()
            solved = () if problems else (ABOUT,)
            await self._commit(Batch(problems=problems, solved=solved), Beside(drafts=of_policy(now, self._clock())))

    async def _look_around(self, runs: Iterable[RunKey]) -> None:
        """Notice what is new beside the logs of these runs: a file that an agent loads was written, or is gone."""
        looked_at = [self.fleet.runs[key] for key in runs]
        news = await asyncio.to_thread(self._contexts.news, looked_at, self.fleet.worktrees, self._clock())
        if news:
            await self._commit(Batch(events=tuple(news)))

    async def _assign(self, order: Order) -> str:
        """Take a human's word on a run, and say what was kept. Raises `ValueError` with the sentence why not."""
        run = RunKey(order.words.get("run", ""))
        if run not in self.fleet.runs:
            raise ValueError(f"there is no run {clean(run, 40) or 'without an id'} here; nothing was changed")
        at = self._clock()
        words = words_of(order.words, account(), at)
        origin = Origin(str(self._store.path), 0, at)
        events = tuple(ev.RunAssigned(run, origin, word.what, word.value, word.by) for word in words)
        await self._commit(Batch(events=events), Beside(said=Said(order.id, run, words)))
        return said(words)

    def _desk(self, hands: Hands) -> Desk:
        return Desk(
            fleet=lambda: self.fleet,
            cards=lambda: self._cards,
            acts=lambda: self.acts,
            clock=self._clock,
            record=self._act,
            freeze=lambda order: self.gates.freeze(order, frozen=order.verb == "freeze"),
            hands=hands,
            tell=lambda events: self._commit(Batch(events=tuple(events))),
            review=lambda: self.review,
            keep=lambda news: self._commit(Batch(), Beside(review=news)),
            accounts=lambda: self.accounts,
            account=lambda news: self._commit(Batch(), Beside(accounts=news)),
            months=lambda: self._pricing.months,
            recall=self._recall,
            rates=lambda: self._pricing.seen,
            hours=lambda since: asyncio.to_thread(hours_of, self._store.path, since),
            dearest=lambda: self._pricing.dearest(),
            ask=lambda request: self.gates.ask(request),
            policy=lambda: self.policies.in_force.policy,
            book=lambda: self.gates.book,
            ledger=lambda seq: asyncio.to_thread(self._store.entry, seq),
            ledger_fault=lambda seq: asyncio.to_thread(self._store.ledger_fault, seq),
            order=lambda order: self.controls.carry_out(order),
            report=lambda wrong, right: self._commit(Batch(problems=tuple(wrong), solved=tuple(right))),
        )

    async def _act(self, act: Act) -> None:
        """Write how an act stands, show its run, give that the words of the act, and tell its hook what is left."""
        act = stamped(act, self._cards.get(act.run))
        words = words_of_act(act, self.acts.by_id.get(act.id), self.fleet.runs)
        await self._commit(Batch(events=words), Beside(acts=(act,), said=linked(act, words)))
        if act.kind == "send":
            await self.gates.step()

    async def _recall(self) -> None:
        await recalled(self._pricing.months, self._hands.settings, self._clock, self._store.spent_since, self._turn)

    def _around(self) -> Around:
        return Around(self.fleet, self._cards, self.acts, self._budgeted(self.accounts))

    def _budgeted(self, accounts: Accounts) -> Budgeted:
        given, now = self.acts.envelopes(), self._clock()
        return budgeted(accounts, self._hands.settings().budgets, self._pricing.seen, now, given)

    async def _gate(self, change: Change, problems: tuple[Problem, ...]) -> None:
        """Write what changed at the gates, and show the runs that it is about."""
        given = raised(change, self.accounts, self._budgeted(self.accounts))
        await self._commit(Batch(problems=problems), Beside(gates=change, review=change.review, accounts=given))

    async def _take_worktrees(
        self, trees: Sequence[Worktree], gone: Sequence[str], problems: Sequence[Problem]
    ) -> None:
        moved = bases(trees) - bases(self.fleet.worktrees.values())
        kept = {path: tree for path, tree in self.fleet.worktrees.items() if path not in gone}
        merged = {**kept, **{tree.path: tree for tree in trees}}
        self._source.locate_in(tuple(merged.values()))
        solved = [
            path for path in (*gone, *(tree.path for tree in trees)) if path not in {one.about for one in problems}
        ]
        found = Beside(trees=tuple(trees), gone=tuple(gone))
        await self._commit(Batch(problems=tuple(problems), solved=tuple(solved)), found)
        await self._look_around([key for tree in trees for key in self.fleet.in_worktree(tree.path)])
        if moved:
            await self._look_at_policy()
        self.conflicts.hear(trees, gone)

    async def _commit(self, batch: Batch, beside: Beside = NOTHING) -> None:
        """Write one batch, again and again until the store takes it; nothing is dropped while the disk is full."""
        async with self._turn:
            attempt = 0
            while True:
                if (beside.gates or beside.acts) and not self._store.still_there():
                    raise StoreLost(f"{self._store.path} was removed or replaced; it is begun anew")
                try:
                    written = await whole_in_thread(self._write, batch, beside)
                    break
                except StoreDamaged as error:
                    raise self._lost(error) from error
                except StoreTampered as error:
                    raise StoreLost(f"{self._store.path}: {error}") from error
                except StoreUnwilling as error:
                    cry(self._spool, self._store.path, error)
                    await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                    attempt += 1
            if attempt:
                self._spool.distress_file.unlink(missing_ok=True)
            self._pricing.settle()
            self.fleet, self._compared, beside = written.fleet, written.compared, written.beside
            self._cards.update(written.cards)
            self.acts, self.conflicts.matrix = self.acts.after(beside.acts), self.conflicts.after(beside.matrix)
            self.review, self.accounts = self.review.after(beside.review), self.accounts.after(beside.accounts)
            self.tally.take(batch)
            self._spool.ring_boards()
            if beside.gates is None:
                self.gates.hear(batch.events)
            if not beside.acts:
                self.controls.hear((*batch.events, *written.counted))

    def _write(self, batch: Batch, beside: Beside) -> Written:
        now, trees, gone, gates = self._clock(), beside.trees, beside.gone, beside.gates
        with self._store.transaction() as transaction:
            revalued = self._pricing.renew(transaction)
            skims, events = apart(batch.events, transaction.metered)
            fresh, whole = self._pricing.fresh(skims)
            calls, counted = count(events, transaction.metered, self._pricing.quote)
            told = (*revalued, *batch.events, *whole, *counted)
            self._pricing.months.hold(told)
            fleet = self.fleet.with_runs(changed := self.fleet.folded(told, noted := Noted()))
            if trees or gone:
                left = [tree for path, tree in fleet.worktrees.items() if path not in gone]
                fleet = fleet.with_worktrees((*left, *trees))
            if seen := self._contexts.news(strangers(changed.values()), fleet.worktrees, now):
                fleet = fleet.with_runs(fleet.folded(seen))
            stirred = (*(tree.path for tree in trees), *gone, *(fleet.worktrees if beside.everyone else ()))
            compared = self._compared.renewed(fleet, changed, stirred, wait=batch.done < batch.backlog)
            touched = beside.touched(fleet, changed) | compared.runs_but(self._compared)
            book = self.gates.book.after(gates or Change())
            touched |= (gates.runs & fleet.runs.keys()) if gates else set()
            touched |= {act.run for act in beside.acts} & fleet.runs.keys()
            review = self.review.after(beside.review)
            touched |= fleet.runs.keys() & review.touched(beside.review) if beside.review else set()
            matrix = self.conflicts.after(beside.matrix)
            stands = standings(book, fleet.runs, self.acts.after(beside.acts), self.gates.policies.blob)
            lanes, promised = self._hands.settings().lanes, self.gates.promised
            accounts = self.accounts.after(beside.accounts)
            known = matrix, lanes, promised, review, self._budgeted(accounts), accounts
            showing = Showing(fleet, compared, stands, self._pricing, now, *known)
            cards = {key: showing.card(key) for key in touched}
            news = self.fleet.runs, fleet.runs, batch.events, beside, self.acts.by_id, self._cards, lanes
            routing = Routing(*news, self.accounts.routed, touched)
            beside = with_routes(beside, routed(routing, calls, transaction.metered))
            transaction.pair(beside.matrix)
            if gates:
                transaction.gate(gates)
            transaction.count_fresh(fresh)
            transaction.count(calls)
            transaction.tell(batch.events, {mark.path: mark.generation for mark in batch.marks})
            transaction.show([(fleet.runs[key], shown) for key, shown in cards.items()])
            transaction.act(beside.acts)
            transaction.review(beside.review)
            transaction.account(beside.accounts)
            transaction.account(Accounted(interventions=noted.all()))
            transaction.record(drafts_of(beside, now), now)
            if beside.said is not None:
                transaction.assign(beside.said.asked, beside.said.run, beside.said.words)
            if beside.signs is not None:
                transaction.sign(beside.signs)
            transaction.mark(batch.marks)
            transaction.place(trees)
            transaction.remove_worktrees(gone)
            transaction.report(*self._pricing.told(batch), now)
            self._header.say(transaction, batch)
        return Written(fleet, compared, cards, beside, tuple(counted))

    def _showing(self) -> Showing:
        stands = standings(self.gates.book, self.fleet.runs, self.acts, self.gates.policies.blob)
        lanes, promised, now = self._hands.settings().lanes, self.gates.promised, self._clock()
        spends = self._budgeted(self.accounts), self.accounts
        known = self.conflicts.matrix, lanes, promised, self.review, *spends
        return Showing(self.fleet, self._compared, stands, self._pricing, now, *known)

    def _lost(self, error: StoreDamaged) -> StoreLost:
        self._store.condemn()
        return StoreLost(f"{self._store.path} is damaged ({error}); it is kept aside and begun anew")
