"""Leaves checkpoints of the ledger on a branch of a remote, and reads them again: `headgate-ledger/<host>`.

The commits are made in a bare git directory of Headgate's own, `ledger.git` beside the database. Each has the one
before as its parent and an empty tree; what it witnesses stands in its message, so that any forge shows it.
"""

import asyncio
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from adapters.git import door
from adapters.git.command import Place, git_directory
from adapters.git.failure import GitFailed
from adapters.git.registered import is_object_id
from adapters.git.repository import Repository
from adapters.git.shadow import private_folder
from adapters.git.witness_command import way_out
from state.ledger.checkpoint import BRANCHES, REWOUND, Checkpoint, anchors_of, message
from state.ledger.verifying import Anchor
from state.store.witness import keep_pushed
from state.text import clean

MOST = 100_000
"""Checkpoints that are read of one branch, the newest."""
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}(/[0-9A-Za-z][0-9A-Za-z._-]{0,99})*")


class GitWitness:
    """The remotes of one repository as witnesses; `folder` is its state directory, `host` names this machine."""

    def __init__(self, repository: Repository, folder: Path, host: str | None = None) -> None:
        self._repository, self._state, self._folder = repository, folder, folder / "ledger.git"
        self.branch = f"{BRANCHES}{_plain(host or socket.gethostname())}"

    async def push(self, remote: str, checkpoint: Checkpoint) -> Checkpoint | str:
        """Put a checkpoint on this machine's branch of the remote, behind what stands there; never by force."""
        try:
            address, place = await self._address(remote), await asyncio.to_thread(self._place)
            parent = await self._fetched(place, address)
            host = self.branch.removeprefix(BRANCHES)
            told = message(checkpoint, self._repository.id, host)
            commit = await _committed(place, parent, told)
            await door.send(place, "push", address, f"{commit}:{self.branch}")
            if await self._fetched(place, address) != commit:
                return "the remote took it and holds something else now; push again"
            pushed = replace(checkpoint, remote=remote, commit=commit)
            await asyncio.to_thread(keep_pushed, self._state, pushed)
            return pushed
        except GitFailed as failed:
            return failed.text
        except (OSError, ValueError) as error:
            return clean(str(error), 300)

    async def anchors(self, remote: str) -> tuple[Anchor, ...] | str:
        """Fetch this machine's branch of the remote and give the heads that it holds; none where there is no branch."""
        try:
            address, place = await self._address(remote), await asyncio.to_thread(self._place)
            tip = await self._fetched(place, address)
            return () if tip is None else tuple(anchors_of(await _messages(place, tip), self._repository.id, remote))
        except GitFailed as failed:
            return failed.text
        except (OSError, ValueError) as error:
            return clean(str(error), 300)

    async def _address(self, remote: str) -> str:
        """Give where a remote lies, as the repository's configuration says. Raises `ValueError`."""
        if not _NAME.fullmatch(remote):
            raise ValueError(f"{clean(remote, 80)} is no name of a remote")
        place = git_directory(self._repository.git_dir)
        for key in (f"remote.{remote}.pushurl", f"remote.{remote}.url"):
            answer = await door.ask(place, "config", "--null", "--show-scope", "--get-all", key, fine=(0, 1))
            if found := [word for word in answer.out.decode("utf-8", "surrogateescape").split("\0")[1::2] if word]:
                return self._whole(found[0])
        raise ValueError(f"this repository has no remote {remote}: `git remote` lists what there is")

    def _whole(self, address: str) -> str:
        """Make a path whole that counts from the repository; an address with a host or a scheme is as it is."""
        if address.startswith("-"):
            raise ValueError(f"{clean(address, 80)} is no address of a remote")
        return address if ":" in address.partition("/")[0] else str(Path(self._repository.root, address))

    def _place(self) -> Place:
        """Give the git directory, made where it is missing."""
        if not (self._folder / "HEAD").exists():
            private_folder(self._folder)
            form = f"--object-format={self._repository.object_format}"
            door.make(("init", "--bare", "--quiet", form, str(self._folder)), str(self._state))
        variables = {"GIT_DIR": str(self._folder), **way_out()}
        return Place(str(self._folder), variables, shadow=True, user=True)

    async def _fetched(self, place: Place, address: str) -> str | None:
        """Fetch the branch and give its tip, None where the remote never had one.

        Raises `ValueError` where it no longer holds what it held before: that was taken away there.
        """
        host = self.branch.removeprefix(BRANCHES)
        before, now = f"refs/witness/{host}", f"refs/witness-now/{host}"
        known = await _tip(place, before)
        try:
            await door.send(place, "fetch", address, f"+{self.branch}:{now}")
        except GitFailed as failed:
            if "couldn't find remote ref" not in failed.said:
                raise
            if known is None:
                return None
            raise ValueError(f"{REWOUND}: {host}'s branch is gone there") from failed
        tip = await _tip(place, now)
        if known and tip and (await door.hold(place, "merge-base", "--is-ancestor", known, tip, fine=(0, 1))).status:
            raise ValueError(f"{REWOUND}: {host}'s branch there no longer holds what was fetched of it before")
        if tip:
            await door.hold(place, "update-ref", before, tip)
        return tip


async def _tip(place: Place, ref: str) -> str | None:
    out = (await door.hold(place, "rev-parse", "--verify", "--quiet", ref, fine=(0, 1))).out
    found = out.decode("ascii", "replace").strip()
    return found if is_object_id(found) else None


async def _committed(place: Place, parent: str | None, text: str) -> str:
    tree = (await door.note(place, "mktree", "-z", "--missing", feed=b"")).out.decode("ascii", "replace").strip()
    before = ("-p", parent) if parent else ()
    out = (await door.note(place, "commit-tree", tree, *before, "-m", text)).out.decode("ascii", "replace").strip()
    if not is_object_id(out):
        raise ValueError("git made no commit")
    return out


async def _messages(place: Place, tip: str) -> Iterator[tuple[str, str]]:
    asked = ("--first-parent", f"--max-count={MOST}", "--no-commit-header", "--format=%x00%H%n%B", tip)
    out = (await door.hold(place, "rev-list", *asked)).out.decode("utf-8", "replace")
    told = (one.partition("\n") for one in out.split("\0") if one.strip())
    return ((commit.strip(), text) for commit, _, text in told)


def _plain(host: str) -> str:
    """Make a host's name a part of a branch's."""
    return re.sub(r"[^0-9A-Za-z-]+", "-", host.partition(".")[0]).strip("-")[:60] or "unnamed"
