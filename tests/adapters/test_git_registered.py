"""What the repository's own files say of its worktrees is believed only where git would believe it too."""

import os
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.git.registered import head_of, is_ref, not_plain, registered

ODD = st.sampled_from(["/", ".", "..", "@", "@{", ".lock", "~", "^", ":", "?", "*", "[", "\\", " ", "\x7f", "\n", "-"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(ODD, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3)), max_size=4))
def test_a_ref_is_literal_exactly_where_git_says_so(parts: list[str]) -> None:
    ref = "refs/" + "".join(parts)
    git = subprocess.run(["git", "check-ref-format", ref], env={"PATH": os.environ["PATH"]}, check=False)
    assert is_ref(ref) == (git.returncode == 0)


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("ref: refs/heads/main\n", "refs/heads/main"),
        ("ref:refs/heads/a/b\n", "refs/heads/a/b"),
        ("a" * 40 + "\n", "a" * 40),
        ("b" * 64 + "\n", "b" * 64),
        ("ref: refs/heads/a..b\n", None),
        ("ref: refs/heads/x@{upstream}\n", None),
        ("ref: refs/heads/.invalid\n", None),
        ("ref: HEAD\n", None),
        ("A" * 40, None),
        ("--all\n", None),
        ("", None),
        ("ref: refs/heads/" + "x" * 2**17, None),
    ],
)
def test_a_head_is_a_ref_or_an_object_id_or_nothing(text: str, head: str | None, tmp_path: Path) -> None:
    (tmp_path / "HEAD").write_text(text)
    assert head_of(str(tmp_path)) == head


def test_worktrees_are_named_by_their_files(tmp_path: Path, hostile: ModuleType) -> None:
    main, tree = hostile.two_worktrees(tmp_path)
    folder = main / ".git/worktrees"
    (folder / "relative").mkdir()
    (folder / "relative/gitdir").write_text("../../../../beside/.git\n")
    (folder / "empty").mkdir()
    (folder / "nul").mkdir()
    (folder / "nul/gitdir").write_text("/x\0y/.git\n")
    (folder / "fifo").mkdir()
    os.mkfifo(folder / "fifo/gitdir")
    found = registered(str(main / ".git"), str(main))
    assert [(Path(one.git_dir).name, one.path, one.main) for one in found] == [
        (".git", str(main), True),
        ("relative", str(tmp_path / "beside"), False),
        ("tree", str(tree), False),
    ]
    assert [one.main for one in registered(str(main / ".git"), str(main / ".git"))] == [False, False]


def test_the_first_file_that_is_no_regular_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "config").symlink_to(tmp_path / "HEAD")
    assert not_plain(str(tmp_path)) is None
    (tmp_path / "index").mkdir()
    assert not_plain(str(tmp_path)) == str(tmp_path / "index")
