"""What a confined run may write, and what it cannot see: the same intent for every kind of sandbox.

It writes its own worktree, new objects, the refs below its own label, its own part of the git directory, its log, its
calls and its questions. Everything else is read-only, and what would let it speak to other processes of the account
(their sockets, their memory, their terminals) or act for the human (keys, credentials) is out of sight. The network
stays, because the agent needs its model. Source of the profile: research/reliability.md 4c.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.confine.homes import Home, home_of
from adapters.small_file import read_small
from state.told_spool import own_folders, told_folder

PREFIX = "refs/heads/headgate/"
PRIVATE = ("/tmp", "/var/tmp", "/run", "/dev/shm")
"""Directories in which other processes leave their sockets and files: empty inside."""
_SECRETS = (
    *(".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".password-store", ".config/gcloud", ".config/gh"),
    *(".config/op", ".1password", ".local/share/keyrings", ".config/headgate", ".netrc", ".git-credentials", ".pgpass"),
)
"""What lets one act as the human elsewhere, below the home directory."""
_UNSET = (
    *("SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO", "GNUPGHOME", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY"),
    *("WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "TMUX", "TMUX_PANE", "TMUX_TMPDIR", "NOTIFY_SOCKET"),
    *("DOCKER_HOST", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "PYTHONPATH", "PYTHONSTARTUP", "BASH_ENV", "ENV"),
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_EXEC_PATH", "GIT_SSH_COMMAND"),
)
_PINNED = ("gitdir", "commondir")
"""What of a worktree's git directory says whose it is: an agent that changed it would make git look elsewhere."""
_KEPT = ".headgate"
_MOST_PACKED = 64 << 20
_SETTINGS = (".claude", ".codex", ".gemini", ".opencode", ".cursor")
_SETTINGS_FILES = (".mcp.json", "opencode.json", "opencode.jsonc")


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a run works: raw resolved paths. `common` is the common git directory, `branch` a full ref.

    `looks_only`: it changes nothing there, neither a file nor a ref.
    """

    worktree: Path
    common: Path
    git_dir: Path
    branch: str
    label: str
    house: Path
    state_root: Path
    looks_only: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What holds for one run, as paths.

    `written` may be written, by where it seems to be and where it is; `fixed` is read-only within it. `shown` is what
    must stay readable although it may lie in a private directory; `hidden` is out of sight. `told` stands for the state
    directory. `home` is the agent's own directory, `unset` and `variables` what becomes of the environment.
    """

    ground: Ground
    home: Home
    told: Path
    written: Mapping[Path, Path]
    fixed: tuple[Path, ...]
    shown: tuple[Path, ...]
    hidden: tuple[Path, ...]
    unset: tuple[str, ...]
    variables: Mapping[str, str]


def profile_of(agent: str, ground: Ground, programs: tuple[Path, ...], environment: Mapping[str, str]) -> Profile | str:
    """Give the profile, its own directories made; a sentence where the run cannot be confined.

    Raises `OSError` where a directory cannot be made, `ValueError` where one is unsafe.
    """
    complaint = _complaint(ground)
    if complaint:
        return complaint
    home = home_of(agent, ground.label, ground.worktree, environment)
    if isinstance(home, str):
        return home
    calls, requests = own_folders(ground.house, ground.label)
    for path in (*_git(ground), *home.own.values(), *_own_settings(ground, home)):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    (ground.common / ground.branch).parent.joinpath(_KEPT).touch()  # git would take the empty directory away
    spool = ground.house / "spool"
    written = {} if ground.looks_only else {path: path for path in (ground.worktree, *_git(ground))}
    return Profile(
        ground=ground,
        home=home,
        told=told_folder(ground.house),
        written={**written, spool / "calls": calls, spool / "requests": requests},
        fixed=tuple(path for path in _fixed(ground) if os.path.lexists(path)),
        shown=(
            ground.common.parent if ground.common.name == ".git" else ground.common,
            ground.worktree,
            *programs,
            *linked(),
        ),
        hidden=tuple(path for path in _hidden(Path(environment["HOME"])) if path.exists()),
        unset=_UNSET,
        variables=home.variables,
    )


def _complaint(ground: Ground) -> str | None:
    """Say what of the place cannot be confined."""
    if not ground.branch.startswith(PREFIX) or ground.branch.count("/") < 4 or _beside(ground):
        return "whoever writes a branch writes all in its folder: name it headgate/FOLDER/NAME, in a folder of its own"
    if (ground.common / "reftable").exists():
        return "the repository keeps its refs in one table, so that a run cannot be given refs of its own"
    if ground.git_dir.parent != ground.common / "worktrees":
        return f"{ground.worktree} is no linked worktree; only a worktree of its own can be confined"
    link = next(
        (name for name in (".git", *_SETTINGS, *_SETTINGS_FILES) if (ground.worktree / name).is_symlink()), None
    )
    return None if link is None else f"{ground.worktree / link} is a link, which cannot be kept from being changed"


def _beside(ground: Ground) -> bool:
    """Say whether there is another branch in the folder of this one."""
    folder, name = ground.branch.rpartition("/")[::2]
    loose = [one.name for one in (ground.common / folder).iterdir()] if (ground.common / folder).is_dir() else []
    packed = read_small(str(ground.common / "packed-refs"), _MOST_PACKED)
    if packed is None and (ground.common / "packed-refs").exists():
        return True
    refs = [line.rpartition(b" ")[2] for line in (packed or b"").splitlines()]
    ours = os.fsencode(folder) + b"/"
    others = [ref for ref in refs if ref.startswith(ours) and ref != os.fsencode(ground.branch)]
    return bool(others) or any(one not in (name, _KEPT) and not one.endswith(".lock") for one in loose)


def _git(ground: Ground) -> tuple[Path, ...]:
    """Give the parts of the git directory that a commit on its own branch writes."""
    refs = Path(ground.branch).parent
    return ground.common / "objects", ground.common / refs, ground.common / "logs" / refs, ground.git_dir


def _own_settings(ground: Ground, home: Home) -> tuple[Path, ...]:
    """Give the folders that must be there so that they can be fixed: git shows nothing of them while they are empty."""
    objects = ground.common / "objects"
    return *(ground.worktree / name for name in home.settings), objects / "pack", objects / "info"


def _fixed(ground: Ground) -> tuple[Path, ...]:
    """Give what stays read-only inside what is written: whose worktree it is, what is packed, and agents' settings."""
    objects = ground.common / "objects"
    return (
        ground.worktree / ".git",
        *(ground.worktree / name for name in (*_SETTINGS, *_SETTINGS_FILES)),
        *(ground.git_dir / name for name in _PINNED),
        *(objects / "pack", objects / "info"),
    )


def linked(etc: Path = Path("/etc")) -> tuple[Path, ...]:
    """Give what of the system's settings lies in a private directory, as where names are resolved does under systemd.

    The directory is given, because such files are replaced by others, and the file where it has none of its own.
    """
    real = [Path(os.path.realpath(etc / name)) for name in ("resolv.conf", "hosts", "localtime")]
    private = [Path(one) for one in PRIVATE]
    found = [path if path.parent in private else path.parent for path in real if under(path, private)]
    return tuple(path for path in (*found, Path("/run/current-system")) if path.exists())


def _hidden(home: Path) -> tuple[Path, ...]:
    return tuple(Path(os.path.realpath(home / name)) for name in _SECRETS)


def secrets(home: Path) -> tuple[Path, ...]:
    """Give what lies below a home directory and lets one act as the human elsewhere."""
    return tuple(path for path in _hidden(home) if path.exists())


def under(path: Path, folders: Iterable[Path]) -> bool:
    """Say whether a path is one of these directories or lies in one."""
    return any(path == folder or folder in path.parents for folder in folders)
