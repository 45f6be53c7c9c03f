"""Says what git knows of each worktree: the port `state.ports.Worktrees`.

A listing is one process; a reading is at most six (refs, status with ahead and behind, merge base where the two went
apart and what the base changed since, diff, and the changed lines where files changed), and the first asks for the
settings too. Paths and branches leave here cleaned; raw ones stay inside.
"""

import asyncio
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.git import door, failure, questions
from adapters.git.changes import changed_files
from adapters.git.command import Place, git_directory
from adapters.git.content import Reader
from adapters.git.failure import GitFailed
from adapters.git.porcelain import Listed, Status
from adapters.git.registered import Registered, head_of, is_object_id, locked, not_plain, registered, why_elsewhere
from adapters.git.repository import Repository
from adapters.git.shadow import Shadow, remove_shadows_but
from adapters.git.tastes import Tastes, tastes
from state.ports import Problem
from state.runs.worktree import Worktree
from state.text import clean

_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_BRANCHES = "refs/heads/"
_MOST_REF_FOLDERS = 64
_MOST_NAMED = 5000
"""Files that are named of what the base changed."""


@dataclass(slots=True)
class _Known:
    """What stays inside of one worktree: its raw paths, what was listed of it, its shadow, and whose turn it is.

    `left_base` is the last merge base that git found, with the two commits that it belongs to.
    """

    place: Registered
    shadow: Shadow
    branch: str | None = None
    head: str | None = None
    left_base: tuple[tuple[str, str], str | None] | None = None
    base_changed: tuple[tuple[str, str], tuple[str, ...]] | None = None
    content: Reader = field(default_factory=Reader)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class GitWorktrees:
    """The worktrees of one repository. `state` is that repository's state directory; `limit` is seconds a process."""

    def __init__(self, repository: Repository, state: Path, limit: float = door.LIMIT) -> None:
        self._repository, self._state, self._limit = repository, state, limit
        self._place = git_directory(repository.git_dir)
        self._known: dict[str, _Known] = {}
        self._tastes: tuple[int | None, Tastes] | None = None

    async def listed(self) -> tuple[tuple[Worktree, ...], tuple[Problem, ...]]:
        """Name the worktrees that exist; when git cannot, those that the repository's files name, and the problem."""
        places = await asyncio.to_thread(registered, self._repository.git_dir, self._repository.root)
        problems = [] if places else [self._none_yet()]
        entries: Mapping[str, Listed] = {}
        try:
            entries = await self._entries(places)
        except GitFailed as failed:
            problems.append(failed.problem())
        trees, known, alike = await asyncio.to_thread(self._told, places, entries)
        self._known = known
        return tuple(trees), (*problems, *alike)

    async def read(self, worktree: Worktree) -> Worktree:
        """Give the worktree as of now; what cannot be read keeps its older facts, with the reason as `problem`."""
        known = self._known.get(worktree.path) or self._new(Registered(worktree.git_dir, worktree.path, worktree.main))
        async with known.turn:
            if not await asyncio.to_thread(Path(known.place.path).is_dir):
                return replace(worktree, missing=True, problem=None)
            try:
                return await self._read(worktree, known)
            except GitFailed as failed:
                return replace(worktree, problem=f"{failed.text}: {failed.remedy}")
            except (OSError, ValueError) as error:
                return replace(worktree, problem=clean(f"{known.place.path} cannot be read: {error}"))

    def _new(self, place: Registered) -> _Known:
        return _Known(place, Shadow(self._state, self._repository, place.path, place.git_dir))

    async def _entries(self, places: Sequence[Registered]) -> Mapping[str, Listed]:
        """Ask git for its list, by resolved path, unless a file would make it wait for ever."""
        for place in places:
            if odd := await asyncio.to_thread(not_plain, place.git_dir):
                raise failure.odd_file(odd)
        entries = await questions.worktrees(self._place, self._limit)
        return {os.path.realpath(entry.path): entry for entry in entries}

    def _none_yet(self) -> Problem:
        where = clean(self._repository.git_dir)
        return Problem(where, f"{where} is bare and has no worktree yet", "add one with git worktree add")

    def _told(
        self, places: Sequence[Registered], entries: Mapping[str, Listed]
    ) -> tuple[list[Worktree], dict[str, _Known], list[Problem]]:
        """Put together what files and git say, and drop the shadows of worktrees that are no more."""
        trees: list[Worktree] = []
        known: dict[str, _Known] = {}
        problems: list[Problem] = []
        for place in places:
            shown = clean(place.path)
            if shown in known:
                problems.append(Problem(shown, f"two worktrees are shown as {shown}", "move one to a plainer path"))
                continue
            old = self._known.get(shown)
            known[shown] = old if old is not None and old.place == place else self._new(place)
            # Where the git directory is not called `.git` (a submodule), git takes it for the main work tree.
            entry = entries.get(place.path) or (entries.get(self._repository.git_dir) if place.main else None)
            trees.append(self._listed(known[shown], entry))
        try:
            remove_shadows_but(self._state, [one.place.path for one in known.values()])
        except OSError as error:
            problems.append(Problem(clean(str(self._state)), clean(str(error)), "check the rights of that directory"))
        return trees, known, problems

    def _listed(self, known: _Known, entry: Listed | None) -> Worktree:
        place, ref = known.place, head_of(known.place.git_dir)
        known.branch = entry.branch if entry else (None if ref is None or is_object_id(ref) else ref)
        known.head = entry.head if entry else known.head
        why = entry.locked if entry else locked(place.git_dir)
        missing = not Path(place.path).is_dir()
        problem = None if missing else why_elsewhere(place.path, place.git_dir)
        return Worktree(
            path=clean(place.path),
            git_dir=clean(place.git_dir),
            main=place.main,
            branch=_short(known.branch),
            head=known.head,
            base_ref=self._repository.base_ref,
            locked=None if why is None else clean(why) or "no reason given",
            missing=missing,
            problem=problem and clean(problem),
        )

    async def _read(self, worktree: Worktree, known: _Known) -> Worktree:
        at, place = time.time(), known.place
        ref = await asyncio.to_thread(self._checked_out, known)
        head, base_head = await questions.heads(self._place, ref, self._repository.base_ref, self._limit)
        shadow = await asyncio.to_thread(known.shadow.refresh, head, base_head, await self._users_tastes())
        status = await questions.status(shadow, self._limit)
        base = await self._base(shadow, known, head, base_head, status)
        against = base or head or _EMPTY_TREE[self._repository.object_format]
        differences = await questions.differences(shadow, against, self._limit)
        base_changed = await self._changed_on_base(shadow, known, base, base_head)
        below = self._below(place.path)
        files = await asyncio.to_thread(changed_files, place.path, differences, status, below)
        loose = [path for path in status.untracked if path.rstrip("/") not in below]
        content = await known.content.read(shadow, place.path, against, differences, loose, self._limit)
        branch = _short(None if is_object_id(ref) else ref)
        return replace(
            worktree,
            branch=branch,
            head=head,
            base_ref=self._repository.base_ref,
            base=base,
            ahead=status.ahead,
            behind=status.behind,
            files=files,
            content=content,
            missing=False,
            problem=None if head else f"{branch} has no commit yet: agents need one to branch from",
            read_at=at,
            base_changed=base_changed,
        )

    def _checked_out(self, known: _Known) -> str:
        """Give the full ref or object id that is checked out; raise where git would hang or look somewhere else."""
        path, git_dir = known.place.path, known.place.git_dir
        if odd := not_plain(git_dir) or not_plain(self._repository.git_dir):
            raise failure.odd_file(odd)
        if elsewhere := why_elsewhere(path, git_dir):
            raise GitFailed("exit", path, clean(elsewhere), "run git worktree repair there")
        ref = head_of(git_dir) or known.branch or known.head
        if ref is None:
            text = f"{clean(git_dir)}/HEAD names no branch and no commit"
            raise GitFailed("exit", path, text, "run git switch there, with the branch that belongs to it")
        return ref

    async def _users_tastes(self) -> Tastes:
        """Give the harmless settings in force, asked anew only when the repository's configuration changed."""
        config = Path(self._repository.git_dir, "config")
        mark = config.stat().st_mtime_ns if config.exists() else None
        if self._tastes is None or self._tastes[0] != mark:
            self._tastes = mark, await tastes(self._repository.git_dir, self._limit)
        return self._tastes[1]

    async def _base(
        self, shadow: Place, known: _Known, head: str | None, base_head: str | None, status: Status
    ) -> str | None:
        """Give the commit where the worktree left its base: one of the two ends, unless both went on."""
        if head is None or base_head is None or status.ahead is None:
            return None
        if status.behind == 0:
            return base_head
        if status.ahead == 0:
            return head
        ends = (head, base_head)
        if known.left_base is None or known.left_base[0] != ends:
            known.left_base = ends, await questions.merge_base(shadow, *ends, self._limit)
        return known.left_base[1]

    async def _changed_on_base(
        self, shadow: Place, known: _Known, base: str | None, base_head: str | None
    ) -> tuple[str, ...] | None:
        """Name the files that the base branch has changed since the worktree left it, asked once for each two ends."""
        if base is None or base_head is None or base == base_head:
            return None if base is None else ()
        ends = (base, base_head)
        if known.base_changed is None or known.base_changed[0] != ends:
            names = await questions.names_between(shadow, *ends, self._limit)
            known.base_changed = ends, tuple(clean(name) for name in names[:_MOST_NAMED])
        return known.base_changed[1]

    def _below(self, path: str) -> frozenset[str]:
        """Give the relative raw paths of worktrees inside this one: untracked for git, but no change of this one."""
        others = (known.place.path for known in self._known.values())
        return frozenset(other.removeprefix(f"{path}/") for other in others if other.startswith(f"{path}/"))


def _short(ref: str | None) -> str | None:
    return None if ref is None else clean(ref.removeprefix(_BRANCHES))


def git_folders(worktree: Worktree) -> tuple[str, ...]:
    """Name the directories to watch, not recursively, for one worktree: its git directory and those of the branches.

    HEAD and index lie in the first; a commit, a new branch and a new worktree show in the others. They exist, but may
    go at any time. Folders of branches beyond the first 64 are left out.
    """
    own = Path(worktree.git_dir)
    common = own if worktree.main else Path(os.path.realpath(own / "../.."))
    named = (own, common, common / "worktrees", common / "refs/remotes/origin")
    found = (*(folder for folder in named if folder.is_dir()), *_ref_folders(common / "refs/heads"))
    return tuple(dict.fromkeys(str(folder) for folder in found))


def _ref_folders(top: Path) -> Iterator[Path]:
    waiting = [top] if top.is_dir() else []
    for _ in range(_MOST_REF_FOLDERS):
        if not waiting:
            return
        folder = waiting.pop(0)
        try:
            with os.scandir(folder) as entries:
                waiting += [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:  # gone or closed meanwhile: there is nothing to watch
            continue
        yield folder


def locate(cwd: str, worktrees: Sequence[Worktree]) -> str | None:
    """Give the path of the worktree that a working directory lies in, or None where it is another repository's.

    The most specific worktree counts. A `.git` on the way down to `cwd` means a repository of its own. A directory that
    is gone and lay in the main worktree alone may have been a worktree inside it, now removed: that is not known.
    """
    try:
        real = os.path.realpath(cwd) if cwd.startswith("/") else ""
    except ValueError:  # a NUL byte or a lone surrogate
        return None
    shown = clean(real)
    holding = [tree for tree in worktrees if f"{shown}/".startswith(f"{tree.path.rstrip('/')}/")]
    nearest = max(holding, key=lambda tree: len(tree.path), default=None)
    if nearest is None or (nearest.main and not os.path.lexists(real)):
        return None
    between = Path(real)
    while len(clean(str(between))) > len(nearest.path):
        if os.path.lexists(between / ".git"):
            return None
        between = between.parent
    return nearest.path
