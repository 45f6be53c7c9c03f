"""What holds of a run because Headgate started it, and where its terminal is.

It holds for the process that was started and for no later one of the same session: a run that was resumed by hand
outside its sandbox is not confined any more.
"""

from state.control.act import Act
from state.runs.run import Run


def still(run: Run, start: Act | None) -> Act | None:
    """Give the act that started the process which works on the run now, None where another one is known to."""
    return start if start is not None and _is_the_started_one(run, start) else None


def terminal_of(run: Run, start: Act | None) -> str | None:
    """Give how to attach to a run that was started here: its terminal while it lives, how to go on with it after."""
    if start is None or start.state == "failed":
        return None
    lives = run.process is None or run.process.alive
    return start.facts.get("attach" if lives and _is_the_started_one(run, start) else "resume")


def _is_the_started_one(run: Run, start: Act) -> bool:
    """Say whether no other process than the started one is known to work on the run."""
    pids = {start.facts.get("pid", ""), *start.facts.get("pids", "").split()} - {""}
    seen = run.process
    return seen is None or not seen.alive or not seen.sure or not pids or str(seen.pid) in pids
