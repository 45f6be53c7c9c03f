"""Of all settings only the harmless ones are obeyed, and only with values that are known."""

import os
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.git.repository import find
from adapters.git.tastes import chosen
from adapters.git.worktrees import GitWorktrees

texts = st.text(st.characters(blacklist_characters="\0"), max_size=12)


@given(st.lists(st.tuples(st.sampled_from(["local", "global", "worktree"]), texts, texts), max_size=8))
def test_foreign_settings_are_not_obeyed(found: list[tuple[str, str, str]]) -> None:
    assert chosen(tuple(found), {}).settings == ()


@pytest.mark.parametrize("value", ["true\n[alias]\n\tx = !y", "", "maybe", "input ", "2"])
def test_a_value_that_is_not_known_is_not_obeyed(value: str) -> None:
    assert chosen((("local", "core.autocrlf", value),), {}).settings == ()


def test_the_last_value_wins() -> None:
    found = (("global", "core.autocrlf", "TRUE"), ("local", "core.autocrlf", "input"))
    assert chosen(found, {}).settings == (("core.autocrlf", "input"),)


def test_only_the_user_names_the_file_of_ignored_names(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.touch()
    theirs.touch()
    found = (("global", "core.excludesfile", "~/mine"), ("local", "core.excludesfile", str(theirs)))
    assert chosen(found, {"HOME": str(tmp_path)}).excludes == str(mine)
    assert chosen(found[1:], {"HOME": str(tmp_path)}).excludes == os.devnull


def test_without_a_setting_the_usual_place_is_looked_at(tmp_path: Path) -> None:
    usual = tmp_path / ".config/git/ignore"
    assert chosen((), {"HOME": str(tmp_path)}).excludes == os.devnull
    usual.parent.mkdir(parents=True)
    usual.touch()
    assert chosen((), {"HOME": str(tmp_path)}).excludes == str(usual)
    assert chosen((), {"HOME": "/nowhere", "XDG_CONFIG_HOME": str(tmp_path / ".config")}).excludes == str(usual)


def test_a_fifo_is_no_file_of_ignored_names(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ignore")
    found = (("global", "core.excludesfile", str(tmp_path / "ignore")),)
    assert chosen(found, {}).excludes == os.devnull


async def test_a_status_sees_line_ends_modes_and_ignored_names_as_the_user_does(
    tmp_path: Path, hostile: ModuleType, home: Path
) -> None:
    main, tree = hostile.two_worktrees(tmp_path)
    (home / "ignored").write_text("*.log\n")
    (home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/ignored\n\tautocrlf = true\n")
    hostile.git(main, "config", "core.fileMode", "false")
    (main / ".git/info/exclude").write_text("new.txt\n")
    (tree / "x.log").touch()
    (tree / "b.txt").unlink()
    hostile.git(tree, "checkout", "b.txt", env={"HOME": str(home)})
    assert (tree / "b.txt").read_bytes() == b"agent\r\n"
    (tree / "b.txt").chmod(0o755)
    os.utime(tree / "b.txt", (1, 1))
    room = GitWorktrees(find(str(main)), tmp_path / "state")
    listed, _ = await room.listed()
    read = await room.read(next(one for one in listed if not one.main))
    assert [(one.path, one.committed) for one in read.files or ()] == [("a.txt", False), ("b.txt", True)]
