"""A run whose processes were all seen to end because a human stopped it is called stopped, whatever its log says."""

from state.control.act import Act
from state.runs.run import Run
from state.runs.status import LAG, Status


def stopped_by(act: Act | None, run: Run, told: Status) -> Status:
    """Give the state of a run after what a human last asked of it; a run that was taken up again is what it does."""
    if act is None or act.kind != "stop" or act.state != "confirmed" or act.ended is None:
        return told
    if run.process is not None and run.process.alive:
        return told
    if run.seen is not None and run.seen > act.ended + LAG:
        return told
    why = f"{act.by} stopped it" + (f": {act.reason}" if act.reason else "")
    return Status("stopped", why, act.ended)
