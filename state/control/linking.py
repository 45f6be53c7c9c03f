"""Ties acts to what is said of their runs: the words of a start hold of its run, and the lane of an escalation, too."""

from collections.abc import Mapping

from state.assigning import tidy
from state.beside import Said
from state.control.act import Act
from state.runs.life import RunAssigned
from state.runs.run import Assignable, Assigned, Origin, Run, RunKey

_SAID: tuple[Assignable, ...] = ("task", "role", "owner", "lane")
STARTED_LOG = "headgate start"
"""Where the words of a start were read: the order, which no log holds."""
ESCALATED_LOG = "headgate escalate"


def words_of_act(act: Act, before: Act | None, runs: Mapping[RunKey, Run]) -> tuple[RunAssigned, ...]:
    """Give what an act says of its run, once: what a start was told, or the lane that the run was escalated to."""
    return words_of_start(act, before, runs) or _words_of_escalation(act, before, runs)


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


def _words_of_escalation(act: Act, before: Act | None, runs: Mapping[RunKey, Run]) -> tuple[RunAssigned, ...]:
    """Give the lane that was asked for anew; where another run took over, this one keeps the lane that it had."""
    if act.kind != "escalate" or act.state != "confirmed" or "started" in act.facts or act.run not in runs:
        return ()
    lane, known = act.facts.get("lane"), before is not None and before.state == "confirmed"
    origin = Origin(ESCALATED_LOG, 0, act.at)
    return (RunAssigned(act.run, origin, "lane", tidy("lane", lane), act.by),) if lane and not known else ()


def linked(act: Act, words: tuple[RunAssigned, ...]) -> Said | None:
    """Give the same for the state database, under the id of the order that started or escalated the run."""
    if not words:
        return None
    return Said(act.id, act.run, tuple(Assigned(one.what, one.value, one.by, act.at, True) for one in words))
