"""What a skim of a log tells: the log of a run that is not at work is read as far as is cheap and exact.

A skim knows usage, models, title, version, branch, directory, first and last time, and how the last turn ended. What
else a run did stands in the bytes that it did not read, so whoever shows such a run shows the rest as unknown.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

from state.money.spending import Terms
from state.runs.life import Happened
from state.runs.run import Origin, Run

Call: TypeAlias = tuple[str, float | None, str | None, int, int, int, int, int, int, int, int, bool]
"""One call to a model: key, time, model, the figures of `Usage` but its count, offset, number of its terms, and `side`.

`side` says that it is a subagent's.
"""


@dataclass(frozen=True, slots=True)
class CallsMetered(Happened):
    """All calls to models of one log, each once, with its records' largest figures. `terms` are what they name."""

    terms: tuple[Terms, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class RunSkimmed(Happened):
    """A log of the run was skimmed, `unread` bytes long; `origin.at` is its newest time.

    `facts` are what its main log told; None for a subagent's, of which usage and times alone are taken.
    """

    unread: int
    facts: Run | None = None


_OWN = ("usage", "cost", "burn", "worktree", "process", "account")


def took(run: Run, event: CallsMetered | RunSkimmed) -> Run:
    """Give a run after a skim of one of its logs."""
    match event:
        case CallsMetered(calls=calls):
            known = dict.fromkeys((*run.models, *(call[2] for call in calls)))
            return replace(run, models=tuple(model for model in known if model is not None))
        case RunSkimmed(facts=None):
            return _unread(run, event, run)
        case RunSkimmed(facts=facts):
            return _unread(run, event, replace(facts, key=run.key) if facts else run)


def _unread(run: Run, event: RunSkimmed, facts: Run) -> Run:
    """Put facts in the place of a run's, but for those that no log tells or that are counted elsewhere.

    The mode is not known: calls change it, which a skim does not see.
    """
    origins = {**facts.origins, **{name: run.origins[name] for name in _OWN if name in run.origins}}
    observed = tuple(part for part in run.context if part.observed) if facts is not run else run.context
    return replace(
        facts,
        **{name: getattr(run, name) for name in _OWN},
        assigned=run.assigned,
        mode=None if facts is not run else run.mode,
        context=observed,
        models=tuple(dict.fromkeys((*facts.models, *run.models))),
        seen=max((at for at in (run.seen, facts.seen, event.origin.at) if at is not None), default=None),
        skimmed=run.skimmed + event.unread,
        origins={**origins, "skimmed": Origin(event.origin.log, 0, event.origin.at)},
    )
