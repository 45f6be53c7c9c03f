"""Where protected branches are, and what git's own files say of how they got there."""

from pathlib import Path

import pytest

from adapters.git.authority import GitAuthority
from adapters.git.protected_refs import GitRefs
from adapters.git.repository import find
from adapters.guard.house import FILE, PATTERNS
from state.approval.moves import Move
from state.evidence.proposal import Proposal
from state.runs.run import RunKey
from state.spool import write_whole
from tests.world import World

MAIN = "refs/heads/main"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path.resolve())
    made.state.mkdir(exist_ok=True)
    return made


def refs(world: World) -> GitRefs:
    return GitRefs(find(str(world.repository)), world.state)


async def moved(world: World, old: str) -> Move:
    tips = await refs(world).tips(())
    assert isinstance(tips, dict)
    found = await refs(world).move(MAIN, old, tips.get(MAIN))
    assert isinstance(found, Move)
    return found


async def test_git_is_asked_only_where_a_protected_branch_may_have_moved(world: World, heard: Path) -> None:
    world.git("branch", "release/1")
    watch = refs(world)
    tips = await watch.tips(("release/*",))
    assert isinstance(tips, dict) and set(tips) == {MAIN, "refs/heads/release/1"}
    asked = heard.read_text().count("for-each-ref")
    world.git("branch", "another")
    assert await watch.tips(("release/*",)) == tips and heard.read_text().count("for-each-ref") == asked
    world.git("branch", "release/2")
    assert len(await watch.tips(("release/*",))) == 3  # type: ignore[arg-type]


async def test_a_commit_past_the_guards_tells_who_and_in_which_worktree(world: World) -> None:
    old = world.git("rev-parse", "main").strip()
    world.git("commit", "-q", "--allow-empty", "-m", "around")
    found = await moved(world, old)
    assert (found.commits, found.rewritten, found.fetched, len(found.merges)) == (1, False, "", 1)
    assert (found.who, found.words) == ("T <t@example.invalid>", "commit: around")
    assert found.worktree == str(world.repository)


async def test_a_rewritten_branch_and_one_written_as_a_file_are_told_as_they_are(world: World) -> None:
    world.git("commit", "-q", "--allow-empty", "-m", "one")
    old = world.git("rev-parse", "main").strip()
    other = world.git("commit-tree", "main^{tree}", "-m", "no history").strip()
    (world.repository / ".git" / MAIN).write_text(f"{other}\n")
    found = await moved(world, old)
    assert found.rewritten and found.merges == () and (found.who, found.words, found.worktree) == ("", "", "")
    assert await refs(world).move(MAIN, old, None) == Move(MAIN, old, None)


async def test_a_pull_is_told_from_a_branch_that_was_only_written(world: World) -> None:
    old = world.git("rev-parse", "main").strip()
    world.git("clone", "-q", "--bare", str(world.repository), str(world.folder / "remote"))
    world.git("commit", "-q", "--allow-empty", "-m", "theirs", at=world.worktrees["one"])
    world.git("push", "-q", str(world.folder / "remote"), "HEAD:main", at=world.worktrees["one"])
    world.git("remote", "add", "origin", str(world.folder / "remote"))
    world.git("pull", "-q", "--ff-only", "origin", "main")
    assert (await moved(world, old)).fetched == "refs/remotes/origin/main"
    world.git("commit", "-q", "--allow-empty", "-m", "mine")
    world.git("update-ref", "refs/remotes/origin/main", "main")
    assert (await moved(world, old)).fetched == ""


async def test_guards_are_told_what_the_policy_protects_now(world: World) -> None:
    await refs(world).tips(("stable",))
    assert not (world.state / PATTERNS).exists()
    write_whole(world.state / FILE, {"git_dir": "/x", "base": MAIN, "since": ""})
    await refs(world).tips(("stable",))
    assert (world.state / PATTERNS).read_text() == f"{MAIN}\nrefs/heads/stable\n"


async def test_a_squashed_change_and_a_rebased_one_have_the_patch_id_of_what_was_reviewed(world: World) -> None:
    at = world.worktrees["one"]
    for text in ("one\n", "one\ntwo\n"):
        (at / "new.txt").write_text(text)
        world.git("add", "new.txt", at=at)
        world.git("commit", "-q", "-m", "work", at=at)
    branch = world.git("rev-parse", "--abbrev-ref", "HEAD", at=at).strip()
    proposed = await GitAuthority(find(str(world.repository)), world.state).propose(RunKey("r"), str(at), branch)
    assert isinstance(proposed, Proposal)
    old = world.git("rev-parse", "main").strip()
    world.git("commit", "-q", "--allow-empty", "-m", "theirs")
    world.git("merge", "-q", "--squash", branch)
    world.git("commit", "-q", "-m", "squashed")
    squash = world.git("rev-parse", "main").strip()
    found = await refs(world).patches(old, squash)
    assert found[proposed.patch_id] == squash
    world.git("reset", "-q", "--hard", old)
    world.git("commit", "-q", "--allow-empty", "-m", "theirs")
    world.git("cherry-pick", f"main..{branch}")
    assert (await refs(world).patches(old, world.git("rev-parse", "main").strip()))[proposed.patch_id]
    (world.repository / "new.txt").write_text("one\ntwo\nand more\n")
    world.git("commit", "-q", "-a", "--amend", "-m", "changed on the way")
    assert proposed.patch_id not in await refs(world).patches(old, world.git("rev-parse", "main").strip())
    assert await refs(world).patches(old, "e" * 40) == {}
