"""An index is looked through without git only where that tells what git would: every other one is left to git."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.git.index_file import files_named

RULES = b".gitattributes"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    """Give git in a repository with files of every plain kind, two of them attribute files."""

    def git(*words: str) -> str:
        who = ("-c", "user.name=T", "-c", "user.email=t@x")
        done = subprocess.run(["git", *who, *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout

    git("init", "-q", "-b", "main")
    for name in ("a", "ab.py", "long/" * 40 + "name", ".gitattributes", "d/.gitattributes", "d/x.gitattributes", "é ü"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text\n")
    (tmp_path / "run").write_text("#!/bin/sh\n")
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "link").symlink_to("a")
    git("add", "-A")
    return git


def index(folder: Path) -> bytes:
    return (folder / ".git/index").read_bytes()


def test_attribute_files_are_found_where_all_is_plain(run: Callable[..., str], tmp_path: Path) -> None:
    wanted = run("ls-files", "--", ":(glob)**/.gitattributes").split()
    assert files_named(RULES, index(tmp_path), 20) == wanted == [".gitattributes", "d/.gitattributes"]
    run("commit", "-qm", "with a tree of trees")
    run("update-index", "--untracked-cache")
    run("status")
    assert b"UNTR" in index(tmp_path) and b"TREE" in index(tmp_path)
    assert files_named(RULES, index(tmp_path), 20) == wanted


@pytest.mark.parametrize(
    "odd",
    [
        ("update-index", "--assume-unchanged", "a"),
        ("update-index", "--skip-worktree", "a"),
        ("update-index", "--index-version=4"),
        ("update-index", "--split-index"),
        ("update-index", "--add", "--cacheinfo", "160000," + "1" * 40 + ",sub"),
    ],
    ids=lambda odd: odd[1],
)
def test_what_is_not_plain_is_left_to_git(run: Callable[..., str], tmp_path: Path, odd: tuple[str, ...]) -> None:
    run(*odd)
    assert files_named(RULES, index(tmp_path), 20) is None


def test_an_index_that_is_cut_anywhere_is_left_to_git(run: Callable[..., str], tmp_path: Path) -> None:
    whole = index(tmp_path)
    assert all(files_named(RULES, whole[:end], 20) is None for end in range(len(whole)))
    assert files_named(RULES, whole[:12] + b"\xff" * 400 + whole[412:], 20) is None
    assert files_named(RULES, whole, 32) is None


def test_a_name_that_is_not_as_long_as_it_says_is_left_to_git(run: Callable[..., str], tmp_path: Path) -> None:
    whole = index(tmp_path)
    at = whole.index(b"\0\x05ab.py\0")
    assert files_named(RULES, whole[: at + 1] + b"\x04" + whole[at + 2 :], 20) is None
    assert files_named(RULES, whole[: at + 1] + b"\x20" + whole[at + 2 :], 20) is None
