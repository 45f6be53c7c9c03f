"""The directories under which the agents keep their logs, as they are now: existing, missing or something else."""

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from adapters.agents.agent import Agent
from adapters.catalogue import Rooted, is_safe
from state.ports import Environment, Problem
from state.text import clean


class Roots:
    """All roots of all agents. One that never was there is no problem, unless an environment variable names it."""

    def __init__(self, agents: Sequence[Agent], environment: Environment) -> None:
        self._all: tuple[Rooted, ...] = tuple((agent, root) for agent in agents for root in agent.roots(environment))
        # These name the place of more than an agent's logs, so they are no claim that such lie there.
        homes = ("HOME", "XDG_DATA_HOME", "GEMINI_CLI_HOME")
        home = {name: environment[name] for name in homes if name in environment}
        usual = {(agent.name, root) for agent in agents for root in agent.roots(home)}
        self._named = {root for agent, root in self._all if (agent.name, root) not in usual}
        self._stood: set[Path] = set()
        self.present: tuple[Rooted, ...] = ()
        """The roots that were directories at the last look."""

    def look(self) -> tuple[list[Problem], list[str]]:
        """Ask the system about every root; gives problems, and the `about`s of roots that are none."""
        problems: list[Problem] = []
        solved: list[str] = []
        present: list[Rooted] = []
        for agent, root in self._all:
            problem = self._problem_of(agent, root)
            if problem is not None:
                problems.append(problem)
            else:
                solved.append(clean(str(root)))
            if _stands(root) == "directory":
                self._stood.add(root)
                present.append((agent, root))
        self.present = tuple(present)
        return problems, solved

    def folders(self) -> Iterator[str]:
        """Give the directories to watch: those with logs, and a root that has none yet."""
        for agent, root in self._all:
            inside = list(agent.folders(root))
            yield from inside or [str(root)]

    def tops(self) -> Iterator[str]:
        """Give every root, be it there or not."""
        return (str(root) for _, root in self._all)

    def _problem_of(self, agent: Agent, root: Path) -> Problem | None:
        name = clean(str(root))
        if not is_safe(str(root)):
            return Problem(name, f"{name} has a name that is not plain text, so it is not looked into", "rename it")
        match _stands(root):
            case "directory":
                return None
            case "closed":
                return Problem(name, f"{name} cannot be entered: its permissions forbid it", "give your user the right")
            case "file":
                return Problem(name, f"{name} is no directory, so no log of {agent.name} is read there", "look at it")
            case "nothing":
                return self._missing(agent, root, name)

    def _missing(self, agent: Agent, root: Path, name: str) -> Problem | None:
        if root in self._stood:
            return Problem(name, f"{name}, where {agent.name} keeps its logs, is gone", "what was read is kept")
        if root in self._named:
            text = f"{name} does not exist, though the environment names it as the place of {agent.name}'s logs"
            return Problem(name, text, "create it, or correct the environment variable")
        return None


def _stands(root: Path) -> Literal["directory", "file", "closed", "nothing"]:
    try:
        return "directory" if stat.S_ISDIR(root.stat().st_mode) else "file"
    except PermissionError:
        return "closed"
    except OSError:
        return "nothing"
