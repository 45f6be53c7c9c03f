"""Notices what stands around a run beside its log: instruction files, skills, settings, and whose account it is.

Nothing watches these files: they are looked at when something stirs in a worktree and at each tick, by `stat` alone
where they are as before. What lies there now counts for a run that goes on; of a run that has ended only files that
were written before its end do.
"""

from collections.abc import Iterable, Iterator, Mapping

from state.ports import Around, ContextFile, Surroundings
from state.runs import event as ev
from state.runs import known_files
from state.runs.context import LOOKED, UNKNOWN
from state.runs.life import Began
from state.runs.run import ContextPart, Origin, PartKind, Run
from state.runs.status import status
from state.runs.worktree import Worktree

LIVELY_SECONDS = 86400.0
"""A run whose newest datum is older than this, with no process known, is not taken to go on."""

_Key = tuple[PartKind, str]


class Contexts:
    """Looks around runs, and tells what is not as it was told before."""

    def __init__(self, surroundings: Surroundings | None) -> None:
        self._surroundings = surroundings

    def news(self, runs: Iterable[Run], trees: Mapping[str, Worktree], now: float) -> list[ev.Event]:
        """Give events for what is new around these runs; asks the disk, so it belongs in a thread."""
        if self._surroundings is None:
            return []
        found: list[ev.Event] = []
        for run in runs:
            tree = trees.get(run.worktree) if run.worktree else None
            goes_on = _goes_on(run, now)
            if tree is not None and not (tree.missing or run.skimmed) and (goes_on or not _looked_at(run)):
                found += _around(run, self._surroundings.look(run), goes_on)
                if goes_on:
                    written = self._surroundings.written([one.path for one in run.known_files])
                    found += _rewritten(run, written)
        return found


def strangers(runs: Iterable[Run]) -> list[Run]:
    """Give the runs around which nobody looked yet: they are looked at with what first tells of them."""
    return [run for run in runs if not _looked_at(run)]


def _goes_on(run: Run, now: float) -> bool:
    alive = run.process is not None and run.process.alive
    lively = alive or (run.seen is not None and now - run.seen < LIVELY_SECONDS)
    return lively and status(run, now).state not in ("done", "stopped")


def _looked_at(run: Run) -> bool:
    return any(one.name == LOOKED for one in run.context)


def _around(run: Run, around: Around, goes_on: bool) -> Iterator[ev.Event]:
    if around.account is not None and around.account != run.account:
        yield ev.AccountNoted(run.key, Origin(run.log or "", 0), around.account)
    plan = around.plan
    if plan is not None and goes_on and run.plan.path is not None and plan.sha != run.plan.sha:
        yield ev.PlanWritten(run.key, Origin(run.plan.path, 0, plan.modified), run.plan.path, plan.text, plan.sha)
    known: dict[_Key, ContextPart] = {(one.part, one.name): one for one in run.context if one.observed}
    looked = {part for part, name in known if name == LOOKED}
    for part in around.looked:
        if part not in looked:
            yield _noted(run, Origin("", 0), part, LOOKED, "looked", "same")
    for file in around.files:
        event = _of_file(run, file, known, file.part in looked, goes_on)
        if event is not None:
            yield event
    if goes_on:
        here: set[_Key] = {(file.part, file.name) for file in around.files}
        for part, name in sorted(known.keys() - here):
            one = known[part, name]
            if name != LOOKED and one.value is not None:
                yield _noted(run, one.origin, part, name, None, "same")


def _rewritten(run: Run, written: Mapping[str, float]) -> Iterator[ev.Event]:
    for path, at in known_files.news(run.known_files, written):
        yield ev.FileRewritten(run.key, Origin(path, 0, at), path, at)


def _of_file(
    run: Run, file: ContextFile, known: Mapping[_Key, ContextPart], looked: bool, goes_on: bool
) -> ev.ContextPartNoted | None:
    """Tell of one file, unless it is as it was told; what it was when the run began is known only by its age."""
    old = known.get((file.part, file.name))
    late = not goes_on and (run.seen is None or file.modified > run.seen)
    value = UNKNOWN if late else file.value
    if old is not None and (late or old.value == value):
        return None
    older = run.started is not None and file.modified <= run.started
    began: Began = "same" if older else "absent" if looked else "unknown"
    return _noted(run, Origin(file.path, 0, file.modified), file.part, file.name, value, began)


def _noted(run: Run, origin: Origin, part: PartKind, name: str, value: str | None, began: Began) -> ev.ContextPartNoted:
    return ev.ContextPartNoted(run.key, origin, part, name, value, began, observed=True)
