"""Two live runs that change the same lines while neither has committed: the moment at which a word saves the most."""

from collections.abc import Iterable

from state.findings.conflict import Matrix, Pair, Side
from state.findings.finding import Finding
from state.runs.fleet import Fleet
from state.runs.run import Origin, Run
from state.runs.status import status

KINDS = frozenset({"content", "add/add"})
"""Conflicts that are about lines."""
_LIVE = frozenset({"working", "waiting", "idle", "blocked", "held"})
_NAMED = 3


def same_region(matrix: Matrix, run: Run, fleet: Fleet, now: float) -> tuple[Finding, ...]:
    """Find in which files `run` and another live one change the same lines, uncommitted on both sides.

    Only the run that was seen last in a worktree answers for what lies there.
    """
    pairs = [pair for pair in matrix.of(run.worktree) if pair.uncommitted] if run.worktree else []
    if not pairs or run != holder(fleet, run.worktree) or status(run, now).state not in _LIVE:
        return ()
    sides = {side.name: side for side in matrix.sides}
    return tuple(found for pair in pairs for found in _found(pair, run, sides, fleet, now))


def holder(fleet: Fleet, worktree: str | None) -> Run | None:
    """Give the run that was seen last in a worktree."""
    here = (run for run in fleet.runs.values() if run.worktree == worktree)
    return max(here, key=lambda run: (run.seen or 0.0, run.key), default=None)


def _found(pair: Pair, run: Run, sides: dict[str, Side], fleet: Fleet, now: float) -> Iterable[Finding]:
    here, there = sides.get(run.worktree or ""), sides.get(pair.other(run.worktree or ""))
    if here is None or there is None:
        return
    both = here.uncommitted & there.uncommitted
    files = [clash.path for clash in pair.files if clash.kind in KINDS and clash.path in both]
    other = holder(fleet, there.name) if files else None
    if other is None or status(other, now).state not in _LIVE:
        return
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    named = ", ".join(files[:_NAMED]) + more
    text = f"it changes the same lines of {named} as {other.branch or there.name} (run {other.key}); neither committed"
    evidence = [Origin(f"{side.name}/{path}", 0) for path in files[:_NAMED] for side in (here, there)]
    yield Finding("same_region", "warn", text, tuple(evidence))
