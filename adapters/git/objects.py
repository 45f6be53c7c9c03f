"""Reads single objects of a repository and hashes each anew, because an agent can write the files that hold them.

What git itself says of an object rests on its file's name; what stands here rests on its bytes.
"""

import hashlib
import os
from dataclasses import dataclass

from adapters.git import door
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.registered import is_object_id

_TREE = b"40000"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as its bytes say. `at` is the committer's time in seconds since 1970."""

    id: str
    tree: str
    parents: tuple[str, ...]
    at: int
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a tree: its mode as git writes it (`40000` for a tree), its raw name, and what it names."""

    mode: bytes
    name: bytes
    id: str


class Objects:
    """The objects of one repository; `place` is its git directory."""

    def __init__(self, place: Place, limit: float = door.LIMIT) -> None:
        self._place, self._limit = place, limit

    async def commit(self, name: str) -> Commit:
        """Read a commit by its whole id. Raises `GitFailed` where it is not there, or is another than its id says."""
        head, _, message = (await self.raw("commit", name)).decode("utf-8", "replace").partition("\n\n")
        told: dict[str, list[str]] = {}
        for line in head.split("\n"):
            key, _, value = line.partition(" ")
            told.setdefault(key, []).append(value)
        when = told.get("committer", [""])[-1].split(" ")
        if not told.get("tree") or len(when) < 3 or not when[-2].isdecimal():
            raise self._odd(name, "is no whole commit")
        return Commit(name, told["tree"][0], tuple(told.get("parent", ())), int(when[-2]), message)

    async def tree(self, name: str) -> tuple[Entry, ...]:
        """Read a tree by its id. Raises `GitFailed`."""
        data, size, entries = await self.raw("tree", name), len(name) // 2, list[Entry]()
        while data:
            head, nul, rest = data.partition(b"\0")
            mode, space, entry = head.partition(b" ")
            if not nul or not space or len(rest) < size:
                raise self._odd(name, "is no whole tree")
            entries.append(Entry(mode, entry, rest[:size].hex()))
            data = rest[size:]
        return tuple(entries)

    async def file(self, tree: str, path: str) -> tuple[str, bytes] | None:
        """Give a plain file's blob id and bytes, None where the tree has no such file. Raises `GitFailed`."""
        at = tree
        *folders, last = (os.fsencode(part) for part in path.split("/"))
        for part in (*folders, last):
            found = next((one for one in await self.tree(at) if one.name == part), None)
            if found is None:
                return None
            if found.mode not in ((b"100644", b"100755") if part is last else (_TREE,)):
                raise self._odd(path, f"is no plain file in tree {tree[:12]}")
            at = found.id
        return at, await self.raw("blob", at)

    async def raw(self, kind: str, name: str) -> bytes:
        """Give an object's bytes, hashed anew. Raises `GitFailed`."""
        if not is_object_id(name):
            raise self._odd(name, "is no whole object id")
        data = (await door.ask(self._place, "cat-file", kind, name, limit=self._limit)).out
        form = "sha1" if len(name) == 40 else "sha256"
        whole = kind.encode() + b" %d\0" % len(data) + data
        if hashlib.new(form, whole, usedforsecurity=False).hexdigest() != name:
            raise self._odd(name, "is not what its id says: the repository's objects were tampered with or are damaged")
        return data

    def _odd(self, name: str, why: str) -> GitFailed:
        return GitFailed("exit", self._place.directory, f"{name[:80]} {why}", "fetch into a fresh clone and look there")
