"""What the agent's own test runs claim, and whether the files have changed since.

Times of the records decide, not the order in which records are read: a subagent's log is read after the main one, and a
command in the background may end after edits that it never saw.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from state.runs.run import Run, Tests

if TYPE_CHECKING:
    from state.runs.event import FileEdited, TestsRan
    from state.runs.worktree import Worktree

PROVES = frozenset({"passed", "failed"})
"""States that say how the tests stand; after any other one the failing tests of before are still the known ones."""

CLOCKS_APART = 1.0
"""Seconds by which the clock of a file system may lag behind the one that stamps a log."""


def claimed(run: Run, event: TestsRan) -> Tests:
    """Give the run's claim after a test run; one that ended before the known one only counts as an attempt."""
    old, at = run.tests, event.origin.at
    if old is not None and at is not None and old.at is not None and at < old.at:
        return replace(old, attempts=old.attempts + 1)
    same = old is not None and bool(event.signature) and old.signature == event.signature
    return Tests(
        state=event.state,
        runner=event.runner,
        passed=event.passed,
        failed=event.failed,
        skipped=event.skipped,
        failing=event.failing if event.state in PROVES or old is None else old.failing,
        signature=event.signature,
        command=event.command,
        why=event.why,
        certain=event.certain,
        at=at,
        since=event.since,
        fresh=not _after(run.edited_at, event.since),
        attempts=1 if old is None else old.attempts + 1,
        repeats=0 if not event.signature else old.repeats + 1 if same and old is not None else 1,
    )


def after_edit(run: Run, event: FileEdited) -> Tests | None:
    """Give the claim after an edit: stale, unless the edit lies before the tests began or outside the worktree."""
    tests, at = run.tests, event.origin.at
    if tests is None or not tests.fresh or not concerns(run, event.path):
        return tests
    begun = tests.at if tests.since is None else tests.since
    before = at is not None and begun is not None and at < begun
    return tests if before else replace(tests, fresh=False)


def standing(run: Run, worktree: Worktree | None) -> Tests | None:
    """Give the run's claim as its worktree bears it out: stale once any changed file is younger, and which one."""
    tests = run.tests
    late = _written_after(tests, worktree) if tests else None
    if tests is None or late is None:
        return tests
    return replace(tests, fresh=False, why=f"{tests.why}; {late} was written after it")


def _written_after(tests: Tests, worktree: Worktree | None) -> str | None:
    """Name a changed file that was written after the tests ended, by whomever: a shell, a human, another run.

    A file that was deleted or put back as the base has it since then is not seen, because it has no time any more.
    """
    files = worktree.files if worktree else None
    if tests.at is None or not files:
        return None
    newest = max(files, key=lambda file: file.written_at or 0.0)
    late = newest.written_at is not None and newest.written_at > tests.at + CLOCKS_APART
    return newest.path if late else None


PROSE = (".md", ".mdx", ".rst", ".txt", ".adoc", ".json", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".lock", ".csv")
"""Endings of files whose edits alone need no test run: prose, data and settings."""


def is_code(run: Run, path: str) -> bool:
    """Say whether an edit of this file asks for a test run."""
    return concerns(run, path) and not path.lower().endswith(PROSE)


def concerns(run: Run, path: str) -> bool:
    """Say whether a file can matter to the run's tests: a note in another directory cannot."""
    top = run.worktree or run.cwd
    return top is None or not path.startswith("/") or path == top or path.startswith(top.rstrip("/") + "/")


def _after(edited: float | None, begun: float | None) -> bool:
    """Say whether a file was edited while the tests ran; where a time is missing nothing says so."""
    return edited is not None and begun is not None and edited > begun
