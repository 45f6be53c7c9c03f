"""Work outside the plan: files that a run edited and its plan, which names files, does not name."""

from collections.abc import Iterator

from state.findings.finding import Finding
from state.runs.run import PlanState, Run

_SHOWN = 3


def unplanned_file(run: Run) -> Iterator[Finding]:
    """Find the files outside the plan, with each one's first edit."""
    if not run.unplanned:
        return
    top = (run.worktree or run.cwd or "").rstrip("/")
    names = [path.removeprefix(f"{top}/") for path, _ in run.unplanned]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    text = f"it edited what its plan does not name: {', '.join(names[:_SHOWN])}{more}"
    yield Finding(
        "unplanned_file",
        "warn" if run.plan.state == "approved" else "note",
        text,
        tuple(origin for _, origin in run.unplanned),
        run.unplanned[0][1].at,
    )


def plan_state(run: Run, approved: str | None = None) -> PlanState:
    """Say what became of the plan; one that edits have left has drifted.

    `approved` is the digest of the plan that a human approved at the gate, whatever the agent's own log says of it.
    """
    state = run.plan.state
    if run.unplanned and state in ("approved", "proposed"):
        return "drifted"
    return "approved" if approved is not None and state == "proposed" and run.plan.sha == approved else state
