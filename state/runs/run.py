"""One run, as far as its events tell: the value that `fold` makes and nothing else changes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from state.money.spending import Cost
from state.runs.known_files import KnownFile
from state.runs.origin import Origin as Origin
from state.runs.origin import Role as Role
from state.runs.origin import RunKey as RunKey
from state.runs.origin import Usage as Usage

Asked = Literal["permission", "question", "plan", "dialog"]
TurnEnd = Literal["done", "interrupted", "failed", "limit"]
StepState = Literal["pending", "in_progress", "completed", "cancelled"]
PlanState = Literal["none", "proposed", "approved", "rejected", "drifted"]
TitleFrom = Literal["human", "prompt", "branch", "agent"]
TestState = Literal["passed", "failed", "none_ran", "not_run", "unverified", "truncated"]
Assignable = Literal["task", "owner", "role", "lane"]
"""What a human may say of a run; the lane is said where it is started or escalated, and not on the board."""
PartKind = Literal[
    "version", "model", "effort", "mode", "agent", "instructions", "loaded", "skills", "mcp", "settings", "plan", "task"
]
"""What a context version is made of: research/control.md 5.1. `state.runs.context` says what each one is."""


def run_key(agent: str, session: str) -> RunKey:
    """Name the run of one agent session.

    A hash, because the first digits of a UUIDv7 are a clock and two runs of one minute would share them.
    """
    return RunKey(hashlib.blake2s(f"{agent}\0{session}".encode("utf-8", "replace"), digest_size=5).hexdigest())


SHELLS = frozenset(
    {"Bash", "bash", "exec_command", "shell", "shell_command", "local_shell", "write_stdin", "run_shell_command"}
)
"""Tools whose call is a command line, which needs no name before it."""


def spoken(tool: str, text: str) -> str:
    """Give a tool call in one line: a command as it is typed, any other call with its tool's name before it."""
    return text if text and tool in SHELLS else f"{tool} {text}".rstrip()


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A tool call that has begun and whose result has not been read. `text` is the call in one line.

    `waits`: True while nothing shows that it runs, so it may ask for leave first; False once its log shows that it
    runs; None where the log does not tell.
    """

    call: str
    tool: str
    text: str
    since: float | None
    waits: bool | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that really ran and had an effect worth judging: the first one of that effect, and where it stands.

    `effect` is a name of `state.policy.programs.EFFECTS`; `text` is the command in one line, without secrets.
    """

    effect: str
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Ask:
    """Something the agent wants of the human. `certain` is False where only the shape of the log suggests it."""

    kind: Asked
    text: str
    call: str | None
    since: float | None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the agent's own plan or to-do list."""

    text: str
    state: StepState


@dataclass(frozen=True, slots=True)
class Plan:
    """What the agent said that it will do: its prose, if any, and its steps.

    `sha` is the SHA-256 of the whole prose. `path` is the file in which the agent keeps the plan, None where it showed
    it. `listed` says that the steps are the agent's own list, and not read off the prose. `names` are the files and
    directories that the prose names, as it writes them; empty where it names none or is too long to tell.
    """

    state: PlanState = "none"
    text: str = ""
    steps: tuple[Step, ...] = ()
    sha: str = ""
    path: str | None = None
    listed: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """The stretch of work between a prompt and the agent's last word on it.

    `certain` is False where only the shape of the log suggests that it ended.
    """

    open: bool = False
    since: float | None = None
    end: TurnEnd | None = None
    text: str = ""
    certain: bool = True
    may_be_over: bool = False
    """The agent's words came last, in a log that does not tell the ends of turns (old Claude Code)."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of the model's service. `retrying` says that the agent tries again by itself."""

    kind: str
    text: str
    since: float | None
    retrying: bool = False


@dataclass(frozen=True, slots=True)
class Tests:
    """The last test run that the agent's log tells of: claimed, because no one but the agent ran it.

    Counts are None where the output told none. `at` is its end and `since` its beginning. `fresh` is False once a file
    was edited after it began. `failing` outlives results that prove nothing. `attempts` counts the test runs so far and
    `repeats` how often in a row they failed with this `signature`.
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
    at: float | None = None
    since: float | None = None
    fresh: bool = True
    attempts: int = 1
    repeats: int = 0


NEAR = 20
"""Calls among which a call counts as made again (research/log-formats.md 15.4)."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """One call that came back the same each time, after the model had seen the last result.

    Nothing was edited in between, unless the call itself is an edit. `digest` names the call with its result, `text` is
    the call in one line, `numbers` are its places among the run's calls, `seen` its last results, the newest first.
    """

    digest: str
    text: str
    numbers: tuple[int, ...]
    seen: tuple[Origin, ...]
    edits: bool = False

    @property
    def times(self) -> int:
        """How often it was made among the twenty calls that end with its last one."""
        return sum(number > self.numbers[-1] - NEAR for number in self.numbers)


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of a file that the main thread read `times` times without a change, all of it still in its context.

    `again` counts the characters that came back more than once; `seen` are the last readings, the newest first.
    """

    path: str
    part: str
    digest: str
    times: int
    again: int
    seen: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Process:
    """The process of a run as a registry or the process table shows it. `status` is the agent's own word for it.

    `since` is when that word was said or, without one, when it was noticed. `sure` is False where only its program and
    directory tie the process to the run.
    """

    pid: int
    alive: bool
    status: Literal["busy", "idle", "waiting"] | None = None
    waiting_for: str | None = None
    since: float | None = None
    held: bool = False
    sure: bool = True


@dataclass(frozen=True, slots=True)
class ContextPart:
    """One thing that makes up what the agent was told: a word, or the digest of a text, and where it was read.

    `name` tells parts of one kind apart, "" where there is only one. `value` None: it is no longer there. `start` is
    what it was when the run began, None where it was not there, `UNKNOWN` where no one can tell. `observed` says that
    Headgate read it from a file itself; `origin` then names that file and when it was written.
    """

    part: PartKind
    name: str
    value: str | None
    start: str | None
    origin: Origin
    observed: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """A human's word on a run: `by` is the account that said it, `at` in seconds since 1970.

    `started`: it was said where Headgate started the run, before there was a run to say it of.
    """

    what: Assignable
    value: str
    by: str
    at: float | None
    started: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that its logs told of a run. None means that no record said."""

    key: RunKey
    agent: str
    session: str
    log: str | None = None
    parent: RunKey | None = None
    version: str | None = None
    headless: bool | None = None
    cwd: str | None = None
    branch: str | None = None
    worktree: str | None = None
    model: str | None = None
    models: tuple[str, ...] = ()
    mode: str | None = None
    title: str | None = None
    title_from: TitleFrom | None = None
    started: float | None = None
    seen: float | None = None
    turn: Turn = field(default_factory=Turn)
    calls: tuple[OpenCall, ...] = ()
    asks: tuple[Ask, ...] = ()
    plan: Plan = field(default_factory=Plan)
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)
    burn: tuple[tuple[int, Cost], ...] = ()
    """Costs of the last hour of calls, in the buckets of `state.money.cost`."""
    context_used: int | None = None
    context_limit: int | None = None
    compactions: int = 0
    failure: Failure | None = None
    process: Process | None = None
    ended: str | None = None
    ended_at: float | None = None
    ended_surely: bool = True
    ends_untold: bool = False
    """Its log does not tell where turns end."""
    subagents: tuple[str, ...] = ()
    subagents_seen: int = 0
    edited: tuple[str, ...] = ()
    edited_at: float | None = None
    """When a file was last edited, by the records' own times."""
    coded_at: float | None = None
    """The same of a file that is neither prose nor data nor settings."""
    unplanned: tuple[tuple[str, Origin], ...] = ()
    """Files edited that the plan, where it names any, does not name, each with its first edit since it was shown."""
    called: int = 0
    """How many calls of the main thread came back with a digest since the human spoke."""
    repeats: tuple[Repeat, ...] = ()
    """Its last twenty calls, the newest last; a result that differs begins another entry."""
    lately: tuple[str, ...] = ()
    """The digests of its last eight calls, which show a circle that edits hide from `repeats`."""
    readings: tuple[Reading, ...] = ()
    """The files that are in the main thread's context, as far as its last readings tell."""
    known_files: tuple[KnownFile, ...] = ()
    """What its main thread read or its tools wrote, the last ones last, and what was written over it since."""
    spawned: tuple[Origin, ...] = ()
    """Where the last subagents were begun, the newest last."""
    tests: Tests | None = None
    ran: tuple[Ran, ...] = ()
    """Commands with effects worth judging, the first of each effect."""
    prompt: str = ""
    """The first words of a human to the agent."""
    not_understood: int = 0
    skimmed: int = 0
    """Bytes of its logs that were skimmed and not yet read (`state.runs.skimmed`); what they tell is not all known."""
    context: tuple[ContextPart, ...] = ()
    """What the agent was told, in the order in which it was first noted."""
    context_version: str | None = None
    """Digest of `context`, made whenever it changes (`state.runs.context`)."""
    asked_role: Role | None = None
    """The role that the first prompt asks for in so many words."""
    account: str | None = None
    """The account of this machine that the run's log belongs to."""
    assigned: tuple[Assigned, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict[str, Origin])
    """For each fact by its field's name, the record that it was last read from."""
