"""Where snapshots and merges are made: git directories of Headgate's own beside the database, nothing of an agent's.

Objects are borrowed from the repository and written here alone, so that no index, ref, stash, lock or object of the
repository is touched. Each worktree has a private index that is kept between runs of Headgate. What merges write lies
apart from what snapshots need, because it may be thrown away at any time.
"""

import fcntl
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2s
from pathlib import Path

from adapters.git.command import Place
from adapters.git.repository import Repository
from adapters.git.shadow import configuration, name_of, private_folder, quoted
from adapters.git.tastes import Tastes
from adapters.small_file import read_small

MOST_OBJECTS = 60_000
"""Loose objects in one directory from which on it is begun anew."""
_MOST_RULES = 2**20
_COPIED = ("info/exclude", "info/attributes", "shallow")
_MERGE_SETTINGS = (
    "core.looseCompression=0",
    "core.deltaBaseCacheLimit=256m",
    "merge.renames=true",
    "merge.directoryRenames=conflict",
    "merge.renormalize=false",
    "merge.conflictStyle=merge",
)
"""What decides how a merge ends is fixed at git's own defaults: a repository's settings may name anything."""


class SnapshotStore:
    """A folder of one repository's state directory, `snapshots` but for a `name`; files are 0600, folders 0700."""

    def __init__(self, state: Path, repository: Repository, name: str = "snapshots") -> None:
        self.folder, self.repository = state / name, repository
        self.objects, self.merged = self.folder / "objects", self.folder / "merged"
        self._trees, self._attributes = self.folder / "trees", self.folder / "attributes"

    def open(self, *, wait: bool = True) -> int:
        """Make the folders and wait until nobody else works here; closing what is given lets the next one in.

        Raises `BlockingIOError` where another one works here and it is not to `wait`.
        """
        for folder in (self.folder, self.objects, self.merged, self._trees, self._attributes):
            private_folder(folder)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            os.close(lock)
            raise
        return lock

    def tidy(self, paths: Iterable[str]) -> bool:
        """Remove what belongs to no worktree at `paths` (raw), and what has grown too large.

        True where the snapshots themselves were begun anew. Raises `OSError`.
        """
        kept = {name_of(path) for path in paths}
        for folder in list(self._trees.iterdir()):
            if folder.name not in kept:
                shutil.rmtree(folder)
        if _objects_in(self.merged) > MOST_OBJECTS:
            _emptied(self.merged)
        if _objects_in(self.objects) <= MOST_OBJECTS:
            return False
        for folder in (self._trees, self.objects, self.merged, self._attributes):
            _emptied(folder)
        return True

    def of_worktree(self, path: str) -> Path:
        """Name the git directory of a worktree at `path` (raw)."""
        return self._trees / name_of(path)

    def prepare(self, folder: Path, head: str, tastes: Tastes) -> None:
        """Bring a git directory of ours up to date, but for its index. Raises `OSError`."""
        for one in (folder, folder / "info", folder / "refs", folder / "objects"):
            private_folder(one)
        write(folder / "config", configuration(self.repository.object_format, tastes).encode())
        write(folder / "HEAD", head.encode() + b"\n")
        for name in _COPIED:
            write(folder / name, read_small(f"{self.repository.git_dir}/{name}", _MOST_RULES))

    def place(self, path: str, tastes: Tastes, *settings: str) -> Place:
        """Give the place in which git looks at the worktree at `path` (raw) and keeps its private index."""
        folder = self.of_worktree(path)
        variables = {
            "GIT_DIR": str(folder),
            "GIT_WORK_TREE": path,
            "GIT_INDEX_FILE": str(folder / "index"),
            "GIT_OBJECT_DIRECTORY": str(self.objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": quoted(f"{self.repository.git_dir}/objects"),
            "GIT_OPTIONAL_LOCKS": "1",  # the index is ours: what git learns of unchanged files is kept in it
        }
        own = (f"core.excludesFile={tastes.excludes}", "status.showUntrackedFiles=all", "core.preloadIndex=false")
        return Place(path, variables, (*own, *settings), shadow=True)

    def merging(self, tastes: Tastes, head: str, attributes: Mapping[str, bytes]) -> Place:
        """Give a place for merges: git takes `.gitattributes` from a work tree, so these files stand there alone.

        `attributes` are their contents by relative raw path. Raises `OSError`.
        """
        folder = self._attributes / _digest(attributes)
        self.prepare(folder / "git", head, tastes)
        tree = folder / "tree"
        if not tree.is_dir():
            for name, text in attributes.items():
                file = tree / name
                file.parent.mkdir(parents=True, exist_ok=True)
                write(file, text)
            private_folder(tree)
        borrowed = (str(self.objects), f"{self.repository.git_dir}/objects")
        variables = {
            "GIT_DIR": str(folder / "git"),
            "GIT_WORK_TREE": str(tree),
            "GIT_OBJECT_DIRECTORY": str(self.merged),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": ":".join(map(quoted, borrowed)),
        }
        return Place(str(tree), variables, _MERGE_SETTINGS, shadow=True)


def write(file: Path, text: bytes | None) -> None:
    """Make a file of ours hold `text`, or be gone for None; what holds it already is not touched. Raises `OSError`."""
    if text is None:
        file.unlink(missing_ok=True)
        return
    with suppress(FileNotFoundError):
        if file.read_bytes() == text:
            return
    aside = file.with_name(f"{file.name}.new")
    opened = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(opened, "wb") as out:
        out.write(text)
    aside.replace(file)


def _digest(attributes: Mapping[str, bytes]) -> str:
    told = blake2s(digest_size=8)
    for name, text in sorted(attributes.items()):
        told.update(b"%s\0%d\0%s" % (os.fsencode(name), len(text), text))
    return told.hexdigest()


def _objects_in(folder: Path) -> int:
    """Estimate the loose objects by one of the 256 folders that they are spread over."""
    try:
        return 256 * sum(1 for _ in (folder / "5a").iterdir())
    except FileNotFoundError:
        return 0


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    private_folder(folder)
