"""A run judged twice: by its log alone, and by one who sees its process live."""

from dataclasses import replace

from state.runs.run import Process, Run
from state.runs.status import Status, status

ENDED = ("done", "stopped")
"""The words that a log alone may make certain; what still goes on is certain only while the process is seen to live."""


def alone(run: Run, later: float = 1.0) -> Status:
    """Judge a run some seconds after its newest record by one who knows of no process."""
    return status(run, (run.seen or 0.0) + later)


def living(run: Run, later: float = 1.0) -> Status:
    """The same by one who sees a process live that is surely the run's."""
    return alone(replace(run, process=Process(7, alive=True)), later)


def both(run: Run, later: float = 1.0) -> tuple[tuple[str, bool], tuple[str, bool]]:
    """Give the word and whether it is certain, by the log alone and with the process."""
    told, seen = alone(run, later), living(run, later)
    return (told.state, told.certain), (seen.state, seen.certain)


def overstated(run: Run, truth: str, later: float = 1.0) -> list[Status]:
    """Give what is said of a run too surely: a wrong word, or one that only a living process could prove."""
    told, seen = alone(run, later), living(run, later)
    unproven = told.certain and (told.state != truth or told.state not in ENDED)
    return [told] * unproven + [seen] * (seen.certain and seen.state != truth)
