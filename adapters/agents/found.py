"""Which agents are on this machine, in which version, and where their logs lie: what `doctor` says of them."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping

from adapters.agents.agent import Agent
from state.ports import AgentFound
from state.text import clean

VERSION_SECONDS = 10.0
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?\S*")


def find_agents(agents: Iterable[Agent], environment: Mapping[str, str]) -> tuple[AgentFound, ...]:
    """Look for each agent's program on the PATH, ask it for its version, and count its logs."""
    return tuple(_found(agent, environment) for agent in agents)


def _found(agent: Agent, environment: Mapping[str, str]) -> AgentFound:
    roots = agent.roots(environment)
    unreadable: list[OSError] = []
    logs = sum(1 for root in roots for _ in agent.logs(root, unreadable))
    program = shutil.which(agent.program, path=environment.get("PATH", ""))
    version, problem = version_of(program, environment) if program else (None, None)
    if unreadable:
        problem = clean(f"{unreadable[0].filename} cannot be read: {unreadable[0].strerror}")
    return AgentFound(
        agent=agent.name,
        program=clean(program) if program else None,
        version=version,
        roots=tuple(clean(str(root)) for root in roots if root.is_dir()),
        logs=logs,
        problem=problem,
    )


def version_of(program: str, environment: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Run `program --version` outside every repository; an agent that hangs is a problem, not a hung doctor."""
    try:
        done = subprocess.run(
            [program, "--version"],
            cwd="/",
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERSION_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, clean(f"{program} --version failed: {error}")
    said = _VERSION.search(done.stdout.decode("utf-8", "replace"))
    if said is None:
        return None, clean(f"{program} --version named no version (exit {done.returncode})")
    return clean(said.group(0)), None
