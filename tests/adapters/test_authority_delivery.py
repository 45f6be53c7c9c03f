"""One merge, of exactly the tree that was approved, by compare-and-swap; whatever is killed can be done again."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.git import door
from adapters.git.failure import GitFailed
from state.evidence.proposal import Merge
from tests.adapters.authority_world import Ground, git, ground, merge_of

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def world(tmp_path: Path) -> Ground:
    made = ground(tmp_path)
    made.commit(made.tree, {"b.txt": "agent\n", "new/n.txt": "n\n", "sub/c.txt": None})
    made.commit(made.main, {"m.txt": "main's\n"})
    return made


async def approved(world: Ground) -> tuple[Merge, str]:
    merge = merge_of(await world.proposal())
    return merge, await world.authority.make(merge)


def clean(world: Ground) -> bool:
    return git(world.main, "status", "--porcelain") == "" and git(world.main, "fsck", "--strict", "--no-dangling") == ""


async def test_the_same_merge_has_the_same_id_and_says_who_and_when(world: Ground) -> None:
    merge, commit = await approved(world)
    assert await world.authority.make(merge) == commit
    shown = git(world.store, "show", "-s", "--format=%T %P%n%an <%ae> %at%n%cn <%ce> %ct%n%B", commit).split("\n")
    assert shown[0] == f"{merge.tree} {merge.base} {merge.head}"
    assert shown[1] == shown[2] == f"{merge.author} 1700000000"
    assert "\n".join(shown[3:]) == merge.message.strip()
    assert await world.authority.make(replace(merge, message="Another")) != commit


WRONG = ({"author": "nobody"}, {"author": "a <b\n>"}, {"tree": "1" * 40}, {"base": "main"}, {"head": "2" * 40})


async def test_what_cannot_be_made_is_refused(world: Ground) -> None:
    merge = merge_of(await world.proposal())
    for wrong in WRONG:
        with pytest.raises(ValueError, match=r"^[^\n]+$"):
            await world.authority.make(replace(merge, **wrong))


async def test_a_clean_checkout_is_brought_forward_and_done_again_it_is_one_merge(world: Ground) -> None:
    os.utime(world.main / "a.txt", (1, 1))  # looks changed to who only sees its time
    (world.main / "loose.txt").write_text("untracked\n")
    merge, commit = await approved(world)
    first = await world.authority.deliver(merge, commit)
    assert (first.moved, first.seen, world.at(world.main, "main")) == (True, True, commit)
    assert (world.main / "b.txt").read_text() == "agent\n" and not (world.main / "sub").exists()
    (world.main / "loose.txt").unlink()
    assert clean(world)
    assert git(world.main, "reflog", "-1", "--format=%gs", "main") == "headgate: merge what was approved"
    again = await world.authority.deliver(merge, commit)
    assert (again.moved, again.seen) == (True, True)
    assert git(world.main, "rev-list", "--count", "--merges", "main") == "1"
    later = world.commit(world.main, {"later.txt": "x\n"})
    assert (await world.authority.deliver(merge, commit)).moved
    assert world.at(world.main, "main") == later


async def test_no_hook_and_no_program_of_a_setting_runs(world: Ground, tmp_path: Path) -> None:
    merge, commit = await approved(world)
    canary, other = tmp_path / "canary", tmp_path / "other"
    git(tmp_path, "clone", "-q", "--bare", str(world.main), str(other))
    (world.main / ".git/objects/info/alternates").write_text(f"{other}/objects\n")
    git(world.main, "config", "core.alternateRefsCommand", f"touch {canary};:")
    git(world.main, "config", f"url.{other}.insteadOf", str(world.store))
    for name in ("reference-transaction", "post-merge", "post-checkout", "post-index-change", "pre-receive", "update"):
        hook = world.main / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {canary}\n")
        hook.chmod(0o755)
    assert (await world.authority.deliver(merge, commit)).seen
    assert not canary.exists()
    git(world.main, "-c", "core.hooksPath=/dev/null", "fetch", "-q", str(world.tree), "agent")
    assert canary.exists()  # what a fetch among the settings of the repository would have run


async def test_a_branch_that_went_on_is_not_moved(world: Ground) -> None:
    merge, commit = await approved(world)
    tip = world.commit(world.main, {"more.txt": "x\n"})
    merged = await world.authority.deliver(merge, commit)
    assert (merged.moved, world.at(world.main, "main")) == (False, tip)
    assert f"went on to {tip[:12]}" in merged.text


async def test_a_branch_that_goes_on_in_between_is_not_moved(world: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    merge, commit = await approved(world)
    real = door.move

    async def late(*args: str) -> object:
        world.commit(world.main, {"more.txt": "x\n"})
        return await real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(door, "move", late)
    merged = await world.authority.deliver(merge, commit)
    assert (merged.moved, git(world.main, "log", "-1", "--format=%s", "main")) == (False, "work")
    assert "went on to" in merged.text
    assert clean(world)


def _dirty(world: Ground) -> None:
    (world.main / "a.txt").write_text("mine\n")


def _staged(world: Ground) -> None:
    (world.main / "staged.txt").write_text("mine\n")
    git(world.main, "add", "staged.txt")


def _in_the_way(world: Ground) -> None:
    (world.main / "new").write_text("mine\n")


def _assumed(world: Ground) -> None:
    git(world.main, "update-index", "--assume-unchanged", "b.txt")
    (world.main / "b.txt").write_text("mine\n")


def _busy(world: Ground) -> None:
    (world.main / ".git/index.lock").touch()


def _filtered(world: Ground) -> None:
    (world.main / ".git/info/attributes").write_text("b.txt filter=lfs\n")


SPOILT = (
    (_dirty, "with 1 uncommitted changes"),
    (_staged, "with 1 uncommitted changes"),
    (_in_the_way, "new lies there"),
    (_filtered, "a filter of its own stands for b.txt"),
    (_busy, "git is at work there (index.lock)"),
    (_assumed, "b.txt marked as assume-unchanged"),
)


async def test_a_checkout_that_would_lose_something_keeps_the_branch_where_it_is(world: Ground) -> None:
    merge, commit = await approved(world)
    for spoil, words in SPOILT:
        spoil(world)
        before = git(world.main, "status", "--porcelain")
        merged = await world.authority.deliver(merge, commit)
        assert (merged.moved, world.at(world.main, "main")) == (False, merge.base)
        assert words in merged.text and "main was not moved" in merged.text
        assert git(world.main, "status", "--porcelain") == before
        for name in ("index.lock", "info/attributes"):
            (world.main / ".git" / name).unlink(missing_ok=True)
        git(world.main, "reset", "-q", "--hard")
        git(world.main, "clean", "-fdq")


async def test_a_filter_that_the_change_brings_is_not_guessed(world: Ground) -> None:
    world.commit(world.tree, {".gitattributes": "b.txt filter=lfs\n"})
    merge, commit = await approved(world)
    merged = await world.authority.deliver(merge, commit)
    assert not merged.moved and "a filter of its own stands for .gitattributes" in merged.text


async def test_a_branch_that_is_checked_out_nowhere_is_moved(world: Ground) -> None:
    git(world.main, "switch", "-q", "--detach")
    (world.main / "a.txt").write_text("mine\n")
    merge, commit = await approved(world)
    merged = await world.authority.deliver(merge, commit)
    assert (merged.moved, merged.seen, world.at(world.main, "main")) == (True, False, commit)


async def test_another_commit_than_the_one_that_was_made_is_not_delivered(world: Ground) -> None:
    merge, _ = await approved(world)
    other = await world.authority.make(replace(merge, tree=world.at(world.main, "main^{tree}")))
    for commit in (other, "3" * 40, merge.head):
        merged = await world.authority.deliver(merge, commit)
        assert (merged.moved, world.at(world.main, "main")) == (False, merge.base)


@pytest.mark.parametrize("step", ["fetch", "update-ref", "update-index", "read-tree"])
async def test_killed_before_any_step_and_done_again_there_is_one_merge(
    world: Ground, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge, commit = await approved(world)
    with monkeypatch.context() as killed:
        real_hold, real_move = door.hold, door.move

        async def hold(place: object, *args: str, **more: object) -> object:
            if args[0] == step:
                raise GitFailed("timeout", "", "killed", "")
            return await real_hold(place, *args, **more)  # type: ignore[arg-type]

        async def move(*args: str) -> object:
            if step == "update-ref":
                raise GitFailed("timeout", "", "killed", "")
            return await real_move(*args)  # type: ignore[arg-type]

        killed.setattr(door, "hold", hold)
        killed.setattr(door, "move", move)
        merged = await world.authority.deliver(merge, commit)
    assert (merged.moved, merged.seen) == (step in ("update-index", "read-tree"), False)
    assert "killed" in merged.text
    merged = await world.authority.deliver(merge, commit)
    assert (merged.moved, merged.seen) == (True, True)
    assert git(world.main, "rev-list", "--count", "--merges", "main") == "1"
    assert clean(world)
