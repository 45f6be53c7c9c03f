"""Runs that say they are done: with nothing changed, or with changes that no test run stands for.

Only what facts tell: where git has not been asked nothing is said of changes, and files that no test could fail for
(prose, notes) need none.
"""

from collections.abc import Iterator

from state.findings.finding import Finding, Severity
from state.runs.claims import is_code
from state.runs.run import Run
from state.runs.worktree import Worktree


def silent_success(run: Run, worktree: Worktree | None) -> Iterator[Finding]:
    """Find a turn that ended as done and left nothing, or code that was not tested since."""
    if run.turn.open or run.turn.end != "done":
        return
    code = [path for path in run.edited if is_code(run, path)]
    told = _untested(run, len(code)) if code else _nothing(run, worktree)
    if told is None:
        return
    severity, text, fact = told
    found = [run.origins[name] for name in (fact, "turn") if name in run.origins]
    yield Finding("silent_success", severity, text, tuple(dict.fromkeys(found)), run.turn.since)


def _untested(run: Run, files: int) -> tuple[Severity, str, str] | None:
    tests, changed = run.tests, f"it changed {files} code file{'' if files == 1 else 's'}"
    if tests is None:
        return "warn", f"ended as done: {changed} and ran no test", "edited"
    if tests.state == "failed":
        counted = "its tests" if tests.failed is None else f"{tests.failed:,} test{'' if tests.failed == 1 else 's'}"
        return "warn", f"ended as done while {counted} failed in its last test run", "tests"
    begun = tests.at if tests.since is None else tests.since
    if run.coded_at is not None and begun is not None and run.coded_at > begun:
        return "warn", f"ended as done, and its last edit is newer than its last test run: {changed}", "edited"
    if tests.state != "passed":
        return "note", f"ended as done, and its last test run proves nothing: {tests.why}", "tests"
    return None


def _nothing(run: Run, worktree: Worktree | None) -> tuple[Severity, str, str] | None:
    """Tell of a run that set out to change something, and git sees no change; a question needs none."""
    meant = bool(run.plan.steps) or run.plan.state == "approved" or run.headless is True
    if not meant or run.edited or worktree is None or worktree.main or worktree.files is None:
        return None
    if worktree.files or worktree.ahead != 0 or worktree.branch is None:
        return None
    return "warn", "ended as done, and no file and no commit differs from the base", "turn"
