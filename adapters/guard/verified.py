"""Verifies what would move a protected branch as a fresh clone would: each merge on its way, by note and trailers."""

import asyncio
import os

from adapters.git.command import git_directory
from adapters.git.failure import GitFailed
from adapters.git.registered import is_object_id
from adapters.git.repository import Repository
from adapters.git.verification import Verification
from adapters.guard.fetched import fetched_from
from adapters.guard.guarding import Move
from adapters.guard.house import Guard
from adapters.signing import SshSigner
from state.text import clean


def why_not(hook: str, guard: Guard, move: Move) -> str:
    """Say why a move is refused, "" where each of its merges has a valid approval."""
    try:
        return asyncio.run(_why_not(hook, guard, move))
    except GitFailed as failed:
        return f"{failed.text} ({failed.remedy})"
    except ValueError as wrong:
        return clean(str(wrong), 400)


async def _why_not(hook: str, guard: Guard, move: Move) -> str:
    new = move.new or ""
    form = "sha256" if len(new) == 64 else "sha1"
    repository = Repository(guard.house.name, guard.git_dir, guard.git_dir, guard.base, form)
    verification = Verification(repository, SshSigner(os.environ))
    old = move.old
    if hook == "reference-transaction":
        old = await verification.resolved(move.ref) if old is None or not is_object_id(old) else old
        if old is None:
            return await _begun(verification, guard, move)
        if new == old or await fetched_from(verification.objects, git_directory(guard.git_dir), move.ref, old, new):
            return ""
        return await _approved(verification, await verification.line(old, new), old, move.ref)
    if old is not None and await verification.resolved(old) is None:
        return f"the remote is at {old[:12]}, which is not here: fetch first"
    return await _approved(verification, await _unpushed(verification, guard, old, new), old or guard.since, move.ref)


async def _begun(verification: Verification, guard: Guard, move: Move) -> str:
    """Let a protected branch begin at a commit that the base branch holds already, and a first branch at all."""
    base = await verification.resolved(guard.base)
    if base is None and move.ref == guard.base:
        return ""
    if base is not None and await verification.before(move.new or "", base):
        return ""
    return f"it would begin at {(move.new or '')[:12]}, which {guard.base} does not hold"


async def _unpushed(verification: Verification, guard: Guard, old: str | None, new: str) -> tuple[str, ...]:
    """Give the commits that a push would bring, but those from before there were guards."""
    if guard.since and await verification.before(new, guard.since):
        if old is None or await verification.before(old, new):
            return ()
        raise ValueError(f"{new[:12]} does not continue {old[:12]}")
    if guard.since and (old is None or await verification.before(old, guard.since)):
        old = guard.since
    if old is None:
        raise ValueError("the remote has no such branch, and nothing says what was approved before")
    return await verification.line(old, new)


async def _approved(verification: Verification, commits: tuple[str, ...], old: str, ref: str) -> str:
    at = old
    for commit in commits:
        found = await verification.of(commit, at, ref)
        if not found.valid:
            return f"{commit[:12]} has no valid approval ({found.reasons[0]})"
        at = commit
    return ""
