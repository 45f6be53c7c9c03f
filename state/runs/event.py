"""What can happen to a run, in the past tense.

Adapters report these; `fold` alone turns them into a `Run`. Every text in them has passed `state.text.clean`, because
this is where foreign text enters. Each event names its run and the record it was read from.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from state.money.spending import NOTHING, STANDARD, Cost, Terms
from state.runs.run import (
    Asked,
    Assignable,
    Origin,
    PartKind,
    PlanState,
    RunKey,
    Step,
    TestState,
    TitleFrom,
    TurnEnd,
    Usage,
)

Began = Literal["same", "absent", "unknown"]
"""How a part of a context that is met for the first time stood when the run began."""


@dataclass(frozen=True, slots=True)
class _Happened:
    run: RunKey
    origin: Origin


@dataclass(frozen=True, slots=True)
class RunFound(_Happened):
    """A log of this run was met. `parent` is the run that spawned or forked it, `headless` that no human sits at it."""

    agent: str
    session: str
    parent: RunKey | None = None
    headless: bool | None = None


@dataclass(frozen=True, slots=True)
class VersionNoted(_Happened):
    """The agent's own version, as its records claim it."""

    version: str


@dataclass(frozen=True, slots=True)
class PlaceEntered(_Happened):
    """The run works in this directory, on this branch as its record claims (None: the record does not say)."""

    cwd: str
    branch: str | None


@dataclass(frozen=True, slots=True)
class WorktreeFound(_Happened):
    """The directory of a run was found to lie in this worktree; None when it lies in none that exists."""

    worktree: str | None


@dataclass(frozen=True, slots=True)
class ModelUsed(_Happened):
    """The model that answers the run's main thread."""

    model: str


@dataclass(frozen=True, slots=True)
class ModeEntered(_Happened):
    """The permission mode or approval policy, in the agent's own word."""

    mode: str


@dataclass(frozen=True, slots=True)
class PromptGiven(_Happened):
    """A human's words to the agent. The first of them titles the task."""

    text: str


@dataclass(frozen=True, slots=True)
class TitleGiven(_Happened):
    """A name for the whole session, from the agent or from the human."""

    title: str
    by: TitleFrom


@dataclass(frozen=True, slots=True)
class AgentSpoke(_Happened):
    """Prose of the agent's, cut short."""

    text: str


@dataclass(frozen=True, slots=True)
class TurnBegun(_Happened):
    """The agent took up work."""


@dataclass(frozen=True, slots=True)
class TurnEnded(_Happened):
    """The agent put its work down, and why. `certain` is False where only the shape of the log suggests it."""

    end: TurnEnd
    text: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class ToolBegun(_Happened):
    """A tool was called. `text` is the call in one line; `side` says that a subagent called it."""

    call: str
    tool: str
    text: str
    side: bool = False


@dataclass(frozen=True, slots=True)
class CallHeld(_Happened):
    """Nothing shows yet that a call which has begun runs, so it may ask leave first; `held` False: by now it runs."""

    call: str
    held: bool


@dataclass(frozen=True, slots=True)
class ToolEnded(_Happened):
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
class CommandRan(_Happened):
    """A command that the agent was let run came to its end, and its line has effects (`state.policy.effects`)."""

    effects: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class TestsRan(_Happened):
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
class HumanAsked(_Happened):
    """The agent waits for a human. `call` is the tool call that waits, if one does."""

    kind: Asked
    text: str
    call: str | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class HumanAnswered(_Happened):
    """What the agent waited for was answered. `call` None answers everything that is open."""

    call: str | None
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class PlanShown(_Happened):
    """The agent's plan in prose, and what became of it; `text` may be cut, `sha` is the SHA-256 of the whole prose."""

    state: PlanState
    text: str | None = None
    sha: str = ""


@dataclass(frozen=True, slots=True)
class StepsSet(_Happened):
    """The agent's step list, whole: it replaces the last one."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class PlanWritten(_Happened):
    """The agent wrote its plan into a file (absolute path, such as PLAN.md), which no one was asked to approve.

    `text` is the file as it is now, cut and cleaned as a plan's prose is; `sha` the SHA-256 of the whole of it.
    """

    path: str
    text: str
    sha: str


@dataclass(frozen=True, slots=True)
class FileRead(_Happened):
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
class FileEdited(_Happened):
    """A tool of the agent's wrote this file (absolute path)."""

    path: str


@dataclass(frozen=True, slots=True)
class RequestMetered(_Happened):
    """One call to the model, as often as its record is met: `key` is the same each time, on every file of the machine.

    `usage` is what this record says of the whole call, so that of two records of one key the larger is the truer.
    """

    key: str
    model: str | None
    usage: Usage
    side: bool = False
    terms: Terms = STANDARD


@dataclass(frozen=True, slots=True)
class UsageCounted(_Happened):
    """What a metered call adds to this run that was not counted before; may be negative where a call changed hands.

    `origin.at` is the call's own time: its cost burns then, whenever it is counted.
    """

    usage: Usage
    cost: Cost = NOTHING


@dataclass(frozen=True, slots=True)
class ContextMeasured(_Happened):
    """Tokens in the main thread's context; `limit` None where the log names no window."""

    used: int | None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ContextCompacted(_Happened):
    """The agent replaced its history by a summary."""

    why: str


@dataclass(frozen=True, slots=True)
class CallFailed(_Happened):
    """The model's service refused or broke. `retrying` says that the agent tries again by itself."""

    kind: str
    text: str
    retrying: bool = False


@dataclass(frozen=True, slots=True)
class SubagentBegun(_Happened):
    """A subagent took up work; `name` is its id within the run."""

    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class SubagentEnded(_Happened):
    """A subagent gave its result."""

    name: str


@dataclass(frozen=True, slots=True)
class ProcessSeen(_Happened):
    """The run's process was found alive, and what it says of itself.

    `held`: a signal stopped it (SIGSTOP). `sure` is False where only its program and directory tie it to the run.
    `noticed` is when it was looked at, in seconds since 1970: a look at a process is no news of the run's work.
    """

    pid: int
    status: str | None = None
    waiting_for: str | None = None
    held: bool = False
    sure: bool = True
    noticed: float | None = None


@dataclass(frozen=True, slots=True)
class ProcessGone(_Happened):
    """The run's process is no longer there; `noticed` is when that was seen, in seconds since 1970."""

    noticed: float | None = None


@dataclass(frozen=True, slots=True)
class RunEnded(_Happened):
    """The session said that it ends."""

    why: str


@dataclass(frozen=True, slots=True)
class ClosingWritten(_Happened):
    """A record was written that goes with the end of a session, though nothing promises that it means one."""

    why: str


@dataclass(frozen=True, slots=True)
class EndsUntold(_Happened):
    """This log is of a version that does not tell where a turn ends; words of the agent's may be its last."""


@dataclass(frozen=True, slots=True)
class ContextPartNoted(_Happened):
    """Something of what the agent is told was read: of its settings, its instruction files, its skills or its tools.

    An adapter reports it when its log says it and whenever it says something else: `part` "effort" (how hard the model
    thinks), "agent" (the definition that the main thread follows), "loaded" (a text that the log holds, by path),
    "skills" and "mcp" (by name). `value` is a word, or the git blob id or another digest of a text; None takes the
    part out. `began` says how a part that is met for the first time stood when the run began: as now, not there, or
    unknown. Model, version, mode, plan and first prompt have events of their own and are not told again by this one.
    `observed` is for what Headgate itself read beside the log.
    """

    part: PartKind
    name: str
    value: str | None
    began: Began = "same"
    observed: bool = False


@dataclass(frozen=True, slots=True)
class AccountNoted(_Happened):
    """The account of this machine that owns the run's log, and so most likely the run."""

    account: str


@dataclass(frozen=True, slots=True)
class RunAssigned(_Happened):
    """A human said what the run's task, owner or role is; an empty `value` takes the word back. `by` is an account."""

    what: Assignable
    value: str
    by: str


@dataclass(frozen=True, slots=True)
class LineNotUnderstood(_Happened):
    """A record that the adapter could not read, or of a kind that it does not know. Nothing else is lost by it."""

    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class LogRestarted(_Happened):
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
    | RunAssigned
    | LineNotUnderstood
    | LogRestarted
)
