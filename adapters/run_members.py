"""Who belongs to a run once its clients are known: all that descend from them, and what carries the run's mark.

A mark in an environment says that a process was once begun by the run, for an environment is only ever inherited. Where
such a process is an agent of its own, or holds terminals for a human, it is set apart with all that descends from it:
it is told, and nobody signals it unasked.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from adapters.process_walk import Seen, Walk
from adapters.run_clients import named
from state.control.hands import Crew, Known, Member

MULTIPLEXERS = frozenset({"tmux: server", "screen", "SCREEN", "zellij", "dtach", "abduco"})
"""What a process that holds terminals for a human is called (`comm` of proc(5))."""
_MOST_BESIDE = 20


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a run's processes. `clients` are its client with what it was begun by, `own` the innermost.

    `marked` carry its mark, `kept` were found to be members before and still live.
    """

    clients: frozenset[int]
    own: frozenset[int]
    known: Known
    marked: Mapping[int, Known]
    kept: Mapping[int, Member]


def crew_of(signs: Signs, walk: Walk, programs: Collection[str], me: int, place: str | None) -> Crew:
    """Put a run's crew together. `me` is Headgate's own process, `place` the directory in which the run works."""
    proved = walk.below((*signs.clients, *signs.kept))
    fences = {pid: why for pid in signs.marked if pid not in proved and (why := _set_apart(pid, walk, programs))}
    under = walk.below(fences)
    found = proved | walk.below((pid for pid in signs.marked if pid not in under), stop=fences)
    above = frozenset((*walk.above(me), 1))
    if touched := [walk.by_pid[pid] for pid in sorted(found & above) if not walk.by_pid[pid].dead]:
        return Crew(doubt=f"{named(touched[0])} would be hit, which Headgate itself runs in: open Headgate elsewhere")
    around = frozenset(pid for one in signs.own for pid in walk.above(one)[1:]) - signs.own
    living = [walk.by_pid[pid] for pid in sorted(found) if not walk.by_pid[pid].dead]
    heads = [pid for pid in fences if not set(walk.above(pid)[1:]) & fences.keys() and pid not in above]
    spared = found | under | above | walk.below([me])
    return Crew(
        members=tuple(replace(_member(one, signs), around=one.pid in around) for one in living if one.ours),
        foreign=tuple(_member(one, signs, "it belongs to another user") for one in living if not one.ours),
        apart=tuple(_member(walk.by_pid[pid], signs, fences[pid]) for pid in heads),
        dead=tuple(_member(walk.by_pid[pid], signs) for pid in sorted(found) if walk.by_pid[pid].dead),
        beside=tuple(_member(one, signs) for one in _beside(None if living else place, walk, programs, spared)),
    )


def kept_of(before: Iterable[Member], walk: Walk) -> dict[int, Member]:
    """Give those of earlier members that are the same processes still, ended or not."""
    return {one.pid: one for one in before if one.pid in walk.by_pid and walk.by_pid[one.pid].start == one.start}


def _set_apart(pid: int, walk: Walk, programs: Collection[str]) -> str:
    """Say why a process that carries a run's mark may be somebody else's by now."""
    if walk.by_pid[pid].name in MULTIPLEXERS:
        return "it holds terminals, of this run or of others"
    program = walk.program(pid, programs)
    return f"the run began it, and it is a {program} of its own" if program else ""


def _member(one: Seen, signs: Signs, why: str = "") -> Member:
    kept = signs.kept.get(one.pid)
    known: Known = signs.marked.get(one.pid, kept.known if kept else "child")
    own = one.pid in signs.own
    known = signs.known if one.pid in signs.clients else known
    return Member(one.pid, one.start, one.name, known, one.state in "Tt", own, why)


def _beside(place: str | None, walk: Walk, programs: Collection[str], spared: Collection[int]) -> Iterator[Seen]:
    """Give processes without a terminal that work in the run's directory although nothing ties them to it."""
    told = 0
    for pid, one in walk.by_pid.items() if place else ():
        if one.tty or one.dead or not one.ours or pid in spared or told == _MOST_BESIDE:
            continue
        cwd = walk.directory(pid)
        inside = cwd is not None and place is not None and f"{cwd}/".startswith(f"{place.rstrip('/')}/")
        if inside and walk.program(pid, programs) is None:
            told += 1
            yield one
