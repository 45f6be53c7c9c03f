"""What the repository's own files say about its worktrees, read without git.

`git worktree list` does not name the git directory of a worktree, and one FIFO in place of a HEAD makes it wait for
ever for all of them; these few files are read here instead, each bounded and only if it is a regular file.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters.small_file import read_small

_MOST = 2**16
_MOST_WORKTREES = 4096
_MUST_BE_PLAIN = ("HEAD", "config", "config.worktree", "packed-refs", "commondir", "gitdir", "locked", "index")
_NOT_IN_A_REF = frozenset(" ~^:?*[\\\x7f") | {chr(code) for code in range(32)}


@dataclass(frozen=True, slots=True)
class Registered:
    """One worktree that the repository knows: its git directory and where it is checked out.

    Both paths are raw; `path` is resolved.
    """

    git_dir: str
    path: str
    main: bool = False


def registered(common: str, root: str) -> tuple[Registered, ...]:
    """Name the worktrees of the repository with the common git directory `common`, the main one first if there is one.

    `root` is the main work tree, or `common` itself where there is none. Entries without a readable path are left out.
    """
    main = [Registered(common, root, main=True)] if root != common else []
    return (*main, *_linked(Path(common) / "worktrees"))


def _linked(folder: Path) -> Iterator[Registered]:
    try:
        git_dirs = sorted(folder.iterdir())[:_MOST_WORKTREES]
    except OSError:  # none was ever added
        return
    for git_dir in git_dirs:
        text = read_small(str(git_dir / "gitdir"), _MOST)
        if text and b"\0" not in text:
            entry = git_dir / os.fsdecode(text.rstrip(b"\n"))
            yield Registered(str(git_dir), os.path.realpath(entry.parent))


def not_plain(git_dir: str) -> str | None:
    """Name the first file of a git directory that is there but is no regular file, because git would wait for it."""
    for name in _MUST_BE_PLAIN:
        path = Path(git_dir) / name
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if not stat.S_ISREG(mode):
            return str(path)
    return None


def head_of(git_dir: str) -> str | None:
    """Give what HEAD names: a full ref such as "refs/heads/main", or an object id when detached; None if unreadable."""
    text = read_small(str(Path(git_dir) / "HEAD"), _MOST)
    if text is None:
        return None
    line = os.fsdecode(text).split("\n", 1)[0]
    if line.startswith("ref:"):
        ref = line.removeprefix("ref:").strip()
        return ref if is_ref(ref) else None
    return line if is_object_id(line) else None


def locked(git_dir: str) -> str | None:
    """Give the reason for which a linked worktree is locked, "" where none was given, None where it is not locked."""
    text = read_small(str(Path(git_dir) / "locked"), _MOST)
    return None if text is None else text.decode("utf-8", "replace").rstrip("\n")


def is_ref(name: str) -> bool:
    """Say whether `name` is a full ref that git takes literally; source: git-check-ref-format(1)."""
    parts = name.split("/")
    return (
        name.startswith("refs/")
        and not _NOT_IN_A_REF & set(name)
        and ".." not in name
        and "@{" not in name
        and not name.endswith(".")
        and all(part and not part.startswith(".") and not part.endswith(".lock") for part in parts)
    )


def is_object_id(text: str) -> bool:
    """Say whether `text` is a whole object id, SHA-1 or SHA-256."""
    return len(text) in (40, 64) and not set(text) - set("0123456789abcdef")


def why_elsewhere(path: str, git_dir: str) -> str | None:
    """Say why the worktree at `path` does not belong to `git_dir`, or give None when its `.git` leads there.

    What an agent's own git sees is decided by that file; a redirected one would make Headgate's facts those of another
    repository. Both paths are raw; so is the sentence.
    """
    entry = Path(path) / ".git"
    try:
        mode = entry.lstat().st_mode
    except OSError as error:
        return f"{entry} cannot be read: {error.strerror}"
    if stat.S_ISREG(mode):
        text = read_small(str(entry), _MOST) or b""
        if not text.startswith(b"gitdir: "):
            return f"{entry} is damaged: it names no git directory"
        target = Path(path) / os.fsdecode(text.removeprefix(b"gitdir: ").rstrip(b"\r\n"))
    elif stat.S_ISDIR(mode) or stat.S_ISLNK(mode):
        target = entry
    else:
        return f"{entry} is neither a file nor a directory"
    if os.path.realpath(target) != os.path.realpath(git_dir):
        return f"{entry} leads to another git directory than the repository says"
    return None
