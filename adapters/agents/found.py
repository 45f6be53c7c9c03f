"""Which agents are on this machine, in which version, and where their logs lie: what `doctor` says of them."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from adapters.agents.agent import Agent
from adapters.small_file import read_small
from state.ports import AgentFound
from state.text import clean

VERSION_SECONDS = 10.0
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?\S*")
_MOST_BYTES = 1 << 20


class _Package(msgspec.Struct):
    """What npm's package.json says. Source: https://docs.npmjs.com/cli/v11/configuring-npm/package-json."""

    version: str = ""
    bin: str | dict[str, str] = msgspec.field(default_factory=dict[str, str])


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
    """Give the version that the program's package says, else run `program --version` outside every repository.

    Gemini CLI takes 25 s to say its own where much runs. An agent that hangs is a problem, not a hung doctor.
    """
    if (told := _packaged(Path(program))) is not None:
        return told, None
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


def _packaged(program: Path) -> str | None:
    """Give the version of the npm package that this is a program of; None where it is of none."""
    real = Path(os.path.realpath(program))
    folder = next((one for one in real.parents if (one / "package.json").is_file()), None)
    content = read_small(str(folder / "package.json"), _MOST_BYTES) if folder is not None else None
    if folder is None or content is None:
        return None
    try:
        package = msgspec.json.decode(content, type=_Package)
    except (ValueError, RecursionError):
        return None
    programs = [package.bin] if isinstance(package.bin, str) else package.bin.values()
    ours = any(os.path.realpath(folder / one) == str(real) for one in programs)
    return clean(package.version) if ours and _VERSION.fullmatch(package.version) else None
