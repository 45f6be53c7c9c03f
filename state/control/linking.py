"""Ties a start to the run that came of it: what was said where it was started holds of the run from then on."""

from collections.abc import Mapping

from state.assigning import tidy
from state.beside import Said
from state.control.act import Act
from state.runs.life import RunAssigned
from state.runs.run import Assignable, Assigned, Origin, Run, RunKey

_SAID: tuple[Assignable, ...] = ("task", "role", "owner", "lane")
STARTED_LOG = "headgate start"
"""Where the words of a start were read: the order, which no log holds."""


def words_of_start(act: Act, before: Act | None, runs: Mapping[RunKey, Run]) -> tuple[RunAssigned, ...]:
    """Give what a start says of its run, once: when the act is first known to be of that run."""
    fresh = act.facts.get("linked") and not (before is not None and before.facts.get("linked"))
    if act.kind != "start" or not fresh or act.run not in runs:
        return ()
    origin = Origin(STARTED_LOG, 0, act.at)
    return tuple(
        RunAssigned(act.run, origin, what, tidy(what, act.facts[what]), act.by, started=True)
        for what in _SAID
        if act.facts.get(what)
    )


def linked(act: Act, words: tuple[RunAssigned, ...]) -> Said | None:
    """Give the same for the state database, under the id of the order that started the run."""
    if not words:
        return None
    return Said(act.id, act.run, tuple(Assigned(one.what, one.value, one.by, act.at, True) for one in words))
