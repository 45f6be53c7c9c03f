"""Where a run's terminal is, as far as it can be proved, and how a human gets there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from state.runs.run import Run

_RESUME = {
    "claude-code": ("claude", "--resume"),
    "codex": ("codex", "resume"),
    "gemini-cli": ("gemini", "--resume"),
    "opencode": ("opencode", "-s"),
}


@dataclass(frozen=True, slots=True)
class Pane:
    """A pane of tmux whose first process is an ancestor of the run's client, or is it.

    `inside` shows it to a human whose own terminal is of the same tmux server, `outside` to any other.
    """

    name: str
    server: str
    inside: tuple[str, ...]
    outside: tuple[str, ...]


class Terminals(Protocol):
    """Finds the terminals of runs. It asks other processes, so it belongs in a thread or a coroutine."""

    async def pane_of(self, pid: int) -> Pane | None:
        """Give the pane in which a client provably runs; None where there is none, or it cannot be proved."""
        ...

    async def show(self, pane: Pane) -> Sequence[str] | None:
        """Bring a human whose terminal is of the pane's server to it; else give the command line that would."""
        ...


def resume_words(agent: str, session: str) -> tuple[str, ...]:
    """Give the command line that goes on with a session in its own client; empty for an agent that has none."""
    words = _RESUME.get(agent)
    return (*words, session) if words else ()


def how_to_attach(run: Run, pane: Pane | None) -> str:
    """Say how to get to a run's terminal, or to go on with it where it has none."""
    if pane is not None:
        return " ".join(pane.outside)
    words = " ".join(resume_words(run.agent, run.session))
    where = f"cd {run.worktree or run.cwd} && " if run.worktree or run.cwd else ""
    if run.process is not None and run.process.alive:
        tail = f"; when it has ended: {where}{words}" if words else ""
        known = f"process {run.process.pid} runs in no tmux pane that is known"
        return f"{known}: look in the terminal it was started in{tail}"
    return f"{where}{words}" if words else "it has no terminal that is known"
