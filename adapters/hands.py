"""Puts together the hands of a core: what finds, signals, starts, tells and calls on this machine."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.agents.agent import Agent
from adapters.git.repository import Repository
from adapters.git.rescue import GitRescuer
from adapters.run_processes import RunProcesses
from state.control.hands import Hands


def hands_of(repository: Repository, folder: Path, agents: Sequence[Agent], environment: Mapping[str, str]) -> Hands:
    """Give the hands for one repository, whose state lies in `folder`."""
    return Hands(processes=RunProcesses(agents, environment), rescue=GitRescuer(repository, folder))
