"""The core at the gates: takes questions from hooks, keeps them, records what humans decide, and leaves the answers.

What a human decided is committed first and told to the hook then. So the core may be killed between any two lines: at
its next beginning every answer that a hook still waits for is written again, and nothing is decided twice.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from state.approval.approval import Approval
from state.approval.approving import Approving, counted
from state.control.act import Acts
from state.evidence.review import Reviewed
from state.gate_answers import Answers
from state.gate_publishing import Place, RunFiles
from state.gate_spool import GateSpool
from state.gates.book import Book, Change, Freeze, Gated
from state.gates.calls import passed_call
from state.gates.decision import AnswerRefused, said, weighed
from state.gates.inert import Awaited, awaited, missed
from state.gates.opening import Asked, QuestionRefused, checked
from state.gates.plan_gate import approved, outlives
from state.gates.request import Request
from state.gates.run_files import PolicyNow
from state.gates.standing import UNHELD
from state.gates.step import Seen, over, stepped
from state.money.budgeted import Budgeted
from state.paced import Paced
from state.ports import Problem
from state.runs.card import Card
from state.runs.event import Event
from state.runs.fleet import Fleet
from state.runs.run import RunKey
from state.spool import Order, account
from state.text import clean

WATCHED_SECONDS = 1.0
"""How often the hooks' heartbeats are looked at while any request waits."""
IDLE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Around:
    """What the supervisor knows of the runs now."""

    fleet: Fleet = field(default_factory=Fleet)
    cards: Mapping[RunKey, Card] = field(default_factory=dict[RunKey, Card])
    acts: Acts = field(default_factory=Acts)
    budgeted: Budgeted = field(default_factory=Budgeted)


class Gatekeeper:
    """The gates of one core. `commit` writes a change in one transaction and shows the runs that it names."""

    def __init__(
        self,
        spool: GateSpool,
        clock: Callable[[], float],
        around: Callable[[], Around],
        commit: Callable[[Change, tuple[Problem, ...]], Awaitable[None]],
        place: Place,
    ) -> None:
        self._spool, self._clock, self._around, self._commit = spool, clock, around, commit
        self._turn = asyncio.Lock()
        self._news = Paced()
        self.report: Callable[[Sequence[Problem], Sequence[str]], Awaitable[None]] | None = None
        """Says on the boards what is wrong, and what is right again."""
        self._untold: OSError | None = None
        self._asked: dict[str, Asked] = {}
        self._awaited: list[Awaited] = []
        self._answers, self._files = Answers(spool), RunFiles(spool, place)
        self.book = Book()
        self.promised = spool.promised()

    @property
    def policies(self) -> PolicyNow:
        """The policy in force for runs that are not pinned to another."""
        return self._files.policies

    @policies.setter
    def policies(self, policies: PolicyNow) -> None:
        self._files.policies = policies
        self.stir()

    def hear(self, events: Iterable[Event]) -> None:
        """Take what was read of the logs: each call in it should have passed a hook, where one is at work."""
        self._awaited += awaited(events, self._around().fleet.runs, self._clock())
        self._news.hear()

    def stir(self) -> None:
        """Note that a hook may have asked something, or that a run changed."""
        self._news.ring()

    async def run(self) -> None:
        """Look at the gates at each ring, and by the clock while anybody waits, for ever."""
        while True:
            began = time.monotonic()
            await self.step()
            self._news.looked(time.monotonic() - began)
            waits = self.book.open() or self._awaited or self._untold
            await self._news.wait(WATCHED_SECONDS if waits else IDLE_SECONDS)

    async def step(self) -> None:
        """Take what hooks wrote, let requests grow old, and leave every answer that is still waited for."""
        async with self._turn:
            seen, problems = await asyncio.to_thread(self._seen, self.book)
            around = self._around()
            change = stepped(self.book, seen, around.fleet.runs, around.cards, self._clock(), self.policies.blob)
            now, installed = self._clock(), await asyncio.to_thread(self._spool.installed)
            self.promised = await asyncio.to_thread(self._spool.promised)
            passed = self.book.passed(seen.calls)
            past, left = missed(self._awaited, passed, installed, around.fleet.runs, now)
            change, self._awaited = replace(change, unhooked=past), list(left)
            if change or problems:
                await self._record(change, problems)
            await self._leave_word()

    async def ask(self, request: Request) -> None:
        """Put a request of a gate of ours before the human, or say how it stands now; an answered one stays so.

        One that nobody needed, or whose answer was lost with a damaged database, may be asked again.
        """
        async with self._turn:
            known = self.book.requests.get(request.id)
            if known is None or known.state == "open" or (known.state == "moot" and request.state == "open"):
                await self._record(Change(requests=(request,)))

    async def decide(self, order: Order, approving: Approving | None = None) -> str:
        """Record a human's answer, and say what was recorded. Raises `ValueError` with the sentence why not.

        An approval at the merge gate is checked against git and its signature before anything else has to wait for it.
        """
        if not self._approves_a_change(order):
            text = await self._decided(order)
            return text if approving is None else await approving.sent_back(order, self._request, text)
        request = self._request(order.words.get("request", ""))
        if approving is None:
            raise AnswerRefused("this core merges nothing; nothing was recorded")
        try:
            approval = await approving.approval(order, request)
            return await self._decided(order, lambda: approving.see_that_it_still_holds(approval, request), approval)
        except AnswerRefused as why:
            entry = approving.refusal(order, request.id, request.run, str(why))
            await self._record(Change(review=Reviewed(drafts=(entry,))))
            raise

    def _approves_a_change(self, order: Order) -> bool:
        known = self.book.requests.get(order.words.get("request", ""))
        asked = known is not None and known.gate == "merge" and order.words.get("answer") == "approve"
        return asked and order.id not in self.book.orders

    async def state(self, order: Order, approving: Approving) -> str:
        """Give the text that a human would sign to approve a change. Raises `ValueError` with the sentence why not."""
        return await approving.state(order, self._request(order.words.get("request", "")))

    async def note_refused(self, order: Order, approving: Approving) -> str:
        """Keep in the ledger that a verb or a board refused to approve, and why."""
        entry = approving.refusal(order, order.words.get("request", ""), "", order.words.get("why", ""))
        await self._record(Change(review=Reviewed(drafts=(entry,))))
        return "noted"

    async def _decided(
        self, order: Order, still: Callable[[], None] | None = None, approval: Approval | None = None
    ) -> str:
        async with self._turn:
            if (before := self.book.orders.get(order.id)) is not None:
                return f"recorded before: {self.book.requests[before].state}"
            request = self._request(order.words.get("request", ""))
            who = account()
            decision = said(order.words, who, self._clock())
            card = self._around().cards.get(request.run)
            ended = over(card) and not request.listening and not outlives(request)
            decision = replace(decision, request=request.id, assurance=card.assurance if card else None)
            decision = decision if approval is None else counted(decision, approval)
            if request.gate == "merge" and decision.answer == "approve" and approval is None:
                raise AnswerRefused("name the whole request to approve a change; nothing was recorded")
            recorded = weighed(request, decision, who, over=ended)
            if still is not None:
                still()
            review = None if approval is None else Reviewed(approvals=(approval,))
            phase = approved(recorded.request, self.book.gated.get(request.run, Gated(request.run)))
            await self._record(
                Change(
                    (recorded.request,), ((order.id, who, recorded),), gated=(phase,) if phase else (), review=review
                )
            )
            await self._leave_word()
            return recorded.text

    async def freeze(self, order: Order, *, frozen: bool) -> str:
        """Record a human's freeze or thaw of a run, or of all. Raises `ValueError` with the sentence why not."""
        async with self._turn:
            if order.id in self.book.orders:
                return "recorded before"
            run = self._run(order.words.get("run", ""))
            by = clean(order.words.get("by", "").strip(), 120) or account()
            reason = clean(order.words.get("reason", "").strip(), 2000)
            await self._record(Change(frozen=((order.id, Freeze(run, frozen, by, reason, self._clock())),)))
            await self._leave_word()
            whose = f"run {run}" if run else "every run"
            if not frozen:
                return f"{whose} is thawed"
            unheld = [key for key in ([RunKey(run)] if run else self._around().fleet.runs) if not self.fires(key)]
            if run and unheld:
                return f"{whose} is frozen, but {UNHELD}"
            rest = f" ({len(unheld)} of them not: {UNHELD})" if unheld else ""
            return f"{whose} is frozen: its next tool call is denied{rest}"

    def fires(self, run: RunKey) -> bool:
        """Say whether a hook of the run is known to fire: it was heard, or doctor saw this client's deny a call."""
        card = self._around().cards.get(run)
        return run in self.book.heard or (card is not None and card.assurance not in (None, "observe"))

    def _run(self, named: str) -> str:
        """Find a run by its id or the beginning of it; "" is every run."""
        known = {*self._around().fleet.runs, *(one.run for one in self.book.requests.values())}
        found = [key for key in known if key.startswith(named)]
        if not named or len(found) == 1:
            return found[0] if named else ""
        several = f"{len(found)} runs begin with" if found else "there is no run"
        remedy = "give more of its id" if found else "`headgate status` lists them"
        raise ValueError(f"{several} {clean(named, 40)} here: {remedy}; nothing was changed")

    def _request(self, named: str) -> Request:
        """Find a request by its id or the beginning of it."""
        found = self.book.requests.get(named)
        begun = [one for one in self.book.requests.values() if named and one.id.startswith(named)]
        if found is None and len(begun) == 1:
            found = begun[0]
        if found is None:
            several = f"{len(begun)} requests begin with" if begun else "there is no request"
            raise AnswerRefused(f"{several} {clean(named, 64) or 'without an id'}; nothing was recorded")
        return found

    async def _record(self, change: Change, problems: tuple[Problem, ...] = ()) -> None:
        await self._commit(change, problems)
        self.book = self.book.after(change)

    def _seen(self, book: Book) -> tuple[Seen, tuple[Problem, ...]]:
        """Read the spool: which hooks live, what is asked anew, and which calls passed."""
        heard, problems, asked = self._spool.questions(), list[Problem](), list[Asked]()
        for name in heard:
            if name in self._asked:
                continue
            try:
                question = checked(name, self._spool.question(name) or {}, self._clock())
            except QuestionRefused as refused:
                self._spool.refuse(name)
                remedy = "its hook denies the call at its deadline; the file lies in spool/refused"
                problems.append(Problem(f"request {clean(name, 64)}", str(refused), remedy))
                continue
            self._asked[name] = question
            if name not in book.requests:
                asked.append(question)
        self._asked = {name: one for name, one in self._asked.items() if name in heard}
        found = (
            passed_call(line.file, line.inode, line.offset, line.next, line.text)
            for line in self._spool.new_lines(book.marks)
        )
        return Seen(heard, tuple(asked), tuple(call for call in found if call)), tuple(problems)

    async def _leave_word(self) -> None:
        """Leave what hooks must know, and say where the disk does not take it: it is tried again each second."""
        before, self._untold = self._untold, None
        try:
            await asyncio.to_thread(self._deliver)
        except OSError as error:
            self._untold = error
        if self.report is not None and str(before) != str(self._untold):
            await self.report(*_of_words(self._untold))

    def _deliver(self) -> None:
        """Leave what hooks wait for, and what they must know."""
        around, now = self._around(), self._clock()
        self._answers.leave_all(self.book, self._spool.questions(), now)
        self._files.publish(self.book, around.fleet, around.cards, now, around.acts.under_way(), around.budgeted)


def _of_words(untold: OSError | None) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """Give what is wrong with leaving word for hooks, or that it is right again."""
    about = "word for hooks"
    if untold is None:
        return (), (about,)
    where = clean(str(untold.filename or "the spool"), 400)
    told = f"hooks cannot be told what holds now: {where}: {untold.strerror or untold}"
    return (Problem(about, told, f"see to {where}; until then a hook denies what it cannot know"),), ()
