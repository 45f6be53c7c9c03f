"""What it takes to reach the model of a run: the port by which a correction is typed, given at a resume, or left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from state.runs.run import Run


@dataclass(frozen=True, slots=True)
class Pane:
    """A terminal pane that provably belongs to a run's client: tmux's id of it, and the server's socket."""

    id: str
    socket: str
    client: int
    """The client's pid: it is in the foreground of this pane."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A client that took a session up again, and goes on when Headgate ends.

    `start` is in clock ticks after boot, with `pid` the name of the process; `log` takes what it prints. `lossy` says
    what of the session is not as it was, "" where everything is.
    """

    pid: int
    start: int
    log: str
    command: str
    lossy: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """How a session can be taken up again: the command line without its prompt, and what of it would not be as it was.

    `command` is for reading, with the prompt left out.
    """

    command: str
    lossy: str = ""


class Messenger(Protocol):
    """Ways to a run's model. What cannot be done is given as a sentence, never raised."""

    async def pane_of(self, run: Run, clients: Sequence[int]) -> Pane | None:
        """Find the pane in whose foreground one of these clients is; None where nothing proves one."""
        ...

    async def paste(self, run: Run, pane: Pane, text: str, mark: str) -> str:
        """Paste one line and press Enter, once the pane shows `mark`; "" when done, else why Enter was not pressed."""
        ...

    def way_back(self, run: Run, model: str | None = None) -> Way | str:
        """Say how the session is taken up again with a prompt, under another `model` if named; or why it is not."""
        ...

    async def resume(self, run: Run, act: str, text: str, model: str | None = None) -> Resumed | str:
        """Take the session up again with a prompt, as a process that is nobody's child."""
        ...

    def lives(self, pid: int, start: int) -> bool:
        """Say whether that very process still runs."""
        ...

    def last_words(self, log: str) -> str:
        """Give the last line of what a resumed client printed."""
        ...

    async def last_said(self, run: Run) -> str:
        """Give the whole of what a run's model said last; "" where that cannot be read."""
        ...

    def hooked(self, agent: str) -> bool:
        """Say whether Headgate's hook is registered with an agent."""
        ...

    def handed(self, act: str) -> float | None:
        """Say when a hook handed a correction out, in seconds since 1970."""
        ...

    def written(self, run: Run) -> int:
        """Give how far a run's log is written now: what is looked for later stands behind it."""
        ...

    async def reached(self, run: Run, mark: str, since: int) -> float | None:
        """Say when the model was given what holds `mark`, by the record of it in the run's log behind `since`."""
        ...
