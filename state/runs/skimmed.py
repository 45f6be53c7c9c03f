"""What a skim of a log tells: the log of a run that is not at work is read as far as is cheap and exact.

A skim knows usage, models, title, version, branch, directory, first and last time, and how the last turn ended. What
else a run did stands in the bytes that it did not read, so whoever shows such a run shows the rest as unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeAlias

from state.runs.life import Happened
from state.runs.run import Run

if TYPE_CHECKING:
    from state.money.spending import Terms

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
_TOLD = tuple(
    field.name
    for field in fields(Run)
    if field.name not in {*_OWN, "key", "assigned", "context", "models", "seen", "skimmed", "mode", "origins"}
)


def took(draft: Run, event: CallsMetered | RunSkimmed) -> Run:
    """Give a draft of `state.runs.fold` after a skim of one of its logs: the same one, changed."""
    match event:
        case CallsMetered(calls=calls):
            known = dict.fromkeys((*draft.models, *(call[2] for call in calls)))
            _put(draft, "models", tuple(model for model in known if model is not None))
        case RunSkimmed(facts=facts, unread=unread, origin=origin):
            if facts is not None:
                _take(draft, facts)
            seen = [at for at in (draft.seen, facts.seen if facts else None, origin.at) if at is not None]
            _put(draft, "seen", max(seen, default=None))
            _put(draft, "skimmed", draft.skimmed + unread)
    return draft


def _take(draft: Run, facts: Run) -> None:
    """Put facts in the place of a run's, but for those that no log tells or that are counted elsewhere.

    The mode is not known: calls change it, which a skim does not see.
    """
    own = {name: draft.origins[name] for name in _OWN if name in draft.origins}
    for name in _TOLD:
        _put(draft, name, getattr(facts, name))
    _put(draft, "mode", None)
    _put(draft, "context", tuple(part for part in draft.context if part.observed))
    _put(draft, "models", tuple(dict.fromkeys((*facts.models, *draft.models))))
    _put(draft, "origins", {**facts.origins, **own})


_put = object.__setattr__
