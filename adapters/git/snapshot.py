"""Makes the tree of what really lies in a worktree: committed, staged, unstaged, untracked and not ignored.

It is made in a private index that begins as a copy of the agent's and is kept between runs of Headgate, so that only
paths which changed by their times are read again. The copy is made anew when the agent's index is another one: what is
tracked or ignored is then again what the agent's git says. Nothing of the repository is written or locked.
"""

import asyncio
import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.git import door, porcelain, snapshot_files
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.porcelain import Status
from adapters.git.registered import is_object_id
from adapters.git.shadow import copy_shared, copy_whole
from adapters.git.snapshot_files import Sign, Sorter, checked_out, sign
from adapters.git.snapshot_store import SnapshotStore, write
from adapters.git.tastes import Tastes
from adapters.small_file import read_small

LIMIT = 60.0
"""Seconds for one process of git: the first look reads every file that changed."""
_MOST_KEPT = 2**24
_ATTRIBUTES = ".gitattributes"
_UNTRACKED_CACHE = b"UNTR"
_NESTED = "a repository of its own: not looked into"
_INSIDE = "a submodule: the commit that it has checked out counts, not what is changed inside it"


@dataclass(slots=True)
class Kept:
    """What is remembered of one private index beside it; paths are raw.

    `of` tells which index of the agent's it was copied from. `extras` were untracked there. `links` are the commits of
    submodules, `attributes` the blobs of attribute files, `stand_ins` files that git is told not to look at.
    """

    of: tuple[int, int, int] | None = None
    tree: str = ""
    extras: set[str] = field(default_factory=set[str])
    links: dict[str, str] = field(default_factory=dict[str, str])
    attributes: set[str] = field(default_factory=set[str])
    stand_ins: dict[str, Sign] = field(default_factory=dict[str, Sign])
    unread: dict[str, str] = field(default_factory=dict[str, str])
    sparse: bool = False
    cached: bool = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tree of a worktree, the paths in which it differs from what is checked out, and what of it was not read.

    `attributes` are the paths of attribute files. All paths are raw.
    """

    tree: str
    uncommitted: frozenset[str]
    attributes: frozenset[str]
    unread: Mapping[str, str]


class Snapshots:
    """The snapshots of one worktree. Not safe for two calls at a time, nor without the store's lock."""

    def __init__(self, store: SnapshotStore, path: str, git_dir: str) -> None:
        """Name the worktree at `path` with the git directory `git_dir`, both raw."""
        self._store, self._path, self._git_dir = store, path, Path(git_dir)
        self._folder = store.of_worktree(path)
        self._kept: Kept | None = None

    def forget(self) -> None:
        """Begin anew: the store was emptied."""
        self._kept = None

    async def take(self, head: str, tastes: Tastes, below: Collection[str]) -> Snapshot:
        """Give the snapshot as of now; `below` are worktrees inside this one. Raises `GitFailed` and `OSError`."""
        kept, fresh = await asyncio.to_thread(self._prepared, head, tastes)
        place = self._placed(kept, tastes)
        if fresh:
            await self._learn(place, kept)
            place = self._placed(kept, tastes)
        status = await self._status(place)
        loose = [path for path in status.untracked if path.rstrip("/") not in below]
        nested = {path.rstrip("/"): _NESTED for path in loose if path.endswith("/")}
        fresh |= await self._bring_in(place, kept, status, [path for path in loose if not path.endswith("/")])
        if fresh or not kept.tree:
            kept.tree = (await self._ask(place, "write-tree")).decode("ascii", "replace").strip()
            await asyncio.to_thread(self._keep, kept)
        uncommitted = status.changed | {path for path in loose if not path.endswith("/")} | kept.stand_ins.keys()
        return Snapshot(kept.tree, frozenset(uncommitted), frozenset(kept.attributes), kept.unread | nested)

    def _prepared(self, head: str, tastes: Tastes) -> tuple[Kept, bool]:
        """Make the git directory, and copy the agent's index where it is not the one that was copied."""
        self._store.prepare(self._folder, head, tastes)
        index = self._folder / "index"
        # A lock that a killed git of ours left here would keep git from ever writing this index again.
        (self._folder / "index.lock").unlink(missing_ok=True)
        kept = self._kept or _read(self._folder / "kept.json")
        mark = _mark(self._git_dir / "index")
        if kept.of == mark and index.exists():
            self._kept = kept
            return kept, False
        self._kept = kept = Kept(of=mark)
        (self._folder / "kept.json").unlink(missing_ok=True)
        if mark is None:
            index.unlink(missing_ok=True)
        else:
            copy_shared(self._git_dir, self._folder)
            copy_whole(self._git_dir / "index", index)
            # What the agent's index remembers of untracked files may be forged; git drops it when told to use none.
            kept.cached = _UNTRACKED_CACHE not in index.read_bytes()
        return kept, True

    def _placed(self, kept: Kept, tastes: Tastes) -> Place:
        settings = ("core.untrackedCache=true",) if kept.cached else ()
        # With it git takes the mark "not checked out" away from files that are there.
        sparse = ("core.sparseCheckout=true",) if kept.sparse else ()
        return self._store.place(self._path, tastes, *settings, *sparse)

    async def _learn(self, place: Place, kept: Kept) -> None:
        """Look through a fresh copy for submodules, attribute files, and marks that hide changes."""
        hidden: list[str] = []
        for record in (await self._ask(place, "ls-files", "-v", "-s", "-z")).split(b"\0"):
            if record[:8] in (b"H 100644", b"H 100755") and not record.endswith(b".gitattributes"):
                continue
            facts, _, name = record.partition(b"\t")
            path, fields = os.fsdecode(name), facts.split(b" ")
            if len(fields) != 4:
                continue
            if fields[0].islower():
                hidden.append(path)
            kept.sparse |= fields[0] in (b"S", b"s")
            if fields[1] == b"160000":
                kept.links[path] = fields[2].decode("ascii", "replace")
            if path.rpartition("/")[2] == _ATTRIBUTES:
                kept.attributes.add(path)
        if hidden:
            await self._update(place, hidden, "--no-assume-unchanged")

    async def _status(self, place: Place) -> Status:
        out = await self._ask(place, "status", "--porcelain=v2", "--untracked-files=all", "-z")
        try:
            return porcelain.status(out)
        except ValueError as error:
            text = f"git status was not understood: {error}"
            raise GitFailed("exit", self._path, text, "use git 2.36 or newer") from None

    async def _bring_in(self, place: Place, kept: Kept, status: Status, untracked: list[str]) -> bool:
        """Put what changed into the index; True where anything was."""
        moved = await asyncio.to_thread(self._moved, kept)
        changed = sorted(status.unstaged | moved)
        ignored = await self._ignored(place, kept.extras | set(untracked)) if kept.extras else set[str]()
        paths = [*changed, *untracked]
        filters = await self._filters(place, kept, paths) if paths else {}
        sorter = Sorter(self._path, self._store.objects, self._store.repository.object_format)
        found = await asyncio.to_thread(sorter.sort, paths, filters)
        still = {path: why for path, why in kept.unread.items() if path not in paths and self._stands(path)}
        kept.unread = still | found.unread
        links = await asyncio.to_thread(self._links, kept, found)
        gone = sorted({*found.removed, *ignored} - links.keys())
        entries = {**{path: "160000 " + oid for path, oid in links.items()}, **found.entries}
        if not (found.added or entries or gone):
            return False
        (self._folder / "kept.json").unlink(missing_ok=True)
        kept.tree = ""
        # Git does not look at a path with a stand-in, so one that is to be read again is taken out first.
        await self._enter(place, entries, [*gone, *(kept.stand_ins.keys() & set(found.added))])
        if found.added:
            await self._update(place, found.added, "--add", "--remove", "--replace")
        if found.stand_ins:
            await self._update(place, list(found.stand_ins), "--assume-unchanged")
        self._note(kept, found.stand_ins, untracked, paths, gone)
        return True

    def _note(
        self, kept: Kept, stand_ins: Mapping[str, Sign], untracked: Iterable[str], paths: list[str], gone: list[str]
    ) -> None:
        kept.extras = (kept.extras | set(untracked)) - set(gone)
        kept.stand_ins = {path: one for path, one in kept.stand_ins.items() if path not in paths} | dict(stand_ins)
        here = {path for path in paths if path.rpartition("/")[2] == _ATTRIBUTES}
        kept.attributes = (kept.attributes | here) - set(gone)

    def _moved(self, kept: Kept) -> set[str]:
        """Name the files that git does not look at and that look otherwise than before."""
        return {path for path, before in kept.stand_ins.items() if sign(f"{self._path}/{path}") != before}

    async def _ignored(self, place: Place, extras: Collection[str]) -> set[str]:
        """Name those untracked files that are ignored meanwhile."""
        here = await asyncio.to_thread(snapshot_files.standing, self._path, sorted(extras))
        # A dot in front, because a name may begin as a pattern does.
        feed = b"".join(b"./" + os.fsencode(path) + b"\0" for path in here)
        if not feed:
            return set()
        out = await self._ask(place, "check-ignore", "--no-index", "-z", "--stdin", feed=feed, fine=(0, 1))
        return {os.fsdecode(path.removeprefix(b"./")) for path in out.split(b"\0") if path}

    async def _filters(self, place: Place, kept: Kept, paths: Iterable[str]) -> dict[str, str]:
        """Name the filters of these paths, where any attribute stands anywhere."""
        fed = list(paths)
        rules = kept.attributes or any(path.rpartition("/")[2] == _ATTRIBUTES for path in fed)
        if not rules and not (self._folder / "info/attributes").exists():
            return {}
        feed = b"".join(os.fsencode(path) + b"\0" for path in fed)
        words = (await self._ask(place, "check-attr", "-z", "--stdin", "filter", feed=feed)).split(b"\0")
        told = zip(words[::3], words[2::3], strict=False)
        odd = (b"unspecified", b"unset", b"set", b"")
        return {os.fsdecode(path): os.fsdecode(value) for path, value in told if value not in odd}

    def _links(self, kept: Kept, found: snapshot_files.Sorted) -> dict[str, str]:
        """Give the submodules that have another commit checked out than the index says."""
        moved: dict[str, str] = {}
        for path, before in list(kept.links.items()):
            if path in found.removed and not self._stands(path):
                del kept.links[path]
                continue
            now = checked_out(f"{self._path}/{path}")
            if now is not None and now != before:
                moved[path] = kept.links[path] = now
            if path in moved or path in found.removed:
                kept.unread[path] = _INSIDE
        return moved

    def _stands(self, path: str) -> bool:
        return os.path.lexists(f"{self._path}/{path}")

    async def _enter(self, place: Place, entries: Mapping[str, str], gone: Iterable[str]) -> None:
        """Take paths out, then put in what is known by its object id."""
        nothing = "0" * (40 if self._store.repository.object_format == "sha1" else 64)
        lines = [f"0 {nothing}\t{path}" for path in gone]
        lines += [f"{entry}\t{path}" for path, entry in entries.items()]
        if lines:
            feed = b"".join(os.fsencode(line) + b"\0" for line in lines)
            await self._ask(place, "update-index", "-z", "--index-info", feed=feed)

    async def _update(self, place: Place, paths: Iterable[str], *how: str) -> None:
        feed = b"".join(os.fsencode(path) + b"\0" for path in paths)
        await self._ask(place, "update-index", *how, "-z", "--stdin", feed=feed)

    async def _ask(self, place: Place, *args: str, feed: bytes | None = None, fine: Collection[int] = (0,)) -> bytes:
        return (await door.ask(place, *args, limit=LIMIT, feed=feed, fine=fine)).out

    def _keep(self, kept: Kept) -> None:
        if not is_object_id(kept.tree):
            raise OSError(f"git write-tree named no tree for {self._path}")
        told = {
            **{name: getattr(kept, name) for name in ("of", "tree", "links", "stand_ins", "unread", "sparse")},
            "extras": sorted(kept.extras),
            "attributes": sorted(kept.attributes),
        }
        kept.cached = True
        write(self._folder / "kept.json", json.dumps(told).encode())


def _read(file: Path) -> Kept:
    """Read what was kept; what is not there or not understood is nothing, and the index is copied anew."""
    text = read_small(str(file), _MOST_KEPT)
    if text is None:
        return Kept()
    try:
        told: dict[str, Any] = json.loads(text)
        kept = Kept(**told)
        stand_ins = {str(path): (int(one[0]), int(one[1]), int(one[2])) for path, one in kept.stand_ins.items()}
        of = None if kept.of is None else (int(kept.of[0]), int(kept.of[1]), int(kept.of[2]))
        return replace(kept, of=of, extras=set(kept.extras), attributes=set(kept.attributes), stand_ins=stand_ins)
    except (ValueError, TypeError, AttributeError, IndexError):
        return Kept()


def _mark(index: Path) -> tuple[int, int, int] | None:
    try:
        found = index.lstat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
