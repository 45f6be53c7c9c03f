"""What stands around a check: the command line that puts it there, and one sentence on what holds and what does not.

The strongest that this machine holds is taken, tried once; where none does, the check still runs and everybody is told.
"""

import json
import os
import pwd
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from adapters.checks.ground import Ground
from adapters.confine import bubblewrap, landlock
from adapters.confine.profile import PRIVATE, linked, secrets, under
from adapters.process_walk import walk
from state.checks.check import Check

Kind = Literal["bubblewrap", "bubblewrap, older", "landlock", "none"]
PROCESSES = 512
"""Processes and threads that a check may have at once."""
LABEL = "HEADGATE_CHECK"
SHOWN = Path("/proc/self/stat")
"""There where a system shows its processes as files; elsewhere only the kernel's own limits and groups hold."""
_INSIDE = Path("/tmp/headgate")
"""Where a check sees its tree and its home when a sandbox gives it a /tmp of its own."""
_PASSED_ON = ("PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "USER", "LOGNAME", "SHELL")
"""The only variables of Headgate's own environment that a check is given: none of them opens a door."""
_AGENTS = (
    *(".claude", ".claude.json", ".codex", ".gemini", ".config/opencode", ".local/share/opencode", ".copilot"),
    *(".pi", ".qwen", ".npmrc", ".pypirc", ".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials"),
    *(".m2/settings.xml", ".gradle/gradle.properties", ".vault-token", ".terraform.d", ".config/rclone", ".s3cfg"),
    *(".bash_history", ".zsh_history", ".mozilla", ".config/google-chrome", ".config/chromium", ".thunderbird"),
)
"""What holds agents' logins and logs, keys of registries, and a human's past, below the home directory."""
_OWN_HOMES = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_CLI_HOME", "HEADGATE_CONFIG_DIR")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


@dataclass(frozen=True, slots=True)
class Walled:
    """A check's whole command line and environment. `told` says what holds, `label` is in every process's environment.

    `within`: the kernel ends all of it with its first process.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    told: str
    label: str
    within: bool


def kinds(environment: Mapping[str, str]) -> tuple[Kind, ...]:
    """Name what may hold on this machine, the strongest first; each is to be tried."""
    sandbox = shutil.which("bwrap", path=environment.get("PATH")) is not None
    found: list[Kind] = ["bubblewrap", "bubblewrap, older"] if sandbox else []
    return *found, *(("landlock",) if landlock.abi() >= landlock.NEEDED else ()), "none"


def walled(
    kind: Kind, check: Check, ground: Ground, words: Sequence[str], environment: Mapping[str, str], why: str = ""
) -> Walled:
    """Put `words` between walls of this kind; `why` says why no stronger ones hold."""
    within = kind.startswith("bubblewrap")
    place = _INSIDE if within else ground.folder
    label = f"{ground.house.name}:{ground.folder.name}"
    plan = {
        "kind": "bubblewrap" if within else kind,
        "tree": str(place / "tree"),
        "cpu": int(check.seconds) * (os.cpu_count() or 1) + 10,
        "bytes": check.megabytes << 20,
        "processes": _processes(within=within),
        "scoped": landlock.abi() >= landlock.NEEDED,
        "parent": os.getpid(),
        "offline": not check.network,
        "written": [str(ground.folder)],
        "files": [one for one in _DEVICES if Path(one).exists()],
    }
    inside = (*_python(), str(Path(__file__).resolve().with_name("inside.py")), json.dumps(plan), *words)
    before = _bubblewrap(check, ground, environment, strict=kind == "bubblewrap") if within else ()
    told = _told(kind, check, why)
    return Walled((*before, *inside), {**_variables(environment, place), LABEL: label}, told, label, within)


def _bubblewrap(check: Check, ground: Ground, environment: Mapping[str, str], *, strict: bool) -> tuple[str, ...]:
    """Give the sandbox's own words; the order counts, a later mount lies over an earlier one. Source: bwrap(1)."""
    private = [Path(one) for one in PRIVATE if Path(one).is_dir() and not Path(one).is_symlink()]
    shown = [one for one in _programs(environment) if under(one, private)]
    hidden = _hidden(environment)
    covered = [*private, ground.house.parent, *(one for one in hidden if one.is_dir())]
    sockets = [one for one in bubblewrap.listening() if under(one, shown) or not under(one, covered)]
    size = check.megabytes << 20 if strict else 0
    return (
        str(shutil.which("bwrap", path=environment.get("PATH"))),
        *(("--unshare-user", "--disable-userns") if strict else ()),
        *("--unshare-all", "--cap-drop", "ALL", "--new-session", "--die-with-parent"),
        *(("--share-net",) if check.network else ()),
        *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--remount-ro", "/proc"),
        *(word for one in private for word in _empty(one, size if one == Path("/tmp") else size >> 3)),
        *(word for one in shown for word in ("--ro-bind", str(one), str(one))),
        *(word for one in (*hidden, ground.house.parent) if one.is_dir() for word in _empty(one, min(size, 1 << 20))),
        *(word for one in (*hidden, *sockets) if not one.is_dir() for word in ("--ro-bind", "/dev/null", str(one))),
        *("--bind", str(ground.tree), str(_INSIDE / "tree"), "--dir", str(_INSIDE / "home")),
        *("--chdir", str(_INSIDE / "tree"), "--"),
    )


def _empty(path: Path, size: int) -> tuple[str, ...]:
    """Lay an empty directory over one, which takes so many bytes of memory at most; 0 where nothing can bound it."""
    return *(("--size", str(size)) if size else ()), "--tmpfs", str(path)


def _variables(environment: Mapping[str, str], place: Path) -> dict[str, str]:
    """Give the environment: what is on the list of what may pass, and a home of its own."""
    kept = {name: environment[name] for name in _PASSED_ON if environment.get(name)}
    path = os.pathsep.join(one for one in kept.get("PATH", os.defpath).split(os.pathsep) if one.startswith("/"))
    temporary = "/tmp" if place == _INSIDE else str(place / "tmp")
    return {**kept, "PATH": path, "HOME": str(place / "home"), "TMPDIR": temporary, "TERM": "dumb"}


def _told(kind: Kind, check: Check, why: str) -> str:
    """Say what holds; what does not is never left out."""
    limits = f"{check.seconds:g} s, {check.megabytes} MB, {PROCESSES} processes"
    net = "with the network, as the policy says" if check.network else "no network"
    match kind:
        case "bubblewrap" | "bubblewrap, older":
            disk = "a read-only disk without your keys and Headgate's state, a home of its own"
            return f"bubblewrap: {net}, {disk}; {limits}"
        case "landlock":
            net = net if check.network else "no TCP, other protocols open"
            return f"Landlock only ({why}): {net}, writes nowhere else, but sees all that you see; {limits}"
        case "none":
            return f"NO WALLS ({why}): it ran as you, with your files and the network; {limits}"


def _hidden(environment: Mapping[str, str]) -> list[Path]:
    homes = _homes(environment)
    named = [Path(environment[name]) for name in _OWN_HOMES if environment.get(name, "").startswith("/")]
    found = [*(one for home in homes for one in (*secrets(home), *(home / name for name in _AGENTS))), *named]
    real = dict.fromkeys(Path(os.path.realpath(one)) for one in found)
    return [one for one in real if one.exists() and one != Path("/")]


def _homes(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Give the account's home and the one that is named: keys lie in the first also where HOME is another or unset."""
    told = [environment.get("HOME", "")]
    with suppress(KeyError):
        told.append(pwd.getpwuid(os.getuid()).pw_dir)
    return tuple(dict.fromkeys(Path(one) for one in told if one.startswith("/")))


def _programs(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Give what must stay in sight although it may lie in a private directory: programs, and this one."""
    path = [Path(one) for one in environment.get("PATH", "").split(os.pathsep) if one.startswith("/")]
    own = [Path(sys.prefix), Path(sys.base_prefix), Path(__file__).resolve().parents[2]]
    return tuple(one for one in dict.fromkeys([*path, *own, *linked()]) if one.is_dir())


def _processes(*, within: bool) -> int:
    """Give the bound on processes: the kernel counts those of a user namespace from Linux 5.14, before it all of yours.

    Source: ucounts of user_namespaces(7), and the kernel's commit 21d1c5e386bc.
    """
    release = tuple(int(one) for one in os.uname().release.split("-")[0].split(".")[:2] if one.isdecimal())
    if within and release >= (5, 14):
        return PROCESSES
    return PROCESSES + sum(one.ours for one in walk().by_pid.values()) if SHOWN.exists() else 1 << 16


def _python() -> tuple[str, ...]:
    return str(Path(sys.executable).absolute()), "-I", "-S"
