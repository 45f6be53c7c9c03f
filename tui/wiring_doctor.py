"""Introduces what `headgate doctor` looks at beside the hooks: logs, worktrees and processes of agents."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.agents.agent import Agent
from adapters.git.worktrees import GitWorktrees, locate
from adapters.looking import MOST_LOGS, Listed, look_into, places_of
from adapters.looking_processes import processes_of, running_now
from adapters.relevance import Territory
from state.looked import AgentLook, LogLook
from state.text import clean
from tui.verbs import doctor_looked
from tui.wiring import House, Refused, reading

_SHOWN = 5
"""Logs of an agent that are told although they show no run here, the newest ones."""


def looks_of(agents: Sequence[Agent], environment: Mapping[str, str], house: House | None) -> tuple[AgentLook, ...]:
    """Look for logs and processes of each agent, in the light of the repository's worktrees where there is one."""
    territory, running = _territory(house), running_now(agents)
    told: list[AgentLook] = []
    for agent in agents:
        places, listed = places_of(agent, environment)
        looks = [look_into(one, territory) for one in listed[:MOST_LOGS]]
        others = [one for one in looks if territory and not one.belongs]
        told.append(
            AgentLook(
                agent=agent.name,
                places=places,
                logs=len(listed),
                looked_into=len(looks),
                belonging=sum(one.belongs for one in looks) if territory else None,
                others=tuple(others[:_SHOWN]),
                processes=tuple(processes_of(agent, environment, territory, listed, looks, running)),
            )
        )
    return tuple(told)


def tell_of(
    what: str, agents: Sequence[Agent], environment: Mapping[str, str], house: House | None, *, as_json: bool
) -> int:
    """Tell why one run is shown or not; `what` is a session, a run or a log. Raises `Refused` where none is meant."""
    territory = _territory(house)
    listed = [one for agent in agents for one in places_of(agent, environment)[1]]
    found = _meant(what, listed, territory)
    if not found:
        raise Refused(_unknown(what, agents, environment, len(listed)))
    known = [asyncio.run(_known(one, house)) if house else None for one in found]
    doctor_looked.print_run(found, known, as_json=as_json)
    return 0 if any(one.belongs for one in found) else 1


def _meant(what: str, listed: Sequence[Listed], territory: Territory | None) -> list[LogLook]:
    """Give the logs that are meant: the one at this path, else all whose session or run begins so."""
    path = os.path.realpath(what) if "/" in what else ""
    at_path = [one for one in listed if path and os.path.realpath(one.place.path) == path]
    looks = (look_into(one, territory) for one in at_path or ([] if path else listed))
    return [one for one in looks if at_path or _named(one, what)]


def _named(one: LogLook, what: str) -> bool:
    return any(name.startswith(what) for name in (one.session or "", one.run or "") if name and what)


def _unknown(what: str, agents: Sequence[Agent], environment: Mapping[str, str], logs: int) -> str:
    if "/" in what and Path(what).exists():
        roots = ", ".join(clean(str(root)) for agent in agents for root in agent.roots(environment) if root.is_dir())
        return f"{clean(what)} lies where no agent's logs are looked for; that is in {roots or 'no directory'}"
    return f"none of {logs} logs is of {clean(what)}: `headgate doctor` says where is looked and what writes no log"


async def _known(one: LogLook, house: House) -> dict[str, Any] | None:
    """Give what the state database holds of a log; None where it holds nothing."""
    if one.run is None:
        return None
    async with reading(house) as reader:
        mark = next((mark for mark in await reader.logs(one.run) if clean(mark.path) == one.path), None)
        card = next((card for card in await reader.cards() if card.id == one.run), None)
    if mark is None:
        return None
    figures = {name: getattr(mark, name) for name in ("offset", "records", "not_understood", "skimmed")}
    return {**figures, "state": card.state if card else None, "because": card.because if card else None}


def _territory(house: House | None) -> Territory | None:
    if house is None:
        return None
    worktrees, _ = asyncio.run(GitWorktrees(house.repository, house.spool.folder).listed())
    territory = Territory(locate)
    territory.settle(worktrees)
    return territory
