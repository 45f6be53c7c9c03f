"""What is kept on money and attention beside the calls themselves: who attended to what, routes, estimates, budgets.

Like everything that the core knows, it is added to by one step's news (`Accounted`), which goes into the database and
the ledger in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from state.ledger.entry import Draft
from state.money.alarm import Alarm

Surface = Literal["board", "detail", "decide", "change", "diff", "conflicts", "terminal", "other"]
WordClass = Literal["task", "gate", "answer", "correction", "interrupt", "deny", "re-explain", "edit"]
"""What a human's intervention was: research/economics.md 5.2; `edit` is one by hand in the run's worktree."""
Chooser = Literal["rule", "human", "agent"]
Scope = Literal["envelope", "role", "person", "task", "run", "pool"]
Step = Literal["ok", "warn", "ask", "pause_new", "pause_runs", "stop"]
"""What a budget does where it stands, the mildest first: research/economics.md 5.5."""


@dataclass(frozen=True, slots=True)
class Attended:
    """A stretch in which a human looked at a run or its task, `since` to `until`, with `keys` presses in it.

    `id` is the order that told it. `run` and `task` are "" where nothing of the kind was in focus. Times are seconds
    since 1970. `idle` is what was cut off because no key came for so long.
    """

    id: str
    run: str
    task: str
    surface: Surface
    since: float
    until: float
    keys: int
    by: str
    idle: float = 0.0


@dataclass(frozen=True, slots=True)
class Intervention:
    """One thing that a human said or did to a run, by its class; `text` is its beginning, `log` and `offset` where."""

    run: str
    at: float | None
    kind: WordClass
    text: str
    log: str
    offset: int


@dataclass(frozen=True, slots=True)
class Routed:
    """A lane, model and effort that were chosen for a run at a time, by whom and why; the first is its start.

    `spent` is what it had cost by then, in USD, and `edits` how many files it had edited: a route that is changed
    after either was a wrong one (research/economics.md 8).
    """

    run: str
    at: float
    role: str | None
    lane: str | None
    model: str | None
    effort: str | None
    chosen_by: Chooser
    why: str
    spent: Decimal | None = None
    edits: int = 0


@dataclass(frozen=True, slots=True)
class Estimated:
    """What a run was likely to cost and take when it began: the middle half of `n` runs of its kind.

    `usd` and `seconds` are P25 and P75, None where there was no history. `basis` says of which runs. `unpriced` of
    them have no price for all of their calls: the range is then a lower bound.
    """

    run: str
    at: float
    n: int
    basis: str
    usd_low: Decimal | None = None
    usd_high: Decimal | None = None
    seconds_low: float | None = None
    seconds_high: float | None = None
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class BudgetStands:
    """How one budget stands over its period, `since` to `until`, in USD.

    `name` is unique, such as `role:implementer` or `run:4f2a…`. `spent` has what has a price; `guess` adds what has
    none at the dearest rate seen (research/economics.md 1.5), None where all has one. `step` is what it does now, and
    `text` says so in one sentence. `ceiling` is the one in force, raised ones included.
    """

    name: str
    scope: Scope
    of: str
    since: float | None
    until: float | None
    ceiling: Decimal
    spent: Decimal
    guess: Decimal | None
    step: Step
    text: str

    @property
    def used(self) -> Decimal:
        """What counts against the ceiling: the upper guess where there is one."""
        return self.spent if self.guess is None else self.guess


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A new ceiling that a human gave a budget, or an approved window of high leverage: it has a name and an end.

    `asked` is the order that said it. `usd` is the ceiling from then on; `until` None: to the period's end.
    """

    asked: str
    budget: str
    usd: Decimal
    by: str
    at: float
    reason: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Accounted:
    """What one step adds. `drafts` go into the ledger in the same transaction, as each ceiling does.

    `outlived` names budgets that are kept no more.
    """

    attended: tuple[Attended, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    routed: tuple[Routed, ...] = ()
    estimated: tuple[Estimated, ...] = ()
    budgets: tuple[BudgetStands, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    drafts: tuple[Draft, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    outlived: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the core keeps in mind of it: budgets and alarms by name, ceilings given, estimates and routes by run."""

    budgets: Mapping[str, BudgetStands] = field(default_factory=dict[str, BudgetStands])
    ceilings: tuple[Ceiling, ...] = ()
    estimated: Mapping[str, Estimated] = field(default_factory=dict[str, Estimated])
    routed: Mapping[str, tuple[Routed, ...]] = field(default_factory=dict[str, tuple[Routed, ...]])
    alarms: Mapping[str, Alarm] = field(default_factory=dict[str, Alarm])

    def after(self, news: Accounted | None) -> "Accounts":
        """Give what is known once `news` was written."""
        if news is None:
            return self
        routed = dict(self.routed)
        for one in news.routed:
            routed[one.run] = (*routed.get(one.run, ()), one)
        known = {one.asked for one in self.ceilings}
        kept = {name: one for name, one in self.budgets.items() if name not in news.outlived}
        return Accounts(
            {**kept, **{one.name: one for one in news.budgets}},
            (*self.ceilings, *(one for one in news.ceilings if one.asked not in known)),
            {**self.estimated, **{one.run: one for one in news.estimated}},
            routed,
            {**self.alarms, **{one.name: one for one in news.alarms}},
        )
