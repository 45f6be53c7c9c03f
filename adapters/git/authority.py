"""The one tree that is shown, checked, approved and merged: the port `state.evidence.proposal.Authority` by git.

Git 2.39 or newer is needed, for `merge-tree --write-tree --stdin` and `patch-id --verbatim`. Sentences leave here
clean; paths leave spelt (`adapters.git.spelling`), exact and safe.
"""

import asyncio
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.git import authority_changes, authority_diff, authority_export, authority_worktree, door, merge_output
from adapters.git.authority_merge import Delivery
from adapters.git.authority_store import AuthorityStore
from adapters.git.failure import GitFailed
from adapters.git.registered import head_of, is_object_id, is_ref
from adapters.git.repository import Repository
from adapters.git.spelling import spelt, unspelt
from state.evidence.proposal import FileDiff, Merge, Merged, Proposal
from state.runs.run import RunKey
from state.text import clean

MOST_NAMED = 50
"""Uncommitted paths that are named."""
MOST_OF_RANGE = 2000
"""Lines shown of a comparison of two states of a change."""
_BRANCHES = "refs/heads/"
_REMOTES = "refs/remotes/"


@dataclass(frozen=True, slots=True)
class _Ends:
    """What is to be merged into what: the ref and commit of each, and what is not committed, raw."""

    target: str
    base: str
    branch: str
    head: str
    uncommitted: tuple[str, ...] = ()


class GitAuthority:
    """The authority of one repository. `state` is its state directory, `limit` seconds for a look at a worktree."""

    def __init__(self, repository: Repository, state: Path, limit: float = door.LIMIT) -> None:
        self._repository, self._state, self._limit = repository, state, limit
        self._store = AuthorityStore(repository, state)
        self._delivery = Delivery(self._store, state)

    async def propose(self, run: RunKey, worktree: str, branch: str | None) -> Proposal | str:
        """Take a run's branch in, hashing each object anew, and say what merging it would change."""
        try:
            ends = await self._ends(worktree, branch)
            if isinstance(ends, str):
                return ends
            await self._store.take(ends.base, ends.head)
            return await self._proposed(run, ends)
        except GitFailed as failed:
            return f"{failed.text}: {failed.remedy}"
        except (OSError, ValueError) as error:
            return clean(f"the change of {worktree} cannot be read: {error}", 300)

    async def _ends(self, worktree: str, branch: str | None) -> _Ends | str:
        base_ref = self._repository.base_ref
        if base_ref is None:
            return "this repository has no base branch yet, so there is nothing to merge into"
        target = _local(base_ref)
        place = await asyncio.to_thread(authority_worktree.found, self._repository, worktree)
        if branch is None and place is None:
            return f"{worktree} is gone, and the run has no branch"
        out = head_of(place.git_dir) if place is not None else None
        ref = _raw(branch, out) if branch is not None else out
        if ref is None or not (is_object_id(ref) or is_ref(ref)):
            return clean(f"{branch or worktree} names no branch", 300)
        tips = await self._store.tips(target, ref)
        if target not in tips:
            return _no_target(base_ref, target)
        head = ref if is_object_id(ref) else tips.get(ref)
        if head is None:
            return clean(f"there is no branch {_short(ref)} any more, or it has no commit yet", 300)
        if ref == target:
            return f"the run works on {_short(target)} itself, so there is nothing to merge into it"
        loose = await self._uncommitted(place, ref, head) if place is not None else ()
        return _Ends(target, tips[target], ref, head, loose)

    async def _uncommitted(self, place: authority_worktree.Registered, ref: str, head: str) -> tuple[str, ...]:
        """Name what is not committed, unless the worktree has gone on to another branch, whose files these are."""
        if head_of(place.git_dir) != ref:
            return ()
        return await authority_worktree.uncommitted(self._repository, self._state, place, head, self._limit)

    async def _proposed(self, run: RunKey, ends: _Ends) -> Proposal | str:
        store, base, head = self._store, ends.base, ends.head
        fork = (await store.ask("merge-base", base, head, fine=(0, 1))).decode("ascii", "replace").strip()
        short, name = _short(ends.target), _short(ends.branch)
        if not fork:
            return f"{name} and {short} have no commit in common, so they cannot be merged"
        if fork == head:
            return f"{short} already holds all of {name}: there is nothing to merge"
        asked = [f"{base}^{{tree}}", f"{head}^{{tree}}"]
        base_tree, head_tree = (await store.ask("rev-parse", *asked)).decode("ascii").split()
        tree, conflicts = await self._merged(base, head)
        before, after = (base, tree) if tree is not None else (fork, head)
        return Proposal(
            run=run,
            branch=name,
            target=ends.target,
            base=base,
            fork=fork,
            head=head,
            base_tree=base_tree,
            head_tree=head_tree,
            tree=tree,
            patch_id=await authority_changes.patch_id(store, fork, head),
            diff_sha=await authority_changes.digest(store, before, after),
            files=await authority_changes.changed(store, before, after),
            commits=int(await store.ask("rev-list", "--count", f"{fork}..{head}")),
            conflicts=conflicts,
            uncommitted=tuple(spelt(os.fsencode(path)) for path in ends.uncommitted[:MOST_NAMED]),
            uncommitted_count=len(ends.uncommitted),
        )

    async def _merged(self, base: str, head: str) -> tuple[str | None, tuple[str, ...]]:
        """Give the tree of the merge, or None and the paths on which it stops."""
        out = await self._store.ask("merge-tree", "--stdin", "-z", feed=f"{base} {head}\n".encode(), fine=(0, 1))
        (merged,) = merge_output.merges(out)
        if not merged.stopped:
            return merged.tree, ()
        paths = sorted({spelt(os.fsencode(path)) for path, _ in merged.files})
        return None, tuple(paths) or ("a directory that was renamed",)

    async def diff(self, proposal: Proposal, paths: Sequence[str] = ()) -> tuple[FileDiff, ...]:
        """Give the text of base..tree, of `paths` or of all; where they conflict, that of fork..head."""
        ends = (proposal.base, proposal.tree) if proposal.tree else (proposal.fork, proposal.head)
        with _in_a_sentence():
            return await authority_diff.differences(self._store, ends, proposal.files, paths)

    async def since(self, before: Proposal, now: Proposal) -> tuple[str, ...]:
        """Give `git range-diff` between two states of a change, as safe lines."""
        ranges = (f"{before.fork}..{before.head}", f"{now.fork}..{now.head}")
        with _in_a_sentence():
            lines = (await self._store.ask("range-diff", *ranges)).split(b"\n")
        shown = [authority_diff.safe(line) for line in lines[:MOST_OF_RANGE]]
        left = len(lines) - len(shown)
        return (*shown, f"… {left} more lines") if left else tuple(shown[:-1] if shown and not shown[-1] else shown)

    async def content(self, tree: str, path: str, most: int = 1 << 20) -> bytes | None:
        """Give the first `most` bytes of a file of a tree of the store, None where it is not there or no file."""
        with _in_a_sentence():
            listed = await self._store.ask("ls-tree", "-z", tree, "--", os.fsdecode(unspelt(path)))
            mode, kind, blob = (listed.split(b"\t", 1)[0].decode("ascii", "replace").split() or ["", "", ""])[:3]
            if kind != "blob" or mode not in ("100644", "100755"):
                return None
            return await authority_export.beginning(self._store, blob, most)

    async def blob(self, blob: str, most: int) -> bytes | str:
        """Give the first `most` bytes of a file that a change named; a sentence says why not."""
        try:
            return await authority_export.beginning(self._store, blob, most)
        except GitFailed as failed:
            return clean(f"the file cannot be read: {failed}", 300)

    async def paths(self, tree: str) -> tuple[str, ...]:
        """Name every path of a tree, spelt and sorted."""
        with _in_a_sentence():
            out = await self._store.ask("ls-tree", "-r", "-z", "--name-only", tree)
        return tuple(sorted(spelt(path) for path in out.split(b"\0") if path))

    async def export(self, tree: str, folder: Path) -> None:
        """Write a tree's files into an empty folder, following nothing that lies in it. Raises `OSError`."""
        try:
            await authority_export.written(self._store, tree, folder)
        except GitFailed as failed:
            raise OSError(f"{failed.text}: {failed.remedy}") from None

    async def make(self, merge: Merge) -> str:
        """Make the merge commit in the store, the same one each time it is asked. Gives its id. Raises `ValueError`."""
        return await self._delivery.make(merge)

    async def deliver(self, merge: Merge, commit: str) -> Merged:
        """Bring the commit into the user's repository and move the branch by compare-and-swap."""
        return await self._delivery.deliver(merge, commit)

    async def tip(self, target: str) -> str | None:
        """Give the commit that a branch of the user's repository is at now; None where git does not say."""
        try:
            return (await self._store.tips(target)).get(target)
        except GitFailed:
            return None


@contextmanager
def _in_a_sentence() -> Generator[None]:
    """Let a failure of git leave as a `ValueError` with what to do, because nobody outside knows git's own."""
    try:
        yield
    except GitFailed as failed:
        raise ValueError(f"{failed.text}: {failed.remedy}") from None


def _local(base_ref: str) -> str:
    """Give the local branch that stands for a base, because a branch of a remote is moved by pushing alone."""
    if not base_ref.startswith(_REMOTES):
        return base_ref
    return _BRANCHES + base_ref.removeprefix(_REMOTES).partition("/")[2]


def _no_target(base_ref: str, target: str) -> str:
    if base_ref == target:
        return f"{_short(target)} has no commit yet, so there is nothing to merge into"
    remote = base_ref.removeprefix(_REMOTES)
    return f"the base is {remote}, which has no branch here to merge into: git branch {_short(target)} {remote}"


def _raw(branch: str, out: str | None) -> str:
    """Give the ref of a branch that was spelt for a screen: the one checked out, where that is how it is spelt."""
    ref = _full(branch)
    return out if out is not None and clean(out, 300) == ref else ref


def _full(branch: str) -> str:
    return branch if branch.startswith("refs/") else f"{_BRANCHES}{branch}"


def _short(ref: str) -> str:
    return clean(ref.removeprefix(_BRANCHES), 300)
