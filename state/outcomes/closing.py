"""When a task is closed, and which of its diffs were accepted: the cohorts that all costs are counted over.

A task is closed by the first of these: its change came onto its target branch, through Headgate or beside it; a human
stopped it or refused its change, and no run of it worked on after that; or no run of it worked for two weeks. Until
then it is open, and what it cost belongs to no cohort. docs/metrics.md says why.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from state.outcomes.journal import Entered, Journal, Worked

DAY = 86400.0
IDLE = 14 * DAY
"""Seconds without any work of its runs after which a task is closed (research/economics.md 5.2: 14 days unshipped)."""
MOVES = ("ref_moved", "ref_followed")
"""Entries of the ledger on a protected branch that moved without a merge of Headgate's."""
GRACE = 900.0
"""Seconds that a run may still be heard of after the human's word that ended its task."""
Ending = Literal["merged", "merged outside", "stopped", "idle"]
_End = tuple[float, Ending, str]
"""When, how, and where it can be read."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A diff that a human approved at the merge gate and that is on its target branch.

    `decision` is the human's own entry and `package` that of the evidence that they saw, None where the ledger has it
    not. Times are seconds since 1970.
    """

    run: Worked
    commit: str
    by: str
    merged: Entered
    decision: Entered | None = None
    package: Entered | None = None

    @property
    def accepted_at(self) -> float:
        """When the human said so."""
        return self.decision.at if self.decision is not None else self.merged.at


@dataclass(frozen=True, slots=True)
class Outside:
    """A run's change that is on a target branch although nobody merged it here, and how that is known (`why`).

    `at` is not known exactly where no move of the branch was seen (`exact`).
    """

    run: Worked
    at: float
    source: str
    exact: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A task that is over: its runs, how and when it ended, and what was accepted of it."""

    task: str
    title: str
    runs: tuple[Worked, ...]
    how: Ending
    at: float
    source: str
    accepted: tuple[Accepted, ...] = ()
    outside: tuple[Outside, ...] = ()


def tasks_of(runs: Iterable[Worked]) -> dict[str, tuple[Worked, ...]]:
    """Give the runs of each task, the oldest first; runs without a task are left out."""
    found: dict[str, list[Worked]] = {}
    for run in runs:
        if run.task:
            found.setdefault(run.task, []).append(run)
    return {task: tuple(sorted(some, key=_began)) for task, some in found.items()}


def closings(journal: Journal, until: float) -> tuple[Closed, ...]:
    """Give every task that is over at a time (seconds since 1970), the first closed first."""
    by_run: dict[str, list[Entered]] = {}
    for entry in journal.entries:
        by_run.setdefault(entry.run, []).append(entry)
    moves = [entry for entry in by_run.get("", []) + _run_moves(journal) if entry.kind in MOVES]
    tasks = tasks_of(journal.runs)
    found = (_closed(task, runs, by_run, moves, until) for task, runs in tasks.items())
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.at))


def _run_moves(journal: Journal) -> list[Entered]:
    return [entry for entry in journal.entries if entry.run and entry.kind in MOVES]


def _closed(
    task: str, runs: tuple[Worked, ...], by_run: Mapping[str, list[Entered]], moves: list[Entered], until: float
) -> Closed | None:
    merged = (one for run in runs for one in _accepted(run, by_run.get(run.run, [])))
    accepted = tuple(one for one in merged if one.merged.at <= until)
    outside = () if accepted else tuple(one for one in _outside(runs, by_run, moves) if one.at <= until)
    title = next((run.title for run in runs if run.title), task)
    ends = list[_End]((one.merged.at, "merged", one.merged.source) for one in accepted)
    ends.extend((one.at, "merged outside", one.source) for one in outside)
    if not ends:
        ends.extend(_ended(runs, [entry for run in runs for entry in by_run.get(run.run, [])], until))
    over = [one for one in ends if one[0] <= until]
    if not over:
        return None
    at, how, source = min(over)
    return Closed(task, title, runs, how, at, source, accepted, outside)


def _accepted(run: Worked, entries: list[Entered]) -> Iterator[Accepted]:
    """Give the merges of a run that an approval was used up by; each names the request, and that the decision."""
    decisions = {
        entry.word("request"): entry
        for entry in entries
        if entry.kind == "decision" and entry.actor_kind == "human" and entry.word("answer") == "approve"
    }
    packages = {entry.word("package"): entry for entry in entries if entry.kind == "evidence"}
    for entry in entries:
        if entry.kind == "merge":
            said = decisions.get(entry.word("request"))
            package = packages.get(said.word("sha")) if said is not None else None
            yield Accepted(run, entry.word("commit"), entry.word("by"), entry, said, package)


def _outside(runs: tuple[Worked, ...], by_run: Mapping[str, list[Entered]], moves: list[Entered]) -> Iterator[Outside]:
    """Give the runs whose change is on a target branch without a merge of Headgate's, as far as the database tells."""
    for run in runs:
        told = by_run.get(run.run, [])
        known = ((one, why) for one in moves if (why := _moved_by(one, run) or _same_patch(one, told)))
        move, why = next(known, (None, ""))
        if move is not None:
            yield Outside(run, move.at, move.source, True, why)
        elif run.head is not None and run.ahead == 0:
            package = next((one for one in told if _holds(one, run.head)), None)
            if package is not None:
                yield Outside(run, max(package.at, run.seen or 0.0), package.source, False, "the base holds its head")


def _same_patch(move: Entered, told: list[Entered]) -> str:
    """Say that a commit which came with a move is the change of one of the run's packages, squashed or rebased."""
    came: object = move.body.get("patches")
    commits = cast("dict[str, object]", came) if isinstance(came, dict) else {}
    patches = (one.word("patch_id") for one in reversed(told) if one.kind == "evidence" and one.at <= move.at)
    found = next((commits[patch] for patch in patches if patch in commits), None)
    return f"squashed or rebased: {str(found)[:12]} has the same patch id" if found is not None else ""


def _moved_by(move: Entered, run: Worked) -> str:
    """Say how a protected branch was moved to this run's change: to its head, or as its branch was merged."""
    reflog: object = move.body.get("reflog")
    words = str(cast("dict[str, object]", reflog).get("words") or "") if isinstance(reflog, dict) else ""
    if run.branch and words.startswith(f"merge {run.branch}:"):
        return "its branch was merged"
    return "the branch was moved to its head" if run.head is not None and move.word("new") == run.head else ""


def _holds(entry: Entered, head: str) -> bool:
    """Say whether evidence was made of a commit that changed something: an ancestor of its base by now."""
    return entry.kind == "evidence" and entry.word("head") == head and bool(entry.word("patch_id"))


def _ended(runs: tuple[Worked, ...], entries: list[Entered], until: float) -> Iterator[_End]:
    seen = max((run.seen for run in runs if run.seen is not None), default=None)
    if seen is None:
        return
    words = [one for one in entries if ends_work(one) and one.at <= until]
    last = max(words, key=lambda one: one.at, default=None)
    if last is not None and seen <= last.at + GRACE:
        yield last.at, "stopped", last.source
    elif until >= seen + IDLE:
        yield seen + IDLE, "idle", max(runs, key=lambda run: run.seen or 0.0).source


def ends_work(entry: Entered) -> bool:
    """Say whether an entry is a human's word that ends work: a stop that was asked for, or a refused plan or change."""
    if entry.actor_kind != "human":
        return False
    if entry.kind == "act":
        return entry.word("act") == "stop"
    return entry.kind == "decision" and entry.word("answer") == "deny" and entry.word("gate") in ("plan", "merge")


def _began(run: Worked) -> tuple[float, str]:
    began = run.began if run.began is not None else run.seen
    return (float("inf") if began is None else began, run.run)
