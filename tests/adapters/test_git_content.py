"""What a worktree adds is searched wherever it stands, once, in bounded bytes, and no secret comes out of it."""

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.git import content as reading
from adapters.git.added import added, whole
from adapters.git.repository import find
from adapters.git.worktrees import GitWorktrees
from state.runs.worktree import Content, Worktree
from state.store.rows import WORKTREE

pytestmark = pytest.mark.usefixtures("home")

SECRET = "ghp_" + "k3Jd92LmQpXz7RtYw1Nc5VbHg8SaEu4Fo6Ti"
LINE = f"token = '{SECRET}'\n"


class Room:
    """A repository with one worktree, and the port to it."""

    def __init__(self, folder: Path, hostile: ModuleType) -> None:
        self.main, self.tree = hostile.two_worktrees(folder)
        self.port = GitWorktrees(find(str(self.main)), folder / "state")
        self.git = hostile.git

    def begin_anew(self, name: str, text: str) -> None:
        """Commit a file to the base, and go on in a worktree that begins there."""
        (self.main / name).write_text(text)
        self.git(self.main, "add", "--", name)
        self.git(self.main, "commit", "-qm", name)
        self.tree = self.main.parent / "fresh"
        self.git(self.main, "worktree", "add", "-q", "-b", "fresh", str(self.tree), "main")

    async def read(self) -> Worktree:
        listed, _ = await self.port.listed()
        return await self.port.read(next(one for one in listed if one.path == str(self.tree)))

    async def content(self) -> Content:
        found = (await self.read()).content
        assert found is not None
        return found


@pytest.fixture
def room(tmp_path: Path, hostile: ModuleType) -> Room:
    return Room(tmp_path, hostile)


def places(content: Content) -> set[tuple[str, str, int, str]]:
    return {(mark.rule, mark.path, mark.line, mark.tail) for mark in content.marks}


async def test_secrets_are_found_where_they_are_committed_uncommitted_and_untracked(room: Room) -> None:
    (room.tree / "committed.py").write_text(f"x = 1\n{LINE}")
    room.git(room.tree, "add", ".")
    room.git(room.tree, "commit", "-qm", "x")
    (room.tree / "a.txt").write_text(f"{(room.tree / 'a.txt').read_text()}y\n{LINE}")
    (room.tree / "new file.py").write_text(f"\n\n{LINE}")
    told = await room.read()
    assert told.content is not None
    lines = {
        path: line for rule, path, line, tail in places(told.content) if (rule, tail) == ("secret/github-token", "o6Ti")
    }
    assert lines == {"committed.py": 2, "a.txt": len((room.tree / "a.txt").read_text().splitlines()), "new file.py": 3}
    assert SECRET.encode() not in WORKTREE.dump_json(told) and SECRET not in repr(told)


async def test_what_the_base_has_already_is_not_found(room: Room) -> None:
    room.begin_anew("old.py", LINE)
    (room.tree / "old.py").write_text(f"{LINE}more = 1\n")
    content = await room.content()
    assert (content.marks, content.lines) == ((), 1)


async def test_an_attribute_hides_no_secret(room: Room) -> None:
    (room.tree / "a.txt").write_text(LINE)
    (room.tree / ".gitattributes").write_text("* binary -diff\n")
    assert ("secret/github-token", "a.txt", 1, "o6Ti") in places(await room.content())


async def test_unchanged_files_are_not_read_again(room: Room, heard: Path) -> None:
    (room.tree / "a.txt").write_text(LINE)
    first = await room.content()
    assert sum("diff" in line and " -U0 " in line for line in heard.read_text().splitlines()) == 1
    assert (await room.content()) is first
    (room.tree / "b.txt").write_text("eval(text)\n")
    assert {mark.rule for mark in (await room.content()).marks} == {"secret/github-token", "code-from-text"}
    asked = [line for line in heard.read_text().splitlines() if " -U0 " in line]
    assert len(asked) == 2 and asked[1].endswith("-- b.txt")


async def test_a_huge_difference_is_read_in_part_and_says_so(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_FILE", 4096)
    monkeypatch.setattr(reading, "MOST_BYTES", 8192)
    room.begin_anew("a.py", "")
    (room.tree / "large.py").write_text("x = 1\n" * 5000)
    (room.tree / "small.py").write_text(LINE)
    content = await room.content()
    assert content.cut == "1 files that are too many or too large"
    assert (content.lines, [mark.path for mark in content.marks]) == (1, ["small.py"])


async def test_what_git_prints_is_cut_off(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.begin_anew("long.txt", "gone for good\n" * 5000)
    (room.tree / "long.txt").write_text("short\n")
    monkeypatch.setattr(reading, "MOST_BYTES", 8192)
    content = await room.content()
    assert content.cut.startswith("what lies beyond") and content.lines == 0


async def test_assertions_that_are_taken_out_are_marked(room: Room) -> None:
    room.begin_anew("test_x.py", "def test_x():\n    assert 1\n    assert 2\n")
    (room.tree / "test_x.py").write_text("def test_x():\n    assert 3\n    pass\n")
    assert [mark.rule for mark in (await room.content()).marks] == ["assertions-removed"]


@pytest.mark.parametrize("name", ["a b", 'q"uote', "tab\there", "new\nline", "ünï", "-dash", "back\\slash"])
async def test_odd_names_are_matched_to_their_lines(room: Room, name: str) -> None:
    (room.tree / name).write_text("one\n")
    room.git(room.tree, "add", "--", name)
    room.git(room.tree, "commit", "-qm", "x")
    (room.tree / name).write_text(f"one\n{LINE}")
    content = await room.content()
    assert [(mark.line, mark.tail) for mark in content.marks if mark.rule == "secret/github-token"] == [(2, "o6Ti")]


async def test_a_link_and_a_fifo_are_not_read(room: Room, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(LINE)
    (room.tree / "link.py").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(room.tree / "fifo.py")
    assert (await room.content()).marks == ()


async def test_reading_lines_runs_no_program_of_the_repository(
    vector: Any, hostile: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = hostile.build(tmp_path, vector)
    for name, value in planted.parent.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(planted.tree)
    port = GitWorktrees(find(str(planted.main)), tmp_path / "state")
    for text in ("first\n", "second\n"):
        for name in ("a.txt", "loose.txt"):
            (planted.tree / name).write_text(text)
        for tree in (await port.listed())[0]:
            read = await port.read(tree)
            assert read.problem is not None or read.content is not None
    assert planted.sung() == 0


_LINES = st.lists(
    st.sampled_from(["+++ b/x", "--- a/x", "@@ -1 +1 @@", "diff --git a/x b/x", "", "+", "-", "x"]), max_size=9
)


@settings(deadline=None)
@given(_LINES, _LINES)
def test_lines_that_look_like_headers_are_lines(old: list[str], new: list[str]) -> None:
    hunk = (
        f"@@ -1,{len(old)} +1,{len(new)} @@\n"
        + "".join(f"-{line}\n" for line in old)
        + "".join(f"+{line}\n" for line in new)
    )
    files = list(added(f"diff --git a/p b/p\n--- a/p\n+++ b/p\n{hunk}".encode()))
    assert [(file.path, list(file.lines), list(file.removed)) for file in files] == [("p", new, old)]
    assert list(files[0].numbers) == list(range(1, len(new) + 1))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_can_be_taken_apart(out: bytes) -> None:
    assert all(len(file.lines) == len(file.numbers) for file in added(out))
    assert len(whole("a", out).lines) == len(whole("a", out).numbers)


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be"])
async def test_utf_16_is_searched_new_and_changed(room: Room, code: str) -> None:
    mark = "\ufeff".encode(code)
    room.begin_anew("old.ini", "")
    (room.tree / "old.ini").write_bytes(mark + f"x = 1\r\n{LINE}".encode(code))
    (room.tree / "new.ini").write_bytes(mark + LINE.encode(code))
    content = await room.content()
    assert places(content) >= {
        ("secret/github-token", "old.ini", 2, "o6Ti"),
        ("secret/github-token", "new.ini", 1, "o6Ti"),
    }
    assert content.cut == ""


async def test_what_is_no_text_is_named_as_not_read(room: Room) -> None:
    room.begin_anew("old.dat", "")
    for name in ("old.dat", f"{SECRET}.bin", "logo.PNG", "page.woff2"):
        (room.tree / name).write_bytes(b"\0\1\2" + LINE.encode())
    content = await room.content()
    assert (content.cut, content.marks) == ("old.dat, ⟨github-token …o6Ti⟩.bin", ())


async def test_a_repository_within_is_named_as_not_read(room: Room) -> None:
    (room.tree / "vendored").mkdir()
    room.git(room.tree / "vendored", "init", "-q")
    (room.tree / "vendored" / "keys.py").write_text(LINE)
    assert (await room.content()).cut == "vendored/"
