"""The profile as bubblewrap's arguments. Source: bwrap(1); the order counts, a later mount lies over an earlier one."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adapters.confine.homes import Home
from adapters.confine.profile import PRIVATE, Profile, under

_STRICT = ("--unshare-user", "--disable-userns")
"""No user namespace inside, so that nothing can be mounted anew; bubblewrap 0.8 and newer."""
_ALWAYS = ("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--cap-drop", "ALL")
_UNIX = Path("/proc/net/unix")
_MOST_ENTRIES = 512


def arguments(profile: Profile, *, strict: bool, new_session: bool) -> list[str]:
    """Give the arguments but for those that name open files, and without the command."""
    ground, root = profile.ground, profile.ground.state_root
    private = [Path(one) for one in PRIVATE]
    shown = [one for one in profile.shown if under(one, private)]
    covered = [*private, root, *profile.hidden]
    return [
        *(_STRICT if strict else ()),
        *_ALWAYS,
        *(("--new-session",) if new_session else ()),
        *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--remount-ro", "/proc"),
        *_empty([one for one in private if one.is_dir() and not one.is_symlink() and one != Path("/dev/shm")]),
        *_same("--ro-bind", shown),
        *_empty([one for one in profile.hidden if one.is_dir()]),
        *_blind([one for one in profile.hidden if not one.is_dir()]),
        *_blind([one for one in _sockets() if under(one, shown) or not under(one, covered)]),
        *_empty([root]),
        *_told(profile),
        *_home(profile.home),
        *(word for seems, real in profile.written.items() for word in ("--bind", str(real), str(seems))),
        *_same("--ro-bind", profile.fixed),
        *("--chdir", str(ground.worktree)),
    ]


def _told(profile: Profile) -> list[str]:
    """Lay what a confined run may know over the state directory; its own part of the spool comes later."""
    house = profile.ground.house
    real = [house / name for name in ("runs", "policy", "spool/answers") if (house / name).is_dir()]
    return ["--ro-bind", str(profile.told), str(house), *_same("--ro-bind", real)]


def _home(home: Home) -> list[str]:
    """Lay an empty directory over the agent's own, and in it what the client needs of it."""
    words = ["--tmpfs", str(home.path)] if home.path.is_dir() else []
    for entry in _entries(home):
        written = entry.name in home.written
        words += ["--bind" if written else "--ro-bind", os.path.realpath(entry), str(entry)]
    for seems, real in home.own.items():
        words += ["--bind", str(real), str(home.path / seems)]
    return words


def _entries(home: Home) -> Iterator[Path]:
    with os.scandir(home.path) as entries:
        for entry, _ in zip(sorted(entries, key=lambda one: one.name), range(_MOST_ENTRIES), strict=False):
            if entry.name in home.rewritten:
                continue
            if entry.is_dir():
                if entry.name in home.folders:
                    yield Path(entry.path)
            elif entry.is_file() and not entry.name.endswith(home.dropped):
                yield Path(entry.path)


def data_of(profile: Profile) -> list[dict[str, Any]]:
    """Give the files of which the run gets a copy, and settings that it shall not make: `at`, `text`, `fixed`."""
    home = profile.home
    copies = [(name, source) for name, source in home.rewritten.items() if source.is_file()]
    told: list[dict[str, Any]] = [{"at": str(home.path / name), "from": str(source)} for name, source in copies]
    missing = [(name, text) for name, text in home.empty.items() if not (home.path / name).exists()]
    return told + [{"at": str(home.path / name), "text": text} for name, text in missing]


def listening() -> tuple[Path, ...]:
    """Give every socket with a path that this machine listens on and this account can reach."""
    return tuple(_sockets())


def _sockets() -> Iterator[Path]:
    """Give every socket with a path that this machine listens on: read-only does not keep one from being connected to.

    Source: proc_net(5); the flag 00010000 says that it listens, and `@` begins a name that is no path.
    """
    try:
        lines = _UNIX.read_text(errors="replace").splitlines()[1:]
    except OSError:
        return
    for line in lines:
        fields = line.split(maxsplit=7)
        if len(fields) == 8 and fields[7].startswith("/") and _is_socket(fields[7]):
            yield Path(os.path.realpath(fields[7]))


def _is_socket(path: str) -> bool:
    """Say whether it is one that this account can reach: what it cannot, the run cannot either."""
    try:
        return stat.S_ISSOCK(Path(path).stat().st_mode)
    except (OSError, ValueError):
        return False


def _same(how: str, paths: "list[Path] | tuple[Path, ...]") -> list[str]:
    return [word for path in paths for word in (how, str(path), str(path))]


def _empty(paths: list[Path]) -> list[str]:
    return [word for path in paths for word in ("--tmpfs", str(path))]


def _blind(paths: list[Path]) -> list[str]:
    return [word for path in paths for word in ("--ro-bind", "/dev/null", str(path))]
