"""Puts the client of a run that is started into its sandbox."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from adapters.confine.choice import Confined, confined
from adapters.git.repository import Repository
from state.control.launching import Ground, Wanted

Confine = Callable[[Sequence[str], Wanted, Ground, Mapping[str, str], bool], Confined | str]
"""Wraps a command line for a run on its ground, in an environment, at a terminal or not; or says why it cannot."""


def confining(repository: Repository, house: Path) -> Confine:
    """Give what confines the runs of one repository, whose state lies in `house`."""

    def confine(
        words: Sequence[str], wanted: Wanted, ground: Ground, environment: Mapping[str, str], terminal: bool
    ) -> Confined | str:
        return confined(
            words,
            agent=wanted.agent,
            label=wanted.label,
            worktree=ground.worktree,
            common=repository.git_dir,
            branch=f"refs/heads/{ground.branch}",
            house=house,
            environment=environment,
            terminal=terminal,
            looks_only=wanted.mode == "plan",
        )

    return confine
