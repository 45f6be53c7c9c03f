"""Decides how each changed file enters a snapshot: as git reads it, by a stand-in, or not at all, and then says so.

A filter that attributes name is a program of the agent's and is never run. Of Git LFS the pointer is known without it
(https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md); a file of another filter enters as it lies on the disk.
Line ends, encodings and `$Id$` are git's own work and are done as `git add` would.
"""

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adapters.git import loose
from adapters.git.registered import head_of, is_object_id
from adapters.small_file import read_small

LARGEST = 8 * 2**20
"""Bytes of one file that is read whole."""
MOST_BYTES = 256 * 2**20
"""Bytes of all changed files of one look that are read whole."""
LARGEST_POINTED = 2**30
"""Bytes of a file of Git LFS whose digest is taken."""
MOST_FILES = 2000
_END = 2**16
_MOST_REFS = 2**20

Sign = tuple[int, int, int]
"""What tells one state of a file from another: when it was written, its size, its inode."""


@dataclass(slots=True)
class Sorted:
    """What is to be done about the changed paths of a worktree; all raw and relative.

    `added` are git's to read, `entries` are put in as mode and object id, `removed` are taken out. `stand_ins` are
    those of `entries` that git must not look at, with how they look now. `unread` says why a path is not whole.
    """

    added: list[str] = field(default_factory=list[str])
    entries: dict[str, str] = field(default_factory=dict[str, str])
    removed: list[str] = field(default_factory=list[str])
    stand_ins: dict[str, Sign] = field(default_factory=dict[str, Sign])
    unread: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Sorter:
    """Sorts the changed files of the worktree at `root` (raw); objects of ours are written to `objects`."""

    root: str
    objects: Path
    object_format: str

    def sort(self, paths: Sequence[str], filters: Mapping[str, str]) -> Sorted:
        """Look at each path; `filters` names those with a filter. Raises `OSError` where nothing can be written."""
        made = Sorted()
        left, real = MOST_BYTES, dict[str, bool]()
        for path in paths[:MOST_FILES]:
            left = self._sort_one(path, filters.get(path), left, made, real)
        if len(paths) > MOST_FILES:
            text = f"{len(paths) - MOST_FILES} more changed files are too many: only {MOST_FILES} are read"
            made.unread[paths[MOST_FILES]] = text
        return made

    def _sort_one(self, path: str, named: str | None, left: int, made: Sorted, real: dict[str, bool]) -> int:
        full = f"{self.root}/{path}"
        found = _seen(full) if _in_real_folders(self.root, path, real) else None
        if found is None or stat.S_ISDIR(found.st_mode):
            made.removed.append(path)
            return left
        if stat.S_ISLNK(found.st_mode):
            made.added.append(path)
            return left
        if not stat.S_ISREG(found.st_mode) or not os.access(full, os.R_OK):
            made.unread[path] = "it cannot be read: no regular file, or no right to"
            return left
        if named == "lfs" and (pointer := _pointer(full, found.st_size)):
            self._stand_in(path, pointer, found, made)
            return left
        if found.st_size > min(LARGEST, left):
            self._stand_in(path, _ends(full, found.st_size), found, made)
            made.unread[path] = f"{found.st_size >> 20} MiB are too many: it is compared by its size and its ends"
            return left
        if named:
            made.unread[path] = f"its filter {named} is not run: it is compared as it lies on the disk"
        made.added.append(path)
        return left - found.st_size

    def _stand_in(self, path: str, content: bytes, found: os.stat_result, made: Sorted) -> None:
        mode = "100755" if found.st_mode & 0o100 else "100644"
        made.entries[path] = f"{mode} {loose.write(self.objects, 'blob', content, self.object_format)}"
        made.stand_ins[path] = _sign(found)


def sign(full: str) -> Sign | None:
    """Give how a regular file looks now; None for anything else."""
    found = _seen(full)
    return _sign(found) if found is not None and stat.S_ISREG(found.st_mode) else None


def standing(root: str, paths: Sequence[str]) -> list[str]:
    """Give those paths at which something stands, and not behind a symbolic link."""
    real = dict[str, bool]()
    return [path for path in paths if _in_real_folders(root, path, real) and _seen(f"{root}/{path}") is not None]


def checked_out(full: str) -> str | None:
    """Give the commit that a submodule has checked out, read from its files; None where that cannot be told.

    None of its settings is read and no program of it is run; a `.git` that leads elsewhere gives a wrong id, no more.
    """
    git_dir = Path(full) / ".git"
    text = read_small(str(git_dir), _END)
    if text is not None and text.startswith(b"gitdir: "):
        git_dir = Path(full) / os.fsdecode(text.removeprefix(b"gitdir: ").rstrip(b"\r\n"))
    named = head_of(str(git_dir))
    if named is None or is_object_id(named):
        return named
    found = (read_small(str(git_dir / named), _END) or b"").decode("ascii", "replace").strip()
    return found if is_object_id(found) else _packed(git_dir, named)


def _packed(git_dir: Path, ref: str) -> str | None:
    wanted = b" " + os.fsencode(ref)
    for line in (read_small(str(git_dir / "packed-refs"), _MOST_REFS) or b"").splitlines():
        if line.endswith(wanted):
            oid = line[: -len(wanted)].decode("ascii", "replace")
            return oid if is_object_id(oid) else None
    return None


def _seen(full: str) -> os.stat_result | None:
    try:
        return os.lstat(full)
    except (OSError, ValueError):
        return None


def _sign(found: os.stat_result) -> Sign:
    return found.st_mtime_ns, found.st_size, found.st_ino


def _in_real_folders(root: str, path: str, known: dict[str, bool]) -> bool:
    """Say whether no directory above the path is a symbolic link: behind one lies another place, not this path."""
    folder, _, _ = path.rpartition("/")
    if not folder:
        return True
    if folder not in known:
        found = _seen(f"{root}/{folder}")
        real = found is not None and stat.S_ISDIR(found.st_mode)
        known[folder] = real and _in_real_folders(root, folder, known)
    return known[folder]


def _pointer(full: str, size: int) -> bytes | None:
    """Give the pointer that git-lfs writes for a file; None where it is one already, is empty, or is too large."""
    if not 0 < size <= LARGEST_POINTED:
        return None
    told = hashlib.sha256()
    try:
        with os.fdopen(os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as opened:
            head = opened.read(_END)
            if head.startswith(b"version https://git-lfs"):
                return None
            told.update(head)
            while block := opened.read(2**20):
                told.update(block)
    except OSError:
        return None
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n" % (told.hexdigest().encode(), size)


def _ends(full: str, size: int) -> bytes:
    """Give a stand-in for a large file: the same for the same size and ends. Its NUL makes git take it as binary."""
    told = hashlib.sha256(b"%d" % size)
    try:
        with os.fdopen(os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as opened:
            told.update(opened.read(_END))
            opened.seek(max(0, size - _END))
            told.update(opened.read(_END))
    except OSError:
        pass
    return b"\0headgate stands in for a large file\n%s\n" % told.hexdigest().encode()
