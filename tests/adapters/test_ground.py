"""New worktrees in real repositories: no hook and no filter runs, and what is empty goes again."""

import os
import shutil
from pathlib import Path

import pytest

from adapters.git.repository import find
from adapters.starting.ground import Grounds
from state.control.launching import Ground, Wanted
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def wanted(branch: str = "headgate/mend", **words: object) -> Wanted:
    return Wanted("run-1", "claude-code", "s", "do it", branch, **words)  # pyright: ignore[reportArgumentType]


async def made(world: World, branch: str = "headgate/mend") -> tuple[Grounds, Ground]:
    grounds = Grounds(find(str(world.repository)))
    ground = await grounds.place(wanted(branch), "/bin/claude")
    await grounds.plant(ground)
    return grounds, ground


def branches(world: World) -> list[str]:
    return world.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()


async def test_a_worktree_stands_beside_the_repository_on_a_branch_of_its_own(world: World) -> None:
    grounds, ground = await made(world)
    assert ground.worktree == f"{world.repository}-headgate-mend"
    assert (Path(ground.worktree) / "a.py").read_text() == "print(1)\n"
    assert world.git("rev-parse", "HEAD", at=Path(ground.worktree)).strip() == ground.commit
    assert world.git("symbolic-ref", "HEAD", at=Path(ground.worktree)).strip() == "refs/heads/headgate/mend"
    assert await grounds.plant(ground) == ()


async def test_no_hook_and_no_filter_of_the_repository_runs(world: World) -> None:
    mark = world.folder / "ran"
    hook = world.repository / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    for name in ("post-checkout", "reference-transaction"):
        hook.with_name(name).write_text(f"#!/bin/sh\necho hook >> {mark}\n")
        hook.with_name(name).chmod(0o755)
    (world.repository / ".gitattributes").write_text("*.py filter=evil\n")
    world.git("-c", "core.hooksPath=/dev/null", "add", ".")
    world.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "attributes")
    for kind in ("smudge", "clean"):
        world.git("config", f"filter.evil.{kind}", f"echo filter >> {mark}; cat")
    world.git("config", "filter.evil.required", "true")
    world.git("config", "core.fsmonitor", f"echo monitor >> {mark}")
    grounds = Grounds(find(str(world.repository)))
    ground = await grounds.place(wanted(), "/bin/claude")
    (note,) = await grounds.plant(ground)
    assert "evil" in note
    assert (Path(ground.worktree) / "a.py").read_text() == "print(1)\n"
    assert "are removed" in await grounds.take_back(ground)
    assert not mark.exists(), mark.read_text()


async def test_what_is_empty_is_taken_back_whole(world: World) -> None:
    before = branches(world)
    grounds, ground = await made(world)
    assert await grounds.take_back(ground) == "its worktree and branch, which held nothing, are removed"
    assert (os.path.lexists(ground.worktree), branches(world)) == (False, before)
    assert "headgate-mend" not in world.git("worktree", "list")
    assert await grounds.take_back(ground) == "nothing was made"


@pytest.mark.parametrize("what", ["untracked", "ignored", "modified", "committed"])
async def test_what_holds_anything_is_kept(world: World, what: str) -> None:
    grounds, ground = await made(world)
    tree = Path(ground.worktree)
    match what:
        case "untracked":
            (tree / "new.txt").write_text("x")
        case "ignored":
            (world.repository / ".git" / "info" / "exclude").write_text("*.secret\n")
            (tree / "a.secret").write_text("x")
        case "modified":
            (tree / "a.py").write_text("print(2)\n")
        case _:
            world.git("commit", "-q", "--allow-empty", "-m", "on", at=tree)
    said = await grounds.take_back(ground)
    assert "kept" in said
    assert tree.is_dir()
    assert ground.branch in branches(world)


async def test_what_cannot_be_is_refused_and_nothing_is_touched(world: World) -> None:
    grounds = Grounds(find(str(world.repository)))
    (world.folder / "repo-taken").mkdir()
    gone = world.folder / "repo-gone"
    world.git("worktree", "add", "-q", "--detach", str(gone))
    shutil.rmtree(gone)
    before = branches(world), sorted(path.name for path in world.folder.iterdir()), world.git("worktree", "list")
    for one, said in (
        (wanted("feat/one", exact=True), "the branch feat/one exists; nothing was touched"),
        (wanted("feat", exact=True), "the branch feat/one exists, so that none can be called feat"),
        (wanted("main/x", exact=True), "the branch main exists, so that none can be called main/x"),
        (wanted("taken", exact=True), "repo-taken is taken"),
        (wanted("gone", exact=True), "registered for a worktree that is gone: run git worktree prune"),
        (wanted("-x", exact=True), "-x is no name for a branch"),
        (wanted("a..b"), "a..b is no name for a branch"),
        (wanted("x", base="nowhere"), "nowhere names no commit"),
        (wanted("x", base="--all"), "--all names no commit"),
    ):
        with pytest.raises(ValueError, match=said):
            await grounds.place(one, "/bin/claude")
    after = branches(world), sorted(path.name for path in world.folder.iterdir()), world.git("worktree", "list")
    assert after == before


async def test_a_link_in_the_place_of_a_worktree_is_not_followed(world: World) -> None:
    elsewhere = world.folder / "elsewhere"
    Path(f"{world.repository}-linked").symlink_to(elsewhere)
    with pytest.raises(ValueError, match="repo-linked is taken"):
        await Grounds(find(str(world.repository))).place(wanted("linked", exact=True), "/bin/claude")
    assert not elsewhere.exists()


async def test_a_home_that_nobody_has_is_one_sentence(world: World) -> None:
    with pytest.raises(ValueError, match="~nobody-of-that-name/x for worktrees"):
        await Grounds(find(str(world.repository))).place(wanted(worktrees="~nobody-of-that-name/x"), "/bin/claude")


async def test_a_name_that_was_made_from_the_task_gets_a_number_where_it_is_taken(world: World) -> None:
    await made(world)
    _, second = await made(world)
    _, third = await made(world)
    assert (second.branch, third.branch) == ("headgate/mend-2", "headgate/mend-3")


async def test_a_run_begins_where_it_is_told_to_and_worktrees_go_where_they_are_set(world: World) -> None:
    world.git("commit", "-q", "--allow-empty", "-m", "on", at=world.worktrees["one"])
    grounds = Grounds(find(str(world.repository)))
    ground = await grounds.place(wanted(base="feat/one", worktrees=str(world.folder / "trees")), "/bin/claude")
    await grounds.plant(ground)
    assert ground.worktree == str(world.folder / "trees" / "repo-headgate-mend")
    assert world.git("rev-parse", "feat/one").strip() == ground.commit != world.git("rev-parse", "main").strip()


async def test_a_repository_without_a_commit_cannot_hold_a_run(tmp_path: Path) -> None:
    World(tmp_path).git("init", "-q", "-b", "main", str(tmp_path / "empty"))
    with pytest.raises(ValueError, match=r"has no commit yet|has no base branch"):
        await Grounds(find(str(tmp_path / "empty"))).place(wanted(), "/bin/claude")
