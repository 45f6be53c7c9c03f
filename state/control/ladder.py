"""The ladder by which a run is stopped: which rung is next, given what was observed. Pure: no signal, no clock.

freeze, interrupt in the agent's own way, SIGINT to its client, SIGTERM and at last SIGKILL to every process of the run.
No rung is taken twice, none is taken once nothing lives, and what asks a client is left out where no client lives.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from state.control.hands import Crew

Rung = Literal["freeze", "interrupt", "SIGINT", "SIGTERM", "SIGKILL"]
RUNGS: tuple[Rung, ...] = ("freeze", "interrupt", "SIGINT", "SIGTERM", "SIGKILL")
PATIENCE: Mapping[Rung, float] = {"freeze": 0.0, "interrupt": 2.0, "SIGINT": 5.0, "SIGTERM": 2.0, "SIGKILL": 5.0}
"""Seconds for which each is given time to show. Claude Code ends 1.7 s after SIGINT (research/real-clients.md 3e)."""
TOOLS_SECONDS = 0.5
"""Seconds in which tools end by themselves once their client did."""
_ASKS_CLIENT: frozenset[Rung] = frozenset({"interrupt", "SIGINT"})


@dataclass(frozen=True, slots=True)
class Observed:
    """How many clients of a run live, and how many other processes of it."""

    clients: int = 0
    others: int = 0

    @property
    def lives(self) -> bool:
        """Whether any process of the run lives."""
        return bool(self.clients or self.others)


def observed(crew: Crew) -> Observed:
    """Count what of a crew can be signalled; another user's processes are no reason to climb."""
    clients = sum(one.own for one in crew.members)
    return Observed(clients, len(crew.members) - clients)


def next_rung(climbed: Collection[str], seen: Observed, *, own_way: bool) -> Rung | None:
    """Give the rung to take now, None where there is none; `own_way`: the agent has a way of its own to be interrupted.

    `climbed` are the rungs whose effect was waited for; other words in it are passed over.
    """
    if "freeze" not in climbed:
        return "freeze"
    if not seen.lives:
        return None
    highest = max(RUNGS.index(rung) for rung in climbed if rung in RUNGS)
    for rung in RUNGS[highest + 1 :]:
        if rung in _ASKS_CLIENT and not seen.clients:
            continue
        if rung == "interrupt" and not own_way:
            continue
        return rung
    return None


def shown(rung: Rung, seen: Observed) -> bool:
    """Say whether what a rung asked for was observed."""
    return not seen.clients if rung in _ASKS_CLIENT else rung == "freeze" or not seen.lives


def waited(rung: Rung, seen: Observed, since: float, alone: float | None) -> bool:
    """Say whether to go on: `since` seconds ago the rung was taken, `alone` seconds ago the last client ended."""
    if not seen.lives or since >= PATIENCE[rung]:
        return True
    return rung in _ASKS_CLIENT and not seen.clients and alone is not None and alone >= TOOLS_SECONDS
