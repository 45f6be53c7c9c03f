"""Reads the policy file as it is committed on the base branch: the port `state.ports.PolicySource`.

No work tree is looked at: the tree of the branch says which blob it is, and the blob is read by its id and hashed again
here, because an agent can write the repository's files of objects. So what an agent has in its worktree has no say.
While the files that hold the branch stand as they stood, no git is asked.
"""

import asyncio
import hashlib
import os
from pathlib import Path

from adapters.git import door, failure
from adapters.git.command import git_directory
from adapters.git.failure import GitFailed
from adapters.git.registered import not_plain
from adapters.git.repository import Repository
from state.policies import Policies
from state.policy.document import LONGEST, PATH
from state.policy.rule import DEFAULT
from state.ports import PolicyFound, Problem
from state.text import clean

_REMEDY = "commit a plain text file there; until then the last good policy stays in force"


class GitPolicy:
    """The policy of one repository; `limit` is seconds that one process may take."""

    def __init__(self, repository: Repository, limit: float = door.LIMIT) -> None:
        self._repository, self._limit = repository, limit
        self._place = git_directory(repository.git_dir)
        self._last: tuple[tuple[object, ...], PolicyFound | Problem | None] | None = None
        self.name = f"{PATH} on {_short(repository.base_ref)}" if repository.base_ref else PATH

    async def read(self, known: str | None = None) -> PolicyFound | Problem | None:
        """Give the committed file, without its text where its blob is `known`; None where the branch has none."""
        ref = self._repository.base_ref
        if ref is None:
            return None
        sign = await asyncio.to_thread(_sign, self._repository.git_dir, ref)
        if self._last is None or self._last[0] != (*sign, known):
            try:
                if odd := await asyncio.to_thread(_odd_file, self._repository.git_dir, ref):
                    raise failure.odd_file(odd)
                found = await self._read(ref, known)
            except GitFailed as failed:
                return Problem(self.name, f"{self.name} could not be read: {failed.text}", failed.remedy)
            self._last = (*sign, known), found
        return self._last[1]

    async def _read(self, ref: str, known: str | None) -> PolicyFound | Problem | None:
        there = await door.ask(self._place, "rev-parse", "--verify", "--quiet", ref, limit=self._limit, fine=(0, 1))
        if there.status:
            # Who removes the branch does not remove its policy: only a tree without the file does.
            return None if known in (None, DEFAULT) else self._odd("cannot be read: the branch is gone")
        commit = there.out.decode("ascii", "replace").strip()
        listed = await door.ask(self._place, "ls-tree", "-z", "--full-tree", "-l", commit, PATH, limit=self._limit)
        fields = listed.out.split(b"\t", 1)[0].decode("ascii", "replace").split()
        if len(fields) != 4:
            return None
        mode, kind, blob, size = fields
        if kind != "blob" or mode not in ("100644", "100755"):
            return self._odd("is no plain file (a link or a directory)")
        if not size.isdigit() or int(size) > LONGEST:
            return self._odd(f"is larger than {LONGEST >> 10} KiB")
        if blob == known:
            return PolicyFound(blob, None, self.name)
        return await self._text(blob)

    async def _text(self, blob: str) -> PolicyFound | Problem:
        data = (await door.ask(self._place, "cat-file", "blob", blob, limit=self._limit)).out
        made = hashlib.new(self._repository.object_format, b"blob %d\0" % len(data) + data).hexdigest()
        if made != blob:
            return self._odd("is not what its id says: the repository's objects were tampered with or are damaged")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return self._odd("is no text in UTF-8")
        if "\0" in text:
            return self._odd("is no text: it holds a NUL")
        return PolicyFound(blob, text, self.name)

    def _odd(self, why: str) -> Problem:
        return Problem(self.name, f"{self.name} {why}", _REMEDY)


def _sign(git_dir: str, ref: str) -> tuple[object, ...]:
    """Give what tells that a branch may have moved: its own file, and those in which git keeps many refs."""
    signs: list[object] = []
    for name in (ref, "packed-refs", "reftable/tables.list"):
        try:
            found = os.lstat(f"{git_dir}/{name}")
        except OSError:
            signs.append(None)
        else:
            signs.append((found.st_ino, found.st_size, found.st_mtime_ns))
    return tuple(signs)


def _odd_file(git_dir: str, ref: str) -> str | None:
    """Name a file for which git would wait for ever."""
    path = Path(git_dir) / ref
    return str(path) if path.exists() and not path.is_file() else not_plain(git_dir)


def policies_of(repository: Repository, folder: Path) -> Policies:
    """Make the keeper of a repository's policies; `folder` is its state directory, which agents must keep out of."""
    return Policies(folder, GitPolicy(repository), [str(folder.parent)])


def _short(ref: str) -> str:
    return clean(ref.removeprefix("refs/heads/").removeprefix("refs/remotes/"))
