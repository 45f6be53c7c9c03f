"""A run's worktree changes the policy: a finding and nothing else, because the policy is read from the base branch."""

from collections.abc import Iterator

from state.findings.finding import Finding
from state.policy.document import PATH
from state.runs.run import Origin, Run
from state.runs.worktree import Worktree


def policy_change(run: Run, worktree: Worktree | None) -> Iterator[Finding]:
    """Find a change to the policy file in the run's worktree, committed there or not."""
    if worktree is None:
        return
    changed = next((file for file in worktree.files or () if file.path == PATH), None)
    if changed is None:
        return
    text = f"its worktree changes {PATH}; that has no force until a human brings it to the base branch"
    at = changed.written_at
    yield Finding("policy_change", "warn", text, (Origin(f"{worktree.path}/{PATH}", 0, at),), at)
