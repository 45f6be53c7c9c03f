"""Brings a worktree forward that has the merged branch checked out: `read-tree -m -u` from a git directory of ours.

Only a clean one is brought forward, and what its own git would do by a filter is not guessed: then the branch is not
moved at all. The index is the worktree's own, under git's own lock; every object comes from the authority store; no
hook, filter or monitor is defined. Line ends are written as the user's harmless settings want them (`tastes`).
"""

import os
from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

from adapters.git import authority_changes, authority_export, authority_worktree, door, questions
from adapters.git.attributes import LARGEST, NAME
from adapters.git.authority_changes import Differing
from adapters.git.authority_store import AuthorityStore
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.registered import Registered
from adapters.git.spelling import spelt
from state.text import clean


class Checkout:
    """One worktree with the branch checked out. `state` is the repository's state directory."""

    def __init__(self, store: AuthorityStore, state: Path, place: Registered) -> None:
        self._store, self._state, self._at = store, state, place
        self._name = clean(place.path)

    async def refused(self, base: str, commit: str) -> str:
        """Say why it cannot be brought from one commit to the other, "" where it can. Raises `GitFailed`, `OSError`."""
        async with self._seen(base) as shadow:
            if changed := (await questions.status(shadow, door.LIMIT)).changed:
                return f"{self._name} has it checked out with {len(changed)} uncommitted changes"
            asked = ("--no-renames", "--raw", "--numstat", "-z", base, commit)
            records, _ = authority_changes.raw(await self._store.ask("diff-tree", *asked))
            if hidden := await _flagged(shadow, records):
                return f"{self._name} has it checked out with {spelt(hidden)} marked as assume-unchanged or left out"
            if loose := _in_the_way(self._at.path, records):
                return f"{self._name} has it checked out, and {spelt(loose)} lies there without being committed"
            if filtered := await self._filtered(shadow, records):
                return f"{self._name} has it checked out, and a filter of its own stands for {spelt(filtered)}"
        return ""

    def _seen(self, head: str) -> AbstractAsyncContextManager[Place]:
        return authority_worktree.seen(self._store.repository, self._state, self._at, head)

    async def _filtered(self, shadow: Place, records: Sequence[Differing]) -> bytes | None:
        """Name a changed path that a filter stands for now, or may stand for afterwards."""
        feed = b"".join(record.path + b"\0" for record in records)
        out = (await door.hold(shadow, "check-attr", "-z", "--stdin", "filter", feed=feed)).out
        words = out.split(b"\0")[:-1]
        for path, _, value in zip(words[::3], words[1::3], words[2::3], strict=True):
            if value not in (b"unspecified", b"unset"):
                return path
        for record in records:
            if record.path.rpartition(b"/")[2] == NAME.encode() and record.blobs[1].strip(b"0"):
                text = await authority_export.beginning(self._store, record.blobs[1].decode(), LARGEST)
                if b"filter" in text:
                    return record.path
        return None

    async def forward(self, base: str, commit: str) -> str:
        """Bring it from one commit to the other, unless it is there already. Says why not, "" where it is there."""
        try:
            return await self._forward(base, commit)
        except (GitFailed, OSError) as error:
            why = clean(error.text if isinstance(error, GitFailed) else str(error), 300)
            return f"{self._name} still shows the files from before: {why}"

    async def _forward(self, base: str, commit: str) -> str:
        async with self._seen(commit) as shadow:
            if not (await questions.status(shadow, door.LIMIT)).changed:
                return ""
        if why := await self.refused(base, commit):
            return f"{why}: it still shows the files from before"
        async with self._seen(base) as shadow:
            own = self._with_its_index(shadow)
            await door.hold(own, "update-index", "-q", "--refresh")
            await door.hold(own, "read-tree", "-m", "-u", base, commit)
        return ""

    def _with_its_index(self, shadow: Place) -> Place:
        variables = {key: word for key, word in shadow.variables.items() if key != "GIT_ALTERNATE_OBJECT_DIRECTORIES"}
        own = {"GIT_INDEX_FILE": f"{self._at.git_dir}/index", "GIT_OBJECT_DIRECTORY": f"{self._store.folder}/objects"}
        settings = (*shadow.settings, "core.sharedRepository=umask")
        return replace(shadow, variables={**variables, **own}, settings=settings)


async def _flagged(shadow: Place, records: Collection[Differing]) -> bytes | None:
    """Name a changed path of which the index says that git need not look at it; source: git-ls-files(1), -v."""
    paths = {record.path for record in records}
    for entry in (await door.hold(shadow, "ls-files", "-v", "-z")).out.split(b"\0"):
        tag, path = entry[:1], entry[2:]
        if (tag.islower() or tag == b"S") and path in paths:
            return path
    return None


def _in_the_way(root: str, records: Collection[Differing]) -> bytes | None:
    """Name a path that the merge adds where something lies already that no commit knows."""
    gone = {record.path for record in records if record.letter in (b"D", b"T")}
    for record in records:
        if record.letter != b"A" or any(path.startswith(record.path + b"/") for path in gone):
            continue
        if os.path.lexists(Path(root, os.fsdecode(record.path))):
            return record.path
        folder = record.path
        while folder := folder.rpartition(b"/")[0]:
            path = Path(root, os.fsdecode(folder))
            if folder not in gone and os.path.lexists(path) and (path.is_symlink() or not path.is_dir()):
                return folder
    return None
