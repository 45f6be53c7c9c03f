"""Which process is the client of a run: by its agent's registry, our label, its log, or its directory, in this order.

A registry file is written by the agent, so what it names must also run the agent's program: else a forged file would
turn a stop on somebody's editor. Where two processes share nothing but a directory nobody knows which is the run's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapters.agents.agent import Agent
from adapters.process_table import serves
from adapters.process_walk import Seen, Walk
from adapters.processes import began, verify
from state.control.hands import Known, Member
from state.runs.run import Run
from state.text import clean

_SLACK_SECONDS = 2.0
"""How far a start may lie from a time that a log or registry tells: the boot time is known to a whole second."""
_TOOL_SECONDS = 0.5
"""A tool that has just been begun still is its client by every sign, until it becomes the other program (execve(2))."""


@dataclass(frozen=True, slots=True)
class Clients:
    """The processes that run the agent itself, and how that is known; or why nobody can tell."""

    pids: frozenset[int] = frozenset()
    known: Known = "registry"
    doubt: str = ""


def still(before: Iterable[Member], walk: Walk) -> Clients:
    """Give the clients that were found before and live: who is about to end takes away what it was found by."""
    own = [one for one in before if one.own and walk.living(one.pid, one.start)]
    return Clients(frozenset(one.pid for one in own), own[0].known if own else "registry")


def clients_of(
    run: Run,
    agent: Agent | None,
    registered: Mapping[int, tuple[str | None, float | None]],
    labelled: Iterable[int],
    walk: Walk,
) -> Clients:
    """Find the clients of a run. `registered` are the pids that its registry names, each with its start and time."""
    program = agent.program if agent else run.agent
    if registered:
        return _registered(registered, program, walk)
    if marked := frozenset(pid for pid in labelled if walk.program(pid, {program})):
        return _labelled(marked, program, walk)
    if run.log is None and run.process is None:
        return Clients()
    ours = {pid for pid, one in walk.by_pid.items() if one.ours and not one.dead and walk.program(pid, {program})}
    if run.log and (holders := frozenset(pid for pid in ours if walk.writes(pid, run.log))):
        return Clients(holders | _before_a_server(run, program, holders, walk), "log")
    return _placed(run, program, [pid for pid in ours if not serves(walk.proc / str(pid))], walk)


def terminals(program: str, walk: Walk) -> list[int]:
    """Give the processes of our user that run a program on a terminal and are no server: the first of each chain."""
    found = [pid for pid, one in walk.by_pid.items() if one.tty and one.ours and not one.dead]
    clients = [pid for pid in found if walk.program(pid, {program}) and not serves(walk.proc / str(pid))]
    return [pid for pid in clients if not set(walk.above(pid)[1:]) & set(clients)]


def _before_a_server(run: Run, program: str, holders: Collection[int], walk: Walk) -> frozenset[int]:
    """Give the terminal in the run's directory where a server writes its log: the one without the other goes on."""
    if not any(serves(walk.proc / str(pid)) for pid in holders):
        return frozenset()
    return frozenset(pid for pid in terminals(program, walk) if walk.directory(pid) == run.cwd)


def innermost(pids: Collection[int], program: str, walk: Walk) -> frozenset[int]:
    """Give the process that does the work where a client starts itself anew as a child in its own session (Gemini)."""
    found: set[int] = set()
    for pid in pids:
        below = [one for one in walk.children.get(pid, ()) if _is_same(walk, pid, one, program)]
        found |= innermost(below, program, walk) if below else {pid}
    return frozenset(found)


def chain(pids: Collection[int], program: str, walk: Walk) -> frozenset[int]:
    """Give these clients with the processes of the same program that they were started by in the same session."""
    found = set(pids)
    for pid in pids:
        for parent in walk.above(pid)[1:]:
            if walk.living(parent) is None or not _is_same(walk, parent, pid, program):
                break
            found.add(parent)
            pid = parent
    return frozenset(found)


def named(one: Seen) -> str:
    """Name a process in a sentence."""
    return f"{clean(one.name, 40)} (process {one.pid})"


def _is_same(walk: Walk, parent: int, child: int, program: str) -> bool:
    above, below = walk.living(parent), walk.living(child)
    if above is None or below is None or above.session != below.session or walk.age(child) < _TOOL_SECONDS:
        return False
    return walk.runs(parent, program) and walk.runs(child, program)


def _registered(registered: Mapping[int, tuple[str | None, float | None]], program: str, walk: Walk) -> Clients:
    found: set[int] = set()
    for pid, (start, at) in registered.items():
        one, verdict = walk.living(pid), verify(pid, start, at, walk.proc)
        if verdict == "gone" or one is None:
            continue
        if verdict == "uncertain":
            why = f"nothing tells whether process {pid} is this session's or a later one of the same number"
            return Clients(doubt=why)
        if not one.ours:
            return Clients(doubt=f"{named(one)}, which its registry names, belongs to another user")
        if not walk.runs(pid, program):
            return Clients(doubt=f"its registry names {named(one)}, which does not run {program}")
        found.add(pid)
    return Clients(frozenset(found), "registry")


def _labelled(marked: frozenset[int], program: str, walk: Walk) -> Clients:
    """Take the first process of a chain for the client; what it started anew as a tool is no second one."""
    tops = [pid for pid in marked if not marked & set(walk.above(pid)[1:])]
    if len(tops) > 1:
        return Clients(doubt=f"{len(tops)} processes of {program} carry its label: {_numbers(tops)}")
    return Clients(frozenset(tops), "label")


def _placed(run: Run, program: str, ours: Collection[int], walk: Walk) -> Clients:
    """Take the only process of a program in the run's directory, where the run was seen to have it before."""
    process = run.process
    if process is None or not process.alive:
        return Clients()
    here = [pid for pid in ours if run.cwd is not None and walk.directory(pid) == run.cwd]
    tops = [pid for pid in here if not set(here) & set(walk.above(pid)[1:])]
    if len(tops) > 1:
        return Clients(
            doubt=f"{len(tops)} processes of {program} share its directory and nothing more: {_numbers(tops)}"
        )
    if tops == [process.pid] and _ran_before(process.pid, run.seen, walk):
        return Clients(frozenset(tops), "place")
    other = walk.living(process.pid)
    if other is not None and not other.ours:
        return Clients(doubt=f"{named(other)} belongs to another user")
    if other is not None:
        return Clients(doubt=f"process {process.pid}, last seen as its own, is not known for certain to be so now")
    return Clients()


def _ran_before(pid: int, seen: float | None, walk: Walk) -> bool:
    """Say whether a process already ran when the log was last written; who began later did not write it."""
    start = began(walk.by_pid[pid].start, walk.proc)
    return start is not None and seen is not None and start <= seen + _SLACK_SECONDS


def _numbers(pids: Sequence[int]) -> str:
    return ", ".join(str(pid) for pid in sorted(pids))
