"""A working directory leads to the most specific worktree, and never to a repository that only lies around it."""

import shutil
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.git.repository import find
from adapters.git.worktrees import GitWorktrees, git_folders, locate
from state.runs.worktree import Worktree

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
async def trees(tmp_path: Path, hostile: ModuleType) -> tuple[Worktree, ...]:
    main, tree = hostile.two_worktrees(tmp_path)
    (main / "sub").mkdir()
    (tree / "sub").mkdir()
    hostile.git(main, "worktree", "add", "-q", "-b", "inner", "in/inner")
    hostile.git(main, "init", "-q", "stranger")
    (main / "stranger/deep").mkdir()
    return (await GitWorktrees(find(str(main)), tmp_path / "state").listed())[0]


@pytest.mark.parametrize(
    ("cwd", "worktree"),
    [
        ("repo", "repo"),
        ("repo/", "repo"),
        ("repo/sub", "repo"),
        ("repo/in", "repo"),
        ("repo/in/inner", "repo/in/inner"),
        ("repo/in/inner/gone/deeper", "repo/in/inner"),
        ("tree/sub/../sub", "tree"),
        ("link/sub", "tree"),
        ("repo/stranger", None),
        ("repo/stranger/deep", None),
        ("repo/in/removed", None),
        ("repository", None),
        (".", None),
    ],
)
async def test_a_directory_leads_to_its_worktree(
    cwd: str, worktree: str | None, trees: tuple[Worktree, ...], tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "tree")
    expected = None if worktree is None else str(tmp_path / worktree)
    assert locate(f"{tmp_path}/{cwd}", trees) == expected


@given(st.text(max_size=20))
def test_any_text_is_a_directory_or_none(text: str) -> None:
    tree = Worktree("/nowhere/tree", "/nowhere/repo/.git/worktrees/tree")
    assert locate(text, (tree,)) is None
    assert locate(f"/nowhere/tree{text.replace('/', '').replace('.', '')}", (tree,)) in (None, "/nowhere/tree")


def test_a_removed_worktree_beside_the_main_one_still_holds_its_directories() -> None:
    tree = Worktree("/nowhere/tree", "/nowhere/repo/.git/worktrees/tree", missing=True)
    assert locate("/nowhere/tree/sub", (tree,)) == "/nowhere/tree"


async def test_a_directory_whose_name_needs_cleaning_is_found(
    tmp_path: Path, hostile: ModuleType, trees: tuple[Worktree, ...]
) -> None:
    odd = tmp_path / "odd\n\udcff"
    hostile.git(tmp_path / "repo", "worktree", "add", "-q", "-b", "odd", str(odd))
    (odd / "sub").mkdir()
    listed, _ = await GitWorktrees(find(str(tmp_path / "repo")), tmp_path / "state").listed()
    assert locate(str(odd / "sub"), listed) == f"{tmp_path}/odd⏎⦃U+DCFF⦄"


async def test_the_folders_to_watch_are_those_in_which_git_writes(
    trees: tuple[Worktree, ...], tmp_path: Path, hostile: ModuleType
) -> None:
    common = tmp_path / "repo/.git"
    hostile.git(tmp_path / "repo", "branch", "deep/er/branch")
    (common / "refs/heads/away").symlink_to(tmp_path)
    own = {str(common / f"worktrees/{name}") for name in ("tree", "inner")}
    shared = {str(common / name) for name in (".", "worktrees", "refs/heads", "refs/heads/deep", "refs/heads/deep/er")}
    for tree in trees:
        folders = git_folders(tree)
        assert set(folders) == (shared if tree.main else shared | {tree.git_dir})
        assert len(folders) == len(set(folders))
        assert tree.main or tree.git_dir in own


async def test_the_folders_to_watch_are_bounded_and_exist(trees: tuple[Worktree, ...], tmp_path: Path) -> None:
    heads = tmp_path / "repo/.git/refs/heads"
    for number in range(100):
        (heads / f"folder{number}").mkdir()
    tree = next(tree for tree in trees if tree.path.endswith("/tree"))
    assert 60 < len(git_folders(tree)) < 70
    shutil.rmtree(tmp_path / "repo")
    assert git_folders(tree) == ()
