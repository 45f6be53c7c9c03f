"""Introduces to the board what a run can be started with, and where the terminals of runs are."""

from collections.abc import Callable, Mapping, Sequence

from adapters.run_terminals import Knowing, RunPanes
from adapters.settings_file import SettingsFile
from adapters.starting.ground import Grounds
from adapters.tmux import TmuxTerminals
from state.control.wanting import AGENTS, slug
from state.places import config_root
from state.settings import FILE
from state.text import clean
from tui.forms import Offers, Values
from tui.wiring import House


def offers_of(houses: Sequence[House], environment: Mapping[str, str]) -> Callable[[], Offers]:
    """Give what says, each time it is asked, what a run can be started with by the settings as they are then."""
    settings = SettingsFile(config_root(environment) / FILE)

    def offered() -> Offers:
        now = settings()

        def place(values: Values) -> str:
            """Say where the worktree would be; the word that only this run has is not known before."""
            if len(houses) != 1:
                return ""
            branch = values.get("branch", "").strip() or now.start.branch
            words = {"task": slug(values.get("task", "")), "role": values.get("role", "") or "implementer"}
            words |= {"agent": values.get("agent", ""), "run": "…"}
            for name, word in words.items():
                branch = branch.replace(f"{{{name}}}", word)
            return clean(Grounds(houses[0].repository).path_for(branch, now.start.worktrees))

        return Offers(AGENTS, tuple(now.roles), tuple(now.lanes), place)

    return offered


def terminals_of(readers: Sequence[Knowing], environment: Mapping[str, str]) -> RunPanes:
    """Give what finds the terminals of the runs that these readers tell of."""
    return RunPanes(TmuxTerminals(environment), readers)
