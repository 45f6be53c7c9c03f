"""What `headgate doctor` found while it looked for runs: each place, each log, each process, and why it shows no run.

A run is a log whose first records name a directory in a worktree of the repository. Everything here says how far a log
or a process is from being that, in words for whoever misses one.
"""

from dataclasses import dataclass
from typing import Literal

Stands = Literal["directory", "missing", "closed", "file"]


@dataclass(frozen=True, slots=True)
class PlaceLook:
    """A directory in which an agent's logs are looked for, and how many there are; `named_by` what put it there."""

    path: str
    stands: Stands
    logs: int


@dataclass(frozen=True, slots=True)
class LogLook:
    """One log. `worktree` is where its run works; where that is None, `why` says why it is no run of this repository.

    `modified` is when it was last written, in seconds since 1970. `directory` is what its records name.
    """

    agent: str
    path: str
    session: str | None
    directory: str | None
    worktree: str | None
    modified: float
    why: str = ""
    remedy: str = ""
    run: str | None = None

    @property
    def belongs(self) -> bool:
        """Whether it is of a run of this repository."""
        return self.worktree is not None


@dataclass(frozen=True, slots=True)
class ProcessLook:
    """A process that runs an agent's program. `log` is what it writes, None where none was found; `why` says why."""

    agent: str
    pid: int
    directory: str | None
    here: bool
    log: str | None
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class AgentLook:
    """What was found of one agent.

    `looked_into` counts the newest logs whose first records were read, `belonging` those of them that are of this
    repository, None where there is no repository. `others` are the newest that are not, `processes` all that run.
    """

    agent: str
    places: tuple[PlaceLook, ...]
    logs: int
    looked_into: int
    belonging: int | None
    others: tuple[LogLook, ...] = ()
    processes: tuple[ProcessLook, ...] = ()
