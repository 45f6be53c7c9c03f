"""Makes the merge commit of exactly one tree in the store, and brings it into the user's repository.

The commit is made of what `Merge` says alone, so that it has the same id however often it is made. The branch is moved
by compare-and-swap, from the commit that was shown to the one that was approved, and never otherwise. Each step may be
killed and done again: a branch that is there already is said to have moved.
"""

import asyncio
import os
import re
import tempfile
from pathlib import Path

from adapters.git import authority_checkout, authority_worktree, door
from adapters.git.authority_command import sender
from adapters.git.authority_store import MADE, AuthorityStore
from adapters.git.command import Place
from adapters.git.failure import GitFailed
from adapters.git.registered import Registered, is_object_id, is_ref
from adapters.git.shadow import configuration, private_folder
from adapters.git.snapshot_store import write
from adapters.git.tastes import Tastes
from state.evidence.proposal import Merge, Merged
from state.text import clean

_AUTHOR = re.compile(r"([^<>\n\0]*[^<>\s\0]) <([^<>\s\0]*)>")
_BRANCHES = "refs/heads/"


class Delivery:
    """The way out of one store. `state` is the repository's state directory."""

    def __init__(self, store: AuthorityStore, state: Path) -> None:
        self._store, self._state = store, state

    async def make(self, merge: Merge) -> str:
        """Make the merge commit, and keep it. Gives its id. Raises `ValueError` where it cannot be made."""
        who = _AUTHOR.fullmatch(merge.author)
        if who is None:
            raise ValueError(f"{clean(merge.author)} is no NAME <ADDRESS>")
        if not all(map(is_object_id, (merge.base, merge.head, merge.tree))):
            raise ValueError("a merge is made of whole object ids")
        try:
            if not {merge.base, merge.head} <= await self._store.held():
                raise ValueError("the two commits were never taken in whole")
            commit = await self._made(merge, who[1], who[2])
            await self._store.ask("update-ref", f"{MADE}{commit}", commit)
        except GitFailed as failed:
            raise ValueError(f"{failed.text}: {failed.remedy}") from None
        return commit

    async def _made(self, merge: Merge, name: str, address: str) -> str:
        variables: dict[str, str] = {}
        for who in ("AUTHOR", "COMMITTER"):
            variables |= {f"GIT_{who}_NAME": name, f"GIT_{who}_EMAIL": address}
            variables |= {f"GIT_{who}_DATE": f"@{int(merge.at)} +0000"}
        place = self._store.place("i18n.commitEncoding=UTF-8", variables=variables)
        # A tree that is not there whole is refused by whoever fetches it; git only asks that it is a tree.
        await door.hold(place, "rev-list", "--objects", "--quiet", merge.tree, "--not", merge.base, merge.head)
        asked = (merge.tree, "-p", merge.base, "-p", merge.head, "-F", "-")
        out = (await door.hold(place, "commit-tree", *asked, feed=merge.message.encode("utf-8", "replace"))).out
        return out.decode("ascii", "replace").strip()

    async def deliver(self, merge: Merge, commit: str) -> Merged:
        """Bring the commit into the user's repository, move the branch, and a worktree that shows it."""
        try:
            return await self._deliver(merge, commit)
        except GitFailed as failed:
            return await self._ended(merge, commit, f"{failed.text}: {failed.remedy}")
        except (OSError, ValueError) as error:
            return await self._ended(merge, commit, clean(f"the merge was not delivered: {error}", 300))

    async def _ended(self, merge: Merge, commit: str, text: str) -> Merged:
        """Say how it stands after a failure, by where the branch is and not by how far the steps went."""
        try:
            moved = (await self._store.tips(merge.target)).get(merge.target) == commit
        except GitFailed:
            moved = False
        return Merged(commit, moved, text)

    async def _deliver(self, merge: Merge, commit: str) -> Merged:
        await self._refuse_another(merge, commit)
        short = clean(merge.target.removeprefix(_BRANCHES), 300)
        tip = (await self._store.tips(merge.target)).get(merge.target)
        if tip is None:
            return Merged(commit, False, f"there is no branch {short} any more")
        if tip != merge.base and await self._holds(tip, commit):
            return await self._forwarded(merge, commit, tip, f"{short} holds the merge")
        if tip != merge.base:
            why = f"{short} went on to {tip[:12]} since this was approved at {merge.base[:12]}: nothing was merged"
            return Merged(commit, False, why)
        places = await asyncio.to_thread(authority_worktree.checked_out, self._store.repository, merge.target)
        for place in places:
            if why := await self._checkout(place).refused(merge.base, commit):
                return Merged(commit, False, f"{why}; {short} was not moved")
        await self._bring(merge.base, commit)
        await door.move(self._users(merge), merge.target, commit, merge.base, "headgate: merge what was approved")
        return await self._forwarded(merge, commit, commit, f"{short} was moved to {commit[:12]}")

    async def _refuse_another(self, merge: Merge, commit: str) -> None:
        """Raise `ValueError` unless the commit is of this tree and these parents."""
        if not is_ref(merge.target) or not merge.target.startswith(_BRANCHES):
            raise ValueError(f"{clean(merge.target)} is no branch")
        if not is_object_id(commit) or commit not in await self._store.held():
            raise ValueError("the merge commit was not made here")
        told = await self._store.ask("rev-parse", f"{commit}^{{tree}}", f"{commit}^@")
        if told.decode("ascii").split() != [merge.tree, merge.base, merge.head]:
            raise ValueError("the merge commit is not the one that was approved")

    async def _holds(self, tip: str, commit: str) -> bool:
        """Say whether the branch, which is not where it was, is at the merge or came after it."""
        if tip == commit:
            return True
        asked = ("merge-base", "--is-ancestor", commit, tip)
        return (await door.ask(self._store.users, *asked, fine=(0, 1, 128))).status == 0

    def _users(self, merge: Merge) -> Place:
        """The user's repository, with the name that stands in its reflog."""
        who = _AUTHOR.fullmatch(merge.author)
        name, address = (who[1], who[2]) if who else ("Headgate", "headgate@headgate.invalid")
        own = {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": address}
        users = self._store.users
        return Place(users.directory, {**users.variables, **own})

    async def _bring(self, base: str, commit: str) -> None:
        """Fetch the commit into the user's objects, through a git directory of ours in which no setting of it is read.

        Only the base is named as there already: all else comes as a pack, against which git compares what is there
        under the same ids (index-pack), so that a swapped object ends in a refusal.
        """
        with tempfile.TemporaryDirectory(prefix="bring-", dir=self._state) as made:
            folder = Path(made)
            for name in ("refs/heads", "objects", "info"):
                private_folder(folder / name)
            write(folder / "config", configuration(self._store.repository.object_format, Tastes()).encode())
            write(folder / "HEAD", b"ref: refs/heads/none\n")
            write(folder / "refs/heads/base", f"{base}\n".encode())
            variables = {
                "GIT_DIR": made,
                "GIT_OBJECT_DIRECTORY": f"{self._store.repository.git_dir}/objects",
                "GIT_ALLOW_PROTOCOL": "file",
            }
            place = Place(
                made, variables, ("core.bare=true", "core.sharedRepository=umask", "fetch.unpackLimit=1"), shadow=True
            )
            asked = (f"--upload-pack={sender(place)}", "--", os.fspath(self._store.folder))
            await door.hold(place, "fetch", *asked, f"{commit}:refs/heads/made")

    def _checkout(self, place: Registered) -> authority_checkout.Checkout:
        return authority_checkout.Checkout(self._store, self._state, place)

    async def _forwarded(self, merge: Merge, commit: str, tip: str, text: str) -> Merged:
        """Bring the worktrees forward in which the branch is checked out; one that cannot be is said, no failure."""
        places = await asyncio.to_thread(authority_worktree.checked_out, self._store.repository, merge.target)
        if tip != commit or not places:
            return Merged(commit, True, text)
        failed = [why for place in places if (why := await self._checkout(place).forward(merge.base, commit))]
        return Merged(commit, True, "; ".join([text, *failed]), seen=not failed)
