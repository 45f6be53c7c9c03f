"""A merge commit is verified in a clone that has neither database nor state, and each forgery is refused."""

import asyncio
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.git.failure import GitFailed
from adapters.git.repository import find
from adapters.git.verification import Verification
from adapters.signing import SshSigner
from state.approval.noting import Note
from state.approval.statement import ALLOWED_SIGNERS
from state.approval.verifying import DECLARED, FETCH, Verified
from tests.approved_world import WHO, ApprovedWorld


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> tuple[ApprovedWorld, str, Note]:
    """Give a world whose main is at a merge that ana approved and signed; its note is left."""
    world = ApprovedWorld(tmp_path_factory.mktemp("merged").resolve())
    world.change()
    commit, note = world.merge()
    assert asyncio.run(world.notes().note(note)) == ""
    world.git("update-ref", "refs/heads/main", commit)
    world.clone()
    return world, commit, note


def verified(world: ApprovedWorld, commit: str, at: Path | None = None, base: str = "main") -> Verified:
    async def asked() -> Verified:
        verification = Verification(find(str(at or world.repository)), SshSigner(world.environment))
        tip, target = await verification.branch(base)
        return await verification.of(commit, tip, target)

    return asyncio.run(asked())


def noted(world: ApprovedWorld, commit: str, note: Note) -> Verified:
    """Leave a note on a commit and verify it."""
    assert asyncio.run(world.notes().note(replace(note, commit=commit))) == ""
    return verified(world, commit)


def test_a_fresh_clone_says_what_was_approved_by_whom(merged: tuple[ApprovedWorld, str, Note]) -> None:
    world, commit, note = merged
    clone = world.folder / "clone"
    told = json.loads(world.headgate("verify", "HEAD", "--base", "origin/main", "--json", at=clone))
    assert (told["valid"], told["commit"], told["level"], told["wanted"]) == (True, commit, "signed", "signed")
    assert told["approval"]["by"] == WHO and told["approval"]["id"] == note.approval and told["reasons"] == []
    assert told["key"].startswith("SHA256:") and not world.state.joinpath("hooks.json").exists()
    assert "valid; approved by ana@corp for refs/heads/main" in world.headgate("verify", commit, at=clone)
    ranged = json.loads(world.headgate("verify", "HEAD^..HEAD", "--json", at=clone))
    assert ranged["valid"] and [one["commit"] for one in ranged["commits"]] == [commit]


def test_without_the_notes_a_clone_says_how_to_get_them(merged: tuple[ApprovedWorld, str, Note]) -> None:
    world, commit, _ = merged
    bare = world.folder / "bare"
    world.git("clone", "-q", f"file://{world.repository}", str(bare), at=world.folder)
    found = verified(world, commit, bare)
    assert not found.valid and FETCH in found.reasons[0]
    said = world.headgate("verify", "HEAD~1", at=bare, status=1)
    assert said == "" and "there is no commit" in world.headgate("verify", "nothing", at=bare, status=2)
    assert "there is no commit nothing" in world.headgate("verify", "HEAD", "--base", "nothing", at=bare, status=2)


def test_a_shallow_clone_cannot_tell_and_says_so(merged: tuple[ApprovedWorld, str, Note]) -> None:
    world, commit, _ = merged
    shallow = world.folder / "shallow"
    world.git("clone", "-q", "--depth=1", f"file://{world.repository}", str(shallow), at=world.folder)
    with pytest.raises(GitFailed, match="fetch more of the history"):
        verified(world, commit, shallow)


def test_a_merge_of_other_content_is_refused_although_the_note_is_copied(
    merged: tuple[ApprovedWorld, str, Note],
) -> None:
    world, commit, note = merged
    message = world.git("log", "-1", "--format=%B", commit)
    base, head = world.git("rev-parse", f"{commit}^1", f"{commit}^2").split()
    other = world.git("commit-tree", f"{base}^{{tree}}", "-p", base, "-p", head, "-m", message).strip()
    swapped = world.git("commit-tree", f"{commit}^{{tree}}", "-p", head, "-p", base, "-m", message).strip()
    plain = world.git("commit-tree", f"{commit}^{{tree}}", "-p", base, "-m", message).strip()
    told = [noted(world, one, note).reasons for one in (other, swapped, plain)]
    assert "its content is another" in told[0][0] and "its second parent is" in " ".join(told[1])
    assert "it has 1 parents" in told[2][0]


def test_a_key_that_only_the_change_allows_counts_for_nothing(merged: tuple[ApprovedWorld, str, Note]) -> None:
    world, _, _ = merged
    eve = world.folder / "eve"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(eve)], check=True)
    world.change(ALLOWED_SIGNERS, f"{WHO} {eve.with_suffix('.pub').read_text()}")
    commit, note = world.merge()
    forged = replace(note, signature=world.signature(note.statement, eve))
    found = noted(world, commit, forged)
    assert not found.valid and "its signature does not hold" in found.reasons[0]
    assert noted(world, commit, note).valid, "a forged signature beside it takes nothing from one that holds"


def test_a_policy_that_the_change_loosened_does_not_hold_for_it(merged: tuple[ApprovedWorld, str, Note]) -> None:
    world, _, _ = merged
    head = world.change(".headgate/policy.toml", 'schema = 1\n[gate.merge]\napproval_level = "declared"\n')
    commit, note = world.merge(signed=False, policy=world.id(f"{head}:.headgate/policy.toml"))
    found = noted(world, commit, note)
    assert DECLARED in found.told and "another policy was in force" in found.reasons[0]
    assert DECLARED in found.reasons[1] and "asks for signed" in found.reasons[1]


def test_a_base_that_nobody_knows_vouches_for_nobody(merged: tuple[ApprovedWorld, str, Note]) -> None:
    world, commit, _ = merged
    old = world.id("main~2")
    world.git("branch", "-f", "before", old)
    found = verified(world, commit, base="before")
    assert "it was approved for refs/heads/main" in found.reasons[0] and "nobody vouches" in found.reasons[1]


def test_an_object_that_is_not_what_its_id_says_is_no_answer(merged: tuple[ApprovedWorld, str, Note]) -> None:
    world, commit, _ = merged
    copy = world.folder / "copy.git"
    shutil.copytree(world.repository / ".git", copy)
    world.git("config", "core.bare", "true", at=copy)
    base = world.id(f"{commit}^1")
    one, other = (copy / "objects" / name[:2] / name[2:] for name in (base, world.id(f"{base}^1")))
    one.chmod(0o644)
    one.write_bytes(other.read_bytes())
    with pytest.raises(GitFailed):
        verified(world, commit, copy, base="")
