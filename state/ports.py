"""What state asks of the outside, and the values that cross. Adapters satisfy these protocols; tests use fakes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from state.problem import Problem as Problem

if TYPE_CHECKING:
    from state.money.spending import Edition, NoPrice, Tariff, Terms
    from state.runs.event import Event
    from state.runs.run import Origin, PartKind, Run, RunKey, Usage
    from state.runs.worktree import Worktree


@dataclass(frozen=True, slots=True)
class LogMark:
    """How far one log has been read, and how to tell that it is still the same file.

    `offset` is the byte after the last record consumed. `head` and `tail` are digests of the first bytes and of the
    bytes before `offset`. `generation` counts how often the file was begun anew. `reader` is the adapter's own memory.
    An inode of 0 marks something that is no log, such as a registry file. `skimmed` are the bytes of it that were
    skimmed and not read.
    """

    path: str
    agent: str
    session: str | None = None
    run: RunKey | None = None
    side: bool = False
    cwd: str | None = None
    belongs: bool = False
    why: str = ""
    device: int = 0
    inode: int = 0
    size: int = 0
    modified_ns: int = 0
    offset: int = 0
    generation: int = 0
    head: str = ""
    tail: str = ""
    reader: str = ""
    records: int = 0
    not_understood: int = 0
    skimmed: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one wake-up of a source found, in the order in which it happened.

    The events and the marks belong together: they are committed in one transaction or not at all. All events of one log
    in one batch are of one generation, that of its mark. `stirred` are the worktrees (paths) in which
    something may have changed. `solved` are the `about`s of problems that are no more.
    """

    events: tuple[Event, ...] = ()
    marks: tuple[LogMark, ...] = ()
    problems: tuple[Problem, ...] = ()
    solved: tuple[str, ...] = ()
    stirred: frozenset[str] = frozenset()
    worktrees_changed: bool = False
    """True when worktrees may have been added, removed or moved."""
    bytes: int = 0
    reread: int = 0
    """Logs that were read again from their beginning."""
    done: int = 0
    """Bytes of the backlog behind this batch, for a progress bar."""
    backlog: int = 0
    """Bytes that were waiting when the reading began, with those that an interrupted reading has behind it."""


class RunSource(Protocol):
    """Where events come from. One source serves every agent."""

    def remember(self, marks: Sequence[LogMark]) -> None:
        """Take the marks of an earlier life, so that only what is new is read."""
        ...

    def locate_in(self, worktrees: Sequence[Worktree]) -> None:
        """Take the worktrees that now exist: they decide which logs belong to this repository."""
        ...

    def catch_up(self) -> AsyncIterator[Batch]:
        """Read everything that is new, in batches of a few megabytes, then end."""
        ...

    async def read_whole(self, run: RunKey) -> bool:
        """Read what was only skimmed of a run; it comes with the next batch. False where its logs move meanwhile."""
        ...

    def gathered(self) -> Batch | None:
        """Give what was gathered and not yet told, where nobody follows."""
        ...

    def signs(self) -> Mapping[str, str]:
        """Give the stamps (`state.store.unmoved`) that folders had when the last catching up began to look at them."""
        ...

    def follow(self) -> AsyncIterator[Batch]:
        """Catch up, then wait for changes for ever; each wake-up is one batch."""
        ...


class Worktrees(Protocol):
    """What git says. Every call has a time limit, and a failure is a value: `Worktree.problem` or a `Problem`."""

    async def listed(self) -> tuple[tuple[Worktree, ...], tuple[Problem, ...]]:
        """Name the worktrees that exist, with branch and head; their changes are not read yet."""
        ...

    async def read(self, worktree: Worktree) -> Worktree:
        """Give the same worktree with base, ahead, behind and changed files as of now."""
        ...


@dataclass(frozen=True, slots=True)
class AgentFound:
    """What `doctor` says of one agent: whether its program is there, its version, and where its logs lie."""

    agent: str
    program: str | None
    version: str | None
    roots: tuple[str, ...]
    logs: int
    problem: str | None = None


class PriceBook(Protocol):
    """What calls to models cost. Each is asked for at its own time; a book never guesses the family of a model."""

    def tariff(self, model: str | None, at: float | None, terms: Terms, usage: Usage) -> Tariff | NoPrice:
        """Give the rates of one call made at `at` (seconds since 1970) on these terms, or why there are none.

        The usage picks the long-context tier, which holds for the whole call.
        """
        ...

    def edition(self) -> Edition:
        """Say which prices are in force now; cheap enough to be asked at each batch."""
        ...

    def load(self) -> None:
        """Make ready, which may take a while and happens in a thread, so that no batch has to wait for it."""
        ...

    def complaint(self) -> Problem | None:
        """Say what is wrong with the user's own prices, if anything."""
        ...


@dataclass(frozen=True, slots=True)
class ContextFile:
    """A file that an agent of a run's kind loads by itself. `name` is its path below the worktree or its home (`~`).

    `value` is the git blob id of its content, or `state.runs.context.UNKNOWN` where it could not be read. `modified`
    is when it was last written, in seconds since 1970.
    """

    part: PartKind
    name: str
    path: str
    value: str
    modified: float


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan's file: its prose as `state.runs.event.PlanWritten` tells it, the SHA-256 of the whole, and its time."""

    text: str
    sha: str
    modified: float


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a run beside its log. `looked` are the kinds of files that were looked for, found or not.

    `account` is the account of the machine that its log belongs to, None where that cannot be told. `plan` is the file
    of its plan as it is now, None where it has none that can be read.
    """

    files: tuple[ContextFile, ...] = ()
    looked: tuple[PartKind, ...] = ()
    account: str | None = None
    plan: PlanFile | None = None


class Surroundings(Protocol):
    """What an agent loads without its log saying so."""

    def look(self, run: Run) -> Around:
        """Give what stands around a run now; cheap where nothing changed, but it asks the disk. Never raises."""
        ...

    def written(self, paths: Sequence[str]) -> Mapping[str, float]:
        """Give when these files were last written, in seconds since 1970; what is not there is left out."""
        ...


@dataclass(frozen=True, slots=True)
class PolicyFound:
    """A policy file as it is committed: its git blob id, and its text, None where the reader knew it by its id.

    `name` is how it is called in sentences, with the branch that it was read from.
    """

    blob: str
    text: str | None
    name: str


class PolicySource(Protocol):
    """Where a repository's policy is read: its protected base branch, and never a worktree."""

    async def read(self, known: str | None = None) -> PolicyFound | Problem | None:
        """Give the committed file, without its text where its blob is `known`; None where there is none.

        What cannot be read is a `Problem`, never an absent policy.
        """
        ...


class Clipboard(Protocol):
    """Takes text and says what was done with it, because a terminal never confirms."""

    async def copy(self, text: str) -> str: ...


@dataclass(frozen=True, slots=True)
class WayThere:
    """How a human gets to a run's terminal: `shown` where it stands before them already, else `how`, a command line."""

    how: str
    shown: bool = False


class RunTerminals(Protocol):
    """Brings the terminal of a run before the human, where the board's own terminal can show it."""

    async def go(self, run: str) -> WayThere | None:
        """Go there, or say how; None where nothing is known of its terminal."""
        ...


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What stands in a file at the place that a fact was read from, as safe lines.

    `lines` is the record itself, laid out; `before` and `after` are its neighbours in one line each, None where there
    is none. `problem` says in one sentence why the record cannot be shown, or that it is not the one that was read.
    """

    origin: Origin
    lines: tuple[str, ...] = ()
    before: str | None = None
    after: str | None = None
    problem: str | None = None


class Records(Protocol):
    """Reads again what a fact was read from. It blocks nobody, and a file that is gone is told, not raised."""

    async def excerpt(self, origin: Origin) -> Excerpt: ...


Environment = Mapping[str, str]
