"""The house that the hook finds without git is the one that git's own answer names."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.git.repository import find
from adapters.hook.house import git_dir_of, repository_at
from state.houses import identity
from tests.hook.hook_world import HookWorld


def named(place: Path, monkeypatch: pytest.MonkeyPatch) -> str | None:
    monkeypatch.chdir("/")
    found = repository_at(str(place))
    return None if found is None else identity(found.root, found.common)


def git(*words: str, at: Path) -> None:
    quiet = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always"]
    subprocess.run(["git", *quiet, *words], cwd=at, check=True, capture_output=True)


def test_a_repository_is_named_as_git_names_it(world: HookWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = world.worktree / "a" / "b"
    deep.mkdir(parents=True)
    bare = world.folder / "bare.git"
    git("clone", "-q", "--bare", str(world.repository), str(bare), at=world.folder)
    git("worktree", "add", "-q", "-b", "two", str(world.folder / "two"), at=bare)
    git("submodule", "add", "-q", str(bare), "inner", at=world.repository)
    link = world.folder / "link"
    link.symlink_to(world.worktree)
    odd = world.folder / "ödd  näme"
    git("init", "-q", str(odd), at=world.folder)
    places = [world.repository, world.worktree, deep, bare, world.folder / "two", world.repository / "inner", link, odd]
    for place in [*places, world.repository / ".git"]:
        assert named(place, monkeypatch) == find(str(place)).id, place


def test_no_repository_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert named(tmp_path, monkeypatch) is None
    assert named(tmp_path / "nowhere", monkeypatch) is None
    (tmp_path / ".git").write_text("nonsense")
    assert named(tmp_path, monkeypatch) is None


def test_a_git_directory_of_a_worktree_is_its_own(world: HookWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert git_dir_of(str(world.worktree)) == str(world.repository / ".git" / "worktrees" / "tree")


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_a_house_has_a_name_that_is_safe_as_a_folder(name: str) -> None:
    found = identity(f"/x/{name}", f"/x/{name}/.git")
    assert found.replace("-", "").replace(".", "").replace("_", "").isalnum() and found.isascii()
    assert len(found) <= 49 and found[0] not in ".-"
