"""Says where protected branches are and what is known of their moves: the port `state.approval.moves.Refs`.

While the files in which git keeps them stand as they stood, no git is asked. Nothing is written in the repository.
"""

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from adapters.git import door, landed
from adapters.git.authority_store import AuthorityStore
from adapters.git.command import git_directory
from adapters.git.failure import GitFailed
from adapters.git.objects import Objects
from adapters.git.registered import not_plain, registered
from adapters.git.repository import Repository
from adapters.guard.fetched import fetched_from, last_of
from adapters.guard.house import guard_of, patterns_of, write_patterns
from state.approval.moves import Move
from state.ports import Problem
from state.text import clean

_HEADS = "refs/heads/"
_MOST_FILES = 10_000


class GitRefs:
    """The protected branches of one repository; `house` is its state directory."""

    def __init__(self, repository: Repository, house: Path, limit: float = door.LIMIT) -> None:
        self._repository, self._house, self._limit = repository, house, limit
        self._place = git_directory(repository.git_dir)
        self._last: tuple[object, Mapping[str, str]] | None = None
        self._store = AuthorityStore(repository, house)

    async def enforced(self) -> bool:
        """Whether guards stand in the repository."""
        return await asyncio.to_thread(guard_of, self._house) is not None

    async def tips(self, protected: Sequence[str]) -> Mapping[str, str] | Problem:
        """Give where each protected branch is now, by its full ref; guards are told what is protected."""
        patterns = patterns_of(tuple(protected), self._repository.base_ref)
        try:
            sign = (patterns, await asyncio.to_thread(self._sign, patterns))
            if self._last is None or self._last[0] != sign:
                if await self.enforced():
                    await asyncio.to_thread(write_patterns, self._house, patterns)
                self._last = sign, await self._tips(patterns)
            return self._last[1]
        except GitFailed as failed:
            return failed.problem()
        except OSError as error:
            text = f"protected branches cannot be watched: {error.strerror}"
            return Problem(str(self._house), text, f"see to {clean(str(error.filename or self._house))}")

    async def move(self, ref: str, old: str, new: str | None) -> Move | Problem:
        """Give what is known of a move."""
        try:
            return await self._move(ref, old, new)
        except GitFailed as failed:
            return failed.problem()

    async def patches(self, old: str, new: str) -> Mapping[str, str]:
        """Give the commits that came by their patch ids."""
        return await landed.patches(self._store, old, new)

    async def _tips(self, patterns: Sequence[str]) -> dict[str, str]:
        if odd := not_plain(self._repository.git_dir):
            raise GitFailed("exit", odd, f"{clean(odd)} is not a regular file", "put the real file back")
        asked = ("for-each-ref", "--format=%(objectname) %(refname)", _HEADS)
        out = (await door.ask(self._place, *asked, limit=self._limit)).out.decode("utf-8", "replace")
        found = (line.partition(" ") for line in out.splitlines())
        return {ref: tip for tip, _, ref in found if _fits(ref, patterns)}

    def _sign(self, patterns: Sequence[str]) -> tuple[object, ...]:
        """Give what tells that a protected branch may have moved: its own file, and those that hold many."""
        git_dir = Path(self._repository.git_dir)
        names = [ref for ref in _files(git_dir / "refs" / "heads", "refs/heads") if _fits(ref, patterns)]
        signs: list[object] = []
        for name in (*sorted(names), "packed-refs", "reftable/tables.list"):
            try:
                found = (git_dir / name).lstat()
            except OSError:
                continue
            signs.append((name, found.st_ino, found.st_size, found.st_mtime_ns))
        return tuple(signs)

    async def _move(self, ref: str, old: str, new: str | None) -> Move:
        logged = await asyncio.to_thread(last_of, self._repository.git_dir, ref)
        if new is None:
            return Move(ref, old, None)
        objects, merges, rewritten, fetched = Objects(self._place, self._limit), tuple[str, ...](), False, ""
        commits: int | None = None
        try:
            rewritten = not await objects.before(old, new)
            fetched = await fetched_from(objects, self._place, ref, old, new)
            counted = await door.ask(self._place, "rev-list", "--count", f"{old}..{new}", limit=self._limit)
            commits = int(counted.out)
            merges = await objects.line(old, new)
        except (GitFailed, ValueError):
            # `old` may be gone from the repository, or not be on the line: then nothing is said of what came.
            merges = ()
        if logged is None or logged.new != new:
            return Move(ref, old, new, merges, rewritten, commits, fetched)
        worktree = await asyncio.to_thread(self._worktree, new, logged.words)
        told = (logged.who, logged.words, logged.at, worktree)
        return Move(ref, old, new, merges, rewritten, commits, fetched, *told)

    def _worktree(self, new: str, words: str) -> str:
        """Name the worktree whose HEAD went to the same commit with the same words; "" where none or several did."""
        places = registered(self._repository.git_dir, self._repository.root)
        logged = [(place, last_of(place.git_dir, "HEAD")) for place in places]
        found = [place.path for place, last in logged if last and (last.new, last.words) == (new, words)]
        return clean(found[0]) if len(found) == 1 else ""


def _fits(ref: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(ref, pattern) for pattern in patterns)


def _files(folder: Path, name: str) -> Iterator[str]:
    """Name the refs that have a file of their own, without following a link."""
    left = [(folder, name)]
    for _ in range(_MOST_FILES):
        if not left:
            return
        folder, name = left.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        left.append((Path(entry.path), f"{name}/{entry.name}"))
                    else:
                        yield f"{name}/{entry.name}"
        except OSError:
            continue
