"""A run whose logs are read again from their beginning: what stays of it, and what they will tell again."""

from dataclasses import replace

from state.runs.context import version
from state.runs.run import Origin, Run

_KEPT = ("title", "started", "usage", "cost", "burn", "worktree", "account")
"""Facts whose origins outlive a log that is read again."""


def begun_anew(run: Run) -> Run:
    """Forget what the logs will tell again; keep what an agent may have deleted from them and what was counted once."""
    return Run(
        key=run.key,
        agent=run.agent,
        session=run.session,
        log=run.log,
        parent=run.parent,
        headless=run.headless,
        title=run.title,
        title_from=run.title_from,
        started=run.started,
        usage=run.usage,
        cost=run.cost,
        burn=run.burn,
        worktree=run.worktree,
        process=run.process,
        context=(kept := tuple(part for part in run.context if part.observed)),
        context_version=version(run.agent, kept),
        account=run.account,
        assigned=run.assigned,
        origins={name: _origin(name, at) for name, at in run.origins.items() if name in _KEPT},
    )


def _origin(name: str, origin: Origin) -> Origin:
    """Give where a fact was read; which record told the last usage is not known of the log as it is now."""
    return replace(origin, offset=0) if name == "usage" else origin
