"""Keeps what a run has not committed as a commit under a ref of Headgate's own: the port `Rescuer`.

The worktree is read through a shadow (`adapters.git.shadow`) made for this once: a copy of its index, and a
configuration of ours in which no filter, driver or hook is defined. So neither index, stash, HEAD nor a file is
touched, and nothing is run that the worktree names. The objects lie in the repository itself, because a ref holds only
what is there. `git stash create` would take the index's lock and leave untracked files out.
"""

import asyncio
import re
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.git import door, failure, questions
from adapters.git.command import RESCUES, Place, git_directory
from adapters.git.failure import GitFailed
from adapters.git.registered import Registered, head_of, is_object_id, not_plain, registered, why_elsewhere
from adapters.git.repository import Repository
from adapters.git.shadow import Shadow
from adapters.git.tastes import tastes
from state.control.hands import Rescue
from state.text import clean

LARGEST = 64 * 2**20
"""Bytes of one file that is kept."""
MOST_BYTES = 512 * 2**20
"""Bytes of all files that are kept, so that a build left lying about does not fill the disk."""
MOST_FILES = 20_000
_AT_ONCE = 500
"""Names on one command line: far below the 128 KiB that Linux takes of one and the 2 MiB of all (execve(2))."""
_MOST_REFUSED = 50
"""Files that git may refuse before nothing is kept: finding each takes a dozen of its processes."""
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Raw paths to keep as they are now, or as gone, and how many others are left out."""

    paths: tuple[str, ...]
    left_out: int
    kept: int = 0


class GitRescuer:
    """Keeps the uncommitted work of one repository's worktrees; `folder` is its state directory."""

    def __init__(self, repository: Repository, folder: Path, limit: float = door.LIMIT) -> None:
        self._repository, self._folder, self._limit = repository, folder, limit

    async def keep(self, worktree: str, name: str) -> Rescue | str | None:
        """Keep it under a ref of that name; None where nothing is uncommitted, a sentence where it cannot be kept."""
        try:
            place = await asyncio.to_thread(self._found, worktree)
            return await self._keep(place, name) if place else f"{worktree} is no worktree of this repository"
        except GitFailed as failed:
            return f"{failed.text}: {failed.remedy}"
        except (OSError, ValueError) as error:
            return clean(f"{worktree} cannot be read: {error}", 300)

    def _found(self, worktree: str) -> Registered | None:
        places = registered(self._repository.git_dir, self._repository.root)
        place = next((one for one in places if clean(one.path) == worktree), None)
        if place is None or not Path(place.path).is_dir():
            return None
        if odd := not_plain(place.git_dir) or not_plain(self._repository.git_dir):
            raise failure.odd_file(odd)
        if elsewhere := why_elsewhere(place.path, place.git_dir):
            raise ValueError(elsewhere)
        return place

    async def _keep(self, place: Registered, name: str) -> Rescue | str | None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name} is no name of a run")
        ref = head_of(place.git_dir)
        common = git_directory(self._repository.git_dir)
        head, _ = await questions.heads(common, ref, None, self._limit) if ref else (None, None)
        with tempfile.TemporaryDirectory(prefix="rescue-", dir=self._folder) as made:
            shadow = Shadow(Path(made), self._repository, place.path, place.git_dir)
            seen = shadow.refresh(head, None, await tastes(self._repository.git_dir, self._limit))
            status = await questions.status(seen, self._limit)
            chosen = await asyncio.to_thread(_chosen, place.path, sorted(status.changed), status.untracked)
            if not chosen.paths:
                return f"none of its {chosen.left_out} uncommitted files can be kept" if chosen.left_out else None
            return await asyncio.to_thread(self._commit, self._inside(seen), head, name, chosen)

    def _inside(self, seen: Place) -> Place:
        """Let what is made lie in the repository itself."""
        objects = f"{self._repository.git_dir}/objects"
        own = {key: word for key, word in seen.variables.items() if key != "GIT_ALTERNATE_OBJECT_DIRECTORIES"}
        return replace(seen, variables={**own, "GIT_OBJECT_DIRECTORY": objects})

    def _commit(self, inside: Place, head: str | None, name: str, chosen: _Chosen) -> Rescue:
        lost: list[GitFailed] = []
        for at in range(0, len(chosen.paths), _AT_ONCE):
            _put(inside, chosen.paths[at : at + _AT_ONCE], lost)
        if len(lost) == len(chosen.paths):
            raise lost[0]
        chosen = replace(chosen, kept=len(chosen.paths) - len(lost), left_out=chosen.left_out + len(lost))
        tree = _id(door.keep(inside, "write-tree", "--missing-ok").out)
        parent = ("-p", head) if head else ()
        number, same = self._before(name, tree, head)
        if same is not None:
            return Rescue(f"{RESCUES}{name}/{number}", same, chosen.kept, chosen.left_out)
        message = f"What run {name} had not committed when it was stopped\n\nKept by Headgate; no branch holds it."
        commit = _id(door.keep(inside, "commit-tree", tree, *parent, "-m", message).out)
        ref = f"{RESCUES}{name}/{number + 1}"
        # The last word, all zeros, says that the ref must not be there yet: git-update-ref(1).
        door.keep(git_directory(self._repository.git_dir), "update-ref", ref, commit, "0" * len(commit))
        return Rescue(ref, commit, chosen.kept, chosen.left_out)

    def _before(self, name: str, tree: str, head: str | None) -> tuple[int, str | None]:
        """Give the number of the newest rescue of a run, 0 without one, and its commit where it holds the same."""
        asked = ("--format=%(refname) %(objectname) %(tree) %(parent)", f"{RESCUES}{name}/")
        out = door.ask_now(git_directory(self._repository.git_dir), "for-each-ref", *asked, limit=self._limit).out
        found: dict[int, list[str]] = {}
        for line in out.decode("ascii", "replace").splitlines():
            words = line.split()
            number = words[0].rpartition("/")[2] if words else ""
            if number.isdecimal():
                found[int(number)] = words[1:]
        newest = max(found, default=0)
        told = found.get(newest, [])
        return newest, told[0] if told[1:] == [tree, *([head] if head else [])] else None


def _put(inside: Place, paths: Sequence[str], lost: list[GitFailed]) -> None:
    """Put files into the index; git refuses all of a command line for one of them, so that one alone is left out."""
    try:
        door.keep(inside, "update-index", "--add", "--remove", "--replace", "--", *paths)
    except GitFailed as failed:
        if len(lost) >= _MOST_REFUSED:
            raise
        if len(paths) == 1:
            lost.append(failed)
            return
        half = len(paths) // 2
        _put(inside, paths[:half], lost)
        _put(inside, paths[half:], lost)


def _chosen(root: str, changed: Sequence[str], untracked: Sequence[str]) -> _Chosen:
    """Choose what to keep, the smallest first: what cannot be read, no plain file, or too much, is left out."""
    kept, sized, left_out = list[str](), list[tuple[int, str]](), 0
    for path in (*changed, *untracked):
        file = Path(root, path)
        try:
            found = file.lstat()
        except (FileNotFoundError, NotADirectoryError):
            kept.append(path)
            continue
        plain = stat.S_ISLNK(found.st_mode) or (stat.S_ISREG(found.st_mode) and _can_be_read(file))
        if plain and found.st_size <= LARGEST:
            sized.append((found.st_size, path))
        else:
            left_out += 1
    total = 0
    for size, path in sorted(sized):
        total += size
        if total > MOST_BYTES or len(kept) >= MOST_FILES:
            left_out += 1
        else:
            kept.append(path)
    return _Chosen(tuple(kept), left_out)


def _can_be_read(file: Path) -> bool:
    try:
        with file.open("rb"):
            return True
    except OSError:
        return False


def _id(out: bytes) -> str:
    found = out.decode("ascii", "replace").strip()
    if not is_object_id(found):
        raise ValueError("git named no object")
    return found
