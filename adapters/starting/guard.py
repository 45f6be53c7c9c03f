"""What the hook of an agent can promise for a run that is started now, as doctor would say it."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.agents.agent import Agent
from adapters.agents.found import version_of
from adapters.hook.command import hook_command
from adapters.install.plan import Installer
from adapters.install.standing import hooks_of
from state.control.assurance import Held
from state.guarantee import guarantee_of
from state.places import state_root
from state.ports import AgentFound


def guard_of(name: str, agents: Sequence[Agent], environment: Mapping[str, str]) -> Held:
    """Give the guarantee of one agent's hook, and why it is no other; asks the client for its version."""
    agent = next(one for one in agents if one.name == name)
    program = shutil.which(agent.program, path=environment.get("PATH", ""))
    version = version_of(program, environment)[0] if program else None
    found = AgentFound(name, program, version, (), 0)
    hook = hooks_of((found,), Installer(environment, Path(state_root(environment)), agents, hook_command)).get(name)
    return guarantee_of(hook) if hook is not None else ("observe", "Headgate has no hook for this agent")
