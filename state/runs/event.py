"""What can happen to a run, in the past tense.

Adapters report these; `fold` alone turns them into a `Run`. Every text in them has passed `state.text.clean`, because
this is where foreign text enters. Each event names its run and the record it was read from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from state.money.spending import NOTHING, STANDARD, Cost, Terms
from state.runs.life import (
    AccountNoted,
    ClosingWritten,
    ContextPartNoted,
    EndsUntold,
    FileRewritten,
    Happened,
    ProcessGone,
    ProcessSeen,
    RunAssigned,
    RunEnded,
)
from state.runs.skimmed import CallsMetered, RunSkimmed

if TYPE_CHECKING:
    from state.runs.run import (
        Asked,
        PlanState,
        RunKey,
        Step,
        TestState,
        TitleFrom,
        TurnEnd,
        Usage,
    )


@dataclass(frozen=True, slots=True)
class RunFound(Happened):
    """A log of this run was met. `parent` is the run that spawned or forked it, `headless` that no human sits at it."""

    agent: str
    session: str
    parent: RunKey | None = None
    headless: bool | None = None


@dataclass(frozen=True, slots=True)
class VersionNoted(Happened):
    """The agent's own version, as its records claim it."""

    version: str


@dataclass(frozen=True, slots=True)
class PlaceEntered(Happened):
    """The run works in this directory, on this branch as its record claims (None: the record does not say)."""

    cwd: str
    branch: str | None


@dataclass(frozen=True, slots=True)
class WorktreeFound(Happened):
    """The directory of a run was found to lie in this worktree; None when it lies in none that exists."""

    worktree: str | None


@dataclass(frozen=True, slots=True)
class ModelUsed(Happened):
    """The model that answers the run's main thread."""

    model: str


@dataclass(frozen=True, slots=True)
class ModeEntered(Happened):
    """The permission mode or approval policy, in the agent's own word."""

    mode: str


@dataclass(frozen=True, slots=True)
class PromptGiven(Happened):
    """A human's words to the agent. The first of them titles the task."""

    text: str


@dataclass(frozen=True, slots=True)
class TitleGiven(Happened):
    """A name for the whole session, from the agent or from the human."""

    title: str
    by: TitleFrom


@dataclass(frozen=True, slots=True)
class AgentSpoke(Happened):
    """Prose of the agent's, cut short."""

    text: str


@dataclass(frozen=True, slots=True)
class TurnBegun(Happened):
    """The agent took up work."""


@dataclass(frozen=True, slots=True)
class TurnEnded(Happened):
    """The agent put its work down, and why. `certain` is False where only the shape of the log suggests it."""

    end: TurnEnd
    text: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class ToolBegun(Happened):
    """A tool was called. `text` is the call in one line; `side` says that a subagent called it."""

    call: str
    tool: str
    text: str
    side: bool = False


@dataclass(frozen=True, slots=True)
class CallHeld(Happened):
    """Nothing shows yet that a call which has begun runs, so it may ask leave first; `held` False: by now it runs."""

    call: str
    held: bool


@dataclass(frozen=True, slots=True)
class ToolEnded(Happened):
    """A tool call has its result. `text` is the result's telling end or head, in one line.

    `digest` is the same for the same call with the same result: of the tool, its whole input and what came back,
    without clocks and ids that differ each time. It is "" where the adapter cannot tell (an image, an empty result),
    and for a call that only waits for other work, which may come back the same for as long as that takes. `begun` is
    the byte offset of the call's own record in the same log: a result that was read before it was known to the model.
    """

    call: str
    failed: bool
    text: str
    side: bool = False
    digest: str = ""
    begun: int | None = None


@dataclass(frozen=True, slots=True)
class CommandRan(Happened):
    """A command that the agent was let run came to its end, and its line has effects (`state.policy.effects`)."""

    effects: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class TestsRan(Happened):
    """A command of the agent's ran tests and came to its end, `since` when it was begun.

    Counts are None where the output told none. `failing` names tests, `signature` is the same for the same failure,
    `why` says in a few words what the state rests on, and `certain` that nothing of it was inferred.
    """

    state: TestState
    runner: str | None
    passed: int | None
    failed: int | None
    skipped: int | None
    failing: tuple[str, ...]
    signature: str
    command: str
    why: str
    certain: bool = True
    since: float | None = None


@dataclass(frozen=True, slots=True)
class HumanAsked(Happened):
    """The agent waits for a human. `call` is the tool call that waits, if one does."""

    kind: Asked
    text: str
    call: str | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class HumanAnswered(Happened):
    """What the agent waited for was answered. `call` None answers everything that is open."""

    call: str | None
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class PlanShown(Happened):
    """The agent's plan in prose, and what became of it; `text` may be cut, `sha` is the SHA-256 of the whole prose."""

    state: PlanState
    text: str | None = None
    sha: str = ""


@dataclass(frozen=True, slots=True)
class StepsSet(Happened):
    """The agent's step list, whole: it replaces the last one."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class PlanWritten(Happened):
    """The agent wrote its plan into a file (absolute path, such as PLAN.md), which no one was asked to approve.

    `text` is the file as it is now, cut and cleaned as a plan's prose is; `sha` the SHA-256 of the whole of it.
    """

    path: str
    text: str
    sha: str


@dataclass(frozen=True, slots=True)
class FileRead(Happened):
    """The agent read this file (absolute path) or the `part` of it that the call names ("" is the whole).

    `digest` is the same for the same content, `size` is what came back, in bytes of its record. `begun` is as for
    `ToolEnded`; `side` says that a subagent read it, into a context of its own.
    """

    path: str
    part: str
    digest: str
    size: int
    begun: int | None = None
    side: bool = False


@dataclass(frozen=True, slots=True)
class FileEdited(Happened):
    """A tool of the agent's wrote this file (absolute path)."""

    path: str


@dataclass(frozen=True, slots=True)
class RequestMetered(Happened):
    """One call to the model, as often as its record is met: `key` is the same each time, on every file of the machine.

    `usage` is what this record says of the whole call, so that of two records of one key the larger is the truer.
    """

    key: str
    model: str | None
    usage: Usage
    side: bool = False
    terms: Terms = STANDARD


@dataclass(frozen=True, slots=True)
class UsageCounted(Happened):
    """What a metered call adds to this run that was not counted before; may be negative where a call changed hands.

    `origin.at` is the call's own time: its cost burns then, whenever it is counted.
    """

    usage: Usage
    cost: Cost = NOTHING


@dataclass(frozen=True, slots=True)
class ContextMeasured(Happened):
    """Tokens in the main thread's context; `limit` None where the log names no window."""

    used: int | None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ContextCompacted(Happened):
    """The agent replaced its history by a summary."""

    why: str


@dataclass(frozen=True, slots=True)
class CallFailed(Happened):
    """The model's service refused or broke. `retrying` says that the agent tries again by itself."""

    kind: str
    text: str
    retrying: bool = False


@dataclass(frozen=True, slots=True)
class SubagentBegun(Happened):
    """A subagent took up work; `name` is its id within the run."""

    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class SubagentEnded(Happened):
    """A subagent gave its result."""

    name: str


@dataclass(frozen=True, slots=True)
class LineNotUnderstood(Happened):
    """A record that the adapter could not read, or of a kind that it does not know. Nothing else is lost by it."""

    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class LogRestarted(Happened):
    """The run's logs are read again from their beginning, because one of them was truncated, rotated or replaced."""

    why: str


Event: TypeAlias = (
    RunFound
    | VersionNoted
    | PlaceEntered
    | WorktreeFound
    | ModelUsed
    | ModeEntered
    | PromptGiven
    | TitleGiven
    | AgentSpoke
    | TurnBegun
    | TurnEnded
    | ToolBegun
    | CallHeld
    | ToolEnded
    | CommandRan
    | TestsRan
    | HumanAsked
    | HumanAnswered
    | PlanShown
    | StepsSet
    | PlanWritten
    | FileRead
    | FileEdited
    | RequestMetered
    | UsageCounted
    | ContextMeasured
    | ContextCompacted
    | CallFailed
    | SubagentBegun
    | SubagentEnded
    | ProcessSeen
    | ProcessGone
    | RunEnded
    | ClosingWritten
    | EndsUntold
    | ContextPartNoted
    | AccountNoted
    | FileRewritten
    | RunAssigned
    | LineNotUnderstood
    | LogRestarted
    | RunSkimmed
    | CallsMetered
)
