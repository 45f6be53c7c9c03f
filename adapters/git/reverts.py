"""Finds commits that take back others: the port `state.release.reverts.Reverts`.

`git revert` writes "This reverts commit ID." into the message (git-revert(1)); who takes a change back by hand and
says nothing is not found.
"""

import re
from collections.abc import Sequence

from adapters.git import door
from adapters.git.command import git_directory
from adapters.git.failure import GitFailed
from adapters.git.registered import is_object_id, is_ref
from adapters.git.repository import Repository
from state.release.reverts import Revert
from state.text import clean

_SAYS = re.compile(r"^This reverts commit ([0-9a-f]{40}(?:[0-9a-f]{24})?)\b", re.MULTILINE)
_GREP = "^This reverts commit [0-9a-f]"
_MOST = 1000
_COMMITS = 2000
"""Commits of one merge that are looked at."""


class GitReverts:
    """The commits of one repository that take back others."""

    def __init__(self, repository: Repository, limit: float = door.LIMIT) -> None:
        self._place, self._limit = git_directory(repository.git_dir), limit
        self._held: dict[str, frozenset[str]] = {}
        self._last: dict[str, tuple[object, tuple[Revert, ...]]] = {}

    async def of(self, target: str, merges: Sequence[str]) -> tuple[Revert, ...]:
        """Give what was taken back on a branch of these merges; nothing where git cannot tell."""
        if not is_ref(target) or not merges or not all(map(is_object_id, merges)):
            return ()
        try:
            tip = (await self._asked("rev-parse", "--verify", "--quiet", target)).strip()
            sign = (tip, tuple(merges))
            if not tip or (before := self._last.get(target)) is None or before[0] != sign:
                self._last[target] = before = (sign, await self._found(tip, merges) if tip else ())
            return before[1]
        except GitFailed:
            return ()

    async def _found(self, tip: str, merges: Sequence[str]) -> tuple[Revert, ...]:
        asked = (f"--max-count={_MOST}", f"--grep={_GREP}", "--format=%H%x00%ct%x00%B%x01", tip, f"^{merges[0]}")
        found = list[Revert]()
        for record in (await self._asked("rev-list", *asked)).split("\x01"):
            words = record.rpartition("\ncommit ")[2].split("\0") if "\0" in record else []
            if len(words) == 3:
                found += await self._of_commit(words[0].split("\n")[-1], float(words[1]), words[2], merges)
        return tuple(reversed(found))

    async def _of_commit(self, commit: str, at: float, message: str, merges: Sequence[str]) -> list[Revert]:
        subject, named = clean(message.split("\n")[0], 200), _SAYS.findall(message)
        held = {merge: await self._commits(merge) for merge in merges}
        pairs = ((merge, one) for one in named for merge in merges if one in held[merge])
        return [Revert(merge, commit, one, subject, at) for merge, one in pairs]

    async def _commits(self, merge: str) -> frozenset[str]:
        """Give a merge and the commits that came with it."""
        if merge not in self._held:
            asked = ("rev-list", f"--max-count={_COMMITS}", merge, f"^{merge}^1")
            self._held[merge] = frozenset((await self._asked(*asked)).split())
        return self._held[merge]

    async def _asked(self, *asked: str) -> str:
        answer = await door.ask(self._place, *asked, limit=self._limit, fine=(0, 1))
        return answer.out.decode("utf-8", "replace")
