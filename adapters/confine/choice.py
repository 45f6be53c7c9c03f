"""Wraps a command line in the strongest sandbox that this machine holds, tried once before it is promised."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from adapters.confine import bubblewrap, landlock, landlocked
from adapters.confine.homes import without_own_sandbox
from adapters.confine.profile import Ground, Profile, profile_of
from adapters.hook.command import hook_command
from adapters.small_file import read_small
from adapters.starting.labelled import VARIABLE
from state.guarantee import Guarantee
from state.spool import make_private, read_whole, write_whole
from state.text import clean

Kind = Literal["bubblewrap", "landlock"]
REMEDY = "install bubblewrap (`apt install bubblewrap`), or set `confine` to auto"
_TRY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Confined:
    """A command line in its sandbox. `command` is the whole of it; it needs no other variables than the agent's own.

    `level` is what may be claimed at most, `protects` one sentence on what holds and what does not. `info` is the file
    in which `child_of` finds the sandbox's first process; None where killing each process is the only way.
    """

    command: tuple[str, ...]
    kind: Kind
    level: Guarantee
    protects: str
    info: Path | None


def confined(
    command: Sequence[str],
    *,
    agent: str,
    label: str,
    worktree: str,
    common: str,
    branch: str,
    house: Path,
    environment: Mapping[str, str],
    terminal: bool = False,
    looks_only: bool = False,
) -> Confined | str:
    """Wrap `command`, or give the sentence why it cannot be confined. Runs the sandbox once, for some milliseconds.

    `label` is HEADGATE_RUN's, of letters, digits, - and _; `branch` a full ref below refs/heads/headgate/<label>/;
    `common` the common git directory; `house` the repository's state directory; `environment` that of the agent.
    `terminal`: it keeps the terminal that it is started in, where the kernel lets no process type into it.
    `looks_only`: its worktree and its branch are read-only too. A client's own sandbox is left out of its words.
    """
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        return f"{clean(command[0], 80)} is not on the PATH, so that it cannot be started"
    tree = Path(os.path.realpath(worktree))
    git_dir = _git_dir_of(tree)
    if git_dir is None:
        return f"{clean(str(tree))} is no linked worktree; only a worktree of its own can be confined"
    real = Path(os.path.realpath(house))
    ground = Ground(tree, Path(os.path.realpath(common)), git_dir, branch, label, real, real.parent, looks_only)
    try:
        profile = profile_of(agent, ground, _programs(program, agent), environment)
        if isinstance(profile, str):
            return profile
        return _strongest([program, *without_own_sandbox(agent, command[1:])], profile, environment, terminal=terminal)
    except (OSError, ValueError) as failure:
        return clean(f"what it may write cannot be prepared: {failure}")


def child_of(made: Confined) -> int | None:
    """Give the pid of the sandbox's first process: when it is killed, the kernel kills every process inside."""
    told = read_whole(made.info) if made.info is not None else None
    pid = (told or {}).get("child-pid")
    return pid if isinstance(pid, int) else None


def _strongest(
    command: list[str], profile: Profile, environment: Mapping[str, str], *, terminal: bool
) -> Confined | str:
    program = shutil.which("bwrap", path=environment.get("PATH"))
    complaint = "bubblewrap is not installed"
    for strict in (True, False) if program else ():
        plan = _bubblewrap(str(program), profile, strict=strict, terminal=terminal)
        made = _made(command, profile, plan)
        complaint = _tried(made, environment)
        if complaint is None:
            return made
    if landlock.abi() < landlock.NEEDED:
        return f"no sandbox holds here: {complaint}, and the kernel's Landlock is older than Linux 6.12; {REMEDY}"
    if not profile.home.splits:
        return f"no sandbox holds here: {complaint}, and Landlock cannot give this agent a log of its own; {REMEDY}"
    made = _made(command, profile, _landlock(profile))
    other = _tried(made, environment)
    return made if other is None else f"no sandbox holds here: {complaint}; {other}; {REMEDY}"


def _bubblewrap(program: str, profile: Profile, *, strict: bool, terminal: bool) -> dict[str, Any]:
    setuid = Path(program).stat().st_mode & 0o4000
    return {
        "kind": "bubblewrap",
        "program": program,
        "arguments": bubblewrap.arguments(profile, strict=strict, new_session=not (terminal and _untypable())),
        "data": bubblewrap.data_of(profile),
        "scoped": not setuid and landlock.abi() >= landlock.NEEDED,
    }


def _landlock(profile: Profile) -> dict[str, Any]:
    return {"kind": "landlock", **landlocked.rules(profile, _folder(profile) / "tmp")}


def _made(command: list[str], profile: Profile, plan: dict[str, Any]) -> Confined:
    """Write the plan of how to enter, and give the command line that follows it."""
    folder = _folder(profile)
    variables = {**profile.variables, **plan.get("variables", {})}
    info = folder / "info.json"
    whole = {"unset": profile.unset, "info": str(info), "worktree": str(profile.ground.worktree), **plan}
    write_whole(folder / "plan.json", {**whole, "variables": variables})
    words = (*_enter(), str(folder / "plan.json"), *command)
    if plan["kind"] == "landlock":
        return Confined(words, "landlock", "guardrail", landlocked.PROTECTS, None)
    return Confined(words, "bubblewrap", "confined", _protects(scoped=plan["scoped"]), info)


def _tried(made: Confined, environment: Mapping[str, str]) -> str | None:
    """Enter the sandbox once with a command that does nothing; gives why that failed.

    Without the run's label, because what lingers of the trial is no process of the run.
    """
    plan = made.command.index(next(word for word in made.command if word.endswith("/plan.json")))
    try:
        done = subprocess.run(
            [*made.command[: plan + 1], "/bin/true"],
            env={name: value for name, value in environment.items() if name != VARIABLE},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TRY_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        return clean(f"the sandbox cannot be tried: {failure}", 300)
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return None if done.returncode == 0 else clean(said[-1] if said else "the sandbox ended without a word", 300)


def _protects(*, scoped: bool) -> str:
    told = "bubblewrap: it writes its worktree, its own refs, new objects, its log and its questions; the rest of the "
    told += "machine is read-only, other processes, their sockets and your keys are out of sight; the network is not"
    return told if scoped else f"{told}, nor are sockets without a path"


def _folder(profile: Profile) -> Path:
    folder = profile.ground.house / "confined" / profile.ground.label
    make_private(folder.parent)
    make_private(folder)
    return folder


def _enter() -> tuple[str, ...]:
    return (str(Path(sys.executable).absolute()), "-I", "-S", str(Path(__file__).resolve().with_name("enter.py")))


def _programs(program: str, agent: str) -> tuple[Path, ...]:
    """Give the directories of what runs inside: the agent's client, and the hook with its interpreter."""
    told = [Path(word) for word in hook_command(agent) if word.startswith("/")]
    package = Path(__file__).resolve().parents[2]
    places = [Path(program).parent, Path(os.path.realpath(program)).parent, told[0].parent.parent, package]
    return tuple(dict.fromkeys([*places, Path(sys.prefix), Path(sys.base_prefix)]))


def _git_dir_of(tree: Path) -> Path | None:
    """Give the git directory that the `.git` file of a linked worktree names. Source: gitrepository-layout(5)."""
    text = read_small(str(tree / ".git"), 4096) or b""
    if not text.startswith(b"gitdir: "):
        return None
    return Path(os.path.realpath(tree / os.fsdecode(text.removeprefix(b"gitdir: ").rstrip(b"\n"))))


def _untypable() -> bool:
    """Say whether the kernel keeps processes from typing into their terminal (TIOCSTI), from Linux 6.2."""
    return (read_small("/proc/sys/dev/tty/legacy_tiocsti", 16) or b"").strip() == b"0"
