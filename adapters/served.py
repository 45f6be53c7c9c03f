"""Whether an agent's server works for one run alone: a signal to it would reach every session that it works for."""

from collections.abc import Collection, Iterable
from pathlib import Path

from adapters.process_table import paths_written_by, serves
from adapters.process_walk import Seen, Walk
from adapters.run_clients import named, terminals
from state.control.hands import Crew

SERVED = "works for other sessions too, so that no signal would reach this one alone: interrupt it in its own terminal"


def parted(crew: Crew, program: str, log: str | None, walk: Walk) -> Crew:
    """Doubt a crew with a server in it that may work for other sessions: it writes another log, or has two terminals.

    An idle session's log is not held open (Codex 0.169), and nothing tells which terminal is whose, so the terminals of
    the program are counted wherever they work.
    """
    living = [walk.by_pid[one.pid] for one in crew.members if one.pid in walk.by_pid]
    for one in living:
        if serves(walk.proc / str(one.pid)) and _of_others(one, program, log, walk):
            return Crew(doubt=f"{named(one)} {SERVED}")
    return crew


def _of_others(server: Seen, program: str, log: str | None, walk: Walk) -> bool:
    return len(terminals(program, walk)) > 1 or bool(_other_logs(log, paths_written_by(walk.proc / str(server.pid))))


def _other_logs(log: str | None, written: Iterable[str]) -> Collection[str]:
    """Give the files that are called like the log, but for what sets sessions apart, and are not it."""
    if log is None:
        return ()
    own = Path(log)
    begin = own.name.partition("-")[0]
    return {one for one in written if Path(one).suffix == own.suffix and Path(one).name.partition("-")[0] == begin} - {
        log,
        str(own.resolve()),
    }
