"""Gathers what a clone holds of a merge commit and asks whether its approval is valid; needs no database.

Policy and allowed signers are read from the first parent, which is the base branch as it was, and never from the
change: who edits them there decides nothing about that very change.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from adapters.git import door
from adapters.git.command import git_directory
from adapters.git.failure import GitFailed
from adapters.git.notes import GitNotes
from adapters.git.objects import Commit, Objects
from adapters.git.registered import is_object_id
from adapters.git.repository import Repository
from state.approval.approval import LEVELS, Level, Signed, Signer
from state.approval.noting import Note
from state.approval.statement import ALLOWED_SIGNERS
from state.approval.verifying import Committed, Verified, chosen, trailers_of, unnoted, verified
from state.policy.document import PATH
from state.policy.rule import Policy
from state.policy.shipped import own_policy
from state.policy.wrong import PolicyInvalid

SHALLOW = "is not here: fetch more of the history (git fetch --unshallow)"
MOST = 1000
"""Commits of one range that are verified."""


class Verification:
    """Verifies in one repository, with a verifier of signatures."""

    def __init__(self, repository: Repository, signer: Signer, limit: float = door.LIMIT) -> None:
        self._repository, self._signer, self._limit = repository, signer, limit
        self._place = git_directory(repository.git_dir)
        self._objects, self._notes = Objects(self._place, limit), GitNotes(repository, limit=limit)

    async def resolved(self, name: str) -> str | None:
        """Give the whole id of the commit that a name stands for, None where it stands for none."""
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        answer = await door.ask(self._place, *asked, limit=self._limit, fine=(0, 1, 128))
        found = answer.out.decode("ascii", "replace").strip()
        return found if answer.status == 0 and is_object_id(found) else None

    async def branch(self, name: str) -> tuple[str | None, str]:
        """Give the commit that a name stands for and the branch that it is, "" where it is none or none is named."""
        tip = await self.resolved(name) if name else None
        if tip is None:
            return None, ""
        asked = ("rev-parse", "--symbolic-full-name", "--end-of-options", name)
        answer = await door.ask(self._place, *asked, limit=self._limit, fine=(0, 1, 128))
        found = answer.out.decode("utf-8", "replace").split("\n")
        full = next((one for one in found if one.startswith("refs/")), "")
        if full.startswith("refs/remotes/"):
            return tip, f"refs/heads/{full.removeprefix('refs/remotes/').partition('/')[2]}"
        return tip, full if full.startswith("refs/heads/") else ""

    async def line(self, old: str, new: str) -> tuple[str, ...]:
        """Give the commits on the first-parent line from `new` back to `old`, the oldest first.

        Raises `ValueError` where that line does not come to `old`: the branch would not be continued but rewritten.
        """
        found, at = list[str](), new
        while at != old:
            parents = (await self._objects.commit(at)).parents
            found.append(at)
            if not parents or len(found) > MOST:
                raise ValueError(f"{new[:12]} does not continue {old[:12]} by merges")
            at = parents[0]
        return tuple(reversed(found))

    async def of(self, name: str, base: str | None, target: str) -> Verified:
        """Verify one commit, given by its whole id. `base` is the commit that the branch `target` is at.

        Raises `GitFailed` where git cannot tell.
        """
        commit = await self._objects.commit(name)
        found = Committed(name, commit.tree, commit.parents, commit.at, trailers_of(commit.message), target)
        if commit.parents:
            found = await self._below(found, commit, base)
        notes = await self._notes.of(name)
        if (wrong := unnoted(found, notes)) is not None:
            return wrong
        told = [verified(found, note, await self._signed(found, note)) for note in chosen(found, notes)]
        return next((one for one in told if one.valid), told[0])

    async def _below(self, found: Committed, commit: Commit, base: str | None) -> Committed:
        """Add what the first parent says: its policy, its allowed signers, and whether it lies on the branch."""
        first = commit.parents[0]
        try:
            parent = await self._objects.commit(first)
        except GitFailed as failed:
            raise GitFailed("exit", first, f"its first parent {first[:12]} {SHALLOW}", failed.remedy) from None
        if base is not None:
            asked = ("merge-base", "--is-ancestor", first, base)
            answer = await door.ask(self._place, *asked, limit=self._limit, fine=(0, 1))
            found = replace(found, on_base=answer.status == 0)
        signers = await self._objects.file(parent.tree, ALLOWED_SIGNERS)
        found = replace(found, signers=signers[1] if signers else None)
        if (policy := await self._objects.file(parent.tree, PATH)) is None:
            return found
        try:
            wanted = wanted_by(own_policy(policy[1].decode(), PATH, policy[0]))
        except (PolicyInvalid, ValueError) as wrong:
            return replace(found, policy=policy[0], wanted="verified", policy_wrong=str(wrong))
        return replace(found, policy=policy[0], wanted=wanted)

    async def _signed(self, found: Committed, note: Note) -> Signed | str | None:
        if not note.signature:
            return None
        if found.signers is None:
            return f"the base branch has no {ALLOWED_SIGNERS}, so no key counts"
        statement, signature = note.statement.encode(), note.signature.encode()
        return await self._signer.verify(statement, signature, found.signers, float(found.at))


def wanted_by(policy: Policy) -> Level:
    """Give the level that a policy asks for at the merge gate; one that says nothing asks for no proof."""
    gates = cast("Mapping[str, Any]", json.loads(policy.gates))
    level = cast("Mapping[str, Any]", gates.get("merge") or {}).get("approval_level")
    known: dict[object, Level] = {one: one for one in LEVELS}
    return known.get(level, "declared")
