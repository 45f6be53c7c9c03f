"""Introduces git and the verifier of signatures to `headgate verify`, which needs neither database nor state."""

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path

from adapters.git import repository as git
from adapters.git.failure import GitFailed
from adapters.git.verification import Verification
from adapters.signing import SshSigner
from state.approval.verifying import Verified
from tui.verbs.verify import print_verified
from tui.wiring import Refused


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Verify a commit, or each of a range A..B, and give the exit status. Raises `Refused` for bad input."""
    try:
        repository = git.find(arguments.repo or str(Path.cwd()))
        found = asyncio.run(_verified(repository, environment, arguments))
    except GitFailed as failed:
        raise Refused(f"{failed.text}: {failed.remedy}") from failed
    except FileNotFoundError:
        raise Refused("the current directory is gone: change to one that exists, or name one with --repo DIR") from None
    return print_verified(found, as_json=arguments.json, ranged=".." in arguments.commit)


async def _verified(
    repository: git.Repository, environment: Mapping[str, str], arguments: argparse.Namespace
) -> list[Verified]:
    named, base = str(arguments.commit), str(arguments.base)
    verification = Verification(repository, SshSigner(environment))
    tip, target = await verification.branch(base or repository.base_ref or "")
    if base and tip is None:
        raise Refused(f"there is no commit {base} here: name a branch or a commit with --base")
    old, dots, new = named.partition("..")
    ends = [await verification.resolved(one) for one in ((old, new or "HEAD") if dots else (named,))]
    if None in ends:
        raise Refused(f"there is no commit {named} here: name one, or a range OLD..NEW of the branch's own merges")
    commits = [one for one in ends if one]
    if dots:
        try:
            commits = list(await verification.line(commits[0], commits[1]))
        except ValueError as wrong:
            raise Refused(f"{wrong}: name the branch as it was and as it is") from None
    return [await verification.of(one, tip, target) for one in commits]
