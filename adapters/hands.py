"""Puts together the hands of a core: what finds, signals, starts, tells and calls on this machine."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from adapters.agents.agent import Agent
from adapters.checks.runner import CheckRuns
from adapters.git.authority import GitAuthority
from adapters.git.repository import Repository
from adapters.git.rescue import GitRescuer
from adapters.messages.messenger import AgentMessenger
from adapters.notify import SystemNotifier
from adapters.run_history import RunHistories
from adapters.run_processes import RunProcesses
from adapters.settings_file import SettingsFile
from adapters.starting.guard import guard_of
from adapters.starting.launcher import Launching
from adapters.starting.sandboxed import confining
from state.control.hands import Hands
from state.places import config_root
from state.settings import FILE


def hands_of(repository: Repository, folder: Path, agents: Sequence[Agent], environment: Mapping[str, str]) -> Hands:
    """Give the hands for one repository, whose state lies in `folder`."""
    guard = partial(guard_of, agents=agents, environment=environment)
    return Hands(
        processes=RunProcesses(agents, environment),
        rescue=GitRescuer(repository, folder),
        notify=SystemNotifier(environment),
        messenger=AgentMessenger(folder, agents, environment),
        start=Launching(repository, folder, environment, guard, confining(repository, folder)),
        checks=CheckRuns(folder, environment),
        settings=SettingsFile(config_root(environment) / FILE),
        histories=RunHistories(folder, agents, environment),
        authority=GitAuthority(repository, folder),
    )
