"""Private git directories, one a worktree: git looks at the agent's files through them and reads none of its settings.

A shadow holds a configuration of Headgate's own, a copy of the agent's index, and two refs: `head`, what the worktree
has checked out, and `base`, which is `head`'s upstream, so that one `git status` also counts ahead and behind. Objects
are borrowed from the repository. Nothing in the repository is written or locked; the copy keeps the index's time,
because git tells by it which entries may have changed since (without it, edits of the same size are missed).
"""

import os
import shutil
import stat
from collections.abc import Iterable
from hashlib import blake2s
from pathlib import Path

from adapters.git.command import Place
from adapters.git.repository import Repository
from adapters.git.tastes import Tastes
from adapters.small_file import read_small

_MOST_RULES = 2**20
_MOST_INDEX = 2**29
_MOST_SHARED = 4
_COPIED = ("info/exclude", "info/attributes", "shallow")
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


class Shadow:
    """The private git directory of one worktree, in `state`/hints; files are 0600, folders 0700.

    Not safe for two calls at a time.
    """

    def __init__(self, state: Path, repository: Repository, path: str, git_dir: str) -> None:
        """Name the shadow of the worktree at `path` with the git directory `git_dir`, both raw; nothing is made yet."""
        self._repository, self._path, self._git_dir = repository, path, Path(git_dir)
        self._objects = _hints(state) / "objects"
        self._folder = _hints(state) / name_of(path)
        self._written: dict[str, bytes | None] = {}
        self._copied: tuple[int, int, int] | None = None

    def refresh(self, head: str | None, base: str | None, tastes: Tastes) -> Place:
        """Bring the shadow up to date, writing only what changed, and give the place for the door.

        `head` and `base` are object ids. Raises `OSError`, also when the index is no regular file or exceeds 512 MiB.
        """
        for folder in (
            self._objects.parent,
            self._objects,
            self._folder,
            *map(self._folder.joinpath, ("info", "refs")),
        ):
            private_folder(folder)
        private_folder(self._folder / "refs/heads")
        self._write("config", configuration(self._repository.object_format, tastes).encode())
        self._write("HEAD", b"ref: refs/heads/head\n")
        self._write("refs/heads/head", head.encode() + b"\n" if head else None)
        self._write("refs/heads/base", base.encode() + b"\n" if base else None)
        for name in _COPIED:
            self._write(name, read_small(f"{self._repository.git_dir}/{name}", _MOST_RULES))
        self._refresh_index()
        return self._place(tastes)

    def _place(self, tastes: Tastes) -> Place:
        variables = {
            "GIT_DIR": str(self._folder),
            "GIT_WORK_TREE": self._path,
            "GIT_INDEX_FILE": str(self._folder / "index"),
            "GIT_OBJECT_DIRECTORY": str(self._objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": quoted(f"{self._repository.git_dir}/objects"),
            "GIT_OPTIONAL_LOCKS": "1",  # the index is ours: what git learns of unchanged files is kept in it
        }
        return Place(self._path, variables, (f"core.excludesFile={tastes.excludes}",), shadow=True)

    def _write(self, name: str, text: bytes | None) -> None:
        """Make a file hold `text`, or be gone for None; nothing is touched if this object left it so."""
        if name in self._written and self._written[name] == text:
            return
        file = self._folder / name
        if text is None:
            file.unlink(missing_ok=True)
        else:
            aside = file.with_name(f"{file.name}.new")
            with os.fdopen(os.open(aside, _WRITE, 0o600), "wb") as opened:
                opened.write(text)
            aside.replace(file)
        self._written[name] = text

    def _refresh_index(self) -> None:
        # A lock that a killed git of ours left here would keep git from ever writing this index again.
        (self._folder / "index.lock").unlink(missing_ok=True)
        source, index = self._git_dir / "index", self._folder / "index"
        try:
            found = source.lstat()
        except FileNotFoundError:
            index.unlink(missing_ok=True)
            self._copied = None
            return
        mark = (found.st_ino, found.st_size, found.st_mtime_ns)
        if self._copied == mark and index.exists():
            return
        copy_shared(self._git_dir, self._folder)
        copy_whole(source, index)
        self._copied = mark


def remove_shadows_but(state: Path, paths: Iterable[str]) -> None:
    """Remove the shadows of all worktrees but those at `paths` (raw), so that they do not pile up. Raises `OSError`."""
    kept = {name_of(path) for path in paths} | {"objects"}
    if _hints(state).is_dir():
        for folder in _hints(state).iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder)


def _hints(state: Path) -> Path:
    return state / "hints"


def name_of(path: str) -> str:
    """Name the folder of the worktree at `path` (raw)."""
    return blake2s(os.fsencode(path), digest_size=4).hexdigest()


def configuration(object_format: str, tastes: Tastes) -> str:
    """Give the configuration of a git directory of Headgate's own."""
    sha1 = object_format == "sha1"
    lines = [
        "[core]",
        f"\trepositoryFormatVersion = {0 if sha1 else 1}",
        "\tbare = false",
        "\tlogAllRefUpdates = false",
        "\tsharedRepository = 0600",
        "\tsplitIndex = false",
        *(f"\t{key.removeprefix('core.')} = {value}" for key, value in tastes.settings),
        *([] if sha1 else ["[extensions]", f"\tobjectFormat = {object_format}"]),
        '[branch "head"]',
        "\tremote = .",
        "\tmerge = refs/heads/base",
    ]
    return "\n".join(lines) + "\n"


def private_folder(folder: Path) -> None:
    """Make a folder that is nobody else's to read."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def copy_shared(git_dir: Path, folder: Path) -> None:
    """Copy the shared parts of a split index; git touches the one in use, so it is among the newest."""
    found = {file.name: file for file in sorted(git_dir.glob("sharedindex.*"), key=_modified)[-_MOST_SHARED:]}
    for old in folder.glob("sharedindex.*"):
        if old.name not in found:
            old.unlink()
    for name, file in found.items():
        if not (folder / name).exists():
            copy_whole(file, folder / name)


def _modified(file: Path) -> int:
    return file.lstat().st_mtime_ns


def copy_whole(source: Path, target: Path) -> None:
    """Copy a regular file with its time, by way of a file aside, so that a kill leaves the old copy or the new one."""
    aside = target.with_name(f"{target.name}.new")
    with os.fdopen(os.open(source, _READ), "rb") as opened:
        found = os.fstat(opened.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{source} is not a regular file")
        if found.st_size > _MOST_INDEX:
            raise OSError(f"{source} is larger than {_MOST_INDEX >> 20} MiB")
        with os.fdopen(os.open(aside, _WRITE, 0o600), "wb") as copy:
            shutil.copyfileobj(opened, copy, 2**20)
    os.utime(aside, ns=(found.st_atime_ns, found.st_mtime_ns))
    aside.replace(target)


def quoted(path: str) -> str:
    """Quote a path for a list with colons, as git reads it; source: git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES."""
    if ":" not in path and not path.startswith('"'):
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
