"""What the control of runs asks of the outside: the ports by which it finds, signals, starts, tells and calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from signal import Signals
from typing import Literal, Protocol

from state.approval.approval import Signer
from state.approval.noting import Noter
from state.checks.check import CheckRunner
from state.control.launching import Launcher
from state.control.messenger import Messenger
from state.evidence.history import Histories
from state.evidence.proposal import Authority
from state.runs.run import Run
from state.settings import SettingsNow, shipped

Known = Literal["registry", "label", "environment", "log", "child", "place"]
"""By what a process is known to be a run's: its agent's registry, our own label in its environment, the agent's session
id there, the run's log open for writing, its being the child of one that is known, or (adopted runs) its being the only
process of its agent's program in the run's directory."""


@dataclass(frozen=True, slots=True)
class Member:
    """One process of a run, named by what no other process ever shares: its pid and its start (clock ticks after boot).

    `stopped`: a signal holds it. `own`: it is the client itself, and no tool of it; where a client starts itself
    anew as a child, the innermost. `around`: it is above the client and only waits for it, such as a sandbox.
    `why` says what sets it apart from the run, "" for a member like any other.
    """

    pid: int
    start: int
    program: str
    known: Known
    stopped: bool = False
    own: bool = False
    why: str = ""
    around: bool = False


@dataclass(frozen=True, slots=True)
class Crew:
    """All processes of a run that live now. Where `doubt` is not "", it says why no signal may be sent to any.

    `foreign` are another user's: they get no signal at all. `apart` carry the run's mark but may be somebody else's by
    now (an agent of its own, a terminal multiplexer): they get one only on a human's word. `dead` have ended and wait
    for their parents to take note. `beside` only work in its directory, with no terminal: nothing says that they are
    the run's; they are looked for once no process of it lives.
    """

    members: tuple[Member, ...] = ()
    doubt: str = ""
    foreign: tuple[Member, ...] = ()
    apart: tuple[Member, ...] = ()
    dead: tuple[Member, ...] = ()
    beside: tuple[Member, ...] = ()

    @property
    def lives(self) -> bool:
        """Whether any process that is certainly the run's lives."""
        return bool(self.members or self.foreign)


class Processes(Protocol):
    """The processes of runs. None of these raises for a process that is gone; each asks the system anew."""

    async def crew(self, run: Run, label: str | None = None, before: Sequence[Member] = ()) -> Crew:
        """Find every process of a run, by registry, label, environment, log and descent; never by a name alone.

        `before` are those that were found earlier: one that still lives is the run's although its parent is gone.
        """
        ...

    async def signal(self, members: Sequence[Member], number: Signals) -> Mapping[int, str]:
        """Send a signal to those that are still the same processes; gives why for each pid that did not get it."""
        ...

    async def interrupt(self, run: Run, crew: Crew) -> str:
        """Interrupt the agent in its own way where it has one; says what was done, "" where there is no such way."""
        ...

    def way_back(self, run: Run) -> str | None:
        """Give the command line that takes a run's session up again; None where its agent is known to have none."""
        ...


@dataclass(frozen=True, slots=True)
class Rescue:
    """A worktree's uncommitted state, kept as a commit that `ref` names; `files` counts what it holds beyond HEAD.

    `left_out` counts what was not kept: what cannot be read, repositories within it, and files beyond a bound of size.
    """

    ref: str
    commit: str
    files: int
    left_out: int = 0


class Rescuer(Protocol):
    """Keeps what a run has not committed, touching neither its index, its stash nor its files."""

    async def keep(self, worktree: str, name: str) -> Rescue | str | None:
        """Keep it under a ref of that name; None where nothing is uncommitted, a sentence where it cannot be kept."""
        ...


TOLD = "told by "
"""How what a notifier says begins where somebody was told."""


class Notifier(Protocol):
    """Tells a human beside the screen."""

    async def tell(self, title: str, text: str, command: Sequence[str] = ()) -> str:
        """Tell by a person's own command where there is one, else on this desktop.

        Gives what was done, in words; what failed is said, never raised.
        """
        ...


@dataclass(frozen=True, slots=True)
class Hands:
    """The ports of one core; None where this machine has nothing of the kind."""

    processes: Processes | None = None
    rescue: Rescuer | None = None
    notify: Notifier | None = None
    start: Launcher | None = None
    settings: SettingsNow = shipped
    messenger: Messenger | None = None
    authority: Authority | None = None
    checks: CheckRunner | None = None
    signer: Signer | None = None
    noter: Noter | None = None
    histories: Histories | None = None
