"""Where each run works: from the directories that its log names to the worktree that they lie in."""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.relevance import Territory
from state.ports import LogMark
from state.runs.event import PlaceEntered, WorktreeFound
from state.runs.run import Origin, RunKey


@dataclass(frozen=True, slots=True)
class _Place:
    cwd: str
    origin: Origin


class Placements:
    """The last directory and worktree of every run."""

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self._places: dict[RunKey, _Place] = {}
        self._worktrees: dict[RunKey, str | None] = {}

    def remember(self, mark: LogMark) -> None:
        """Take from an earlier life where a run was; its worktree is told again, because it may be another by now."""
        if mark.run is not None and mark.cwd is not None and not mark.side:
            self._places[mark.run] = _Place(mark.cwd, Origin(mark.path, 0))

    def entered(self, event: PlaceEntered) -> WorktreeFound | None:
        """Take the directory that a run entered; gives an event if its worktree is another than before."""
        self._places[event.run] = _Place(event.cwd, event.origin)
        self._worktrees.setdefault(event.run, None)
        return self._found(event.run, event.origin)

    def settled(self) -> Iterator[WorktreeFound]:
        """Give an event for every run whose worktree is another one now that the worktrees are known anew.

        Of a run of an earlier life it is not known what was told, so it is told again.
        """
        if not self._territory.surveyed:
            return
        for run, place in self._places.items():
            # The record is the source of the directory; that it is told only now is no activity of the run's.
            found = self._found(run, Origin(place.origin.log, place.origin.offset))
            if found is not None:
                yield found

    def worktree_of(self, run: RunKey) -> str | None:
        """Give the worktree that a run works in, as far as was told."""
        return self._worktrees.get(run)

    def knows(self, run: RunKey) -> bool:
        """Say whether a run's directory is known."""
        return run in self._places

    def _found(self, run: RunKey, origin: Origin) -> WorktreeFound | None:
        worktree = self._territory.worktree_of(self._places[run].cwd)
        if run in self._worktrees and self._worktrees[run] == worktree:
            return None
        self._worktrees[run] = worktree
        return WorktreeFound(run, origin, worktree)
