"""Gives the text by which a worktree differs from its base just now, what is not committed included.

What is compared is a snapshot (`adapters.git.snapshot`): a tree of Headgate's own of what lies there, made in a store
of the boards' own, because the core keeps its store to itself for as long as it compares all worktrees. No index,
configuration, filter or attribute of the agent's is in force, and nothing of its repository is written or locked. It is
a hint, as all that is read of an agent's own repository; what is approved and merged is the authority store's.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

from adapters.git import authority_changes, authority_diff, authority_export, authority_worktree, door, questions
from adapters.git.authority_store import EMPTY_TREE, NO_ATTRIBUTES
from adapters.git.command import Place, git_directory
from adapters.git.failure import GitFailed
from adapters.git.registered import Registered, head_of, registered
from adapters.git.repository import Repository
from adapters.git.shadow import configuration, private_folder, quoted
from adapters.git.snapshot import Snapshot, Snapshots
from adapters.git.snapshot_store import SnapshotStore, write
from adapters.git.spelling import spelt
from adapters.git.tastes import Tastes, tastes
from state.evidence.diffs import LiveDiff
from state.text import clean

PATIENCE = 10.0
"""Seconds that another board's reading of the same repository is waited for."""
BUSY = "another board reads a worktree of this repository just now: R reads it again"
_STEP = 0.05


class Made:
    """A git directory on the objects that snapshots and the repository hold; nothing but trees is looked at in it."""

    def __init__(self, store: SnapshotStore) -> None:
        self._store, self._folder = store, store.folder / "made"

    def open(self) -> None:
        """Bring it up to date. Raises `OSError`."""
        for one in (self._folder, *(self._folder / name for name in ("info", "refs", "objects"))):
            private_folder(one)
        write(self._folder / "config", configuration(self._store.repository.object_format, Tastes()).encode())
        write(self._folder / "HEAD", b"ref: refs/heads/none\n")
        write(self._folder / "info/attributes", NO_ATTRIBUTES)

    def place(self) -> Place:
        """Give its place."""
        repository = self._store.repository
        borrowed = (str(self._store.objects), f"{repository.git_dir}/objects")
        variables = {
            "GIT_DIR": str(self._folder),
            "GIT_OBJECT_DIRECTORY": str(self._folder / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": ":".join(map(quoted, borrowed)),
        }
        empty = EMPTY_TREE[repository.object_format]
        return Place(str(self._folder), variables, (f"attr.tree={empty}",), shadow=True)

    async def ask(self, *args: str, feed: bytes | None = None, fine: Sequence[int] = (0,)) -> bytes:
        """Ask it, and give what git printed. Raises `GitFailed`."""
        return (await door.hold(self.place(), *args, feed=feed, fine=fine)).out


class GitLive:
    """The worktrees of one repository as they are now. `state` is its state directory."""

    def __init__(self, repository: Repository, state: Path) -> None:
        self._repository, self._store = repository, SnapshotStore(state, repository, "shown")
        self._made = Made(self._store)

    async def diff(self, worktree: str) -> LiveDiff | str:
        """Give how the worktree at this path (as shown) differs from where it left its base, or say why not."""
        try:
            place = await asyncio.to_thread(authority_worktree.found, self._repository, worktree)
            if place is None:
                return clean(f"{worktree} is gone", 300)
            lock = await _alone(self._store, PATIENCE)
            if lock is None:
                return BUSY
            try:
                return await self._differing(place)
            finally:
                os.close(lock)
        except GitFailed as failed:
            return f"{failed.text}: {failed.remedy}"
        except (OSError, ValueError) as error:
            return clean(f"{worktree} cannot be read: {error}", 300)

    async def content(self, blob: str, most: int) -> bytes | str:
        """Give the first `most` bytes of a file that such a difference named; a sentence says why not."""
        try:
            return await authority_export.beginning(self._made, blob, most)
        except (GitFailed, OSError) as failed:
            return clean(f"the file cannot be read: {failed}", 300)

    async def _differing(self, place: Registered) -> LiveDiff | str:
        head, base = await self._ends(place)
        if head is None:
            return f"{clean(place.path)} has no commit yet"
        common = git_directory(self._repository.git_dir)
        fork = head if base is None else await questions.merge_base(common, head, base, door.LIMIT) or head
        await asyncio.to_thread(self._prepare)
        tree = (await self._made.ask("rev-parse", f"{head}^{{tree}}")).decode("ascii").strip()
        at = time.time()
        taken = await self._taken(place, head, tree)
        files = await authority_changes.changed(self._made, fork, taken.tree)
        shown = await authority_diff.differences(self._made, (fork, taken.tree), files, ())
        loose = frozenset(spelt(os.fsencode(path)) for path in taken.uncommitted)
        unread = tuple(f"{clean(path)}: {clean(why)}" for path, why in sorted(taken.unread.items()))
        return LiveDiff(self._repository.base_ref or "", fork, taken.tree, shown, loose, unread, at)

    def _prepare(self) -> None:
        self._store.tidy(one.path for one in registered(self._repository.git_dir, self._repository.root))
        self._made.open()

    async def _ends(self, place: Registered) -> tuple[str | None, str | None]:
        """Give what the worktree has checked out, and where its base branch is."""
        ref = head_of(place.git_dir)
        if ref is None:
            raise ValueError("what it has checked out cannot be told")
        return await questions.heads(
            git_directory(self._repository.git_dir), ref, self._repository.base_ref, door.LIMIT
        )

    async def _taken(self, place: Registered, head: str, tree: str) -> Snapshot:
        others = (one.path for one in registered(self._repository.git_dir, self._repository.root))
        below = [other.removeprefix(f"{place.path}/") for other in others if other.startswith(f"{place.path}/")]
        obeyed = await tastes(self._repository.git_dir, door.LIMIT)
        return await Snapshots(self._store, place.path, place.git_dir).take(head, tree, obeyed, below)


async def _alone(store: SnapshotStore, patience: float) -> int | None:
    """Give what keeps others out of the store until it is closed; None where another works there for too long.

    It is asked for again and again, because a thread that waits for a lock keeps a board from ending.
    """
    deadline = time.monotonic() + patience
    # Flock(2) tells nobody.
    while (lock := await _taken_now(store)) is None and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(_STEP)
    return lock


async def _taken_now(store: SnapshotStore) -> int | None:
    """Ask once; whoever is cancelled meanwhile lets go of what they get."""
    opening = asyncio.ensure_future(asyncio.to_thread(_opened, store))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_let_go)
        raise


def _opened(store: SnapshotStore) -> int | None:
    try:
        return store.open(wait=False)
    except BlockingIOError:
        return None


def _let_go(opening: asyncio.Future[int | None]) -> None:
    lock = None if opening.cancelled() or opening.exception() else opening.result()
    if lock is not None:
        os.close(lock)
