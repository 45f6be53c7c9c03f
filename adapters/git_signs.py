"""Signs of change in git's own directories, read without git: which worktrees stirred, and whether their list may have.

Git replaces HEAD, the index and refs by renaming a lock file, so a directory's own time tells of each of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath

_LIST = "worktrees"
_REFS = "refs"
_MOVES = frozenset({"HEAD", "packed-refs"})
"""Files whose change may move a worktree's branch or head."""


class GitSigns:
    """The git folders of all worktrees, and what was last seen of them."""

    def __init__(self) -> None:
        self._worktrees: dict[str, frozenset[str]] = {}
        self._times: dict[str, tuple[int | None, ...]] = {}

    def expect(self, folders_by_worktree: Mapping[str, Sequence[str]]) -> bool:
        """Take the folders to look at, for each worktree by its path; says whether they are others than before.

        What was seen of those that are known already is kept.
        """
        found: dict[str, set[str]] = {}
        for worktree, folders in folders_by_worktree.items():
            for folder in folders:
                found.setdefault(str(PurePath(folder)), set()).add(worktree)
        worktrees_of = {folder: frozenset(worktrees) for folder, worktrees in found.items()}
        if worktrees_of == self._worktrees:
            return False
        self._worktrees = worktrees_of
        self._times = {folder: self._times.get(folder) or _times(folder) for folder in found}
        return True

    @property
    def folders(self) -> frozenset[str]:
        """The folders to watch."""
        return frozenset(self._worktrees)

    def files(self) -> set[str]:
        """Name the folders and the files in them whose times tell of a change."""
        return {str(PurePath(folder, name)) for folder in self._worktrees for name in ("", *_MOVES)}

    def noticed(self, paths: Iterable[str]) -> tuple[frozenset[str], bool]:
        """Give the worktrees that stirred because these paths changed, and whether their list or heads may have."""
        stirred: set[str] = set()
        moved = False
        for path in map(PurePath, paths):
            folder = str(path) if str(path) in self._worktrees else str(path.parent)
            if folder in self._worktrees and path.suffix != ".lock":
                moves = _moves(folder) or path.name in _MOVES
                stirred |= self._concerned(folder, moves)
                moved = moved or moves
                self._times[folder] = _times(folder)
        return frozenset(stirred), moved

    def looked(self) -> tuple[frozenset[str], bool]:
        """Give the same by looking at every folder, for where no notice came."""
        stirred: set[str] = set()
        moved = False
        for folder, before in self._times.items():
            now = self._times[folder] = _times(folder)
            if now != before:
                moves = _moves(folder) or now[1:] != before[1:]
                stirred |= self._concerned(folder, moves)
                moved = moved or moves
        return frozenset(stirred), moved

    def _concerned(self, folder: str, moves: bool) -> frozenset[str]:
        """Name the worktrees that a change stirs; in a folder that all share, the index is the main one's own."""
        worktrees = self._worktrees[folder]
        if PurePath(folder).name == _LIST:
            return frozenset()
        if moves or len(worktrees) == 1:
            return worktrees
        return worktrees & {str(PurePath(folder).parent)}


def _moves(folder: str) -> bool:
    """Say whether any change in a folder can change the list of worktrees or a head."""
    return _REFS in PurePath(folder).parts or PurePath(folder).name == _LIST


def _times(folder: str) -> tuple[int | None, ...]:
    return tuple(_time(Path(folder, name)) for name in ("", *sorted(_MOVES)))


def _time(path: Path) -> int | None:
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return None
