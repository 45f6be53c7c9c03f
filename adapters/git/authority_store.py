"""The authority store: a bare repository of Headgate's own, in which every object was hashed anew on its way in.

It is filled by packs alone, never by links to or alternates of the user's repository, so a swapped object, a replaced
commit or a forged graph there ends in another id or in a refusal. No configuration, hook, attribute, graft or shallow
file of anybody else is in force in it. Whatever was taken in or made stays under a ref, and nothing is ever collected.
"""

import asyncio
import fcntl
import os
import shutil
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.git import door, failure
from adapters.git.authority_command import sender
from adapters.git.command import Place, git_directory
from adapters.git.failure import GitFailed
from adapters.git.registered import is_object_id, not_plain
from adapters.git.repository import Repository
from adapters.git.shadow import private_folder
from adapters.git.snapshot_store import write
from state.text import clean

FOLDER = "authority.git"
TAKEN = "refs/headgate/taken/"
"""Commits that were taken in, each under its own id; a ref here says that all it needs is there."""
MADE = "refs/headgate/made/"
"""Merge commits that were made, each under its own id."""
LONGEST_FETCH = 600.0
"""Seconds in which the history of a large repository must have been taken in for the first time."""

EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
NO_ATTRIBUTES = b"* -text -eol -ident -filter -working-tree-encoding !diff !merge !whitespace !conflict-marker-size\n"
"""Nothing outranks this file (gitattributes(5)): no attribute of a tree changes what is shown, merged or written."""
_LEFT_BEHIND = ("refs/**/*.lock", "packed-refs.lock", "objects/pack/tmp_*", "objects/tmp_*")
"""What a git that was killed leaves here; a lock would stand in the way for ever."""
_MADE_FOR_ONCE = ("seen-*", "bring-*", f"{FOLDER}/index-*")
"""Folders of one step each, which only a kill leaves behind: an old one belongs to nobody."""
_NEVER = ("objects/info/alternates", "objects/info/http-alternates", "info/grafts", "shallow", "config.worktree")


class AuthorityStore:
    """The store of one repository in its state directory `state`; files are 0600, folders 0700."""

    def __init__(self, repository: Repository, state: Path) -> None:
        self.repository, self.folder = repository, state / FOLDER

    @property
    def users(self) -> Place:
        """The user's repository, for questions about refs."""
        return git_directory(self.repository.git_dir)

    def place(self, *settings: str, variables: Mapping[str, str] | None = None) -> Place:
        """Give the place of the store, with more variables and settings if given."""
        own = {"GIT_DIR": str(self.folder), "GIT_ALLOW_PROTOCOL": "file", **(variables or {})}
        empty = EMPTY_TREE[self.repository.object_format]
        return Place(str(self.folder), own, (f"attr.tree={empty}", *settings), shadow=True)

    async def ask(self, *args: str, feed: bytes | None = None, fine: Sequence[int] = (0,)) -> bytes:
        """Ask the store, and give what git printed. Raises `GitFailed`."""
        return (await door.hold(self.place(), *args, feed=feed, fine=fine)).out

    def open(self) -> None:
        """Make the store if it is not there, and whatever says how it works what it must be. Raises `OSError`."""
        for name in ("", "info", "refs", "objects", "objects/info"):
            private_folder(self.folder / name)
        write(self.folder / "config", _configuration(self.repository.object_format))
        write(self.folder / "HEAD", b"ref: refs/heads/none\n")
        write(self.folder / "info/attributes", NO_ATTRIBUTES)
        for name in _NEVER:
            (self.folder / name).unlink(missing_ok=True)

    async def tips(self, *refs: str) -> dict[str, str]:
        """Give the commits that refs of the user's repository are at now; what is not there is left out.

        So is a ref that stands for another one, because to move it would be to move the other. Raises `GitFailed`.
        """
        await asyncio.to_thread(self._refuse_odd_files, refs)
        asked = ("--format=%(refname) %(objectname) %(symref)", *refs)
        out = (await door.ask(self.users, "for-each-ref", *asked)).out
        lines = (os.fsdecode(line).split(" ") for line in out.split(b"\n") if line)
        return {line[0]: line[1] for line in lines if line[0] in refs and is_object_id(line[1]) and not line[2]}

    async def take(self, *commits: str) -> None:
        """Take commits of the user's repository in with all their history, unless they are there.

        Raises `GitFailed` where an object is missing, is not what its id says, or is malformed.
        """
        async with self.alone():
            known = await self.held()
            wanted = [commit for commit in dict.fromkeys(commits) if commit not in known]
            if wanted:
                await self._fetch(wanted, door.LONGEST_MAKING if known else LONGEST_FETCH)

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[None]:
        """Wait until nobody else writes here, make the store if it is not there, and clear what a killed git left."""
        await asyncio.to_thread(self.open)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            # A thread that still waits when this is closed holds the file no longer than its call: flock(2).
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            await asyncio.to_thread(self._clear)
            yield
        finally:
            os.close(lock)

    def _clear(self) -> None:
        for pattern in _LEFT_BEHIND:
            for file in self.folder.glob(pattern):
                file.unlink(missing_ok=True)
        for pattern in _MADE_FOR_ONCE:
            for folder in self.folder.parent.glob(pattern):
                if time.time() - folder.lstat().st_mtime > 2 * LONGEST_FETCH:
                    shutil.rmtree(folder, ignore_errors=True)

    async def held(self) -> frozenset[str]:
        """Give the commits that are in the store as wholes."""
        out = await self.ask("for-each-ref", "--format=%(objectname)", TAKEN, MADE)
        return frozenset(out.decode("ascii", "replace").split())

    async def _fetch(self, commits: Sequence[str], limit: float) -> None:
        await asyncio.to_thread(self._refuse_odd_files, ())
        refs = [f"{commit}:{TAKEN}{commit}" for commit in commits]
        place = self.place()
        asked = (f"--upload-pack={sender(place)}", "--", self.repository.git_dir, *refs)
        try:
            await door.hold(place, "fetch", *asked, limit=limit)
        except GitFailed as failed:
            if failed.reason != "exit":
                raise
            root = clean(self.repository.root)
            text = f"{commits[-1][:12]} could not be taken in whole from {root}: {failed.said}"
            short = Path(self.repository.git_dir, "shallow").exists()
            remedy = "get its history with git fetch --unshallow" if short else "look there with git fsck"
            raise GitFailed("exit", root, text, remedy, failed.said, failed.status) from None

    def _refuse_odd_files(self, refs: Sequence[str]) -> None:
        git_dir = self.repository.git_dir
        if odd := not_plain(git_dir):
            raise failure.odd_file(odd)
        for path in (Path(git_dir, ref) for ref in refs):
            if path.exists() and not path.is_file() and not path.is_dir():
                raise failure.odd_file(str(path))


def _configuration(object_format: str) -> bytes:
    sha1 = object_format == "sha1"
    lines = [
        "[core]",
        f"\trepositoryFormatVersion = {0 if sha1 else 1}",
        "\tbare = true",
        "\tlogAllRefUpdates = false",
        "\tsharedRepository = 0600",
        *([] if sha1 else ["[extensions]", f"\tobjectFormat = {object_format}"]),
    ]
    return ("\n".join(lines) + "\n").encode()
