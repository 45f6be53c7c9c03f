"""The duty that watches budgets: it counts them at each news, writes what changed, asks, and stops where that is set.

A warning is a finding on the runs concerned. A request is asked once for each cause, which is a budget at a ceiling at
a share. Pausing is the gates' own hard stop, by the finding: the hook then waits for the answer. What a human raises
goes into the ledger with the commit that raises it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from state.control.act import Act
from state.control.desk import Desk
from state.gates.hard_stops import ENDED, supervised
from state.gates.request import Request
from state.ledger.entry import TOOL
from state.money.accounts import Accounted, BudgetStands, Ceiling
from state.money.amounts import amount
from state.money.budget import PAUSING, SHARED_WINDOW
from state.money.budget_counting import Drawing, Sums, counted, outlived
from state.money.budget_plans import STEPS
from state.money.budget_raising import at_ceiling
from state.money.budget_settings import moment
from state.money.budget_words import usd_of
from state.money.budgeted import Budgeted, about, budgeted, cause_text, draws, whose, windows_of
from state.policy.verdict import Effect, Hit
from state.runs.event import Event, RunAssigned
from state.runs.roles import ROLES
from state.runs.run import RunKey
from state.spool import Order, account
from state.text import clean

ASKS = "budget-"
"""How the ids of requests begin that a budget asks while its runs go on."""
_EVERY = 20.0
_BECAUSE = "it has spent what it was given; an approval gives it more, and nothing else changes"


class Budgeting:
    """The duty of budgets, and of orders to raise one or to open a window."""

    verbs = frozenset({"raise_budget", "open_window"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._stirred, self._freed, self._looked = True, False, 0.0
        self._known: object = None

    async def carry_out(self, order: Order) -> Act:
        """Give a budget another ceiling, or open a window. Raises `ValueError` with the sentence why not."""
        desk, words = self._desk, order.words
        reason = clean(words.get("reason", "").strip(), 2000)
        if not reason:
            raise ValueError("say why with a reason: it is kept in the ledger; nothing was changed")
        usd = usd_of(words.get("usd", ""))
        if usd is None:
            raise ValueError(f"{clean(words.get('usd', ''), 40) or 'nothing'} is no amount in USD; nothing was changed")
        until = _until(words.get("until", ""), desk.clock())
        name = self._window(words, until) if order.verb == "open_window" else self._raisable(words.get("budget", ""))
        by = clean(words.get("by", "").strip(), 120) or account()
        given = Ceiling(order.id, name, usd, by, desk.clock(), reason, until)
        if all(one.asked != order.id for one in desk.accounts().ceilings):
            before = desk.accounts().budgets.get(name)
            after = (at_ceiling(before, usd, self._now()),) if before is not None else ()
            await desk.account(Accounted(ceilings=(given,), budgets=after))
            await self._count()
        what = "is open" if order.verb == "open_window" else "is raised"
        ends = f" until {datetime.fromtimestamp(until):%Y-%m-%d %H:%M}" if until is not None else ""
        text = f"{name} {what}: ${amount(usd)}{ends}, by {by}"
        return Act(order.id, RunKey(""), "budget", by, desk.clock(), reason, "confirmed", text)

    def hear(self, events: Sequence[Event]) -> None:
        """Note that something may count differently; a human's word on a run may move sums."""
        self._stirred = True
        self._freed = self._freed or any(isinstance(one, RunAssigned) for one in events)

    async def look(self) -> None:
        """Count, where anything may have changed since the last look; by the clock, because periods and windows end."""
        now, desk = self._desk.clock(), self._desk
        known = (desk.hands.settings(), desk.accounts().ceilings)
        if self._stirred or known != self._known or now - self._looked >= _EVERY:
            self._stirred, self._known, self._looked = False, known, now
            await self._count()

    async def _count(self) -> None:
        """Count everything, write what changed, and see to it."""
        await self._desk.recall()
        desk, before, drawing = self._desk, self._desk.accounts().budgets, self._drawing()
        sums = Sums(
            drawing, desk.months(), desk.hands.settings().budgets, desk.accounts(), desk.clock(), desk.rates(),
            desk.acts().envelopes(), self._freed,
        )  # fmt: skip
        self._freed = False
        stands = counted(sums)
        changed = tuple(one for one in stands if before.get(one.name) != one)
        gone = {*outlived(before.values(), desk.fleet().runs, sums)} - {one.name for one in stands}
        if changed or gone:
            await desk.account(Accounted(budgets=changed, outlived=tuple(gone)))
        await self._ask(stands, drawing)
        await self._stop(stands, drawing)

    def _now(self) -> Budgeted:
        desk = self._desk
        budgets, envelopes = desk.hands.settings().budgets, desk.acts().envelopes()
        return budgeted(desk.accounts(), budgets, desk.rates(), desk.clock(), envelopes)

    def _drawing(self) -> dict[RunKey, Drawing]:
        """Give the runs that may count: those with calls in a period that is kept, and those that live."""
        runs, trees, cards = self._desk.fleet().runs, self._desk.fleet().worktrees, self._desk.cards()
        living = {RunKey(key) for key, card in cards.items() if card.state not in ENDED}
        wanted = runs if self._desk.hands.settings().budgets.task.usd is not None else {
            *(key for key in self._desk.months().runs() if key in runs), *(key for key in living if key in runs)
        }  # fmt: skip
        return {
            key: Drawing(runs[key], whose(runs[key], trees.get(runs[key].worktree or "")), key in living)
            for key in wanted
        }

    # Asking

    async def _ask(self, stands: Sequence[BudgetStands], drawing: dict[RunKey, Drawing]) -> None:
        """Ask for each cause that is new, and take back what was asked of causes that are gone."""
        book, now = self._desk.book(), self._now()
        asked = [one for one in book.requests.values() if one.id.startswith(ASKS)]
        causes: set[str] = set()
        for stand in stands:
            run = self._asks_of(stand, drawing, now)
            if run is None:
                # Nobody lives by whom it asks; where the hard stop asks instead, this question is taken back.
                lives = any(one.lives for one in self._drawers(stand, drawing))
                still = asked if _still(stand) and not lives else []
                causes |= {one.sha for one in still if one.state == "open" and _named(one) == stand.name}
                continue
            text = cause_text(stand, now.ladder(stand, run.who.role))
            sha = hashlib.sha256(f"{ASKS}\0{about(text)}".encode("utf-8", "replace")).hexdigest()
            causes.add(sha)
            before = [one for one in asked if one.sha == sha]
            if all(one.state == "moot" for one in before):
                await self._desk.ask(self._request(f"{ASKS}{sha[:20]}-{len(before) + 1}", text, sha, run))
        for one in asked:
            if one.state == "open" and one.sha not in causes:
                await self._desk.ask(replace(one, state="moot"))

    def _asks_of(self, stand: BudgetStands, drawing: dict[RunKey, Drawing], now: Budgeted) -> Drawing | None:
        """Give the run by which a budget asks: the dearest that lives; None where it asks nothing, or nobody lives."""
        if STEPS.index(stand.step) < STEPS.index("ask"):
            return None
        runs = [one for one in self._drawers(stand, drawing) if one.lives]
        if stand.step in PAUSING and any(supervised(self._desk.book(), one.run.key) for one in runs):
            return None  # the hard stop asks
        return max(runs, key=lambda one: (one.run.cost.usd, one.run.key), default=None)

    def _drawers(self, stand: BudgetStands, drawing: dict[RunKey, Drawing]) -> Iterator[Drawing]:
        budgets = self._desk.hands.settings().budgets
        if stand.name.startswith(f"{SHARED_WINDOW}:"):
            given = self._desk.accounts().ceilings
            roles = {role for one in windows_of(budgets, given) if one.name == stand.of for role in one.roles}
            yield from (one for one in drawing.values() if one.who.role in roles)
            return
        yield from (one for one in drawing.values() if draws(budgets, stand, one.who))

    def _request(self, name: str, text: str, sha: str, of: Drawing) -> Request:
        run = of.run
        return Request(
            id=name,
            run=run.key,
            gate="exception",
            text=text,
            sha=sha,
            opened=self._desk.clock(),
            effects=(Effect("budget", text),),
            hits=(Hit("budget", "escalate", _BECAUSE, severity="medium"),),
            severity="medium",
            context_version=run.context_version,
            agent=run.agent,
            session=run.session,
        )

    # Stopping

    async def _stop(self, stands: Iterable[BudgetStands], drawing: dict[RunKey, Drawing]) -> None:
        """Have the runs stopped of budgets that say so: once for each cause, by the tool."""
        if self._desk.hands.processes is None:
            return
        for stand in (one for one in stands if one.step == "stop"):
            for one in [one for one in self._drawers(stand, drawing) if one.lives]:
                text = cause_text(stand, self._now().ladder(stand, one.who.role))
                sha = hashlib.sha256(f"{one.run.key}\0{about(text)}".encode("utf-8", "replace")).hexdigest()
                order = Order(f"{ASKS}stop-{sha[:20]}", "stop", {"run": one.run.key, "by": TOOL, "reason": about(text)})
                if order.id not in self._desk.acts().by_id:
                    await self._stopped(order)

    async def _stopped(self, order: Order) -> None:
        try:
            await self._desk.order(order)
        except ValueError:
            return  # a human is at it: the next look asks again

    # Orders

    def _raisable(self, name: str) -> str:
        """Give the whole name of a budget. Raises `ValueError` with the sentence why none is raised."""
        known = {*self._desk.accounts().budgets, *(f"run:{key}" for key in self._desk.fleet().runs)}
        found = [name] if name in known else sorted(one for one in known if name and one.startswith(name))
        if len(found) == 1:
            return found[0]
        several = f"{len(found)} budgets begin with" if found else "there is no budget"
        raise ValueError(f"{several} {clean(name, 60) or 'without a name'}: see `headgate budget`; nothing was changed")

    def _window(self, words: dict[str, str], until: float | None) -> str:
        """Give the name under which a window is kept. Raises `ValueError`."""
        name = clean(words.get("name", "").strip(), 80)
        roles = [one.strip() for one in words.get("roles", "").split(",") if one.strip()]
        if not name or ":" in name:
            raise ValueError("a window needs a name without a colon; nothing was changed")
        lost = [one for one in roles if one not in ROLES]
        if lost or not roles:
            told = f"{clean(lost[0], 40)} is no role" if lost else "a window needs its roles"
            raise ValueError(f"{told}: {', '.join(ROLES)}; nothing was changed")
        if until is None:
            raise ValueError("a window needs an end: --until T; nothing was changed")
        return f"{SHARED_WINDOW}:{','.join(roles)}:{name}"


def _named(request: Request) -> str:
    return request.text.removeprefix("budget ").partition(" of $")[0]


def _still(stand: BudgetStands) -> bool:
    """Say whether a budget is still where it would ask, though nobody lives by whom it asks."""
    return STEPS.index(stand.step) >= STEPS.index("ask")


def _until(text: str, now: float) -> float | None:
    """Read an end. Raises `ValueError` with the sentence what is wrong with it."""
    if not text.strip():
        return None
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"{clean(text, 40)} is no time, such as 2026-06-20 or 2026-06-20T18:00; nothing was changed"
        ) from None
    end = moment(told.date(), end=True) if len(text.strip()) == 10 else moment(told)
    if end <= now:
        raise ValueError(f"{clean(text, 40)} is over; nothing was changed")
    return end
