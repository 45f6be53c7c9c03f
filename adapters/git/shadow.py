"""Private git directories, one a worktree: git looks at the agent's files through them, and reads none of its settings.

A shadow holds a configuration of Headgate's own, a copy of the agent's index, and two refs: `head`, what the worktree has
checked out, and `base`, which is `head`'s upstream, so that one `git status` also counts ahead and behind. Objects are
borrowed from the repository. Nothing in the repository is written or locked; the copy keeps the index's time, because git
tells by it which entries may have changed since (without it, edits of the same size are missed).
"""

import os
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2s
from pathlib import Path

from adapters.git.door import Place
from adapters.git.repository import Repository
from adapters.git.tastes import Tastes
from adapters.small_file import read_small

_MOST_RULES = 2**20
_MOST_INDEX = 2**29
_MOST_SHARED = 4
_COPIED = ("info/exclude", "info/attributes", "shallow")
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class Shadows:
    """The private git directories of one repository, under `state`/hints; every file 0600, every folder 0700.

    Not safe for two calls on the same worktree at a time.
    """

    def __init__(self, state: Path, repository: Repository) -> None:
        self._hints = state / "hints"
        self._repository = repository
        self._written: dict[Path, bytes | None] = {}
        self._copied: dict[Path, tuple[int, int, int]] = {}

    def refresh(self, path: str, git_dir: str, head: str | None, base: str | None, tastes: Tastes) -> Place:
        """Bring the shadow of a worktree up to date, writing only what changed, and give the place for the door.

        `path` and `git_dir` are the worktree's, raw; `head` and `base` are object ids. Raises `OSError`, also when the
        index is no regular file or is larger than 512 MiB.
        """
        folder = self._hints / self._name(path)
        for needed in (self._hints, self._hints / "objects", folder, folder / "info", folder / "refs/heads"):
            _private_folder(needed)
        self._write(folder / "config", self._configuration(tastes).encode())
        self._write(folder / "HEAD", b"ref: refs/heads/head\n")
        self._write(folder / "refs/heads/head", head.encode() + b"\n" if head else None)
        self._write(folder / "refs/heads/base", base.encode() + b"\n" if base else None)
        for name in _COPIED:
            self._write(folder / name, read_small(f"{self._repository.git_dir}/{name}", _MOST_RULES))
        self._refresh_index(folder, Path(git_dir))
        return self._place(folder, path, tastes)

    def keep(self, paths: Iterable[str]) -> None:
        """Remove the shadows of all worktrees but these (raw paths). Raises `OSError`."""
        kept = {self._name(path) for path in paths} | {"objects"}
        if self._hints.is_dir():
            for folder in self._hints.iterdir():
                if folder.name not in kept:
                    shutil.rmtree(folder)
                    self._written = {file: text for file, text in self._written.items() if folder not in file.parents}
                    self._copied.pop(folder, None)

    @staticmethod
    def _name(path: str) -> str:
        return blake2s(os.fsencode(path), digest_size=4).hexdigest()

    def _place(self, folder: Path, path: str, tastes: Tastes) -> Place:
        variables = {
            "GIT_DIR": str(folder),
            "GIT_WORK_TREE": path,
            "GIT_INDEX_FILE": str(folder / "index"),
            "GIT_OBJECT_DIRECTORY": str(self._hints / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(f"{self._repository.git_dir}/objects"),
            "GIT_OPTIONAL_LOCKS": "1",  # the index is ours: what git learns of unchanged files is kept in it
        }
        return Place(path, variables, (f"core.excludesFile={tastes.excludes}",), shadow=True)

    def _configuration(self, tastes: Tastes) -> str:
        sha1 = self._repository.object_format == "sha1"
        lines = [
            "[core]",
            f"\trepositoryFormatVersion = {0 if sha1 else 1}",
            "\tbare = false",
            "\tlogAllRefUpdates = false",
            "\tsharedRepository = 0600",
            "\tsplitIndex = false",
            *(f"\t{key.removeprefix('core.')} = {value}" for key, value in tastes.settings),
            *([] if sha1 else ["[extensions]", f"\tobjectFormat = {self._repository.object_format}"]),
            '[branch "head"]',
            "\tremote = .",
            "\tmerge = refs/heads/base",
        ]
        return "\n".join(lines) + "\n"

    def _write(self, file: Path, text: bytes | None) -> None:
        """Make `file` hold `text`, or be gone for None; nothing is touched if this process left it so."""
        if file in self._written and self._written[file] == text:
            return
        if text is None:
            file.unlink(missing_ok=True)
        else:
            aside = file.with_name(f"{file.name}.new")
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as opened:
                opened.write(text)
            aside.replace(file)
        self._written[file] = text

    def _refresh_index(self, folder: Path, git_dir: Path) -> None:
        # A lock that a killed git of ours left here would keep git from ever writing this index again.
        (folder / "index.lock").unlink(missing_ok=True)
        index = folder / "index"
        try:
            found = (git_dir / "index").lstat()
        except FileNotFoundError:
            index.unlink(missing_ok=True)
            self._copied.pop(folder, None)
            return
        mark = (found.st_ino, found.st_size, found.st_mtime_ns)
        if self._copied.get(folder) == mark and index.exists():
            return
        _copy_shared(git_dir, folder)
        _copy(git_dir / "index", index)
        self._copied[folder] = mark


def _private_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)


def _copy_shared(git_dir: Path, folder: Path) -> None:
    """Copy the shared parts of a split index; git touches the one in use, so it is among the newest."""
    found = {file.name: file for file in sorted(git_dir.glob("sharedindex.*"), key=_modified)[-_MOST_SHARED:]}
    for old in folder.glob("sharedindex.*"):
        if old.name not in found:
            old.unlink()
    for name, file in found.items():
        if not (folder / name).exists():
            _copy(file, folder / name)


def _modified(file: Path) -> int:
    return file.lstat().st_mtime_ns


def _copy(source: Path, target: Path) -> None:
    """Copy a regular file with its time, by way of a file aside, so that a kill leaves the old copy or the new one."""
    aside = target.with_name(f"{target.name}.new")
    with open(os.open(source, _FLAGS), "rb") as opened:
        found = os.fstat(opened.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{source} is not a regular file")
        if found.st_size > _MOST_INDEX:
            raise OSError(f"{source} is larger than {_MOST_INDEX >> 20} MiB")
        with suppress(FileNotFoundError):
            aside.unlink()
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as copy:
            shutil.copyfileobj(opened, copy, 2**20)
    os.utime(aside, ns=(found.st_atime_ns, found.st_mtime_ns))
    aside.replace(target)


def _quoted(path: str) -> str:
    """Quote a path for a list with colons, as git reads it; source: git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES."""
    if ":" not in path and not path.startswith('"'):
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
