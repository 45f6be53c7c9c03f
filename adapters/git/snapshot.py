"""Makes the tree of what really lies in a worktree: committed, staged, unstaged, untracked and not ignored.

Git says which paths differ from what is checked out, by way of a private index that begins as a copy of the agent's and
is kept between runs of Headgate, with what git learnt of unchanged files; it is copied anew when the agent's is another
one. The tree is that of the commit with these paths as they lie on the disk. Nothing of the repository is written or
locked.
"""

import asyncio
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.git import door, porcelain, trees
from adapters.git.attributes import NAME as ATTRIBUTES
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.index_file import files_named
from adapters.git.made_trees import digest, made_before, remember
from adapters.git.porcelain import Status
from adapters.git.shadow import copy_shared, copy_whole
from adapters.git.snapshot_files import ASKED, Sorter, checked_out
from adapters.git.snapshot_store import SnapshotStore, write
from adapters.git.tastes import Tastes
from adapters.small_file import read_small
from state.findings.conflict import Entry

LIMIT = 60.0
"""Seconds for one process of git: the first look may find a cold disk."""
_MOST_KEPT = 2**24
_UNTRACKED_CACHE = b"UNTR"
_WIDTHS = {"sha1": 20, "sha256": 32}
"""Bytes of an object id."""
_NESTED = "no commit is checked out there that could be told"
_INSIDE = "a submodule: the commit that it has checked out counts, not what is changed inside it"


@dataclass(slots=True)
class Kept:
    """What is remembered of one private index beside it; paths are raw.

    `of` tells which index of the agent's it was copied from. `links` are the commits of submodules in it, `attributes`
    the paths of attribute files. `sparse`: not everything is checked out. `cached`: git may keep what it learns of
    untracked files.
    """

    of: tuple[int, int, int] | None = None
    links: dict[str, str] = field(default_factory=dict[str, str])
    attributes: list[str] = field(default_factory=list[str])
    sparse: bool = False
    cached: bool = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tree of a worktree, the paths in which it may differ from what is checked out, and what of it was not read.

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
        self._plain = False
        self._sorter = Sorter(path, store.objects, store.repository.object_format)
        self._last: tuple[str, dict[str, Entry], str] = ("", {}, "")

    async def take(self, head: str, tree: str, tastes: Tastes, below: Collection[str]) -> Snapshot:
        """Give the snapshot as of now; `tree` is that of the commit `head`, `below` are worktrees inside this one.

        Raises `GitFailed` and `OSError`.
        """
        kept, fresh = await asyncio.to_thread(self._prepared, head, tastes)
        place = self._placed(kept, tastes)
        if fresh:
            await self._learn(place, kept)
            place = self._placed(kept, tastes)
        status = await self._status(place)
        loose = [path for path in status.untracked if path.rstrip("/") not in below]
        nested = [path.rstrip("/") for path in loose if path.endswith("/")]
        links = await asyncio.to_thread(self._links, kept, nested)
        paths = sorted({*status.changed, *(path for path in loose if not path.endswith("/"))} - kept.links.keys())
        told = await self._attributes(place, kept, paths, tastes) if paths else {}
        found = await asyncio.to_thread(self._sorter.sort, paths, told, _converts(tastes))
        entries = {**found.entries, **links, **(await self._by_git(place, found.for_git))}
        made = await self._patched(place, tree, entries)
        rules = {*kept.attributes, *(path for path in loose if path.rpartition("/")[2] == ATTRIBUTES)}
        moved = {path: entry for path, entry in links.items() if entry != f"160000 {kept.links.get(path)}"}
        inside = {path: _INSIDE if entry else _NESTED for path, entry in moved.items()}
        changed = entries.keys() - (links.keys() - moved.keys())
        return Snapshot(made, frozenset(changed), frozenset(rules), {**inside, **found.unread})

    def _prepared(self, head: str, tastes: Tastes) -> tuple[Kept, bool]:
        """Make the git directory, and copy the agent's index where it is not the one that was copied."""
        self._store.prepare(self._folder, head, tastes)
        index, note = self._folder / "index", self._folder / "kept.json"
        # A lock that a killed git of ours left here would keep git from ever writing this index again.
        (self._folder / "index.lock").unlink(missing_ok=True)
        kept, mark = self._kept or _read(note), _mark(self._git_dir / "index")
        if kept.of == mark and index.exists():
            self._kept = kept
            return kept, False
        note.unlink(missing_ok=True)
        self._kept, self._plain = (kept := Kept(of=mark)), False
        if mark is None:
            index.unlink(missing_ok=True)
        else:
            copy_shared(self._git_dir, self._folder)
            copy_whole(self._git_dir / "index", index)
            # What the agent's index remembers of untracked files may be forged; git drops it when told to use none.
            content = index.read_bytes()
            kept.cached = _UNTRACKED_CACHE not in content
            width = _WIDTHS.get(self._store.repository.object_format)
            rules = files_named(os.fsencode(ATTRIBUTES), content, width) if width else None
            self._plain, kept.attributes = rules is not None, rules or []
        return kept, True

    def _placed(self, kept: Kept, tastes: Tastes) -> Place:
        settings = ("core.untrackedCache=true",) if kept.cached else ()
        # With it git takes the mark "not checked out" away from files that are there.
        sparse = ("core.sparseCheckout=true",) if kept.sparse else ()
        return self._store.place(self._path, tastes, *settings, *sparse)

    async def _learn(self, place: Place, kept: Kept) -> None:
        """Look through a fresh copy for submodules, attribute files, and marks that hide changes."""
        hidden = [] if self._plain else await self._listed(place, kept)
        if hidden:
            feed = b"".join(os.fsencode(path) + b"\0" for path in hidden)
            await self._ask(place, "update-index", "--no-assume-unchanged", "-z", "--stdin", feed=feed)
        told = {name: getattr(kept, name) for name in ("of", "links", "attributes", "sparse", "cached")}
        await asyncio.to_thread(write, self._folder / "kept.json", json.dumps(told).encode())

    async def _listed(self, place: Place, kept: Kept) -> list[str]:
        """Have git list a copy that is not plain, and name the files whose changes a mark hides."""
        hidden: list[str] = []
        for record in _odd_records(await self._ask(place, "ls-files", "-v", "-s", "-z")):
            facts, _, name = record.partition(b"\t")
            path, fields = os.fsdecode(name), facts.split(b" ")
            if len(fields) != 4:
                continue
            if fields[0].islower():
                hidden.append(path)
            kept.sparse |= fields[0] in (b"S", b"s")
            if fields[1] == b"160000":
                kept.links[path] = fields[2].decode("ascii", "replace")
            if path.rpartition("/")[2] == ATTRIBUTES and path not in kept.attributes:
                kept.attributes.append(path)
        return hidden

    async def _status(self, place: Place) -> Status:
        out = await self._ask(place, "status", "--porcelain=v2", "--untracked-files=all", "-z")
        try:
            return porcelain.status(out)
        except ValueError as error:
            text = f"git status was not understood: {error}"
            raise GitFailed("exit", self._path, text, "use git 2.39 or newer") from None

    def _links(self, kept: Kept, nested: Sequence[str]) -> dict[str, Entry]:
        """Give the submodules as they are checked out; one that is not keeps the commit that the index names.

        A repository that lies in the worktree without being a submodule is what git would make of it: one.
        """
        found: dict[str, Entry] = {}
        for path, before in kept.links.items():
            full = f"{self._path}/{path}"
            if not os.path.lexists(full):
                found[path] = None
            else:
                # The index may name another commit than the head does, so each is put in.
                found[path] = f"160000 {checked_out(full) or before}"
        for path in nested:
            now = checked_out(f"{self._path}/{path}")
            found[path] = None if now is None else f"160000 {now}"
        return found

    async def _attributes(
        self, place: Place, kept: Kept, paths: Sequence[str], tastes: Tastes
    ) -> dict[str, dict[str, str]]:
        """Give the attributes that decide how these files enter, where any stand anywhere."""
        rules = kept.attributes or any(path.rpartition("/")[2] == ATTRIBUTES for path in paths)
        if not rules and not (self._folder / "info/attributes").exists():
            return {}
        feed = b"".join(os.fsencode(path) + b"\0" for path in paths)
        words = (await self._ask(place, "check-attr", "-z", "--stdin", *ASKED, feed=feed)).split(b"\0")
        told: dict[str, dict[str, str]] = {}
        for path, name, value in zip(words[::3], words[1::3], words[2::3], strict=False):
            if value != b"unspecified":
                told.setdefault(os.fsdecode(path), {})[os.fsdecode(name)] = os.fsdecode(value)
        return told

    async def _by_git(self, place: Place, paths: Sequence[str]) -> dict[str, Entry]:
        """Let git read these files as `git add` would, into a copy of the index that is thrown away."""
        if not paths:
            return {}
        aside = self._folder / "aside"
        await asyncio.to_thread(copy_whole, self._folder / "index", aside)
        beside = Place(
            place.directory, {**place.variables, "GIT_INDEX_FILE": str(aside)}, place.settings, shadow=place.shadow
        )
        feed = b"".join(os.fsencode(path) + b"\0" for path in paths)
        await self._ask(beside, "update-index", "--add", "--remove", "--replace", "-z", "--stdin", feed=feed)
        wanted, found = set(paths), dict[str, Entry](dict.fromkeys(paths))
        for record in (await self._ask(beside, "ls-files", "-s", "-z")).split(b"\0"):
            facts, _, name = record.partition(b"\t")
            if (path := os.fsdecode(name)) in wanted:
                mode, oid, _ = facts.decode("ascii", "replace").split(" ")
                found[path] = f"{mode} {oid}"
        aside.unlink(missing_ok=True)
        return found

    async def _patched(self, place: Place, tree: str, entries: dict[str, Entry]) -> str:
        if not entries:
            return tree
        if self._last[:2] != (tree, entries):
            objects, wanted = self._store.objects, digest(tree, entries)
            made = await asyncio.to_thread(made_before, self._folder, objects, wanted)
            if made is None:
                made = await trees.patched(place, tree, entries, objects, self._store.repository.object_format)
                await asyncio.to_thread(remember, self._folder, wanted, made)
            self._last = tree, entries, made
        return self._last[2]

    async def _ask(self, place: Place, *args: str, feed: bytes | None = None) -> bytes:
        return (await door.ask(place, *args, limit=LIMIT, feed=feed)).out


def _odd_records(out: bytes) -> Iterator[bytes]:
    """Give the records that are no plain file, and those of attribute files; an index has thousands of others."""
    plain = sum((b"\0" + out).count(b"\0H %s " % mode) for mode in (b"100644", b"100755", b"120000"))
    if plain != out.count(b"\0"):
        yield from (record for record in out.split(b"\0") if record[:6] not in (b"H 1006", b"H 1007"))
    ending, at = b".gitattributes\0", -1
    while (at := out.find(ending, at + 1)) >= 0:
        yield out[out.rfind(b"\0", 0, at) + 1 : at + len(ending) - 1]


def _converts(tastes: Tastes) -> bool:
    settings = dict(tastes.settings)
    return settings.get("core.autocrlf", "false") not in ("false", "no", "off", "0")


def _read(file: Path) -> Kept:
    """Read what was kept; what is not there or not understood is nothing, and the index is copied anew."""
    text = read_small(str(file), _MOST_KEPT)
    try:
        told: dict[str, Any] = json.loads(text) if text else {}
        of: list[int] | None = told.pop("of", None)
        return Kept(None if of is None else (int(of[0]), int(of[1]), int(of[2])), **told)
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError):
        return Kept()


def _mark(index: Path) -> tuple[int, int, int] | None:
    try:
        found = index.lstat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
