"""What starting a run asks of the outside: ground to stand on, a process that is nobody's child, signs of its life."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from state.money.lane import Mode
from state.settings import Confine, Terminal


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that is to be started.

    `label` stands in its environment as HEADGATE_RUN and in that of everything that it starts; `session` is the id that
    an agent is given which takes one. `branch` is its new branch: exactly so where `exact`, else with a number behind
    it where there is one of that name. `base` "" is the repository's base branch.
    """

    label: str
    agent: str
    session: str
    prompt: str
    branch: str
    exact: bool = False
    base: str = ""
    model: str | None = None
    effort: str | None = None
    mode: Mode = "ask"
    worktrees: str | None = None
    terminal: Terminal = "auto"
    confine: Confine = "auto"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a run will stand: nothing of it is made yet. `commit` is where its branch begins, `program` the client."""

    worktree: str
    branch: str
    commit: str
    program: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A client that was started. `facts` are what an act says of it: terminal, attach, resume, log, assurance and why.

    `notes` are sentences on what the human should know.
    """

    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Client:
    """The process that carries a run's label and whose parent does not: pid and start in clock ticks after boot.

    `pids` are all that carry it, this one among them: a sandbox and what it holds.
    """

    pid: int
    start: int
    pids: tuple[int, ...] = ()


class Launcher(Protocol):
    """Starts runs. What cannot be done is a `ValueError` with one sentence, and nothing of it was done then."""

    async def place(self, wanted: Wanted) -> Ground:
        """Find where the run can stand, making nothing. Raises `ValueError`."""
        ...

    async def plant(self, ground: Ground) -> tuple[str, ...]:
        """Make its branch and its worktree, running no hook; once more is as good as once. Gives notes.

        Raises `ValueError`.
        """
        ...

    async def take_back(self, ground: Ground) -> str:
        """Remove worktree and branch, if they are as they were made and hold nothing more; says what was done."""
        ...

    async def begin(self, wanted: Wanted, ground: Ground) -> Begun:
        """Start the client there, as nobody's child. Raises `ValueError`."""
        ...

    async def client(self, label: str) -> Client | None:
        """Find the live client that carries the label."""
        ...

    async def last_words(self, label: str) -> str:
        """Give the end of what a client wrote that has ended, in one line; "" where it wrote nothing."""
        ...
