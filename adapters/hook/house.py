"""Finds the repository that a call belongs to and Headgate's own directory for it, without git.

Only what decides that is read: `.git` as a directory or as the one line that a linked worktree has, and `commondir`.
Source: gitrepository-layout(5).
"""

import posix
from dataclasses import dataclass

from adapters.hook.exchange import Heard
from state.houses import identity

_DEEPEST = 64
_FOLDER, _FILE, _KIND = 0o040000, 0o100000, 0o170000
_READ = posix.O_RDONLY | posix.O_NONBLOCK | posix.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as `adapters.git.repository` names it: what its name is made of, and where the call stands in it."""

    top: str
    root: str
    common: str


def house_of(heard: Heard, environment: dict[str, str]) -> tuple[str | None, str | None]:
    """Give Headgate's directory that knows the call, None where none does; and the root of the work tree it is of.

    One in which no core ever worked knows nothing yet. The client's own word for its project counts before the
    directory that the model moved to: by leaving the repository no call leaves its policy.
    """
    houses = state_root(environment)
    worktree: str | None = None
    for place in (heard.project, heard.cwd):
        found = repository_at(place) if place else None
        if found is None:
            continue
        worktree = worktree or found.top
        folder = f"{houses}/{identity(found.root, found.common)}"
        if houses is not None and (_kind(f"{folder}/fleet.json") or _kind(f"{folder}/state.db")):
            return folder, found.top
    return None, worktree


def state_root(environment: dict[str, str]) -> str | None:
    """Give the directory of all houses, as `state.places.state_root` says; None where the environment names none."""
    own, xdg, home = (environment.get(name, "") for name in ("HEADGATE_STATE_DIR", "XDG_STATE_HOME", "HOME"))
    if own:
        return own if own.startswith("/") else None
    if xdg.startswith("/"):
        return f"{xdg}/headgate"
    return f"{home}/.local/state/headgate" if home.startswith("/") else None


def repository_at(place: str) -> Repository | None:
    """Give the repository that holds a directory; None where none does, or where the directory cannot be entered."""
    try:
        posix.chdir(place)
        top = posix.getcwd()  # the kernel's word, with no link in it
    except (OSError, ValueError):
        return None
    for _ in range(_DEEPEST):
        found = _repository(top)
        if found is not None or top == "/":
            return found
        top = top.rpartition("/")[0] or "/"
    return None


def common_of(place: str) -> str | None:
    """Give the git directory that all work trees of the repository at a place share, None where there is none."""
    found = repository_at(place)
    return None if found is None else found.common


def _repository(top: str) -> Repository | None:
    """Give the repository of which the work tree's root, or the git directory, is `top`; None where it is neither."""
    git_dir = git_dir_of(top)
    if git_dir is None:
        return None
    other = f"{git_dir}/commondir"
    common = _resolved(_from(git_dir, line_of(other))) if _kind(other) == _FILE else git_dir
    if common is None:
        return None
    folder, _, name = common.rpartition("/")
    if name == ".git":
        return Repository(top, folder, common)
    return Repository(top, top if git_dir == common else common, common)


def git_dir_of(top: str) -> str | None:
    entry = f"{top}/.git"
    kind = _kind(entry)
    if kind == _FOLDER:
        return _resolved(entry)
    if kind == _FILE:
        named = line_of(entry)
        return _resolved(_from(top, named.removeprefix("gitdir: "))) if named.startswith("gitdir: ") else None
    bare = _kind(f"{top}/objects") == _FOLDER and _kind(f"{top}/HEAD") == _FILE and _kind(f"{top}/refs") == _FOLDER
    return top if bare else None


def _from(place: str, path: str) -> str:
    return path if path.startswith("/") else f"{place}/{path}"


def _resolved(path: str) -> str | None:
    try:
        posix.chdir(path)
        return posix.getcwd()
    except (OSError, ValueError):
        return None


def _kind(path: str) -> int:
    try:
        return posix.stat(path).st_mode & _KIND
    except (OSError, ValueError):
        return 0


def line_of(path: str) -> str:
    try:
        descriptor = posix.open(path, _READ)
    except OSError:
        return ""
    try:
        return posix.read(descriptor, 4096).decode("utf-8", "surrogateescape").removesuffix("\n")
    except OSError:
        return ""
    finally:
        posix.close(descriptor)
