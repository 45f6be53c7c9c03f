"""Finds the repository that a directory belongs to, and names it.

GitPython is not used for this. Importing it runs `git version` twice in the parent's environment, outside the door, and
its `Repo` opens the repository's configuration in this process, where a FIFO in its place blocks for ever; `rev-parse`
by the door has a time limit.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.git import door, failure
from adapters.git.command import Place, git_directory
from adapters.git.failure import GitFailed
from adapters.git.registered import head_of, is_ref, not_plain
from state.houses import identity
from state.text import clean

REMEDY = "run it inside a git repository, or name one with --repo DIR; `headgate demo` needs none"

_CANDIDATES = ("main", "master", "trunk", "develop")
_ORIGIN = "refs/remotes/origin/"
_USAGE = 129
"""The exit status of git for an option that it does not know; source: git's usage.c and parse-options.c."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository: its name for Headgate's own folders, where it is, and the branch that work is measured against.

    `root` is the main work tree, or `git_dir` where there is none (a bare repository); `git_dir` is the common git
    directory. Both are resolved and raw: clean them before they are shown. `base_ref` is a full ref that needs no
    cleaning; it may name a branch without a commit yet. `object_format` is "sha1" or "sha256".
    """

    id: str
    root: str
    git_dir: str
    base_ref: str | None
    object_format: str


def find(directory: str, limit: float = door.LIMIT) -> Repository:
    """Find the repository that holds `directory`: a work tree, a folder in one, a `.git`, or a bare repository.

    Raises `GitFailed` with one sentence and a remedy when there is none, when git is missing or hangs, when the
    repository is damaged or belongs to somebody else.
    """
    start = os.path.realpath(directory)
    if not Path(start).is_dir():
        raise GitFailed("no_repository", start, f"{clean(directory)} is not a directory", REMEDY)
    place = Place(start)
    try:
        return _found(place, limit)
    except GitFailed as failed:
        if "dubious ownership" not in failed.said:
            raise _explained(failed, start) from None
        return _trusted(place, limit)


def _found(place: Place, limit: float) -> Repository:
    asked = ("--path-format=absolute", "--show-object-format", "--absolute-git-dir", "--git-common-dir")
    lines = os.fsdecode(door.ask_now(place, "rev-parse", *asked, limit=limit).out).removesuffix("\n").split("\n")
    if lines[0].startswith("--"):
        raise failure.too_old(place.directory)
    if len(lines) != 3:
        text = f"{clean(place.directory)} lies under a name with a line break, which Headgate cannot follow"
        raise GitFailed("no_repository", place.directory, text, "rename that directory")
    object_format, git_dir, common = lines[0], os.path.realpath(lines[1]), os.path.realpath(lines[2])
    root = _root(place, git_dir, common, limit)
    return Repository(identity(root, common), root, common, _base(common, limit), object_format)


def _root(place: Place, git_dir: str, common: str, limit: float) -> str:
    """Give the main work tree: beside `.git`, else (a submodule) what git says from within, else the git directory."""
    folder, name = os.path.split(common)
    if name == ".git":
        return folder
    if git_dir != common:
        return common
    shown = door.ask_now(place, "rev-parse", "--show-toplevel", limit=limit, fine=(0, 128))
    return os.path.realpath(os.fsdecode(shown.out).removesuffix("\n")) if shown.out else common


def _base(common: str, limit: float) -> str | None:
    """Choose the base branch: what origin's HEAD names (local if it is there), a usual name, or what is checked out."""
    place = git_directory(common)
    remote = _answered(place, ("rev-parse", "--symbolic-full-name", f"{_ORIGIN}HEAD"), limit)
    remote = remote if remote.startswith(_ORIGIN) and _shown(remote) else ""
    names = (remote.removeprefix(_ORIGIN), *_CANDIDATES)
    refs = [f"refs/heads/{name}" for name in names if name]
    refs[1:1] = [remote] if remote else []
    for ref in refs:
        if _answered(place, ("rev-parse", "--verify", "--quiet", ref), limit):
            return ref
    head = head_of(common)
    return head if head is not None and _shown(head) else None


def _shown(ref: str) -> bool:
    return is_ref(ref) and clean(ref) == ref


def _answered(place: Place, args: Sequence[str], limit: float) -> str:
    answer = door.ask_now(place, *args, limit=limit, fine=(0, 1, 128))
    return os.fsdecode(answer.out).strip() if answer.status == 0 else ""


def _trusted(place: Place, limit: float) -> Repository:
    """Obey the user's own `safe.directory`, which the clean environment hides from git; source: git-config(1)."""
    user = Place("/", user=True)
    answer = door.ask_now(
        user, "config", "--null", "--show-scope", "--get-all", "safe.directory", limit=limit, fine=(0, 1)
    )
    words = os.fsdecode(answer.out).split("\0")[:-1]
    values = [value for scope, value in zip(words[::2], words[1::2], strict=False) if scope in ("system", "global")]
    try:
        return _found(replace(place, settings=tuple(f"safe.directory={value}" for value in values)), limit)
    except GitFailed as failed:
        raise _explained(failed, place.directory) from None


def _explained(failed: GitFailed, start: str) -> GitFailed:
    """Give the failure in words that say what to do, as far as git's own words tell what it is."""
    where = clean(start)
    entry = _entry_above(start)
    if failed.reason == "timeout" and entry is not None and (odd := not_plain(entry)):
        return failure.odd_file(odd)
    if failed.reason != "exit":
        return failed
    if failed.status == _USAGE:
        return failure.too_old(start)
    if "dubious ownership" in failed.said:
        text = f"{where} belongs to another user, so git refuses to read it"
        return GitFailed("exit", start, text, f"if you trust it: git config --global --add safe.directory {where}")
    if "not a git repository" in failed.said and entry is None:
        return GitFailed("no_repository", start, f"{where} is not inside a git repository", REMEDY)
    if entry is not None:
        readable = os.access(entry, os.R_OK | (os.X_OK if Path(entry).is_dir() else 0))
        text = f"{clean(entry)} is damaged: {failed.said}" if readable else f"{clean(entry)} cannot be read"
        return GitFailed("exit", start, text, "repair it, or its rights" if readable else "check its owner and rights")
    return failed


def _entry_above(start: str) -> str | None:
    """Give the nearest `.git` at or above `start`, whatever it is."""
    return next(
        (str(path / ".git") for path in (Path(start), *Path(start).parents) if os.path.lexists(path / ".git")), None
    )
