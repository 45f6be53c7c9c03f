"""Each state that a worktree can be in has a name, and what changed in it is told as git would tell it."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from adapters.git.repository import find
from adapters.git.worktrees import GitWorktrees
from state.runs.worktree import ChangedFile, Worktree

pytestmark = pytest.mark.usefixtures("home")


class Room:
    """A repository with one worktree, and the port to it."""

    def __init__(self, folder: Path, hostile: ModuleType) -> None:
        self.main, self.tree = hostile.two_worktrees(folder)
        self.state = folder / "state"
        self.port = GitWorktrees(find(str(self.main)), self.state)
        self.git = hostile.git

    async def read(self, path: Path | None = None) -> Worktree:
        """List anew, then read the worktree at `path`, or the agent's."""
        listed, problems = await self.port.listed()
        assert problems == ()
        return await self.port.read(next(one for one in listed if one.path == str(path or self.tree)))

    async def listed(self) -> Worktree:
        """List anew and give the agent's worktree."""
        return next(one for one in (await self.port.listed())[0] if one.path == str(self.tree))


@pytest.fixture
def room(tmp_path: Path, hostile: ModuleType) -> Room:
    return Room(tmp_path, hostile)


def told(files: Sequence[ChangedFile] | None) -> dict[str, tuple[str, int | None, int | None, bool]]:
    assert files is not None
    return {one.path: (one.kind, one.added, one.deleted, one.committed) for one in files}


async def test_a_listing_names_branch_and_head(room: Room) -> None:
    listed, problems = await room.port.listed()
    assert problems == ()
    assert [(one.path, one.main, one.branch) for one in listed] == [
        (str(room.main), True, "main"),
        (str(room.tree), False, "agent"),
    ]
    assert [one.head for one in listed] == [room.git(tree, "rev-parse", "HEAD") for tree in (room.main, room.tree)]
    assert [one.git_dir for one in listed] == [str(room.main / ".git"), str(room.main / ".git/worktrees/tree")]
    assert {(one.files, one.base, one.ahead, one.read_at) for one in listed} == {(None, None, None, None)}


async def test_a_reading_measures_against_the_commit_where_the_branch_left_its_base(room: Room) -> None:
    read = await room.read()
    assert read.base == room.git(room.main, "merge-base", "main", "agent")
    assert (read.base_ref, read.ahead, read.behind) == ("refs/heads/main", 1, 1)
    assert told(read.files) == {
        "a.txt": ("modified", 2, 1, False),
        "b.txt": ("modified", 1, 1, True),
        "new.txt": ("untracked", 1, 0, False),
    }
    assert read.problem is None
    assert read.read_at is not None


async def test_the_ends_are_the_base_where_only_one_side_went_on(room: Room, heard: Path) -> None:
    room.git(room.tree, "reset", "-q", "--hard", "HEAD~1")
    fork = room.git(room.tree, "rev-parse", "HEAD")
    read = await room.read()
    assert (read.base, read.ahead, read.behind) == (fork, 0, 1)
    room.git(room.tree, "reset", "-q", "--hard", "main")
    room.git(room.tree, "commit", "-q", "--allow-empty", "-m", "on top")
    read = await room.read()
    assert (read.base, read.ahead, read.behind) == (room.git(room.main, "rev-parse", "main"), 1, 0)
    assert "merge-base" not in heard.read_text()


async def test_every_kind_of_change_is_told(room: Room) -> None:
    tree = room.tree
    room.git(tree, "checkout", "-q", "--", ".")
    for name in ("gone.txt", "link.txt", "twice.txt", "back.txt", "moved.txt"):
        (tree / name).write_text("x\n")
    room.git(tree, "add", ".")
    room.git(tree, "commit", "-q", "-m", "more")
    room.git(room.main, "reset", "-q", "--hard", "agent")
    (tree / "gone.txt").unlink()
    (tree / "link.txt").unlink()
    (tree / "link.txt").symlink_to("a.txt")
    (tree / "twice.txt").write_text("y\n")
    room.git(tree, "rm", "-q", "--cached", "back.txt")
    room.git(tree, "mv", "moved.txt", "there.txt")
    (tree / "binary").write_bytes(b"\0\1")
    (tree / "added.txt").write_text("1\n2")
    room.git(tree, "add", "binary", "added.txt")
    assert told((await room.read()).files) == {
        "added.txt": ("added", 2, 0, False),
        "back.txt": ("untracked", 1, 0, False),
        "binary": ("added", None, None, False),
        "gone.txt": ("deleted", 0, 1, False),
        "link.txt": ("type_changed", 1, 1, False),
        "moved.txt": ("deleted", 0, 1, False),
        "there.txt": ("added", 1, 0, False),
        "twice.txt": ("modified", 1, 1, False),
    }


async def test_a_merge_that_stopped_is_unmerged(room: Room) -> None:
    room.git(room.tree, "checkout", "-q", "--", ".")
    room.git(room.tree, "merge", "main", check=False)
    files = told((await room.read()).files)
    assert files["b.txt"][0] == "unmerged"
    assert files["b.txt"][3] is False


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2Jb", "a\u202eb", "a\tb", " a ", 'a"b', "ü", "a -> b"])
async def test_a_file_name_is_told_in_clean_words(name: str, room: Room) -> None:
    (room.tree / name).write_text("x\n")
    (room.tree / "odd").mkdir()
    (room.tree / "odd" / name).write_text("x\n")
    room.git(room.tree, "add", "odd")
    paths = [one.path for one in (await room.read()).files or ()]
    assert len(paths) == 5
    assert all(path.isprintable() for path in paths)


async def test_a_file_name_that_is_no_utf8_is_told(room: Room) -> None:
    (Path(str(room.tree)) / "bad-\udcff").write_text("x\n")
    assert "bad-⦃U+DCFF⦄" in told((await room.read()).files)


async def test_lines_of_untracked_files_are_counted_within_bounds(room: Room, tmp_path: Path) -> None:
    tree = room.tree
    (tree / "unended").write_text("1\n2")
    (tree / "empty").touch()
    (tree / "binary").write_bytes(b"a\0b\n")
    (tree / "huge").write_bytes(b"x\n" * 2**20)
    (tmp_path / "secret").write_text("1\n")
    (tree / "link").symlink_to(tmp_path / "secret")
    files = told((await room.read()).files)
    counts = {name: files[name][1] for name in ("unended", "empty", "binary", "huge", "link")}
    assert counts == {"unended": 2, "empty": 0, "binary": None, "huge": None, "link": None}


async def test_a_changed_file_tells_when_it_was_written(room: Room) -> None:
    os.utime(room.tree / "new.txt", (5.0, 7.0))
    (room.tree / "b.txt").unlink()
    files = (await room.read()).files
    assert files is not None
    assert {one.path: one.written_at for one in files if one.path != "a.txt"} == {"b.txt": None, "new.txt": 7.0}


async def test_what_is_ignored_is_not_told(room: Room) -> None:
    (room.tree / ".gitignore").write_text("*.log\n")
    (room.tree / "x.log").touch()
    (room.main / ".git/info/exclude").write_text("new.txt\n")
    assert sorted(told((await room.read()).files)) == [".gitignore", "a.txt", "b.txt"]


async def test_a_worktree_inside_another_is_no_change_of_it(room: Room) -> None:
    room.git(room.main, "worktree", "add", "-q", "-b", "inner", "inside/inner")
    room.git(room.main, "init", "-q", "stranger")
    assert list(told((await room.read(room.main)).files)) == ["stranger/"]
    assert (await room.read(room.main / "inside/inner")).files == ()


async def test_a_detached_head_has_no_branch(room: Room) -> None:
    room.git(room.tree, "checkout", "-q", "--detach")
    for seen in (await room.listed(), await room.read()):
        assert (seen.branch, seen.head) == (None, room.git(room.tree, "rev-parse", "HEAD"))
    assert (await room.read()).ahead == 1


async def test_a_branch_without_a_commit_says_so_and_shows_its_files(room: Room) -> None:
    room.git(room.tree, "checkout", "-q", "--orphan", "fresh")
    read = await room.read()
    assert (read.branch, read.head, read.base, read.ahead) == ("fresh", None, None, None)
    assert read.problem == "fresh has no commit yet: agents need one to branch from"
    assert told(read.files)["b.txt"] == ("added", 1, 0, False)


async def test_a_repository_without_a_commit_can_be_read(tmp_path: Path, hostile: ModuleType) -> None:
    for number, form in enumerate(("sha1", "sha256")):
        folder = tmp_path / f"new{number}"
        hostile.git(tmp_path, "init", "-q", "-b", "main", f"--object-format={form}", folder.name)
        (folder / "a.txt").write_text("a\n")
        port = GitWorktrees(find(str(folder)), tmp_path / f"state{number}")
        (listed,), problems = await port.listed()
        read = await port.read(listed)
        assert (listed.head, problems) == (None, ())
        assert "main has no commit yet" in (read.problem or "")
        assert list(told(read.files)) == ["a.txt"]


async def test_sha256_is_read_like_sha1(tmp_path: Path, hostile: ModuleType) -> None:
    hostile.git(tmp_path, "init", "-q", "-b", "main", "--object-format=sha256", "repo")
    (tmp_path / "repo/a.txt").write_text("a\n")
    hostile.git(tmp_path / "repo", "add", ".")
    hostile.git(tmp_path / "repo", "commit", "-q", "-m", "first")
    (tmp_path / "repo/a.txt").write_text("b\n")
    port = GitWorktrees(find(str(tmp_path / "repo")), tmp_path / "state")
    read = await port.read((await port.listed())[0][0])
    assert told(read.files) == {"a.txt": ("modified", 1, 1, False)}
    assert len(read.head or "") == 64


async def test_a_deleted_worktree_is_missing(room: Room) -> None:
    before = await room.read()
    shutil.rmtree(room.tree)
    assert (await room.port.read(before)).missing
    listed = await room.listed()
    assert (listed.missing, listed.problem, listed.branch) == (True, None, "agent")
    room.git(room.main, "worktree", "prune")
    assert [one.path for one in (await room.port.listed())[0]] == [str(room.main)]


async def test_a_locked_worktree_gives_its_reason(room: Room) -> None:
    room.git(room.main, "worktree", "lock", "--reason", "on a \x1b stick", str(room.tree))
    assert (await room.read()).locked == "on a ␛ stick"
    room.git(room.main, "worktree", "unlock", str(room.tree))
    room.git(room.main, "worktree", "lock", str(room.tree))
    assert (await room.read()).locked == "no reason given"
    assert (await room.read(room.main)).locked is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("nonsense\n", "is damaged: it names no git directory"),
        ("gitdir: /nowhere\n", "leads to another git directory"),
        (None, "cannot be read: No such file or directory"),
    ],
)
async def test_a_git_file_that_leads_elsewhere_is_a_problem(content: str | None, why: str, room: Room) -> None:
    read = await room.read()
    (room.tree / ".git").unlink()
    if content is not None:
        (room.tree / ".git").write_text(content)
    assert why in ((await room.listed()).problem or "")
    again = await room.port.read(read)
    assert why in (again.problem or "")
    assert (again.files, again.read_at) == (read.files, read.read_at)


async def test_a_damaged_head_is_a_problem_of_its_own_worktree_alone(room: Room) -> None:
    (room.main / ".git/worktrees/tree/HEAD").write_text("nonsense\n")
    listed, _ = await room.port.listed()
    main, tree = [await room.port.read(one) for one in listed]
    assert main.problem is None
    assert "HEAD names no branch and no commit" in (tree.problem or "")


async def test_a_commit_that_is_not_there_is_a_problem(room: Room) -> None:
    (room.main / ".git/worktrees/tree/HEAD").write_text("a" * 40 + "\n")
    assert "git status failed" in ((await room.read()).problem or "")


async def test_contents_that_are_not_there_leave_the_lines_unknown(room: Room) -> None:
    blob = room.git(room.tree, "rev-parse", "main~1:b.txt")
    (room.main / ".git/objects" / blob[:2] / blob[2:]).unlink()
    read = await room.read()
    assert read.problem is None
    assert told(read.files)["b.txt"] == ("modified", None, None, True)


async def test_a_shallow_clone_can_be_read(room: Room, tmp_path: Path) -> None:
    room.git(tmp_path, "clone", "-q", "--depth", "1", f"file://{room.main}", "shallow")
    shallow = tmp_path / "shallow"
    room.git(shallow, "checkout", "-q", "-b", "other")
    for branch in ("main", "other"):
        room.git(shallow, "checkout", "-q", branch)
        room.git(shallow, "commit", "-q", "--allow-empty", "-m", branch)
    port = GitWorktrees(find(str(shallow)), tmp_path / "other")
    read = await port.read((await port.listed())[0][0])
    assert (read.problem, read.files, read.ahead, read.behind) == (None, (), 1, 1)


async def test_unrelated_histories_have_no_base(room: Room) -> None:
    room.git(room.tree, "checkout", "-q", "--orphan", "fresh")
    room.git(room.tree, "commit", "-q", "-m", "unrelated")
    read = await room.read()
    assert (read.base, read.problem) == (None, None)
    assert sorted(told(read.files)) == ["a.txt", "new.txt"]


async def test_a_base_that_is_deleted_leaves_the_distance_unknown(room: Room) -> None:
    room.git(room.main, "checkout", "-q", "--detach")
    room.git(room.main, "branch", "-q", "-D", "main")
    read = await room.read()
    assert (read.base, read.ahead, read.behind, read.problem) == (None, None, None, None)


async def test_a_bare_repository_shows_its_worktrees_alone(room: Room, tmp_path: Path) -> None:
    room.git(tmp_path, "clone", "-q", "--bare", str(room.main), "store.git")
    port = GitWorktrees(find(str(tmp_path / "store.git")), tmp_path / "other")
    listed, (problem,) = await port.listed()
    assert listed == ()
    assert problem.text == f"{tmp_path}/store.git is bare and has no worktree yet"
    room.git(tmp_path / "store.git", "worktree", "add", "-q", "../second", "agent")
    (second,), problems = await port.listed()
    assert (second.path, problems) == (str(tmp_path / "second"), ())
    assert (await port.read(second)).ahead == 1


async def test_a_submodule_is_read_as_a_repository_and_not_entered_from_outside(room: Room) -> None:
    room.git(room.tree, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(room.main), "sub")
    (room.tree / "sub/a.txt").write_text("changed\n")
    assert "sub" not in told((await room.read()).files)
    port = GitWorktrees(find(str(room.tree / "sub")), room.state.with_name("other"))
    (sub,), problems = await port.listed()
    assert (sub.path, sub.main, problems) == (str(room.tree / "sub"), True, ())
    assert list(told((await port.read(sub)).files)) == ["a.txt"]


async def test_a_path_and_a_branch_are_told_in_clean_words_and_still_found(room: Room, tmp_path: Path) -> None:
    odd = tmp_path / "odd\n\x1b[2J"
    room.git(room.main, "worktree", "add", "-q", "-b", "side\u202eways", str(odd))
    listed, _ = await room.port.listed()
    read = [await room.port.read(one) for one in listed]
    (one,) = [one for one in read if "odd" in one.path]
    assert (one.path, one.branch) == (f"{tmp_path}/odd⏎␛[2J", "side⦃U+202E⦄ways")
    assert (one.problem, one.files, one.ahead) == (None, (), 0)


async def test_a_packed_branch_and_a_branch_in_a_folder_are_found(room: Room) -> None:
    room.git(room.tree, "checkout", "-q", "-b", "deep/er/branch")
    room.git(room.main, "pack-refs", "--all")
    read = await room.read()
    assert (read.branch, read.ahead) == ("deep/er/branch", 1)


async def test_a_branch_that_moved_is_seen_at_the_next_reading(room: Room) -> None:
    first = await room.read()
    room.git(room.tree, "commit", "-q", "-a", "-m", "second")
    second = await room.port.read(first)
    assert (first.ahead, second.ahead) == (1, 2)
    assert told(second.files)["a.txt"] == ("modified", 2, 1, True)
    assert second.head == room.git(room.tree, "rev-parse", "HEAD")


async def test_a_worktree_that_appears_later_is_listed(room: Room) -> None:
    await room.port.listed()
    room.git(room.main, "worktree", "add", "-q", "-b", "later", "../later")
    assert (await room.read(room.main.parent / "later")).branch == "later"


async def test_a_missing_git_keeps_the_worktrees_and_says_so(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    listed, (problem,) = await room.port.listed()
    assert [(one.path, one.branch) for one in listed] == [(str(room.main), "main"), (str(room.tree), "agent")]
    assert problem.text == "git is not on PATH"
    assert (await room.port.read(listed[1])).problem == "git is not on PATH: install git 2.36 or newer, or set PATH"


async def test_a_listing_is_one_process_and_a_reading_at_most_four(room: Room, heard: Path) -> None:
    def asked() -> int:
        """Count what went through the door; plain git of the test itself has no such setting."""
        return heard.read_text().count("protocol.allow=never")

    await room.port.listed()
    assert asked() == 1
    read = await room.read()
    before = asked()
    await room.port.read(read)
    assert asked() - before == 3
    room.git(room.tree, "commit", "-q", "--allow-empty", "-m", "went on")
    before = asked()
    await room.port.read(read)
    assert asked() - before == 4


async def test_what_the_base_changed_since_is_named_and_asked_once(room: Room, heard: Path) -> None:
    assert (await room.read()).base_changed == ("b.txt",)
    (room.main / "new on base.txt").write_text("x\n")
    room.git(room.main, "add", "new on base.txt")
    room.git(room.main, "commit", "-qm", "the base moves on")
    assert (await room.read()).base_changed == ("b.txt", "new on base.txt")
    heard.write_text("")
    assert (await room.read()).base_changed == ("b.txt", "new on base.txt")
    assert "--name-only" not in heard.read_text()
