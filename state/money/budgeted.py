"""What budgets do to one run now: its findings, what is left before it pauses, and whether anything new may begin.

All of it follows from how the budgets stand and from the settings, so that a core that begins anew says the same, and
nobody is asked twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from state.findings.finding import Finding, Severity
from state.money.accounts import Accounts, BudgetStands, Ceiling, Step
from state.money.budget import (
    DOES,
    PAUSING,
    REFUSING,
    SHARED_WINDOW,
    UNSEEN,
    Counted,
    Limit,
    amount,
    following,
    milder,
    month_of,
    pauses_at,
    proposed,
    step_at,
)
from state.money.budget_plans import SENIOR, Budgets, Ladder, Plan, Window
from state.money.rates_seen import dearest
from state.money.spending import Rates
from state.runs.digest import digest
from state.runs.roles import ROLES, owner_of, role_of, title_of

if TYPE_CHECKING:
    from state.runs.run import Run
    from state.runs.worktree import Worktree

KIND = "budget"
NONE = Decimal(0)
WINDOW_LADDER: Ladder = ((Decimal(80), "warn"), (Decimal(100), "ask"))
_RAISES = re.compile(r"budget (.+) of \$[\d,.]+(?: in \S+)? is at .*; an approval raises it to \$([\d,.]+)")


@dataclass(frozen=True, slots=True)
class Whose:
    """The words by which a run draws on budgets; None is unknown. `run` is "" where there is none yet."""

    run: str = ""
    role: str | None = None
    owner: str | None = None
    task: str | None = None
    branch: str | None = None


def whose(run: Run, tree: Worktree | None) -> Whose:
    """Give the words of a run, as its row shows them."""
    title = title_of(run)[0]
    branch = (tree.branch if tree is not None else None) or run.branch
    return Whose(run.key, role_of(run)[0], owner_of(run)[0], digest(title) if title else None, branch)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left for a run before the nearest of its limits pauses it, in USD. `about` is what a pause would say."""

    usd: Decimal
    name: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Budgeted:
    """How budgets stand and how they were set. `rates` are the dearest that were seen of each model.

    `windows` are those in force now that are not used up, by the roles that they spare.
    """

    stands: Mapping[str, BudgetStands] = field(default_factory=dict[str, BudgetStands])
    budgets: Budgets = field(default_factory=Budgets)
    rates: Mapping[str, Rates] = field(default_factory=dict[str, Rates])
    windows: Mapping[str, str] = field(default_factory=dict[str, str])
    envelopes: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    """The envelopes that starts chose, in USD by run."""

    def of(self, who: Whose) -> Iterator[BudgetStands]:
        """Give the budgets that a run draws on."""
        words = (("role", who.role), ("person", who.owner), ("task", who.task), ("run", who.run or None))
        pools = (f"pool:{name}" for name in self.budgets.pools)
        names = ("envelope", *(f"{scope}:{of}" for scope, of in words if of is not None), *pools)
        for name in names:
            if (stand := self.stands.get(name)) is not None and draws(self.budgets, stand, who):
                yield stand

    def ladder(self, stand: BudgetStands, role: str | None = None) -> Ladder:
        """Give the rungs of a budget; `role` is that of the run, where it is a run's own."""
        return ladder_of(self.budgets, stand.scope, stand.of, role, stand.name)

    def findings(self, run: Run, who: Whose) -> tuple[Finding, ...]:
        """Say on a run what its budgets do, the gravest first."""
        origin = run.origins.get("usage")
        found = [
            Finding(
                KIND, _severity(stand), cause_text(stand, self.ladder(stand, who.role)), (origin,) if origin else ()
            )
            for stand in self.of(who)
            if stand.step != "ok"
        ]
        return tuple(sorted(found, key=lambda one: (one.severity != "stop", one.text)))

    def refused(self, who: Whose) -> str | None:
        """Say which budget starts nothing new for such a run, and what raises it; None where it may begin."""
        for stand in self.of(who):
            if stand.step in REFUSING and stand.scope != "run":
                used = f"${amount(stand.used)} of ${amount(stand.ceiling)}"
                remedy = f"`headgate budget raise {stand.name} USD --reason T` raises it"
                return f"the budget {stand.name} has used {used}, so nothing new of it is started: {remedy}"
        return None

    def left(self, run: Run, who: Whose) -> Left | None:
        """Give what is left before the nearest limit pauses a run; None where none would."""
        held = {stand.name: stand for stand in self.of(who)}
        own, usual = f"run:{run.key}", self.envelopes.get(run.key, self.budgets.run.usd)
        if own in held or usual is not None:
            # Its own sum is the fold's, as is the record up to which its log was counted.
            whole = Counted(run.cost, dearest(self.rates, (*run.models, run.model), run.agent))
            fresh = BudgetStands(own, "run", run.key, None, None, usual or UNSEEN, NONE, None, "ok", "")
            known = held.get(own, fresh)
            held[own] = replace(known, spent=run.cost.usd, guess=whole.guess)
        found = [left for stand in held.values() if (left := self._left(stand, who)) is not None]
        return min(found, key=lambda one: (one.usd, one.name), default=None)

    def _left(self, stand: BudgetStands, who: Whose) -> Left | None:
        if who.role in self.windows and stand.scope in ("role", "run"):
            return None
        ladder = self.ladder(stand, who.role)
        limit = pauses_at(ladder, stand.ceiling)
        if limit is None:
            return None
        rung = step_at(ladder, max(stand.used, limit), stand.ceiling)
        head = _head(stand, *rung)
        higher = proposed(ladder, max(stand.used, limit), stand.ceiling)
        left = Decimal(0) if stand.step in PAUSING else limit - stand.used
        return Left(left, stand.name, head, f"{head}{_tail(higher)}")


def draws(budgets: Budgets, stand: BudgetStands, who: Whose) -> bool:
    """Say whether a run draws on a budget. A window is none of a run's: it only spares."""
    match stand.scope:
        case "envelope":
            return True
        case "role":
            return stand.of == who.role
        case "person":
            return stand.of == who.owner
        case "task":
            return stand.of == who.task
        case "run":
            return stand.of == who.run
        case "pool":
            pool = None if stand.name.startswith(f"{SHARED_WINDOW}:") else budgets.pools.get(stand.of)
            return pool is not None and pool.holds(who.role, who.owner, who.branch)


def ladder_of(budgets: Budgets, scope: str, of: str, role: str | None = None, name: str = "") -> Ladder:
    """Give the rungs of a budget as it is set; one that is set no more has none."""
    match scope:
        case "envelope":
            return budgets.envelope.ladder
        case "role":
            return budgets.roles.get(of, Plan()).ladder
        case "person":
            return budgets.person.ladder
        case "task":
            return budgets.task.ladder
        case "run":
            return spared(budgets.run.ladder) if role in SENIOR and not budgets.senior_roles else budgets.run.ladder
        case _:
            pool = budgets.pools.get(of)
            return WINDOW_LADDER if name.startswith(f"{SHARED_WINDOW}:") else pool.plan.ladder if pool else ()


def spared(ladder: Ladder) -> Ladder:
    """Give a ladder that asks where it would do more: judgement is not starved (research/economics.md 5.5)."""
    return tuple((share, milder(step, "ask")) for share, step in ladder)


def windows_of(budgets: Budgets, given: Iterable[Ceiling]) -> tuple[Window, ...]:
    """Give every approved window: those of the settings, and those that a human opened by the verb."""
    opened: list[Window] = []
    for one in given:
        kind, _, rest = one.budget.partition(":")
        roles, _, name = rest.partition(":")
        if kind == SHARED_WINDOW and name and one.until is not None and set(roles.split(",")) <= set(ROLES):
            opened.append(Window(name, tuple(roles.split(",")), one.at, one.until, one.usd, one.by))
    return (*budgets.windows, *opened)


def budgeted(
    accounts: Accounts, budgets: Budgets, rates: Mapping[str, Rates], now: float, envelopes: Mapping[str, Decimal]
) -> Budgeted:
    """Put together what is known of budgets at a time; `envelopes` are those that starts chose, by run."""
    spares: dict[str, str] = {}
    for window in windows_of(budgets, accounts.ceilings):
        stand = accounts.budgets.get(f"{SHARED_WINDOW}:{window.name}")
        if window.since <= now < window.until and (stand is None or stand.step in ("ok", "warn")):
            spares |= dict.fromkeys(window.roles, window.name)
    return Budgeted(accounts.budgets, budgets, rates, spares, envelopes)


def kept_since(budgets: Budgets, now: float) -> float:
    """Give from when on calls are to be kept in mind: this month's, and those of a window that began before it."""
    begun = [one.since for one in budgets.windows if one.since <= now < one.until]
    return min([month_of(now).since or now, *begun])


def cause_text(stand: BudgetStands, ladder: Ladder) -> str:
    """Say what a budget does and what an approval would raise it to; it changes with the step, not with each call."""
    step, share = step_at(ladder, stand.used, stand.ceiling)
    if step != stand.step:
        share = next((rung for rung, word in ladder if word == stand.step), share)
    head = _head(stand, stand.step, share)
    if stand.step == "warn":
        coming = following(ladder, share * stand.ceiling / 100, stand.ceiling)
        return f"{head}; at ${amount(coming[1])}: {DOES[coming[0]]}" if coming else head
    return f"{head}{_tail(proposed(ladder, max(stand.used, share * stand.ceiling / 100), stand.ceiling))}"


def about(text: str) -> str:
    """Give what a budget's sentence is about, without the amount that it proposes."""
    return text.partition("; an approval")[0]


def raise_in(text: str) -> tuple[str, Decimal] | None:
    """Give the budget's name and the ceiling that a sentence of `cause_text` proposes; None where it is none."""
    found = _RAISES.fullmatch(text)
    return None if found is None else (found[1], Decimal(found[2].replace(",", "")))


def limits(budgets: Budgets) -> Iterator[Limit]:
    """Give the limits that are there whatever runs: the envelope, roles and pools."""
    if budgets.envelope.usd is not None:
        yield Limit("envelope", "", budgets.envelope.usd, budgets.envelope.ladder)
    for role, plan in budgets.roles.items():
        if plan.usd is not None:
            yield Limit("role", role, plan.usd, plan.ladder)
    for name, pool in budgets.pools.items():
        if pool.plan.usd is not None:
            yield Limit("pool", name, pool.plan.usd, pool.plan.ladder)


def _head(stand: BudgetStands, step: Step, share: Decimal) -> str:
    month = f" in {label}" if (label := stand_label(stand)) else ""
    return f"budget {stand.name} of ${amount(stand.ceiling)}{month} is at {share.normalize() + 0:f} %: {DOES[step]}"


def stand_label(stand: BudgetStands) -> str:
    """Give the name of a budget's period as its texts say it."""
    if stand.since is None or stand.name.startswith(f"{SHARED_WINDOW}:"):
        return ""
    return f"{datetime.fromtimestamp(stand.since):%Y-%m}"


def _tail(usd: Decimal) -> str:
    return f"; an approval raises it to ${amount(usd)}"


def _severity(stand: BudgetStands) -> Severity:
    if stand.step in PAUSING:
        return "stop"
    return "note" if stand.step == "warn" and stand.scope not in ("run", "task") else "warn"
