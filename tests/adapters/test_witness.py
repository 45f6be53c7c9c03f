"""Checkpoints of the ledger on a remote's branch: put there without force, read again, and nothing of theirs runs."""

import os
from pathlib import Path

import pytest

from adapters.git import repository
from adapters.git.command import Place
from adapters.git.witness import GitWitness
from adapters.git.witness_command import sending
from state.ledger.checkpoint import REWOUND, Checkpoint, unwitnessed
from state.store import witness
from tests.world import World

HASH = "ab" * 32


class Remote:
    """A repository with a bare remote of its own, and a witness on it."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder, worktrees=())
        self.bare = folder / "remote.git"
        self.world.git("init", "-q", "--bare", str(self.bare), at=folder)
        self.world.git("remote", "add", "origin", "../remote.git")
        self.state = folder / "own"
        self.state.mkdir()
        self.found = repository.find(str(self.world.repository))
        self.witness = GitWitness(self.found, self.state, "host.example")

    def tips(self) -> list[str]:
        return self.world.git("for-each-ref", "--format=%(refname)", at=self.bare).split()


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Remote:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Remote(tmp_path)


async def test_checkpoints_stand_on_a_branch_behind_one_another_and_come_back_as_anchors(remote: Remote) -> None:
    for seq in (3, 9):
        pushed = await remote.witness.push("origin", Checkpoint(seq, HASH, 1.0))
        assert isinstance(pushed, Checkpoint) and pushed.remote == "origin"
    assert remote.tips() == ["refs/heads/headgate-ledger/host"]
    told = remote.world.git("log", "--format=%B", "headgate-ledger/host", at=remote.bare)
    assert f"Ledger-Head: 9:{HASH}\nRepository: {remote.found.id}\nHost: host\nAt: 1970-01-01T00:00:01.000Z" in told
    elsewhere = GitWitness(remote.found, remote.world.folder / "home", "host")
    anchors = await elsewhere.anchors("origin")
    assert [(one.seq, one.hash, one.outside) for one in anchors if not isinstance(one, str)] == [
        (9, HASH, True),
        (3, HASH, True),
    ]
    assert witness.pushed(remote.state) == pushed


async def test_no_hook_of_a_remote_on_this_disk_runs(remote: Remote) -> None:
    for name in ("pre-receive", "update", "post-receive", "post-update"):
        hook = remote.bare / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {remote.state}/canary\n")
        hook.chmod(0o700)
    assert isinstance(await remote.witness.push("origin", Checkpoint(3, HASH, 1.0)), Checkpoint)
    assert not (remote.state / "canary").exists()


async def test_a_rewound_remote_is_said(remote: Remote) -> None:
    for seq in (3, 9):
        await remote.witness.push("origin", Checkpoint(seq, HASH, 1.0))
    remote.world.git("update-ref", "refs/heads/headgate-ledger/host", "headgate-ledger/host~1", at=remote.bare)
    for said in (
        await remote.witness.anchors("origin"),
        await remote.witness.push("origin", Checkpoint(12, HASH, 1.0)),
    ):
        assert isinstance(said, str) and said.startswith(REWOUND)
    remote.world.git("update-ref", "-d", "refs/heads/headgate-ledger/host", at=remote.bare)
    assert "branch is gone there" in str(await remote.witness.anchors("origin"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ext::sh -c touch% canary", "transport 'ext' not allowed"),
        ("../nowhere.git", "does not appear to be a git repository"),
        ("--upload-pack=touch canary", "no address of a remote"),
    ],
)
async def test_an_address_that_is_none_is_a_sentence_and_runs_nothing(remote: Remote, address: str, said: str) -> None:
    remote.world.git("config", "remote.origin.url", address)
    for found in (
        await remote.witness.push("origin", Checkpoint(3, HASH, 1.0)),
        await remote.witness.anchors("origin"),
    ):
        assert isinstance(found, str) and said in found, found
    assert not list(remote.world.folder.rglob("canary*"))


async def test_a_remote_that_there_is_not_and_one_without_checkpoints(remote: Remote) -> None:
    assert "has no remote other" in str(await remote.witness.anchors("other"))
    assert "no name of a remote" in str(await remote.witness.push("-x", Checkpoint(3, HASH, 1.0)))
    assert await remote.witness.anchors("origin") == ()


@pytest.mark.parametrize(
    "args",
    [
        ("push", "/r", "abc:refs/heads/main"), ("push", "/r", "+refs/heads/headgate-ledger/a:refs/heads/main"),
        ("push", "--force", "abc:refs/heads/headgate-ledger/a"), ("fetch", "/r", "refs/heads/main:refs/witness/a"),
        ("push", "/r", "--delete"), ("push", "/r", "+abc:refs/heads/headgate-ledger/a"), ("clone", "/r", "x"),
        ("push", "/r", "a:refs/heads/headgate-ledger/a", "b"),
    ],
)  # fmt: skip
def test_nothing_but_a_checkpoint_goes_out(args: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"way to a remote|no checkpoint"):
        sending(Place(os.sep), args)


def test_what_nobody_else_holds_is_counted_and_red_at_a_limit() -> None:
    assert unwitnessed(0, None).text == "every entry is witnessed"
    assert unwitnessed(7, None).text == "unwitnessed: nothing was ever pushed (7 entries)"
    after = unwitnessed(10, Checkpoint(9, HASH, 1.0), limit=1)
    assert (after.count, after.red, after.text) == (1, True, "unwitnessed since 1970-01-01T00:00:01.000Z (1 entry)")
    assert not unwitnessed(10, Checkpoint(9, HASH, 1.0), limit=2).red
    assert unwitnessed(9, Checkpoint(9, HASH, 1.0)).count == 0
