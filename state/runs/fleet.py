"""All runs and worktrees of one repository; applies events and says which runs changed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from state.attention.interventions import TELLING
from state.runs.event import Event, RunFound
from state.runs.fold import begun, ended, took
from state.runs.run import Run, RunKey
from state.runs.worktree import Worktree


@dataclass(frozen=True, slots=True)
class Fleet:
    """Every run by key and every worktree by path, at one moment."""

    runs: Mapping[RunKey, Run] = field(default_factory=dict[RunKey, Run])
    worktrees: Mapping[str, Worktree] = field(default_factory=dict[str, Worktree])

    def folded(self, events: Iterable[Event], note: Callable[[Run, Event], None] | None = None) -> dict[RunKey, Run]:
        """Give the runs that `events` change, as they are after them; the fleet itself stays as it was.

        Once the store has the result the fleet takes it over with `with_runs`, so that memory never runs ahead.
        `note` is told each event of `state.attention.interventions.TELLING` with the run as it stood before it.
        """
        before: dict[RunKey, Run] = {}
        drafts: dict[RunKey, Run] = {}
        for event in events:
            draft = drafts.get(event.run)
            if draft is None:
                old = before[event.run] = self.runs.get(event.run) or _unknown(event)
                draft = begun(old)
            if note is not None and type(event) in TELLING:
                note(draft, event)
            drafts[event.run] = took(draft, event)
        made = {key: ended(draft, before[key]) for key, draft in drafts.items()}
        return {key: run for key, run in made.items() if run != self.runs.get(key)}

    def with_runs(self, changed: Mapping[RunKey, Run]) -> "Fleet":
        """Give the fleet with these runs in place of their older selves."""
        return replace(self, runs={**self.runs, **changed}) if changed else self

    def with_worktrees(self, worktrees: Iterable[Worktree]) -> "Fleet":
        """Give the fleet with exactly these worktrees."""
        return replace(self, worktrees={worktree.path: worktree for worktree in worktrees})

    def in_worktree(self, path: str) -> list[RunKey]:
        """Name the runs that work in a worktree, because what git says of it shows on each of their rows."""
        return [key for key, run in self.runs.items() if run.worktree == path]


def _unknown(event: Event) -> Run:
    if isinstance(event, RunFound):
        return Run(key=event.run, agent=event.agent, session=event.session)
    return Run(key=event.run, agent="unknown", session="unknown")
