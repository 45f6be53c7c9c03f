"""Puts together what changed in a worktree: the difference from its base, what is uncommitted, and what is untracked.

Lines of untracked files are counted here, because git counts none for them; a file is read only if it is a regular file
of bounded size, and never through a symbolic link.
"""

import os
from collections.abc import Collection, Iterable
from dataclasses import replace

from adapters.git.porcelain import Difference, Status
from adapters.small_file import read_small
from state.runs.worktree import ChangedFile
from state.text import clean

LARGEST_COUNTED = 2**20
"""Bytes of one untracked file whose lines are counted."""
MOST_COUNTED = 16 * 2**20
"""Bytes of all untracked files of one reading whose lines are counted."""

_LOOKED_AT_FOR_NUL = 8000


def changed_files(
    root: str, differences: Iterable[Difference], status: Status, other_worktrees: Collection[str] = ()
) -> tuple[ChangedFile, ...]:
    """Give one `ChangedFile` a path, sorted, with the names cleaned; `root` and `other_worktrees` are raw paths.

    A path that the base has, the head has not, and that lies in the work tree again is shown as untracked. Directories
    of other worktrees are left out.
    """
    files = {
        one.path: ChangedFile(one.path, one.kind, one.added, one.deleted, one.path not in status.changed)
        for one in differences
    }
    for path in status.unmerged:
        files[path] = replace(files.get(path) or ChangedFile(path, "unmerged", committed=False), kind="unmerged")
    left = MOST_COUNTED
    for path in status.untracked:
        if path.rstrip("/") in other_worktrees:
            continue
        content = None if path.endswith("/") else read_small(f"{root}/{path}", min(LARGEST_COUNTED, left))
        left -= len(content or b"")
        added = None if content is None else lines_of(content)
        files[path] = ChangedFile(path, "untracked", added, None if added is None else 0, committed=False)
    return tuple(
        replace(files[path], path=clean(path), written_at=written_at(f"{root}/{path}")) for path in sorted(files)
    )


def written_at(path: str) -> float | None:
    """Give when a file was last written, in seconds since 1970; None where nothing is or may be seen there."""
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return None


def lines_of(content: bytes) -> int | None:
    """Count lines as git does, an unended last one included; None for what git takes to be binary.

    Source of the rule: `buffer_is_binary` in git's xdiff-interface.c, a NUL among the first 8000 bytes.
    """
    if b"\0" in content[:_LOOKED_AT_FOR_NUL]:
        return None
    return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
