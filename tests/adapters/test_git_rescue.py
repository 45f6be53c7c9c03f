"""What a run has not committed is kept under a ref, and neither index, stash, HEAD nor a file is touched."""

import os
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from adapters.git import door, rescue
from adapters.git.command import Place, git_directory
from adapters.git.repository import find
from adapters.git.rescue import GitRescuer
from state.control.hands import Rescue
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path.resolve())


def keeper(world: World) -> GitRescuer:
    world.state.mkdir(exist_ok=True)
    return GitRescuer(find(str(world.repository)), world.state)


def stands(world: World, tree: Path) -> tuple[object, ...]:
    """Give everything of a worktree that a rescue must leave as it is."""
    git_dir = Path(world.git("rev-parse", "--absolute-git-dir", at=tree).strip())
    files = {str(path): path.read_bytes() for path in sorted(tree.rglob("*")) if path.is_file()}
    index = ((git_dir / "index").read_bytes(), (git_dir / "index").stat().st_mtime_ns)
    heads = world.git("for-each-ref", "refs/heads", "refs/stash")
    # Names are enough.
    return files, index, (git_dir / "HEAD").read_text(), heads, sorted(os.listdir(git_dir))  # noqa: PTH208


async def test_everything_uncommitted_is_kept_and_nothing_is_touched(world: World) -> None:
    tree = world.worktrees["one"]
    (tree / "b.py").write_text("committed\n")
    (tree / "gone.py").write_text("soon gone\n")
    (tree / ".gitignore").write_text("*.ignored\n")
    world.git("add", ".", at=tree)
    world.git("commit", "-qm", "more", at=tree)
    (tree / "b.py").write_text("changed\n")
    (tree / "gone.py").unlink()
    (tree / "staged.py").write_text("staged\n")
    world.git("add", "staged.py", at=tree)
    (tree / "new").mkdir()
    (tree / "new" / "file with\nnewline").write_text("untracked\n")
    (tree / "x.ignored").write_text("no\n")
    (tree / "link").symlink_to("/etc/passwd")
    before = stands(world, tree)
    kept = await keeper(world).keep(str(tree), "a1b2c3d4e5")
    assert stands(world, tree) == before
    assert isinstance(kept, Rescue)
    assert (kept.ref, kept.files, kept.left_out) == ("refs/headgate/rescue/a1b2c3d4e5/1", 5, 0)
    names = world.git("ls-tree", "-rz", "--name-only", kept.ref).split("\0")
    assert set(names) == {"", ".gitignore", "a.py", "b.py", "link", "new/file with\nnewline", "staged.py"}
    assert (
        world.git("show", f"{kept.ref}:b.py") == "changed\n" and world.git("show", f"{kept.ref}:link") == "/etc/passwd"
    )
    assert world.git("rev-parse", f"{kept.ref}^").strip() == world.git("rev-parse", "HEAD", at=tree).strip()
    assert not any(path.name.startswith("rescue-") for path in world.state.iterdir())
    world.git("fsck", "--strict")


async def test_the_same_state_is_kept_once_and_another_one_beside_it(world: World) -> None:
    tree, keeps = world.worktrees["one"], keeper(world)
    assert await keeps.keep(str(tree), "run") is None
    (tree / "a.py").write_text("one\n")
    first, again = await keeps.keep(str(tree), "run"), await keeps.keep(str(tree), "run")
    (tree / "a.py").write_text("two\n")
    second = await keeps.keep(str(tree), "run")
    assert isinstance(first, Rescue) and first == again and isinstance(second, Rescue)
    assert (first.ref[-2:], second.ref[-2:]) == ("/1", "/2")
    assert world.git("show", f"{first.ref}:a.py") == "one\n"


async def test_a_stopped_merge_is_kept_as_the_files_are(world: World) -> None:
    tree = world.worktrees["one"]
    for at, text in ((tree, "here\n"), (world.repository, "there\n")):
        (at / "a.py").write_text(text)
        world.git("commit", "-qam", "both", at=at)
    with pytest.raises(subprocess.CalledProcessError):
        world.git("merge", "main", at=tree)
    before = stands(world, tree)
    kept = await keeper(world).keep(str(tree), "run")
    assert isinstance(kept, Rescue) and stands(world, tree) == before
    assert "<<<<<<<" in world.git("show", f"{kept.ref}:a.py")


async def test_what_is_too_large_or_no_plain_file_is_left_out_and_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescue, "LARGEST", 100)
    monkeypatch.setattr(rescue, "MOST_BYTES", 150)
    tree = world.worktrees["one"]
    for name, size in (("large", 101), ("small", 60), ("middle", 80), ("more", 90)):
        (tree / name).write_text("x" * size)
    nested = tree / "nested"
    world.git("init", "-q", str(nested), at=tree)
    (nested / "f").write_text("x")
    kept = await keeper(world).keep(str(tree), "run")
    assert isinstance(kept, Rescue) and (kept.files, kept.left_out) == (2, 3)
    assert set(world.git("ls-tree", "-r", "--name-only", kept.ref).split()) == {"a.py", "small", "middle"}


async def test_a_file_that_git_refuses_takes_no_other_with_it(world: World) -> None:
    tree = world.worktrees["one"]
    (tree / ".gitattributes").write_text("*.ps1 working-tree-encoding=UTF-16\n")
    for name in ("a.txt", "bad.ps1", "z.txt"):
        (tree / name).write_text("x\n")
    kept = await keeper(world).keep(str(tree), "run")
    assert isinstance(kept, Rescue) and (kept.files, kept.left_out) == (3, 1)
    names = world.git("ls-tree", "-r", "--name-only", kept.ref).split()
    assert names == [".gitattributes", "a.py", "a.txt", "z.txt"]


async def test_what_cannot_be_kept_is_one_sentence(world: World, tmp_path: Path) -> None:
    keeps = keeper(world)
    assert await keeps.keep(str(tmp_path), "run") == f"{tmp_path} is no worktree of this repository"
    index = Path(world.git("rev-parse", "--absolute-git-dir", at=world.worktrees["one"]).strip()) / "index"
    index.unlink()
    os.mkfifo(index)
    told = await keeps.keep(str(world.worktrees["one"]), "run")
    assert isinstance(told, str) and "is not a regular file" in told
    assert "is no name of a run" in str(await keeps.keep(str(world.repository), "../heads/main"))


async def test_an_unborn_branch_is_kept_without_a_parent(tmp_path: Path, world: World) -> None:
    new = tmp_path / "new"
    world.git("init", "-q", "-b", "main", str(new), at=tmp_path)
    (new / "f").write_text("x\n")
    (tmp_path / "st").mkdir()
    kept = await GitRescuer(find(str(new)), tmp_path / "st").keep(str(new.resolve()), "run")
    assert isinstance(kept, Rescue) and world.git("rev-list", "--count", kept.ref, at=new).strip() == "1"


WRITING = (
    "fsmonitor",
    "fsmonitor_of_a_submodule",
    "hooks_path",
    "filter_clean",
    "filter_process",
    "filter_of_a_submodule",
)
"""The ways to plant a program that what writes an index or a ref could run; the door's own tests try all others."""


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", WRITING)
async def test_no_program_that_the_worktree_names_runs(
    name: str, hostile: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: Any = hostile.build(tmp_path, next(one for one in hostile.VECTORS if one.name == name))
    monkeypatch.chdir(made.tree)
    made.hook(made.common / "hooks/reference-transaction")
    (made.tree / "untracked.txt").write_text("new\n")
    (made.tree / "a.txt").write_text("changed\n")
    (tmp_path / "kept").mkdir()
    kept = await GitRescuer(find(str(made.main)), tmp_path / "kept").keep(str(made.tree.resolve()), "run")
    assert isinstance(kept, Rescue) and made.sung() == 0


def test_the_door_keeps_only_rescues(world: World) -> None:
    place = git_directory(str(world.repository / ".git"))
    for words in (("update-ref", "refs/heads/main", "0" * 40), ("update-index", "--add", "x"), ("commit", "-m", "x")):
        with pytest.raises(ValueError, match="no step of a rescue"):
            door.keep(place, *words)
    with pytest.raises(ValueError, match="no step of a rescue"):
        door.keep(Place("/", shadow=True), "update-ref", "refs/headgate/rescue/x/1", "0" * 40)
