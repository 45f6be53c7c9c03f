"""What the screen asks of the store: what changed, what is known of one run, and a bell to wait for.

The board reads through this port alone, so that it may be killed, stalled or opened twice without the core noticing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from state.approval.approval import Approval
    from state.checks.check import CheckResult
    from state.control.act import Act
    from state.evidence.package import Package
    from state.findings.conflict import Matrix, Pair
    from state.gates.book import Gated
    from state.gates.request import Request
    from state.money.accounts import Estimated
    from state.money.spent import PriceUsed, Spent
    from state.problem import Problem
    from state.release.item import Item
    from state.runs.card import Card
    from state.runs.run import Assigned, ContextPart, Origin, Step
    from state.runs.test_runs import RanTests
    from state.runs.worktree import Worktree


@dataclass(frozen=True, slots=True)
class CallLine:
    """One line of a run's story. `at` is in seconds since 1970; `log` and `offset` name the record it was read from."""

    at: float | None
    kind: str
    """prompt, said, tool, result, asked, answered, plan, turn, error, compacted, subagent, unread or ended."""
    text: str
    failed: bool = False
    log: str = ""
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything that the screen shows of one run. `story` holds its last lines, oldest first."""

    card: Card
    worktree: Worktree | None
    steps: tuple[Step, ...]
    plan_text: tuple[str, ...]
    story: tuple[CallLine, ...]
    origins: Mapping[str, Origin]
    context: tuple[ContextPart, ...] = ()
    assigned: tuple[Assigned, ...] = ()
    acts: tuple[Act, ...] = ()
    """What humans asked of it, the oldest first."""
    estimated: Estimated | None = None
    """What it was likely to cost and take when it began, None where nobody asked then; `began` is its first datum."""
    began: float | None = None
    paid: Spent | None = None
    """What its calls cost in their mix, None where it made none or they cannot be read now; `prices` by what source."""
    prices: tuple[PriceUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeDetail:
    """Everything that the merge gate knows of one run's change, read in one go. None of it is None for "none".

    `packages` are those that were kept, the newest first, as many as are shown; `results` what checks came to on the
    newest one's tree under its policy; `approvals`, `items` and `acts` (kinds check and merge) the run's, the newest
    first. `requests` are its requests of the merge and the release gate, and all that are open, the newest first, with
    their decisions. `seen` names the hunks that a human has seen, `gated` is the run's phase with its approved plan.
    """

    run: str
    packages: tuple[Package, ...] = ()
    results: tuple[CheckResult, ...] = ()
    approvals: tuple[Approval, ...] = ()
    items: tuple[Item, ...] = ()
    acts: tuple[Act, ...] = ()
    requests: tuple[Request, ...] = ()
    seen: frozenset[str] = frozenset()
    gated: Gated | None = None
    minutes: float | None = None
    """How long the run has worked, None where that is unknown."""
    plans: tuple[Request, ...] = ()
    """Its requests of the plan gate with their decisions, the newest first."""
    tested: tuple[RanTests, ...] = ()
    """The test runs that its log tells of, the newest first."""

    @property
    def package(self) -> Package | None:
        """The newest package, None where none was made."""
        return self.packages[0] if self.packages else None

    @property
    def request(self) -> Request | None:
        """The merge request that the newest package was put before the human with, None where there is none."""
        package = self.package
        asked = (one for one in self.requests if one.gate == "merge" and package and one.sha == package.sha)
        return next(asked, None)


def _no_estimates() -> dict[str, Estimated]:
    return {}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What changed since a revision, and what is true of the whole board now.

    `indexing` is the fraction of a first index that is done, None when there is none under way. `requests` are always
    all that are open, in the order of need, and behind them the last answered ones of each run.
    """

    rev: int
    cards: tuple[Card, ...]
    gone: tuple[str, ...]
    problems: tuple[Problem, ...]
    repository: str
    base: str | None
    unassigned: int
    looked_in: tuple[str, ...]
    indexing: float | None
    requests: tuple[Request, ...] = ()
    frozen: str | None = None
    """Who froze the whole fleet, None where nobody did."""
    estimates: Mapping[str, Estimated] = field(default_factory=_no_estimates)
    """What was estimated of the runs whose plan waits, by run."""
    repositories: Mapping[str, str] = field(default_factory=dict[str, str])
    """The repository of each run, by a name that tells it from the others; empty on the board of one."""


class BoardUnreadable(Exception):
    """The store cannot be read now. Its text is one sentence for the human; the board says it and tries again."""


class OrderRefused(Exception):
    """The core did not do what was asked. Its text is the sentence for the human."""


class BoardReader(Protocol):
    """Where the screen gets what it shows. Any call may raise `BoardUnreadable`, and none blocks the loop."""

    async def changes(self, since: int) -> Snapshot:
        """Give what changed after revision `since`; 0 gives everything."""
        ...

    async def detail(self, run: str) -> Detail | None:
        """Give all that is known of one run, None where there is none of that id."""
        ...

    async def change(self, run: str) -> ChangeDetail:
        """Give what the merge gate knows of one run's change."""
        ...

    async def pairs(self) -> tuple[Pair, ...]:
        """Give every two worktrees, or a worktree and the base, that do not merge."""
        ...

    async def matrices(self) -> tuple[Matrix, ...]:
        """Give for each repository what was found when its worktrees were compared last; without sides: never."""
        ...

    async def rung(self) -> None:
        """Return when the core says that something changed. May be cancelled."""
        ...

    async def order(self, verb: str, **words: str) -> str:
        """Put an order into the core's inbox and give a sentence that says what became of it.

        Raises `OrderRefused` where the core answers that it cannot be done.
        """
        ...

    async def close(self) -> None:
        """Let go of everything that was opened."""
        ...
