"""A FIFO in place of a file makes git wait for ever: the call ends, its processes end, and the rest goes on."""

import asyncio
import os
from pathlib import Path
from types import ModuleType

import pytest

from adapters.git.repository import find
from adapters.git.worktrees import GitWorktrees
from tests.promises import attacks

pytestmark = [pytest.mark.usefixtures("home"), attacks("faults")]

LIMIT = 1.0
"""Seconds after which a reading that hangs is ended; where none hangs, one has the time that a busy machine needs."""

NAMED = (
    "repo/.git/config",
    "repo/.git/HEAD",
    "repo/.git/index",
    "repo/.git/packed-refs",
    "repo/.git/worktrees/tree/HEAD",
    "repo/.git/worktrees/tree/index",
    "repo/.git/worktrees/tree/commondir",
    "repo/.git/worktrees/tree/locked",
    "tree/.git",
)
ENDED = (
    "tree/.gitignore",
    "tree/.gitattributes",
    "tree/deep/.gitignore",
    "repo/.git/refs/heads/agent",
    "repo/.git/objects/info/alternates",
)
UNHARMED = ("repo/.git/info/exclude", "repo/.git/info/attributes", "repo/.git/shallow", "tree/new.txt", "tree/a.txt")


@pytest.fixture
def swapped(request: pytest.FixtureRequest, tmp_path: Path, hostile: ModuleType) -> Path:
    """Give the port's repository after one of its files became a FIFO."""
    hostile.two_worktrees(tmp_path)
    (tmp_path / "tree/deep").mkdir()
    (tmp_path / "tree/deep/file").touch()
    path = tmp_path / request.param
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    return path


def pids(heard: Path) -> list[int]:
    return [int(line.split("\t")[0]) for line in heard.read_text().splitlines()]


@pytest.mark.parametrize("swapped", NAMED, indirect=True)
async def test_a_file_that_git_would_wait_for_is_named_and_git_is_not_asked(
    swapped: Path, tmp_path: Path, heard: Path, hostile: ModuleType
) -> None:
    found = find_before(swapped, tmp_path)
    heard.write_text("")
    os.mkfifo(swapped)
    listed, problems = await found.listed()
    read = [await found.read(one) for one in listed]
    told = [*(problem.text for problem in problems), *(one.problem or "" for one in read)]
    assert any(str(swapped) in text for text in told)
    assert {Path(one.path).name for one in listed} == {"repo", "tree"}
    assert hostile.alive(pids(heard)) == []


@pytest.mark.parametrize("swapped", ENDED, indirect=True)
async def test_a_reading_that_hangs_is_ended_and_is_a_problem_of_that_worktree(
    swapped: Path, tmp_path: Path, heard: Path, hostile: ModuleType
) -> None:
    found = find_before(swapped, tmp_path, LIMIT)
    os.mkfifo(swapped)
    heard.write_text("")
    listed, _ = await found.listed()
    tree = next(one for one in listed if one.path.endswith("/tree"))
    read = await found.read(tree)
    assert f"did not answer within {LIMIT:g} s" in (read.problem or "")
    assert "and was ended" in (read.problem or "")
    assert read.files is None
    assert pids(heard)
    assert hostile.alive(pids(heard)) == []


@pytest.mark.parametrize("swapped", UNHARMED, indirect=True)
async def test_a_file_that_need_not_be_read_does_no_harm(swapped: Path, tmp_path: Path) -> None:
    found = find_before(swapped, tmp_path)
    os.mkfifo(swapped)
    listed, problems = await found.listed()
    read = [await found.read(one) for one in listed]
    assert (problems, [one.problem for one in read]) == ((), [None, None])


async def test_other_worktrees_are_read_while_one_hangs(tmp_path: Path, hostile: ModuleType) -> None:
    main, tree = hostile.two_worktrees(tmp_path)
    os.mkfifo(tree / ".gitignore")
    room = GitWorktrees(find(str(main)), tmp_path / "state", limit=5.0)
    listed, _ = await room.listed()
    hung = asyncio.create_task(room.read(listed[1]))
    assert (await room.read(listed[0])).problem is None
    assert not hung.done()
    hung.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hung


def find_before(swapped: Path, tmp_path: Path, limit: float = 30.0) -> GitWorktrees:
    """Find the repository as it was before the file went: by its neighbour, which names the same one."""
    kept = tmp_path / "repo/.git/HEAD"
    if not kept.exists():
        kept.write_text("ref: refs/heads/main\n")
        found = find(str(tmp_path / "repo"))
        kept.unlink()
    else:
        found = find(str(tmp_path / "repo"))
    return GitWorktrees(found, tmp_path / "state", limit=limit)
