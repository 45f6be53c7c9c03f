"""Which logs belong to this repository: by the directory that their first records name, not by where they lie.

A log's place is a hint only, because agents that name a folder after a directory do it with loss: `/a/b.c` and `/a/b-c`
share one. So it decides what is looked at first, and never whose a log is.
"""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from adapters.agents.agent import HASHED, Agent, Head, LogPlace
from adapters.document import document_beginning
from adapters.opening import Unreadable
from adapters.tail import FIRST_LINES, Beginning, Heard, first_lines
from state.ports import LogMark
from state.runs.run import run_key
from state.runs.worktree import Worktree
from state.text import clean

Locate = Callable[[str, Sequence[Worktree]], str | None]
"""Gives the path of the worktree that a directory lies in, None when it lies in none."""

NO_CWD_YET = "no record names a directory yet"
NO_CWD = "its first records name no directory"
ELSEWHERE = "no worktree of this repository"

_FIRST_LOOKS = (16 << 10, 64 << 10, FIRST_LINES)
"""Bytes read for the first records: a few are mostly enough, and there may be thousands of logs."""
_ENCODED = re.compile(r"[^A-Za-z0-9]")
_LONGEST_NAME = 200
"""Claude Code cuts a longer encoded name and adds a hash (research on 2.1.x)."""


class Territory:
    """The worktrees of the repository, and whether a directory lies in one; `everything` takes all logs there are."""

    def __init__(self, locate: Locate, everything: bool = False) -> None:
        self._locate = locate
        self._found: dict[str, str | None] = {}
        self._names: tuple[str, ...] = ()
        self._shape: frozenset[tuple[str, str, bool]] = frozenset()
        self._worktrees: tuple[Worktree, ...] = ()
        self.everything = everything
        self.surveyed = False
        """Whether any worktrees were ever told."""

    def settle(self, worktrees: Sequence[Worktree]) -> bool:
        """Take the worktrees that exist now; says whether a directory may lie elsewhere than before."""
        shape = frozenset((tree.path, tree.git_dir, tree.missing) for tree in worktrees)
        if shape == self._shape:
            return False
        self._shape, self._worktrees, self.surveyed = shape, tuple(worktrees), True
        self._names = tuple(_encoded(tree.path) for tree in worktrees)
        self._found.clear()
        return True

    def worktree_of(self, cwd: str) -> str | None:
        """Give the worktree that a directory lies in."""
        if cwd not in self._found:
            hashed = cwd.startswith(HASHED)
            self._found[cwd] = self._hashed(cwd) if hashed else self._locate(cwd, self._worktrees)
        return self._found[cwd]

    def _hashed(self, digest: str) -> str | None:
        """Give the worktree whose path has this digest."""
        return next((tree.path for tree in self._worktrees if hashed_path(tree.path) == digest), None)

    def likely(self, path: str) -> bool:
        """Say whether a log's place hints at this repository; only to look there first."""
        return any(folder.startswith(self._names) for folder in path.split("/"))

    def judge(self, mark: LogMark, session_belongs: bool, heard: Heard | None = None) -> LogMark:
        """Give the mark with the verdict on its log; a log that once belonged stays, though its worktree be gone.

        `session_belongs`: the main log of the same session does, and so does every subagent's log of it. `heard`: what
        was read of its first records just now. A log that names no session is one of its own to its reader.
        """
        if mark.belongs:
            return _unread(mark)
        if self.everything and (mark.session or mark.cwd or heard not in (None, "nothing")):
            return _unread(replace(mark, belongs=True, why=""))
        if mark.side and session_belongs:
            return _unread(replace(mark, belongs=True, why=""))
        if mark.cwd is None:
            return replace(mark, why=mark.why if heard is None else NO_CWD if heard == "all" else NO_CWD_YET)
        inside = self.worktree_of(mark.cwd) is not None
        return _unread(replace(mark, belongs=True, why="")) if inside else replace(mark, why=ELSEWHERE)


def hashed_path(path: str) -> str:
    """Give the digest that stands for a directory in logs that do not name it."""
    return HASHED + hashlib.sha256(os.fsencode(path)).hexdigest()


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a log's first records say, and the file that said it."""

    head: Head
    beginning: Beginning


def introduce(agent: Agent, place: LogPlace) -> Introduction | Unreadable:
    """Read as few of a log's first records as name its directory, at most 256 KiB of them."""
    introduction: Introduction | Unreadable = Unreadable("failed", "nothing was read")
    for length in _FIRST_LOOKS:
        if place.rows:
            beginning = place.rows.beginning()
        else:
            beginning = (document_beginning if place.form == "document" else first_lines)(place.path, length)
        if isinstance(beginning, Unreadable):
            return beginning
        introduction = Introduction(agent.head(place, beginning.lines), beginning)
        if introduction.head.cwd is not None or beginning.heard == "some":
            break
    return introduction


def introduced(mark: LogMark, introduction: Introduction) -> LogMark:
    """Give the mark with what the first records say, and the file that they were read from."""
    head, found = introduction.head, introduction.beginning.found
    session = head.session or mark.session
    return replace(
        mark,
        session=clean(session) if session else None,
        run=run_key(mark.agent, session) if session else None,
        side=head.side,
        cwd=clean(head.cwd) if head.cwd else mark.cwd,
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        modified_ns=found.st_mtime_ns,
    )


def may_say_more(mark: LogMark, size: int) -> bool:
    """Say whether growth to `size` can make a log that belongs nowhere tell its directory."""
    return not mark.belongs and mark.why == NO_CWD_YET and size != mark.size


def _unread(mark: LogMark) -> LogMark:
    """Let a log of which only the first records were looked at not pass for one that was read to this size."""
    return mark if mark.offset else replace(mark, size=0, modified_ns=0)


def _encoded(path: str) -> str:
    return _ENCODED.sub("-", path)[:_LONGEST_NAME]
