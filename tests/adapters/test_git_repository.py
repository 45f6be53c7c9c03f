"""From any directory the repository is found and named, or one sentence says why not."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import pytest

from adapters.git import repository
from adapters.git.failure import GitFailed
from adapters.git.repository import REMEDY, find, identity

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def trees(tmp_path: Path, hostile: ModuleType) -> tuple[Path, Path]:
    return hostile.two_worktrees(tmp_path)


def failed(directory: Path, limit: float = 10.0) -> GitFailed:
    with pytest.raises(GitFailed) as caught:
        find(str(directory), limit)
    assert caught.value.text
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("place", ["repo", "repo/sub", "repo/.git", "repo/.git/refs", "tree", "tree/sub", "link/sub"])
def test_every_directory_of_a_repository_leads_to_the_same_one(
    place: str, trees: tuple[Path, Path], tmp_path: Path
) -> None:
    for tree in trees:
        (tree / "sub").mkdir()
    (tmp_path / "link").symlink_to(trees[0])
    found = find(str(tmp_path / place))
    assert (found.root, found.git_dir) == (str(trees[0]), str(trees[0] / ".git"))
    assert (found.base_ref, found.object_format) == ("refs/heads/main", "sha1")
    assert found.id == identity(found.root, found.git_dir)


def test_an_id_is_safe_as_a_folder_and_differs_for_each_repository() -> None:
    assert identity("/x/my repo", "/x/my repo/.git").startswith("my-repo-")
    assert identity("/x/..", "/x/../.git").startswith("x-")
    assert identity("/x/\udcff\x1b", "/x/\udcff\x1b/.git").startswith("repository-")
    assert identity("/x/proj/.bare", "/x/proj/.bare").startswith("proj-")
    assert identity("/x/proj.git", "/x/proj.git").startswith("proj-")
    assert identity("/a/r", "/a/r/.git") != identity("/b/r", "/b/r/.git")
    assert len(identity("/x/" + "r" * 300, "/x")) == 49


def test_the_base_is_what_origin_calls_its_head(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    main, _ = trees
    hostile.git(main, "update-ref", "refs/remotes/origin/next", "HEAD")
    hostile.git(main, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/next")
    assert find(str(main)).base_ref == "refs/remotes/origin/next"
    hostile.git(main, "branch", "next")
    assert find(str(main)).base_ref == "refs/heads/next"


def test_without_origin_the_base_is_a_usual_name_or_what_is_checked_out(tmp_path: Path, hostile: ModuleType) -> None:
    main, _ = hostile.two_worktrees(tmp_path)
    hostile.git(main, "branch", "-m", "main", "mine")
    assert find(str(main)).base_ref == "refs/heads/mine"
    hostile.git(main, "branch", "develop")
    assert find(str(main)).base_ref == "refs/heads/develop"
    hostile.git(main, "branch", "master")
    assert find(str(main)).base_ref == "refs/heads/master"


def test_a_base_that_cannot_be_shown_as_it_is_is_passed_over(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    main, _ = trees
    hostile.git(main, "update-ref", "refs/remotes/origin/a\u202eb", "HEAD")
    hostile.git(main, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/a\u202eb")
    assert find(str(main)).base_ref == "refs/heads/main"


def test_a_repository_without_a_commit_has_a_base_all_the_same(tmp_path: Path, hostile: ModuleType) -> None:
    hostile.git(tmp_path, "init", "-q", "-b", "first", "repo")
    assert find(str(tmp_path / "repo")).base_ref == "refs/heads/first"


def test_a_detached_head_and_no_usual_branch_give_no_base(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    main, _ = trees
    hostile.git(main, "checkout", "-q", "--detach")
    hostile.git(main, "branch", "-m", "main", "mine")
    assert find(str(main)).base_ref is None


@pytest.mark.parametrize("inside", [".", "refs"])
def test_a_bare_repository_is_its_own_root(inside: str, tmp_path: Path, hostile: ModuleType) -> None:
    hostile.git(tmp_path, "init", "-q", "--bare", "-b", "main", "store.git")
    found = find(str(tmp_path / "store.git" / inside))
    assert found.root == found.git_dir == str(tmp_path / "store.git")


def test_a_worktree_of_a_bare_repository_leads_to_it(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    main, _ = trees
    hostile.git(main.parent, "clone", "-q", "--bare", str(main), "store.git")
    hostile.git(main.parent / "store.git", "worktree", "add", "-q", "../second", "agent")
    assert find(str(main.parent / "second")).root == str(main.parent / "store.git")


def test_a_submodule_is_a_repository_with_its_own_root(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    main, tree = trees
    hostile.git(tree, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(main), "sub")
    found = find(str(tree / "sub"))
    assert found.root == str(tree / "sub")
    assert found.git_dir == str(main / ".git/worktrees/tree/modules/sub")


def test_sha256_is_told(tmp_path: Path, hostile: ModuleType) -> None:
    hostile.git(tmp_path, "init", "-q", "--object-format=sha256", "repo")
    assert find(str(tmp_path / "repo")).object_format == "sha256"


def test_no_repository_says_how_to_name_one(tmp_path: Path) -> None:
    told = failed(tmp_path)
    assert told.text == f"{tmp_path} is not inside a git repository"
    assert told.remedy == REMEDY
    assert failed(tmp_path / "gone").text == f"{tmp_path}/gone is not a directory"


@pytest.mark.parametrize("content", ["", "nonsense\n", "gitdir: /nowhere\n"])
def test_a_git_file_that_leads_nowhere_is_damaged_not_absent(content: str, tmp_path: Path) -> None:
    (tmp_path / ".git").write_text(content)
    (tmp_path / "sub").mkdir()
    assert failed(tmp_path / "sub").text.startswith(f"{tmp_path}/.git is damaged: ")


def test_a_corrupt_git_directory_is_damaged(trees: tuple[Path, Path]) -> None:
    (trees[0] / ".git/HEAD").write_text("nonsense\n")
    assert failed(trees[0]).text.startswith(f"{trees[0]}/.git is damaged: ")
    (trees[0] / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (trees[0] / ".git/config").write_text("[core\n")
    assert "bad config line 1" in failed(trees[0]).text


@pytest.mark.parametrize("name", ["config", "HEAD"])
def test_a_fifo_is_named_after_the_time_limit(
    name: str, trees: tuple[Path, Path], heard: Path, hostile: ModuleType
) -> None:
    (trees[0] / ".git" / name).unlink()
    os.mkfifo(trees[0] / ".git" / name)
    assert failed(trees[0], limit=0.5).text.startswith(f"{trees[0]}/.git/{name} is not a regular file")
    assert hostile.alive(int(line.split("\t")[0]) for line in heard.read_text().splitlines()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory to another user")
def test_a_repository_of_another_user_is_read_only_if_the_user_trusts_it(trees: tuple[Path, Path], home: Path) -> None:
    main, _ = trees
    for path in (main, main / ".git"):
        shutil.chown(path, 12345)
    told = failed(main)
    assert told.text == f"{main} belongs to another user, so git refuses to read it"
    assert told.remedy.endswith(f"git config --global --add safe.directory {main}")
    (home / ".gitconfig").write_text(f"[safe]\n\tdirectory = {main}\n")
    assert find(str(main)).root == str(main)


@pytest.mark.skipif(os.geteuid() != 0, reason="root reads everything, so the test gives its rights away")
def test_a_git_directory_that_cannot_be_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".git").mkdir(0o700)
        for path in (folder, f"{folder}/.git"):
            shutil.chown(path, 65533)
        Path(folder).chmod(0o755)
        assert told_to(65534, folder) == f"{folder}/.git cannot be read"


def told_to(user: int, directory: str) -> str:
    """Give what another user is told of a directory."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        try:
            find(directory)
        except GitFailed as told:
            os.write(writing, told.text.encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        return told.read()


def test_naming_a_repository_does_not_import_gitpython() -> None:
    program = "import sys, adapters.git.repository, adapters.git.worktrees\nassert 'git' not in sys.modules"
    root = str(Path(repository.__file__).parents[2])
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0
