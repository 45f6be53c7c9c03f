"""Decides how each changed file enters a snapshot: by its content, by a stand-in, or not at all, and then says so.

A filter that attributes name is a program of the agent's and is never run. Of Git LFS the pointer is known without it
(https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md); a file of another filter enters as it lies on the disk.
Line ends, encodings and `$Id$` are git's own work: a file that they may change is left to git, to do as `git add`.
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
from state.findings.conflict import Entry

LARGEST = 8 * 2**20
"""Bytes of one file that is read whole."""
MOST_BYTES = 256 * 2**20
"""Bytes of all changed files of one look that are read whole."""
LARGEST_POINTED = 2**30
"""Bytes of a file of Git LFS whose digest is taken."""
MOST_FILES = 5000
ASKED = ("filter", "text", "eol", "crlf", "ident", "working-tree-encoding")
"""The attributes that decide how a file enters."""
_NO = ("unspecified", "unset", "")
_END = 2**16
_MOST_REFS = 2**20
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY

Sign = tuple[int, int, int, int]
"""What tells one state of a file from another: its mode, when it was written, its size, its inode."""


@dataclass(slots=True)
class Sorted:
    """What stands at the changed paths of a worktree; all raw and relative.

    `entries` are mode and object id, None for nothing. `for_git` is left to git. `unread` says why a path is not whole.
    """

    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    for_git: list[str] = field(default_factory=list[str])
    unread: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class Sorter:
    """Sorts the changed files of the worktree at `root` (raw); objects of ours are written to `objects`.

    What was made of a file is kept as long as the file looks the same.
    """

    root: str
    objects: Path
    object_format: str
    _known: dict[str, tuple[Sign, Mapping[str, str], str]] = field(
        default_factory=dict[str, tuple[Sign, Mapping[str, str], str]]
    )

    def sort(self, paths: Sequence[str], attributes: Mapping[str, Mapping[str, str]], converts: bool) -> Sorted:
        """Look at each path; `converts`: settings turn line ends. Raises `OSError` where nothing can be written."""
        made, left, real = Sorted(), MOST_BYTES, dict[str, bool]()
        known, self._known = self._known, {}
        for path in paths[:MOST_FILES]:
            told = attributes.get(path, {})
            found = _seen(f"{self.root}/{path}") if _in_real_folders(self.root, path, real) else None
            if found is None or stat.S_ISDIR(found.st_mode):
                made.entries[path] = None
            elif path in known and known[path][:2] == (_sign(found), told):
                made.entries[path], self._known[path] = known[path][2], known[path]
            else:
                left -= self._sort_one(path, found, told, left, converts, made)
        if len(paths) > MOST_FILES:
            text = f"{len(paths) - MOST_FILES} more changed files are too many: only {MOST_FILES} are read"
            made.unread[paths[MOST_FILES]] = text
        return made

    def _sort_one(
        self, path: str, found: os.stat_result, told: Mapping[str, str], left: int, converts: bool, made: Sorted
    ) -> int:
        """Put one file where it belongs and say how many bytes of it were read."""
        full, named = f"{self.root}/{path}", told.get("filter", "")
        if stat.S_ISLNK(found.st_mode):
            self._enter(path, os.fsencode(os.readlink(full)), found, told, made, keep=True)  # noqa: PTH115 - raw paths
            return 0
        if not stat.S_ISREG(found.st_mode):
            made.unread[path] = "it is no regular file"
            return 0
        if named == "lfs" and (pointer := _pointer(full, found.st_size)):
            self._enter(path, pointer, found, told, made, keep=True)
            return 0
        content = read_small(full, LARGEST) if found.st_size <= min(LARGEST, left) else None
        if content is None:
            made.unread[path] = f"it cannot be read, or its {found.st_size >> 20} MiB are too many: size and ends count"
            self._enter(path, _ends(full, found.st_size), found, told, made, keep=False)
            return 0
        if named not in _NO and named != "lfs":
            made.unread[path] = f"its filter {named} is not run: it is compared as it lies on the disk"
        if _left_to_git(content, told, converts):
            made.for_git.append(path)
        else:
            self._enter(path, content, found, told, made, keep=path not in made.unread)
        return len(content)

    def _enter(
        self, path: str, content: bytes, found: os.stat_result, told: Mapping[str, str], made: Sorted, *, keep: bool
    ) -> None:
        mode = "120000" if stat.S_ISLNK(found.st_mode) else "100755" if found.st_mode & 0o100 else "100644"
        entry = f"{mode} {loose.write(self.objects, 'blob', content, self.object_format)}"
        made.entries[path] = entry
        if keep:
            self._known[path] = _sign(found), told, entry


def _left_to_git(content: bytes, told: Mapping[str, str], converts: bool) -> bool:
    """Say whether git may store other bytes than these; source: gitattributes(5), End-of-line conversion, ident."""
    if told.get("working-tree-encoding", "") not in _NO or (told.get("ident") == "set" and b"$Id" in content):
        return True
    wanted = converts or any(told.get(name, "") not in _NO for name in ("text", "eol", "crlf"))
    return wanted and told.get("text") != "unset" and b"\r\n" in content


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
    return found.st_mode, found.st_mtime_ns, found.st_size, found.st_ino


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
        with os.fdopen(os.open(full, _READ), "rb") as opened:
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
        with os.fdopen(os.open(full, _READ), "rb") as opened:
            told.update(opened.read(_END))
            opened.seek(max(0, size - _END))
            told.update(opened.read(_END))
    except OSError as error:
        told.update(str(error.errno).encode())
    return b"\0headgate stands in for a large file\n%s\n" % told.hexdigest().encode()
