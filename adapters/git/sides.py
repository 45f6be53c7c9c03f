"""Finds the sides of all merges: each worktree as it really lies on the disk, and the base branch.

A worktree whose work is not all committed becomes a commit of Headgate's own, with the parents that it would have: its
head, and what is being merged into it just now.
"""

import asyncio
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.git import attributes, door, loose
from adapters.git.command import Place, git_directory
from adapters.git.failure import GitFailed, odd_file
from adapters.git.graph import Graph, Tip
from adapters.git.registered import (
    Registered,
    head_of,
    is_object_id,
    not_plain,
    registered,
    why_elsewhere,
)
from adapters.git.repository import Repository
from adapters.git.snapshot import Snapshot, Snapshots
from adapters.git.snapshot_store import SnapshotStore
from adapters.git.tastes import Tastes, tastes
from adapters.small_file import read_small
from state.findings.conflict import Side, Unread
from state.text import clean

_MOST_NAMED = 2**16
_MERGING = "a merge is under way there: its conflict markers are taken as they stand"


@dataclass(slots=True)
class _Known:
    """What is known of one worktree: its snapshots, the newest of them, or why there is none."""

    place: Registered
    snapshots: Snapshots
    snapshot: Snapshot | None = None
    head: str = ""
    merging: tuple[str, ...] = ()
    rules: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One side as git needs it: where it hangs in history, and the attribute files in force where it lies."""

    side: Side
    tip: Tip
    attributes: Mapping[str, bytes]


class Sides:
    """The sides of one repository's merges. `base` is the base branch's short name."""

    def __init__(self, repository: Repository, store: SnapshotStore, graph: Graph) -> None:
        self._repository, self._store, self._graph = repository, store, graph
        self._common = git_directory(repository.git_dir)
        self._known: dict[str, _Known] = {}
        self._base_rules: tuple[str, Mapping[str, bytes]] = ("", {})
        self._mark: int | None = None
        self.tastes = Tastes()
        ref = repository.base_ref
        self.base = None if ref is None else clean(ref.removeprefix("refs/heads/").removeprefix("refs/remotes/"))

    @property
    def ignores_case(self) -> bool:
        """Whether the repository lies on a disk that ignores letter case."""
        return dict(self.tastes.settings).get("core.ignorecase") in ("true", "yes", "on", "1")

    def left_out(self) -> dict[str, str]:
        """Name the worktrees that could not be looked at, with the reason."""
        return {name: one.why for name, one in self._known.items() if one.why is not None}

    async def look(self, stirred: Collection[str] | None) -> list[Part]:
        """Give the sides as of now; only `stirred` worktrees (None: all) and those with a new head are looked at."""
        await self._list()
        heads, base = await self._heads()
        moved = [name for name, head in heads.items() if self._known[name].head != head]
        wanted = [name for name in heads if stirred is None or name in stirred or name in moved]
        some = next(iter(heads.values()), base)
        if some is None:
            return []
        place = await asyncio.to_thread(self._store.merging, self.tastes, some, {})
        trees = await self._graph.trees(place, [*heads.values(), *([base] if base else [])])
        await asyncio.gather(*(self._look_at(self._known[name], heads[name], trees) for name in wanted))
        shown = {name: one for name, one in self._known.items() if one.snapshot is not None and name in heads}
        trees |= await self._graph.trees(place, [oid for one in shown.values() for oid in one.merging])
        parts = [self._part(name, one, trees) for name, one in shown.items()]
        if base and base in trees and self.base is not None:
            rules = await self._rules_of(place, trees[base])
            parts.append(Part(Side(self.base, base, trees[base], base, is_base=True), Tip((base,), trees[base]), rules))
        return parts

    async def _list(self) -> None:
        """Take the worktrees that there are, and the harmless settings in force."""
        config = Path(self._repository.git_dir, "config")
        mark = config.stat().st_mtime_ns if config.exists() else 0
        if mark != self._mark:
            if odd := not_plain(self._repository.git_dir):
                raise odd_file(odd)
            self.tastes, self._mark = await tastes(self._repository.git_dir, door.LIMIT), mark
        places = await asyncio.to_thread(registered, self._repository.git_dir, self._repository.root)
        known: dict[str, _Known] = {}
        for place in places:
            old = self._known.get(shown := clean(place.path))
            if not os.path.isdir(place.path):  # noqa: PTH112 - raw paths
                continue
            same = old is not None and old.place == place
            known[shown] = old if same and old else _Known(place, Snapshots(self._store, place.path, place.git_dir))
        self._known = known
        if await asyncio.to_thread(self._store.tidy, [one.place.path for one in known.values()]):
            for one in known.values():
                one.snapshots, one.head = Snapshots(self._store, one.place.path, one.place.git_dir), ""

    async def _heads(self) -> tuple[dict[str, str], str | None]:
        """Give what each worktree has checked out, and the base branch's commit, in one process."""
        named = {name: await asyncio.to_thread(self._checked_out, one) for name, one in self._known.items()}
        refs = {ref for ref in named.values() if ref and not is_object_id(ref)}
        base = self._repository.base_ref
        asked = sorted(refs | ({base} if base else set()))
        out = b""
        if asked:
            form = "--format=%(refname)%00%(objectname)"
            out = (await door.ask(self._common, "for-each-ref", form, *asked)).out
        found = dict(os.fsdecode(line).split("\0", 1) for line in out.split(b"\n") if line)
        heads: dict[str, str] = {}
        for name, ref in named.items():
            head = ref if ref and is_object_id(ref) else found.get(ref or "")
            if head is not None:
                heads[name] = head
            elif self._known[name].why is None:
                self._known[name].why = "it has no commit yet"
        return heads, found.get(base or "")

    def _checked_out(self, one: _Known) -> str | None:
        """Give the ref or commit that is checked out; None, with the reason, where git would hang or look elsewhere."""
        path, git_dir = one.place.path, one.place.git_dir
        odd = not_plain(git_dir) or not_plain(self._repository.git_dir)
        one.why = f"{clean(odd)} is not a regular file, so git would wait for it for ever" if odd else None
        if one.why is None and (elsewhere := why_elsewhere(path, git_dir)):
            one.why = clean(elsewhere)
        ref = head_of(git_dir) if one.why is None else None
        if ref is None and one.why is None:
            one.why = "what it has checked out cannot be read"
        return ref

    async def _look_at(self, one: _Known, head: str, trees: Mapping[str, str]) -> None:
        """Take a snapshot; what fails is the reason why the worktree is left out."""
        path, others = one.place.path, [known.place.path for known in self._known.values()]
        below = [other.removeprefix(f"{path}/") for other in others if other.startswith(f"{path}/")]
        one.snapshot, one.head = None, ""
        if head not in trees:
            one.why = f"the repository lacks the commit {head} that it has checked out"
            return
        try:
            found = await one.snapshots.take(head, trees[head], self.tastes, below)
            rules = await asyncio.to_thread(_rules, path, found.attributes)
            merging = await asyncio.to_thread(_named, Path(one.place.git_dir, "MERGE_HEAD"))
        except GitFailed as failed:
            one.why = f"{failed.text}: {failed.remedy}"
        except OSError as error:
            one.why = clean(f"{path} cannot be read: {error}")
        else:
            one.snapshot, one.head, one.rules, one.merging = found, head, rules, merging

    def _part(self, name: str, one: _Known, trees: Mapping[str, str]) -> Part:
        assert one.snapshot is not None
        tree, merging = one.snapshot.tree, tuple(oid for oid in one.merging if oid in trees)
        unread = [Unread(clean(path), clean(why)) for path, why in sorted(one.snapshot.unread.items())]
        if merging:
            unread.append(Unread("", _MERGING))
        commit, heads, loose_paths = one.head, (one.head,), frozenset[str]()
        if tree != trees[one.head] or merging:
            heads = (one.head, *merging)
            commit = loose.commit(self._store.objects, tree, heads, self._repository.object_format)
            loose_paths = frozenset(map(clean, one.snapshot.uncommitted))
        side = Side(name, commit, tree, one.head, loose_paths, tuple(unread))
        return Part(side, Tip(heads, tree), one.rules)

    async def _rules_of(self, place: Place, tree: str) -> Mapping[str, bytes]:
        """Give the attribute files of a tree that is checked out nowhere."""
        if self._base_rules[0] != tree:
            self._base_rules = tree, await attributes.rules_of(place, tree)
        return self._base_rules[1]


def _rules(root: str, paths: Collection[str]) -> Mapping[str, bytes]:
    """Read the attribute files of a worktree as git would, but never through a link."""
    found = {path: read_small(f"{root}/{path}", attributes.LARGEST) for path in sorted(paths)[: attributes.MOST]}
    return {path: text for path, text in found.items() if text is not None}


def _named(file: Path) -> tuple[str, ...]:
    words = (read_small(str(file), _MOST_NAMED) or b"").decode("ascii", "replace").split()
    return tuple(word for word in words if is_object_id(word))
