"""What happened, as plain values: runs with their tasks and costs, what the ledger tells, and what humans did.

All figures of `state.outcomes` are made of these values alone, so that each can be checked by hand in a test.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from state.findings.finding import Finding
from state.money.accounts import Attended, Intervention, Routed
from state.money.spending import NOTHING, Cost
from state.release.item import Item
from state.runs.run import Usage

EARLIER, BEFORE, NOW = 0, 1, 2
"""When a sum was spent: before both windows, in the window before, in the window itself."""


@dataclass(frozen=True, slots=True)
class Worked:
    """A run as it stands. `task` is the digest of the task's title, "" where nobody named one.

    `began` is the first time that its log tells, `seen` the last. `read` is False where its logs were skimmed only.
    Times are seconds since 1970; None is unknown.
    """

    run: str
    task: str = ""
    title: str = ""
    agent: str = ""
    version: str | None = None
    role: str | None = None
    owner: str | None = None
    models: tuple[str, ...] = ()
    lane: str | None = None
    context: str | None = None
    risk: str | None = None
    parent: str | None = None
    worktree: str | None = None
    branch: str | None = None
    head: str | None = None
    ahead: int | None = None
    lines: int | None = None
    began: float | None = None
    seen: float | None = None
    read: bool = True
    findings: tuple[Finding, ...] = ()
    log: str = ""

    @property
    def source(self) -> str:
        """Name the place where it can be read."""
        return self.log or f"run {self.run}"


@dataclass(frozen=True, slots=True)
class Paid:
    """What the calls of one run came to in one stretch (`EARLIER`, `BEFORE` or `NOW`), `main` thread or subagents.

    `net` is what its cache saved less what it cost to fill, in USD; `unlisted` counts calls that it leaves out.
    """

    run: str
    span: int
    main: bool
    cost: Cost = NOTHING
    usage: Usage = field(default_factory=Usage)
    net: Decimal = Decimal(0)
    unlisted: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """A model that answered in the main thread of a run, from its first hour to its last (seconds since 1970)."""

    run: str
    model: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Broken:
    """An hour of a run in which the cache held much less than in its hour before: shares of the input, 0 to 1."""

    run: str
    at: float
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Busy:
    """How many whole hours of a stretch a run made calls in."""

    run: str
    span: int
    hours: int


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry of the ledger: its number, its time in seconds since 1970, who, what, about which run, and its body."""

    seq: int
    at: float
    actor_kind: str
    actor: str
    kind: str
    run: str
    body: Mapping[str, Any]

    @property
    def source(self) -> str:
        """Name the place where it can be read."""
        return f"ledger {self.seq}"

    def word(self, key: str) -> str:
        """Give a text of the body, "" where it has none."""
        value = self.body.get(key)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Read:
    """A part of a file in a run's context, by its path in the worktree and its content's digest.

    `times` is how often it was read without a change, `again` how many characters came back more than once.
    """

    run: str
    path: str
    digest: str
    times: int
    again: int
    at: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Clashing:
    """The worktrees as they were compared last: how many pairs there are, and those that do not merge."""

    at: float | None
    compared: int
    pairs: tuple[tuple[str, str, str], ...]
    """Two names, and the kinds of their conflict."""


@dataclass(frozen=True, slots=True)
class Journal:
    """All that the figures of one window and of the one before it are made of.

    `wall` are the hours (since 1970) of both windows in which any run made calls. `kept` names the tables that hold
    anything at all: attention, intervention, route; of the others it is not known what happened. `clashing` is as of
    now only. `changes` are the lines that evidence packages add and delete, by their digests.
    """

    runs: tuple[Worked, ...] = ()
    paid: tuple[Paid, ...] = ()
    answered: tuple[Answered, ...] = ()
    broken: tuple[Broken, ...] = ()
    busy: tuple[Busy, ...] = ()
    wall: frozenset[int] = frozenset()
    entries: tuple[Entered, ...] = ()
    items: tuple[Item, ...] = ()
    attended: tuple[Attended, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    routes: tuple[Routed, ...] = ()
    looks: tuple[tuple[str, float], ...] = ()
    """A run, and when a human marked the first hunk of its change as seen."""
    readings: tuple[Read, ...] = ()
    readings_of: int = 0
    """Of how many runs `readings` were read."""
    clashing: tuple[Clashing, ...] = ()
    changes: tuple[tuple[str, int, int], ...] = ()
    kept: frozenset[str] = frozenset()
    timeless: Cost = NOTHING
    """What calls cost whose time no log tells; they belong to no window."""


def joined(journals: Iterable[Journal]) -> Journal:
    """Give one journal of several repositories'."""
    whole = Journal()
    for one in journals:
        facts: dict[str, Any] = {}
        for name in (each.name for each in fields(Journal)):
            mine, its = getattr(whole, name), getattr(one, name)
            facts[name] = mine | its if isinstance(mine, frozenset) else mine + its
        whole = Journal(**facts)
    return whole
