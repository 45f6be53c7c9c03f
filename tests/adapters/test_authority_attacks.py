"""What an agent does to its repository changes nothing that is shown, or the change is refused in one sentence."""

import os
from pathlib import Path

import pytest

from tests.adapters.authority_world import RUN, Ground, git, ground, merge_of
from tests.promises import attacks

pytestmark = [pytest.mark.usefixtures("home"), attacks("execution", "human")]

EVIL = "EVIL()\n"


@pytest.fixture
def world(tmp_path: Path) -> Ground:
    made = ground(tmp_path)
    made.commit(made.tree, {"b.txt": EVIL})
    return made


async def shown(world: Ground) -> list[str]:
    """Give the lines that a human would see added."""
    diffs = await world.authority.diff(await world.proposal())
    return [line.text for file in diffs for hunk in file.hunks for line in hunk.lines if line.kind == "added"]


def plain(world: Ground) -> str:
    """Give what git's own diff shows to one who trusts the repository."""
    return git(world.main, "diff", "main", "agent")


async def test_a_replaced_commit_is_not_obeyed(world: Ground) -> None:
    nice = git(world.main, "commit-tree", "main^{tree}", "-p", "main", "-m", "nice")
    git(world.main, "replace", "agent", nice)
    assert plain(world) == ""
    assert await shown(world) == ["EVIL()"]


async def test_a_forged_commit_graph_is_not_read(world: Ground) -> None:
    git(world.main, "commit-graph", "write", "--reachable")
    graph = world.main / ".git/objects/info/commit-graph"
    tree, nice = (bytes.fromhex(world.at(world.main, f"{name}^{{tree}}")) for name in ("agent", "main"))
    graph.chmod(0o644)
    graph.write_bytes(graph.read_bytes().replace(tree, nice))
    assert plain(world) == ""
    assert await shown(world) == ["EVIL()"]


async def test_a_graft_cuts_no_history(world: Ground) -> None:
    world.commit(world.tree, {"a.txt": "x\n"})
    fork, head = world.at(world.main, "main"), world.at(world.tree)
    (world.main / ".git/info/grafts").write_text(f"{head}\n")
    found = await world.proposal()
    assert (found.fork, found.commits) == (fork, 2)


async def test_a_forged_shallow_file_cuts_no_history(world: Ground) -> None:
    world.commit(world.tree, {"a.txt": "x\n"})
    fork, head = world.at(world.main, "main"), world.at(world.tree)
    (world.main / ".git/shallow").write_text(f"{head}\n")
    found = await world.proposal()
    assert (found.fork, found.commits) == (fork, 2)
    assert not (world.store / "shallow").exists()


async def test_a_swapped_object_is_refused(world: Ground) -> None:
    world.swap(world.at(world.tree, "HEAD:b.txt"), "blob", b"nice\n")
    assert "+nice" in plain(world)
    told = await world.authority.propose(RUN, str(world.tree), "agent")
    assert isinstance(told, str) and "could not be taken in whole" in told and "\n" not in told
    # What was half taken in is not taken for whole the next time.
    assert await world.authority.propose(RUN, str(world.tree), "agent") == told


async def test_a_swapped_tree_is_refused(world: Ground) -> None:
    nice = git(world.main, "cat-file", "tree", "main^{tree}").encode("utf-8", "surrogateescape")
    world.swap(world.at(world.tree, "HEAD^{tree}"), "tree", nice)
    assert isinstance(await world.authority.propose(RUN, str(world.tree), "agent"), str)


async def test_an_object_swapped_after_the_approval_is_not_merged(world: Ground) -> None:
    authority, before = world.authority, world.at(world.main, "main")
    merge = merge_of(await world.proposal())
    commit = await authority.make(merge)
    world.swap(world.at(world.tree, "HEAD:b.txt"), "blob", b"nice\n")
    merged = await authority.deliver(merge, commit)
    assert (merged.moved, world.at(world.main, "main")) == (False, before)
    assert "could not be brought into" in merged.text and merged.text.endswith("look there with git fsck")


async def test_no_attribute_has_a_say(world: Ground) -> None:
    rules = "b.txt -diff -text merge=union filter=evil export-ignore"
    world.commit(world.tree, {".gitattributes": f"{rules}\n"})
    (world.main / ".git/info/attributes").write_text(f"{rules}\n")
    for key in ("filter.evil.smudge", "merge.union.driver", "core.fsmonitor"):
        git(world.main, "config", key, "echo nice")
    assert "Binary files" in plain(world)
    assert await shown(world) == [rules, "EVIL()"]
    world.commit(world.main, {"b.txt": "main\n"})
    assert (await world.proposal()).conflicts == ("b.txt",)


async def test_a_gitmodules_file_hides_no_submodule(world: Ground) -> None:
    text = '[submodule "s"]\n\tpath = s\n\turl = https://test.invalid/s\n\tignore = all\n'
    world.commit(world.tree, {".gitmodules": text})
    head = world.at(world.tree)
    git(world.tree, "update-index", "--add", "--cacheinfo", f"160000,{head},s")
    git(world.tree, "commit", "-q", "-m", "a submodule")
    found = await world.proposal()
    assert [(one.path, one.nature, one.new_blob) for one in found.files if one.path == "s"] == [
        ("s", "submodule", head)
    ]
    (diff,) = await world.authority.diff(found, ["s"])
    assert [line.text for hunk in diff.hunks for line in hunk.lines] == [f"Subproject commit {head}"]
    assert diff.left_out == "the files of the submodule are not shown"


async def test_alternates_and_settings_put_into_the_store_are_taken_out(world: Ground, tmp_path: Path) -> None:
    await world.proposal()
    (world.store / "objects/info/alternates").write_text(f"{world.main}/.git/objects\n")
    (world.store / "info/grafts").write_text(f"{world.at(world.tree)}\n")
    (world.store / "info/attributes").write_text("* -diff\n")
    with (world.store / "config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = touch {tmp_path}/canary\n")
    world.commit(world.tree, {"c.txt": "more\n"})
    assert await shown(world) == ["EVIL()", "more"]
    assert not (world.store / "objects/info/alternates").exists()
    assert b"fsmonitor" not in (world.store / "config").read_bytes()


async def test_a_lock_that_a_killed_git_left_does_not_stand_in_the_way(world: Ground) -> None:
    await world.proposal()
    head = world.commit(world.tree, {"c.txt": "more\n"})
    (world.store / f"refs/headgate/taken/{head}.lock").touch()
    old, now = world.state / "seen-old", world.state / "bring-now"
    for folder in (old, now):
        folder.mkdir()
    os.utime(old, (1, 1))
    assert (await world.proposal()).head == head
    assert (old.exists(), now.exists()) == (False, True)


async def test_a_fifo_in_the_worktree_ends_in_a_sentence(world: Ground) -> None:
    for file in world.tree.iterdir():
        os.utime(file, (1, 1))  # git reads attributes only for what it has to read anew
    os.mkfifo(world.tree / ".gitattributes")
    told = await world.authority.propose(RUN, str(world.tree), "agent")
    assert isinstance(told, str) and "did not answer within" in told


@pytest.mark.parametrize("name", ["HEAD", "refs/heads/agent", "packed-refs"])
async def test_a_fifo_in_the_repository_ends_in_a_sentence(world: Ground, name: str) -> None:
    authority = world.authority
    file = world.main / ".git" / name
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    told = await authority.propose(RUN, str(world.tree), "agent")
    assert isinstance(told, str) and "not a regular file" in told


async def test_a_shallow_repository_is_refused(world: Ground, tmp_path: Path) -> None:
    world.commit(world.main, {"m.txt": "m\n"})
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", f"file://{world.main}", "short")
    short = Ground(tmp_path / "short", tmp_path / "short", tmp_path / "short-state")
    short.state.mkdir()
    git(short.main, "branch", "-q", "agent", "origin/agent")
    told = await short.authority.propose(RUN, str(short.main), "agent")
    assert isinstance(told, str) and told.endswith("git fetch --unshallow") and "could not be taken in whole" in told
