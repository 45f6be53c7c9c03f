"""What the control of runs asks of the outside: the ports by which it finds, signals, starts, tells and calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from signal import Signals
from typing import Literal, Protocol

from state.control.launching import Launcher
from state.control.messenger import Messenger
from state.runs.run import Run
from state.settings import SettingsNow, shipped

Known = Literal["registry", "label", "environment", "log", "child"]
"""By what a process is known to be a run's: its agent's registry, our own label in its environment, the agent's session
id there, the run's log open for writing, or its being the child of one that is known."""


@dataclass(frozen=True, slots=True)
class Member:
    """One process of a run, named by what no other process ever shares: its pid and its start (clock ticks after boot).

    `stopped`: a signal holds it. `own`: it is the agent's client itself, and no tool of it.
    """

    pid: int
    start: int
    program: str
    known: Known
    stopped: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Crew:
    """All processes of a run that live now. Where `doubt` is not "", it says why no signal may be sent to any."""

    members: tuple[Member, ...] = ()
    doubt: str = ""


class Processes(Protocol):
    """The processes of runs. None of these raises for a process that is gone; each asks the system anew."""

    async def crew(self, run: Run, label: str | None = None) -> Crew:
        """Find every process of a run, by registry, label, environment, log and descent; never by a name alone."""
        ...

    async def signal(self, members: Sequence[Member], number: Signals) -> Mapping[int, str]:
        """Send a signal to those that are still the same processes; gives why for each pid that did not get it."""
        ...

    async def interrupt(self, run: Run, crew: Crew) -> str:
        """Interrupt the agent in its own way where it has one; says what was done, "" where there is no such way."""
        ...


@dataclass(frozen=True, slots=True)
class Rescue:
    """A worktree's uncommitted state, kept as a commit that `ref` names; `files` counts what it holds beyond HEAD."""

    ref: str
    commit: str
    files: int


class Rescuer(Protocol):
    """Keeps what a run has not committed, touching neither its index, its stash nor its files."""

    async def keep(self, worktree: str, name: str) -> Rescue | str | None:
        """Keep it under a ref of that name; None where nothing is uncommitted, a sentence where it cannot be kept."""
        ...


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
    messenger: Messenger | None = None
    start: Launcher | None = None
    settings: SettingsNow = shipped
