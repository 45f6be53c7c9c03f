"""What the core writes in one transaction besides a batch's own events."""

from collections.abc import Mapping
from dataclasses import dataclass

from state.control.act import Act
from state.gates.book import Change
from state.runs.run import Assigned, RunKey
from state.runs.worktree import Worktree


@dataclass(frozen=True, slots=True)
class Said:
    """What a human said of a run, in the order `asked`."""

    asked: str
    run: RunKey
    words: tuple[Assigned, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Worktrees as git now tells them, and those that are gone; what a human said; what changed at the gates; acts.

    `everyone` shows every run anew. `signs` are the stamps of folders in which everything was read.
    """

    trees: tuple[Worktree, ...] = ()
    gone: tuple[str, ...] = ()
    everyone: bool = False
    said: Said | None = None
    gates: Change | None = None
    acts: tuple[Act, ...] = ()
    signs: Mapping[str, str] | None = None


NOTHING = Beside()
EVERYONE = Beside(everyone=True)
