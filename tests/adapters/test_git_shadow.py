"""A shadow is private, writes only what changed, and leaves the agent's repository as it was."""

import asyncio
import hashlib
import os
import stat
from pathlib import Path
from types import ModuleType

import pytest

from adapters.git import door
from adapters.git.repository import Repository, find
from adapters.git.shadow import Shadow, remove_shadows_but
from adapters.git.tastes import Tastes
from adapters.git.worktrees import GitWorktrees

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def trees(tmp_path: Path, hostile: ModuleType) -> tuple[Path, Path]:
    return hostile.two_worktrees(tmp_path)


def shadow_of(state: Path, found: Repository, tree: Path) -> Shadow:
    return Shadow(state, found, str(tree), f"{found.git_dir}/worktrees/tree")


def fingerprint(top: Path) -> dict[str, tuple[str, int, int]]:
    """Give digest, mode and time of everything below `top`."""
    return {
        str(path): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
        )
        for path in [top, *top.rglob("*")]
    }


async def test_reading_changes_no_byte_of_the_repository(trees: tuple[Path, Path], tmp_path: Path) -> None:
    main, tree = trees
    before = fingerprint(main), fingerprint(tree)
    room = GitWorktrees(find(str(main)), tmp_path / "state")
    for _ in range(2):
        listed, _ = await room.listed()
        for worktree in listed:
            assert (await room.read(worktree)).files is not None
    assert (fingerprint(main), fingerprint(tree)) == before


async def test_an_index_lock_of_the_agent_is_left_alone(trees: tuple[Path, Path], tmp_path: Path) -> None:
    main, _ = trees
    lock = main / ".git/worktrees/tree/index.lock"
    lock.write_text("the agent's")
    room = GitWorktrees(find(str(main)), tmp_path / "state")
    listed, _ = await room.listed()
    read = [await room.read(worktree) for worktree in listed]
    assert [one.problem for one in read] == [None, None]
    assert lock.read_text() == "the agent's"


async def test_everything_of_a_shadow_is_for_the_user_alone(trees: tuple[Path, Path], tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        room = GitWorktrees(find(str(trees[0])), tmp_path / "state")
        listed, _ = await room.listed()
        for worktree in listed:
            await room.read(worktree)
    finally:
        os.umask(mask)
    hints = tmp_path / "state/hints"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in hints.rglob("*") if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in [hints, *hints.rglob("*")] if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})


def test_only_what_changed_is_written_again(trees: tuple[Path, Path], tmp_path: Path, hostile: ModuleType) -> None:
    main, tree = trees
    found = find(str(main))
    head = hostile.git(tree, "rev-parse", "HEAD")
    shadow = shadow_of(tmp_path / "state", found, tree)
    folder = Path(shadow.refresh(head, head, Tastes()).variables["GIT_DIR"])
    before = {path.name: path.stat().st_ino for path in folder.rglob("*")}
    shadow.refresh(head, head, Tastes())
    assert {path.name: path.stat().st_ino for path in folder.rglob("*")} == before
    base = hostile.git(main, "rev-parse", "main")
    hostile.git(tree, "add", "new.txt")
    shadow.refresh(head, base, Tastes())
    after = {path.name: path.stat().st_ino for path in folder.rglob("*")}
    assert {name for name in before if after[name] != before[name]} == {"index", "base"}


def test_the_copy_of_the_index_keeps_its_time(trees: tuple[Path, Path], tmp_path: Path) -> None:
    main, tree = trees
    index = main / ".git/worktrees/tree/index"
    os.utime(index, ns=(5, 1_600_000_000_123_456_789))
    place = shadow_of(tmp_path / "state", find(str(main)), tree).refresh(None, None, Tastes())
    copy = Path(place.variables["GIT_INDEX_FILE"])
    assert copy.stat().st_mtime_ns == 1_600_000_000_123_456_789
    assert copy.read_bytes() == index.read_bytes()


async def test_an_edit_of_the_same_size_is_never_missed(
    trees: tuple[Path, Path], tmp_path: Path, hostile: ModuleType
) -> None:
    main, tree = trees
    shadow = shadow_of(tmp_path / "state", find(str(main)), tree)
    for number in range(100, 130):
        (tree / "b.txt").write_text(f"{number}\n")
        hostile.git(tree, "add", "b.txt")
        (tree / "b.txt").write_text(f"{number + 100}\n")
        place = shadow.refresh(None, None, Tastes())
        out = (await door.ask(place, "diff", "--raw", "-z")).out
        assert b"b.txt" in out


def test_a_split_index_is_copied_whole(trees: tuple[Path, Path], tmp_path: Path, hostile: ModuleType) -> None:
    main, tree = trees
    hostile.git(tree, "update-index", "--split-index")
    (tree / "more.txt").write_text("more\n")
    hostile.git(tree, "add", "more.txt")
    assert list((main / ".git/worktrees/tree").glob("sharedindex.*"))
    place = shadow_of(tmp_path / "state", find(str(main)), tree).refresh(None, None, Tastes())
    out = door.ask_now(place, "status", "--porcelain=v2", "-z").out
    assert all(name in out for name in (b" a.txt\0", b" b.txt\0", b" more.txt\0"))


def test_a_lock_that_a_killed_git_left_in_the_shadow_is_removed(trees: tuple[Path, Path], tmp_path: Path) -> None:
    main, tree = trees
    shadow = shadow_of(tmp_path / "state", find(str(main)), tree)
    folder = Path(shadow.refresh(None, None, Tastes()).variables["GIT_DIR"])
    (folder / "index.lock").touch()
    shadow.refresh(None, None, Tastes())
    assert not (folder / "index.lock").exists()


def test_an_index_that_is_no_regular_file_is_refused(trees: tuple[Path, Path], tmp_path: Path) -> None:
    main, tree = trees
    index = main / ".git/worktrees/tree/index"
    index.unlink()
    os.mkfifo(index)
    with pytest.raises(OSError, match="index is not a regular file"):
        shadow_of(tmp_path / "state", find(str(main)), tree).refresh(None, None, Tastes())
    index.unlink()
    index.symlink_to(tree / "a.txt")
    with pytest.raises(OSError, match="symbolic link"):
        shadow_of(tmp_path / "state", find(str(main)), tree).refresh(None, None, Tastes())


def test_an_index_that_goes_takes_the_copy_with_it(trees: tuple[Path, Path], tmp_path: Path) -> None:
    main, tree = trees
    shadow = shadow_of(tmp_path / "state", find(str(main)), tree)
    copy = Path(shadow.refresh(None, None, Tastes()).variables["GIT_INDEX_FILE"])
    assert copy.exists()
    (main / ".git/worktrees/tree/index").unlink()
    shadow.refresh(None, None, Tastes())
    assert not copy.exists()


def test_a_repository_whose_path_has_a_colon_lends_its_objects(tmp_path: Path, hostile: ModuleType) -> None:
    folder = tmp_path / 'a:b"c'
    folder.mkdir()
    main, tree = hostile.two_worktrees(folder)
    head = hostile.git(tree, "rev-parse", "HEAD")
    place = shadow_of(tmp_path / "state", find(str(main)), tree).refresh(head, None, Tastes())
    assert door.ask_now(place, "cat-file", "-p", f"{head}:b.txt").out == b"agent\n"


def test_shadows_of_worktrees_that_are_no_more_are_removed(trees: tuple[Path, Path], tmp_path: Path) -> None:
    main, tree = trees
    state = tmp_path / "state"
    found = find(str(main))
    kept = Path(shadow_of(state, found, tree).refresh(None, None, Tastes()).variables["GIT_DIR"])
    lost = Path(Shadow(state, found, str(main), found.git_dir).refresh(None, None, Tastes()).variables["GIT_DIR"])
    remove_shadows_but(state, [str(tree)])
    assert kept.exists()
    assert not lost.exists()
    assert (state / "hints/objects").exists()


async def test_an_agent_that_commits_is_never_in_the_way_of_a_reader(tmp_path: Path, hostile: ModuleType) -> None:
    main, tree = hostile.two_worktrees(tmp_path)
    room = GitWorktrees(find(str(main)), tmp_path / "state")
    listed, _ = await room.listed()
    done = asyncio.Event()
    problems: list[str | None] = []

    async def reading() -> None:
        while not done.is_set():
            problems.append((await room.read(listed[1])).problem)

    async def committing() -> None:
        try:
            for number in range(30):
                (tree / "a.txt").write_text(f"{number}\n")
                await asyncio.to_thread(hostile.git, tree, "add", "a.txt")
                await asyncio.to_thread(hostile.git, tree, "commit", "-q", "-m", f"number {number}")
        finally:
            done.set()

    await asyncio.gather(committing(), reading(), reading())
    assert hostile.git(tree, "rev-list", "--count", "main..agent") == "31"
    assert len(problems) > 5
    assert set(problems) == {None}
