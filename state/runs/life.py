"""What can happen to a run's session, its process and its context, and what people say of it, in the past tense.

These are events like those of `state.runs.event`, which names them all; they stand apart because no tool call or word
of the agent's is behind them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from state.runs.run import Assignable, Origin, PartKind, RunKey

Began = Literal["same", "absent", "unknown"]
"""How a part of a context that is met for the first time stood when the run began."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What every event has: the run that it is of, and the record that it was read from."""

    run: RunKey
    origin: Origin


@dataclass(frozen=True, slots=True)
class ProcessSeen(Happened):
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
class ProcessGone(Happened):
    """The run's process is no longer there; `noticed` is when that was seen, in seconds since 1970."""

    noticed: float | None = None


@dataclass(frozen=True, slots=True)
class RunEnded(Happened):
    """The session said that it ends."""

    why: str


@dataclass(frozen=True, slots=True)
class ClosingWritten(Happened):
    """A record was written that goes with the end of a session, though nothing promises that it means one."""

    why: str


@dataclass(frozen=True, slots=True)
class EndsUntold(Happened):
    """This log is of a version that does not tell where a turn ends; words of the agent's may be its last."""


@dataclass(frozen=True, slots=True)
class ContextPartNoted(Happened):
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
class FileRewritten(Happened):
    """A file that the run knows was written after the run last read or wrote it, by whomever.

    `at` is when, in seconds since 1970. Headgate saw it on the disk: it is no activity of the run's.
    """

    path: str
    at: float


@dataclass(frozen=True, slots=True)
class AccountNoted(Happened):
    """The account of this machine that owns the run's log, and so most likely the run."""

    account: str


@dataclass(frozen=True, slots=True)
class RunAssigned(Happened):
    """A human said what the run's task, owner, role or lane is; an empty `value` takes the word back.

    `by` is an account. `started`: it was said where Headgate started the run.
    """

    what: Assignable
    value: str
    by: str
    started: bool = False
