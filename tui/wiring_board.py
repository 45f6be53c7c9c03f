"""Introduces to the board what its forms offer, the terminals of runs, and where two worktrees clash."""

import os
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from adapters.git.hunks import GitHunks
from adapters.settings_file import SettingsFile
from adapters.starting.ground import Grounds
from adapters.tmux import TmuxTerminals
from state.control.terminal import Terminals, how_to_attach
from state.control.wanting import AGENTS, branch_of, chosen
from state.findings.conflict import Hunks, Pair
from state.places import config_root
from state.ports import WayThere
from state.runs.roles import ROLES
from state.settings import FILE, Settings, shipped
from state.store.reader import StoreReader
from tui.expected import Expected
from tui.forms import Offers
from tui.wiring_open import House
from tui.wiring_open import names_of as names_of
from tui.wording_conflicts import CHANGED_SINCE

_LABEL = "run-…"
"""In place of the label of a run that nobody has started yet."""


def offers_of(
    houses: Sequence[House], environment: Mapping[str, str], readers: Sequence[StoreReader] = ()
) -> Callable[[], Offers]:
    """Give what a run can be started with and escalated to, as the settings stand when a form is opened.

    A start is estimated where it is plain of which repository it will be: where the board shows one.
    """
    now, names = settings_of(environment), names_of(houses)

    def offered() -> Offers:
        settings = now()
        place = _place_in(houses[0], settings) if len(houses) == 1 else _place_of(houses, names, settings)
        choose = partial(chosen, settings=settings)
        expected = Expected(choose, lambda: readers[0].history(time.time())) if len(readers) == 1 else None
        lanes, people, prefer = tuple(settings.lanes), tuple(settings.people), tuple(settings.prefer)
        return Offers(AGENTS, ROLES, lanes, people, place, prefer, expected, names if len(houses) > 1 else ())

    return offered


def settings_of(environment: Mapping[str, str]) -> Callable[[], Settings]:
    """Give what gives the settings as they stand now; the shipped ones where there is no place for a file."""
    try:
        return SettingsFile(config_root(environment) / FILE)
    except ValueError:
        return shipped


def _place_in(house: House, settings: Settings) -> Callable[[Mapping[str, str]], str]:
    """Give what names the worktree that a start would make; where it is taken, the core takes the next free name."""
    start = settings.start
    grounds = Grounds(house.repository)
    folder = os.path.dirname(grounds.path_for("x", start.worktrees))  # noqa: PTH120 - a path of git's own

    def place(values: Mapping[str, str]) -> str:
        task, branch = values.get("task", "").strip(), values.get("branch", "").strip()
        if not task and not branch:
            return ""
        role, agent = values.get("role", "").casefold() or "implementer", values.get("agent", "")
        named = branch or branch_of(start.branch, task, role, agent, _LABEL)
        return f"{folder}{os.sep}{grounds.name_for(named)}"

    return place


def _place_of(houses: Sequence[House], names: Sequence[str], settings: Settings) -> Callable[[Mapping[str, str]], str]:
    """Give what names the worktree in the repository that was named, "" until one is."""
    known, places = dict(zip(names, houses, strict=True)), dict[str, Callable[[Mapping[str, str]], str]]()

    def place(values: Mapping[str, str]) -> str:
        name = values.get("repo", "").strip()
        if name in known and name not in places:
            places[name] = _place_in(known[name], settings)
        return places[name](values) if name in places else ""

    return place


class RunPanes:
    """Finds the pane in which a run's client provably is, and shows it where the board is in the same tmux."""

    def __init__(
        self, readers: Sequence[StoreReader], environment: Mapping[str, str], terminals: Terminals | None = None
    ) -> None:
        self._readers, self._terminals = readers, terminals or TmuxTerminals(environment)

    async def go(self, run: str) -> WayThere | None:
        """Go to a run's terminal, or say how; None where there is no such run."""
        asked = [await reader.run(run) for reader in self._readers]
        found = next((one for one in asked if one is not None), None)
        if found is None:
            return None
        process = found.process
        pane = await self._terminals.pane_of(process.pid) if process is not None and process.alive else None
        if pane is None:
            return WayThere(how_to_attach(found, None))
        outside = await self._terminals.show(pane)
        return WayThere("", shown=True) if outside is None else WayThere(shlex.join(outside))


class HousesHunks:
    """Merges a pair once more in the repository in which it was found, as long as it stands there."""

    def __init__(self, houses: Sequence[House], readers: Sequence[StoreReader]) -> None:
        self._houses = tuple(zip(houses, readers, strict=True))

    async def hunks_of(self, pair: Pair, path: str) -> Hunks:
        """Give the regions of `path` that clash; of a pair that stands nowhere any more it says so."""
        for house, reader in self._houses:
            if pair in await reader.pairs():
                git = GitHunks(house.repository, house.spool.folder)
                return await git.hunks(pair.a_commit, pair.b_commit, path)
        return Hunks(path, cut=CHANGED_SINCE)
