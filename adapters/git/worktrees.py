"""Says what git knows of each worktree: the port `state.ports.Worktrees`.

A listing is one process, a reading at most four (refs, status with ahead and behind, merge base where the two diverged,
diff). Paths and branches leave here cleaned; the raw ones that open files stay inside.
"""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.git import door, porcelain
from adapters.git.changes import changed_files
from adapters.git.door import GitFailed, Place
from adapters.git.porcelain import Listed, Status
from adapters.git.registered import Registered, head_of, is_object_id, not_plain, registered, why_elsewhere
from adapters.git.repository import Repository
from adapters.git.shadow import Shadows
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


@dataclass(slots=True)
class _Known:
    """What stays inside of one worktree: raw paths, the branch as listed, the last merge base, and its turn."""

    place: Registered
    branch: str | None = None
    head: str | None = None
    merge_base: tuple[tuple[str, str], str | None] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class GitWorktrees:
    """The worktrees of one repository. `state` is the repository's own state directory; `limit` in seconds a process."""

    def __init__(self, repository: Repository, state: Path, limit: float = door.LIMIT) -> None:
        self._repository, self._limit = repository, limit
        self._place = door.git_directory(repository.git_dir)
        self._shadows = Shadows(state, repository)
        self._known: dict[str, _Known] = {}
        self._tastes: tuple[object, Tastes] | None = None

    async def listed(self) -> tuple[tuple[Worktree, ...], tuple[Problem, ...]]:
        """Name the worktrees that exist; when git cannot, those that the repository's files name, and the problem."""
        places = await asyncio.to_thread(registered, self._repository.git_dir, self._repository.root)
        try:
            entries, problems = await self._entries(places), self._none_yet(places)
        except GitFailed as failed:
            entries, problems = {}, (failed.problem(),)
        before, self._known = self._known, {}
        trees = [self._listed(place, entries, before) for place in places]
        await asyncio.to_thread(self._shadows.keep, [known.place.path for known in self._known.values()])
        return tuple(trees), problems

    async def read(self, worktree: Worktree) -> Worktree:
        """Give the worktree as of now; what cannot be read keeps its older facts, with the reason as `problem`."""
        known = self._known.get(worktree.path) or _Known(Registered(worktree.git_dir, worktree.path, worktree.main))
        async with known.turn:
            if not await asyncio.to_thread(os.path.isdir, known.place.path):
                return replace(worktree, missing=True, problem=None)
            try:
                return await self._read(worktree, known)
            except GitFailed as failed:
                return replace(worktree, problem=f"{failed.text}: {failed.remedy}")
            except (OSError, ValueError) as error:
                return replace(worktree, problem=clean(f"{known.place.path} cannot be read: {error}"))

    async def _entries(self, places: Sequence[Registered]) -> dict[str, Listed]:
        """Ask git for its list, by resolved path; refuse to ask where a file would make it wait for ever."""
        for place in places:
            if odd := not_plain(place.git_dir):
                raise _odd(odd)
        answer = await door.ask(self._place, "worktree", "list", "--porcelain", "-z", limit=self._limit)
        try:
            return {os.path.realpath(entry.path): entry for entry in porcelain.worktrees(answer.out)}
        except ValueError as error:
            raise GitFailed("exit", self._repository.git_dir, str(error), "use git 2.36 or newer") from None

    def _none_yet(self, places: Sequence[Registered]) -> tuple[Problem, ...]:
        if places:
            return ()
        where = clean(self._repository.git_dir)
        return (Problem(where, f"{where} is bare and has no worktree yet", "add one with git worktree add"),)

    def _listed(self, place: Registered, entries: dict[str, Listed], before: dict[str, _Known]) -> Worktree:
        path = os.path.realpath(place.path)
        shown = clean(path)
        # The main entry's path is git's guess where the git directory is not `.git` (a submodule): ours is asked for.
        entry = entries.get(path) or (entries.get(self._repository.git_dir) if place.main else None)
        known = before.get(shown) or _Known(place)
        known.place = replace(place, path=path)
        ref = head_of(place.git_dir)
        known.branch = entry.branch if entry else (ref if ref and not is_object_id(ref) else None)
        known.head = entry.head if entry else known.head
        twin = shown in self._known
        self._known.setdefault(shown, known)
        missing = not os.path.isdir(path)
        problem = None if missing else why_elsewhere(path, place.git_dir)
        return Worktree(
            path=shown,
            git_dir=clean(place.git_dir),
            main=place.main,
            branch=_short(known.branch),
            head=known.head,
            base_ref=self._repository.base_ref,
            locked=_locked(place, entry),
            missing=missing,
            problem="another worktree's path looks the same" if twin else problem and clean(problem),
        )

    async def _read(self, worktree: Worktree, known: _Known) -> Worktree:
        path, git_dir = known.place.path, known.place.git_dir
        if odd := await asyncio.to_thread(not_plain, git_dir) or not_plain(self._repository.git_dir):
            raise _odd(odd)
        if elsewhere := await asyncio.to_thread(why_elsewhere, path, git_dir):
            return replace(worktree, problem=clean(elsewhere))
        at = time.time()
        ref = head_of(git_dir) or known.branch
        head, base_head = await self._heads(ref)
        shadow = await asyncio.to_thread(
            self._shadows.refresh, path, git_dir, head, base_head, await self._users_tastes()
        )
        status = await self._status(shadow)
        base = await self._merge_base(shadow, known, head, base_head, status)
        against = base or head or _EMPTY_TREE[self._repository.object_format]
        differences = await self._difference(shadow, against)
        files = await asyncio.to_thread(changed_files, path, differences, status, self._other_paths(known))
        branch = None if ref is None or is_object_id(ref) else ref
        return replace(
            worktree,
            branch=_short(branch),
            head=head,
            base=base,
            ahead=status.ahead,
            behind=status.behind,
            files=files,
            missing=False,
            problem=None if head else f"{_short(branch) or 'HEAD'} has no commit yet",
            read_at=at,
        )

    async def _heads(self, ref: str | None) -> tuple[str | None, str | None]:
        """Resolve what is checked out and the base branch in one go; `rev-parse --revs-only` ends at the first unknown."""
        asked = [name for name in (ref, self._repository.base_ref) if name]
        answer = await door.ask(self._place, "rev-parse", "--revs-only", *asked, limit=self._limit)
        found = [line for line in answer.out.decode("ascii", "replace").split() if is_object_id(line)]
        if ref is None or not found:
            return None, None
        return found[0], found[1] if len(found) > 1 else None

    async def _users_tastes(self) -> Tastes:
        """Give the harmless settings in force, asked anew only when the repository's configuration changed."""
        config = Path(self._repository.git_dir, "config")
        mark = config.stat().st_mtime_ns if config.exists() else None
        if self._tastes is None or self._tastes[0] != mark:
            self._tastes = mark, await tastes(self._repository.git_dir, self._limit)
        return self._tastes[1]

    async def _status(self, shadow: Place) -> Status:
        asked = ("--porcelain=v2", "--branch", "--ahead-behind", "--untracked-files=all", "-z")
        return porcelain.status((await door.ask(shadow, "status", *asked, limit=self._limit)).out)

    async def _merge_base(
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
        if known.merge_base is None or known.merge_base[0] != ends:
            answer = await door.ask(shadow, "merge-base", *ends, limit=self._limit, fine=(0, 1))
            known.merge_base = ends, answer.out.decode("ascii", "replace").strip() or None
        return known.merge_base[1]

    async def _difference(self, shadow: Place, against: str) -> tuple[porcelain.Difference, ...]:
        """Compare the work tree with a commit or tree; without line counts where a partial clone lacks the contents."""
        try:
            answer = await door.ask(shadow, "diff", "--raw", "--numstat", "-z", against, limit=self._limit)
        except GitFailed as failed:
            if failed.reason != "exit":
                raise
            answer = await door.ask(shadow, "diff", "--raw", "-z", against, limit=self._limit)
        return porcelain.difference(answer.out)

    def _other_paths(self, known: _Known) -> frozenset[str]:
        """Give the raw paths of worktrees below this one: git calls them untracked, but they are no change of it."""
        below = known.place.path + "/"
        paths = (other.place.path for other in self._known.values())
        return frozenset(path.removeprefix(below) for path in paths if path.startswith(below))


def _odd(path: str) -> GitFailed:
    text = f"{clean(path)} is not a regular file, so git would wait for it for ever"
    return GitFailed("timeout", path, text, "put the real file back")


def _short(ref: str | None) -> str | None:
    return None if ref is None else clean(ref.removeprefix(_BRANCHES))


def _locked(place: Registered, entry: Listed | None) -> str | None:
    if entry is not None:
        return None if entry.locked is None else clean(entry.locked) or "no reason given"
    return "locked" if os.path.lexists(f"{place.git_dir}/locked") and not place.main else None


def git_folders(worktree: Worktree) -> tuple[str, ...]:
    """Name the directories to watch, not recursively, for one worktree: its git directory and those of the branches.

    HEAD and index lie in the first; a commit, a new branch and a new worktree show in the others. They exist, but may
    go at any time. Folders of branches beyond the first 64 are left out.
    """
    common = Path(os.path.realpath(Path(worktree.git_dir, "../.."))) if not worktree.main else Path(worktree.git_dir)
    named = [Path(worktree.git_dir), common, common / "worktrees", common / "refs/remotes/origin"]
    found = [*(folder for folder in named if folder.is_dir()), *_ref_folders(common / "refs/heads")]
    return tuple(dict.fromkeys(str(folder) for folder in found))


def _ref_folders(top: Path) -> Iterator[Path]:
    waiting = [top] if top.is_dir() else []
    given = 0
    while waiting and given < _MOST_REF_FOLDERS:
        folder = waiting.pop(0)
        yield folder
        given += 1
        try:
            with os.scandir(folder) as entries:
                waiting += [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue


def locate(cwd: str, worktrees: Sequence[Worktree]) -> str | None:
    """Give the path of the worktree that a working directory lies in, or None where it is another repository's.

    The most specific worktree counts. A `.git` on the way down to `cwd` means a repository of its own. A directory that is
    gone and lies in the main worktree alone may have been a worktree inside it, now removed: that is not known.
    """
    try:
        real = os.path.realpath(cwd) if cwd.startswith("/") else ""
    except ValueError:  # a NUL byte or a lone surrogate
        return None
    shown = clean(real)
    holding = [tree for tree in worktrees if shown == tree.path or shown.startswith(tree.path.rstrip("/") + "/")]
    if not holding:
        return None
    nearest = max(holding, key=lambda tree: len(tree.path))
    if nearest.main and not os.path.lexists(real):
        return None
    between = Path(real)
    while len(clean(str(between))) > len(nearest.path):
        if os.path.lexists(between / ".git"):
            return None
        between = between.parent
    return nearest.path
