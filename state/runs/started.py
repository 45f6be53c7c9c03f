"""What holds of a run because Headgate started it: what stands around it, and where its terminal is.

Both hold for the process that was started and for no later one of the same session: a run that was resumed by hand
outside its sandbox is not confined any more.
"""

from typing import cast, get_args

from state.control.act import Act
from state.runs.card import Assurance
from state.runs.run import Run


def assurance_of(run: Run, start: Act | None) -> tuple[Assurance | None, str | None]:
    """Give what stands between a run that was started here and what it may not do, and what shows that."""
    if start is None or start.facts.get("assurance") not in get_args(Assurance):
        return None, None
    if not _is_the_started_one(run, start):
        return None, "another process than the one that was started here goes on with this session"
    return cast(Assurance, start.facts["assurance"]), start.facts.get("assurance_why")


def terminal_of(run: Run, start: Act | None) -> str | None:
    """Give how to attach to a run that was started here: its terminal while it lives, how to go on with it after."""
    if start is None or start.state == "failed":
        return None
    lives = run.process is None or run.process.alive
    return start.facts.get("attach" if lives and _is_the_started_one(run, start) else "resume")


def _is_the_started_one(run: Run, start: Act) -> bool:
    """Say whether no other process than the started one is known to work on the run."""
    pid = start.facts.get("pid", "")
    return run.process is None or not run.process.alive or not pid or str(run.process.pid) == pid
