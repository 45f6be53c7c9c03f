"""Which run a process of the table is the process of: by the log that it holds open, or by its directory alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.known_log import KnownLog
from adapters.process_table import Running
from state.runs.run import RunKey
from state.text import clean


@dataclass(frozen=True, slots=True)
class Sighting:
    """A run's process; `sure` where the process holds the run's own log open for writing."""

    run: RunKey
    agent: str
    session: str
    process: Running
    sure: bool


def sighted(processes: Sequence[Running], logs: Sequence[KnownLog]) -> list[Sighting]:
    """Give the runs of the main logs `logs` whose process is found.

    Where one process of a program holds a log open, all of them would: the others' directories then tell nothing.
    """
    # A database is held open for all its sessions alike, so that tells nothing of any one.
    files = [(log, log.found) for log in logs if log.found is not None and log.place.rows is None]
    by_file = {(found.st_dev, found.st_ino): log for log, found in files}
    found: dict[RunKey, Sighting] = {}
    holders: set[str] = set()
    for process in processes:
        held = [by_file[file] for file in process.written if file in by_file]
        for log in held:
            if log.agent.program == process.program:
                holders.add(process.program)
                own = _terminal(log, process, [one for one in processes if not by_file.keys() & one.written])
                found |= {one.run: one for one in _sighting(log, own, sure=True)}
    placed = _by_place([one for one in processes if one.program not in holders and not one.serves], logs)
    return [*found.values(), *(one for log, process in placed for one in _sighting(log, process, sure=False))]


def _terminal(log: KnownLog, holder: Running, others: Sequence[Running]) -> Running:
    """Give who a human has before them where a server writes a session's log: the only client in its directory."""
    if not holder.serves or log.mark.cwd is None:
        return holder
    clients = [one for one in others if one.program == holder.program and not one.serves]
    here = [one for one in clients if one.cwd == log.mark.cwd]
    return here[0] if len(here) == 1 else holder


def _sighting(log: KnownLog, process: Running, sure: bool) -> Iterator[Sighting]:
    run = log.mark.run
    if run is not None:
        yield Sighting(run, log.agent.name, clean(log.mark.session or ""), process, sure)


def _by_place(processes: Sequence[Running], logs: Sequence[KnownLog]) -> Iterator[tuple[KnownLog, Running]]:
    """Pair what can only be each other's: one process of a program in a directory, one log written there since."""
    for process in processes:
        here = [one for one in processes if (one.program, one.cwd) == (process.program, process.cwd)]
        if process.cwd is None or process.began is None or len(here) > 1:
            continue
        began, cwd = process.began, process.cwd
        likely = [log for log in logs if log.agent.program == process.program and log.mark.cwd == cwd]
        written = [log for log in likely if log.modified >= began]
        if len(written) == 1:
            yield written[0], process
