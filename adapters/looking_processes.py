"""Which processes of agents run, and which of them write a log that is looked at: for `headgate doctor`.

A process whose log nobody finds is the usual reason for a run that is missed: it was given another home, or no prompt.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adapters.agents.agent import Agent
from adapters.looking import Listed
from adapters.process_table import ProcessTable, Running
from adapters.processes import PROC
from adapters.relevance import Territory
from state.looked import LogLook, ProcessLook
from state.text import clean

_LONGEST = 1 << 20
_YET = "it has written no log yet: agents begin one with the first prompt"


def processes_of(
    agent: Agent,
    environment: Mapping[str, str],
    territory: Territory | None,
    logs: Sequence[Listed],
    looks: Sequence[LogLook],
    running: Sequence[Running],
    proc: Path = PROC,
) -> Iterator[ProcessLook]:
    """Give each process of an agent, those in the repository first, with its log or why none was found."""
    by_file = {one.file: clean(one.place.path) for one in logs if one.file is not None}
    named = {seen.pid: seen.session for root in agent.roots(environment) for seen in agent.presences(root)}
    sessions = {one.session: one.path for one in looks}
    mine = [one for one in running if one.program == agent.program]
    found = [(one, _is_here(one, territory)) for one in mine]
    for one, here in sorted(found, key=lambda pair: not pair[1]):
        log = next((by_file[file] for file in one.written if file in by_file), None)
        log = log or sessions.get(named.get(one.pid)) or _likely(one, looks)
        why, remedy = ("", "") if log else _why_none(one, agent, environment, proc)
        directory = clean(one.cwd) if one.cwd else None
        yield ProcessLook(agent.name, one.pid, directory, here, log, why, remedy)


def running_now(agents: Sequence[Agent]) -> list[Running]:
    """Walk the process table once; nothing where this system shows none."""
    table = ProcessTable(agent.program for agent in agents)
    return table.running() if table.exists else []


def _is_here(one: Running, territory: Territory | None) -> bool:
    return territory is not None and one.cwd is not None and territory.worktree_of(clean(one.cwd)) is not None


def _likely(one: Running, looks: Sequence[LogLook]) -> str | None:
    """Give the newest log of the process's directory that was written since it began."""
    began = one.began
    if one.cwd is None or began is None:
        return None
    return next((log.path for log in looks if log.directory == clean(one.cwd) and log.modified >= began), None)


def _why_none(one: Running, agent: Agent, environment: Mapping[str, str], proc: Path) -> tuple[str, str]:
    own = _environment(proc / str(one.pid))
    elsewhere = [root for root in agent.roots(own) if root not in agent.roots(environment)] if own else []
    if elsewhere:
        places = ", ".join(clean(str(root)) for root in elsewhere)
        return f"it keeps its logs in {places}, where is not looked", "start headgate with the agent's own variables"
    return _YET, "give it one, or look whether it works at all"


def _environment(home: Path) -> dict[str, str]:
    """Read what a process was told when it began; nothing where the system does not show it."""
    try:
        with (home / "environ").open("rb") as file:
            words = file.read(_LONGEST).decode("utf-8", "surrogateescape").split("\0")
    except OSError:
        return {}
    return dict(word.split("=", 1) for word in words if "=" in word)
