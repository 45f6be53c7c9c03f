"""Pairs of worktrees as they lie on the disk: what git merge says, at what cost, and with nothing of theirs touched."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from adapters.git import door, snapshot
from adapters.git.command import Place
from adapters.git.hunks import GitHunks, regions
from adapters.git.merges import GitMerges
from adapters.git.repository import find
from state.findings.conflict import Clash, Matrix
from tests.adapters import merge_dice

pytestmark = pytest.mark.usefixtures("home")

ROOT = Path(__file__).parents[2]


@pytest.fixture
def trees(tmp_path: Path, hostile: ModuleType) -> tuple[Path, Path, Path]:
    """Give a repository and two worktrees: `tree` committed b.txt, both change a.txt in the same line, uncommitted."""
    main, tree = hostile.two_worktrees(tmp_path)
    other = tmp_path / "other"
    hostile.git(main, "worktree", "add", "-q", "-b", "other", str(other), "main~1")
    (other / "a.txt").write_text("one\n2\nthree\n")
    return main, tree, other


def compare(room: GitMerges, *stirred: Path) -> Matrix:
    return asyncio.run(room.compare({str(path) for path in stirred} if stirred else None))


def told(matrix: Matrix) -> dict[tuple[str, str], tuple[Clash, ...]]:
    return {(Path(pair.a).name, Path(pair.b).name): pair.files for pair in matrix.pairs}


@pytest.mark.parametrize("seed", range(int(os.environ.get("HEADGATE_REPOSITORIES", "10"))))
def test_the_matrix_is_what_real_git_merge_says_both_ways(seed: int, tmp_path: Path) -> None:
    assert merge_dice.tried(seed, tmp_path) == []


def test_work_that_nobody_committed_is_merged(trees: tuple[Path, Path, Path], tmp_path: Path) -> None:
    matrix = compare(GitMerges(find(str(trees[0])), tmp_path / "state"))
    assert told(matrix) == {
        ("other", "tree"): (Clash("a.txt", "content"),),
        ("repo", "tree"): (Clash("b.txt", "content"),),
        ("tree", "main"): (Clash("b.txt", "content"),),
    }
    assert [pair.uncommitted for pair in matrix.pairs] == [True, False, False]
    sides = {Path(side.name).name: side.uncommitted for side in matrix.sides}
    assert sides == {"repo": set(), "tree": {"a.txt", "new.txt"}, "other": {"a.txt"}, "main": set()}


def test_only_what_changed_is_merged_again_and_a_restart_merges_nothing(
    trees: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    main, _, other = trees
    room = GitMerges(find(str(main)), tmp_path / "state")
    first = compare(room)
    assert first.merges > 0
    (other / "a.txt").write_text("one\ntwo\nthree\n")
    (other / "c.txt").write_text("c\n")
    second = compare(room, other)
    assert ("other", "tree") not in told(second)
    assert second.checked == 3  # `other` with each of the rest
    again = compare(GitMerges(find(str(main)), tmp_path / "state"))
    assert (told(again), again.merges) == (told(second), 0)
    assert (compare(room, other).checked, compare(room, other).merges) == (0, 0)


@pytest.mark.parametrize("lost", ["nothing", "note", "objects"])
def test_a_tree_that_was_made_before_is_made_again_only_where_it_is_lost(
    trees: tuple[Path, Path, Path], tmp_path: Path, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    async def patched(place: Place, tree: str, *rest: Any) -> str:
        made.append(tree)
        return await real(place, tree, *rest)

    real = snapshot.trees.patched
    monkeypatch.setattr(snapshot.trees, "patched", patched)
    first = compare(GitMerges(find(str(trees[0])), tmp_path / "state"))
    assert len(made) == 2
    kept = tmp_path / "state/snapshots"
    if lost == "note":
        for note in kept.glob("trees/*/made.json"):
            note.write_bytes(b'{"of": 1')
    elif lost == "objects":
        shutil.rmtree(kept / "objects")
    again = compare(GitMerges(find(str(trees[0])), tmp_path / "state"))
    assert told(again) == told(first)
    assert len(made) == (2 if lost == "nothing" else 4)


def test_a_worktree_that_did_not_stir_costs_no_process(
    trees: tuple[Path, Path, Path], tmp_path: Path, heard: Path
) -> None:
    main, tree, _ = trees
    room = GitMerges(find(str(main)), tmp_path / "state")
    compare(room)
    heard.write_text("")
    compare(room, tree)
    words = [line.split("\t")[1] for line in heard.read_text().splitlines()]
    assert [sum(name in line.split() for line in words) for name in ("status", "merge-tree", "for-each-ref")] == [
        1,
        0,
        1,
    ]
    assert len(words) == 2


def test_a_head_that_moved_is_looked_at_without_being_told(
    trees: tuple[Path, Path, Path], tmp_path: Path, hostile: ModuleType
) -> None:
    main, _, other = trees
    room = GitMerges(find(str(main)), tmp_path / "state")
    compare(room)
    (other / "b.txt").write_text("other's\n")
    hostile.git(other, "commit", "-q", "-a", "-m", "other's")
    matrix = asyncio.run(room.compare(set()))
    assert told(matrix)["other", "main"] == (Clash("b.txt", "content"),)


def test_the_lines_that_clash_are_shown(trees: tuple[Path, Path, Path], tmp_path: Path) -> None:
    main = trees[0]
    found = find(str(main))
    (pair, *_) = compare(GitMerges(found, tmp_path / "state")).pairs
    shown = asyncio.run(GitHunks(found, tmp_path / "state").hunks(pair.a_commit, pair.b_commit, "a.txt"))
    (region,) = shown.regions
    assert (Path(pair.a).name, region.a, region.b) == ("other", ("2",), ("TWO",))
    assert (region.line, region.before, region.after[:1], shown.cut) == (2, ("one",), ("three",), "")
    gone = asyncio.run(GitHunks(found, tmp_path / "state").hunks(pair.a_commit, pair.b_commit, "new.txt"))
    assert (gone.regions, gone.cut) == ((), "the two sides merge in this file now")


def test_a_line_that_looks_like_a_mark_is_none() -> None:
    text = b"<<<<<<< b\n<<<<<<< aa\nx\n=======\ny\n>>>>>>> b\n>>>>>>> bb\nend\n"
    (region,) = regions(text, "aa", "bb")
    assert (region.a, region.b) == (("x",), ("y", ">>>>>>> b"))
    assert list(regions(b"<<<<<<< aa\ncut", "aa", "bb")) == []


def test_every_file_that_is_not_read_whole_is_named(
    trees: tuple[Path, Path, Path], tmp_path: Path, hostile: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, tree, _ = trees
    monkeypatch.setattr("adapters.git.snapshot_files.LARGEST", 1000)
    (tree / ".gitattributes").write_text("*.sly filter=sly\n*.big filter=lfs\n")
    (tree / "x.sly").write_text("as it lies\n")
    (tree / "x.big").write_text("0123456789" * 200)
    (tree / "x.huge").write_text("0123456789" * 200)
    os.mkfifo(tree / "pipe")
    hostile.git(tree, "init", "-q", "inner")
    matrix = compare(GitMerges(find(str(main)), tmp_path / "state"))
    side = next(side for side in matrix.sides if side.name == str(tree))
    assert {one.path: one.why.split(":")[0] for one in side.unread} == {
        "x.sly": "its filter sly is not run",
        "x.huge": "it cannot be read, or its 0 MiB are too many",
        "inner": "no commit is checked out there that could be told",
    }
    place = {"GIT_OBJECT_DIRECTORY": str(tmp_path / "state/snapshots/objects")}
    place["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = str(main / ".git/objects")
    pointer = hostile.git(main, "cat-file", "-p", f"{side.tree}:x.big", env=place)
    digest = hashlib.sha256(b"0123456789" * 200).hexdigest()
    assert pointer == f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 2000"
    assert hostile.git(main, "ls-tree", "--name-only", side.tree, env=place).split("\n") == sorted(
        [".gitattributes", "a.txt", "b.txt", "new.txt", "x.big", "x.huge", "x.sly"]
    )


def test_what_an_index_hides_is_seen(trees: tuple[Path, Path, Path], tmp_path: Path, hostile: ModuleType) -> None:
    main, tree, other = trees
    for folder, how in ((tree, "--assume-unchanged"), (other, "--skip-worktree")):
        (folder / "a.txt").write_text("one\ntwo\nthree\n")
        hostile.git(folder, "add", "a.txt")
        hostile.git(folder, "update-index", how, "a.txt")
        (folder / "a.txt").write_text(f"one\n{how}\nthree\n")
    assert told(compare(GitMerges(find(str(main)), tmp_path / "state")))["other", "tree"] == (
        Clash("a.txt", "content"),
    )


def test_a_file_that_is_ignored_later_counts_no_more_and_a_forced_one_does(
    trees: tuple[Path, Path, Path], tmp_path: Path, hostile: ModuleType
) -> None:
    main, tree, other = trees
    room = GitMerges(find(str(main)), tmp_path / "state")
    for folder in (tree, other):
        (folder / "built").mkdir()
        (folder / "built/out.txt").write_text(f"{folder.name}\n")
    assert Clash("built/out.txt", "add/add") in told(compare(room))["other", "tree"]
    (tree / "built/.gitignore").write_text("*\n")
    assert told(compare(room, tree))["other", "tree"] == (Clash("a.txt", "content"),)
    hostile.git(tree, "add", "-f", "built/out.txt")
    assert Clash("built/out.txt", "add/add") in told(compare(room, tree))["other", "tree"]


def test_a_worktree_that_cannot_be_read_is_left_out_and_named(trees: tuple[Path, Path, Path], tmp_path: Path) -> None:
    main, _, other = trees
    (other / ".git").write_text(f"gitdir: {tmp_path}/elsewhere\n")
    matrix = compare(GitMerges(find(str(main)), tmp_path / "state"))
    assert list(matrix.left_out) == [str(other)]
    assert "leads to another git directory" in matrix.left_out[str(other)]
    assert set(told(matrix)) == {("repo", "tree"), ("tree", "main")}


def test_histories_without_a_common_ancestor_are_said_to_be_unknown(
    trees: tuple[Path, Path, Path], tmp_path: Path, hostile: ModuleType
) -> None:
    main, _, other = trees
    hostile.git(other, "switch", "-q", "-f", "--orphan", "apart")
    hostile.git(other, "commit", "-q", "--allow-empty", "-m", "apart")
    pairs = compare(GitMerges(find(str(main)), tmp_path / "state")).pairs
    apart = {pair.problem for pair in pairs if str(other) in (pair.a, pair.b)}
    assert apart == {"they have no common ancestor, so nothing can be said of their merge"}


def witnessed(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Give hash, times, mode and inode of everything in a folder; access times apart, which reading changes."""
    found: dict[str, tuple[Any, ...]] = {}
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        text = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else ""
        found[str(path)] = (text, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_mode, seen.st_ino)
    return found


def test_nothing_of_the_repository_or_of_a_worktree_is_written(tmp_path: Path) -> None:
    thrown = merge_dice.throw(tmp_path / "r", 3)
    before = witnessed(thrown.folder)
    state = tmp_path / "state"
    matrix = asyncio.run(GitMerges(find(str(thrown.main)), state).compare())
    pairs = [pair for pair in matrix.pairs if pair.files]
    assert pairs, matrix
    pair = pairs[0]
    asyncio.run(GitHunks(find(str(thrown.main)), state).hunks(pair.a_commit, pair.b_commit, pair.files[0].path))
    assert witnessed(thrown.folder) == before
    assert (state / "snapshots").stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_path_of_the_repository_is_even_opened_for_writing(tmp_path: Path) -> None:
    thrown = merge_dice.throw(tmp_path / "r", 3)
    trace = tmp_path / "trace"
    program = (
        "import asyncio, sys; from pathlib import Path; from adapters.git.merges import GitMerges; "
        "from adapters.git.repository import find; "
        f"asyncio.run(GitMerges(find({str(thrown.main)!r}), Path({str(tmp_path / 'state')!r})).compare())"
    )
    calls = (
        "trace=open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,mkdir,mkdirat"
    )
    command = [
        "strace",
        "-f",
        "-qq",
        "-s",
        "4096",
        "-e",
        f"{calls},utimensat,chmod,fchmodat,truncate",
        "-o",
        str(trace),
    ]
    done = subprocess.run([*command, sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)
    if b"PTRACE" in done.stderr:
        pytest.skip("this machine lets nobody trace")
    assert done.returncode == 0, done.stderr
    lines = trace.read_text("utf-8", "replace").splitlines()
    ours = [line for line in lines if str(tmp_path / "state") in line]
    theirs = [line for line in lines if str(thrown.folder) in line and (" open" not in line or writes(line))]
    assert any(writes(line) for line in ours)
    assert theirs == []


def writes(line: str) -> bool:
    return any(flag in line for flag in ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"))


def test_a_fifo_in_place_of_a_rule_ends_with_a_sentence_and_not_never(
    trees: tuple[Path, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, _, other = trees
    monkeypatch.setattr("adapters.git.snapshot.LIMIT", 0.5)
    os.mkfifo(other / ".gitignore")
    matrix = compare(GitMerges(find(str(main)), tmp_path / "state"))
    assert "did not answer" in matrix.left_out[str(other)]
    assert set(told(matrix)) == {("repo", "tree"), ("tree", "main")}
    assert door.AT_ONCE == 2
