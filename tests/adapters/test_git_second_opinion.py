"""What the git room says of worktrees, against what GitPython reads by itself from the same repository.

GitPython is a reader for tests only: importing it runs git outside the safe door, and opening a repository with it
reads that repository's own configuration.
"""

import warnings
from pathlib import Path

from adapters.git import repository as git
from adapters.git.worktrees import GitWorktrees
from tests.world import World

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from git import Repo


async def test_head_branch_distance_and_files_agree(tmp_path: Path) -> None:
    world = World(tmp_path, ("one", "two"))
    one, two = world.worktrees["one"], world.worktrees["two"]
    (one / "a.py").write_text("print(2)\nprint(3)\n")
    (one / "new.py").write_text("x = 1\n")
    (two / "b.py").write_text("y = 1\n")
    world.git("add", "b.py", at=two)
    world.git("commit", "-qm", "two", at=two)
    (world.repository / "c.py").write_text("z = 1\n")
    world.git("add", "c.py")
    world.git("commit", "-qm", "main goes on")
    room = GitWorktrees(git.find(str(world.repository)), tmp_path / "hints")
    listed, problems = await room.listed()
    assert problems == ()
    assert {tree.path for tree in listed} == {str(path.resolve()) for path in (world.repository, one, two)}
    for tree in listed:
        read = await room.read(tree)
        with Repo(tree.path) as second:
            assert read.head == second.head.commit.hexsha
            assert read.branch == second.active_branch.name
            assert read.ahead == len(list(second.iter_commits(f"main..{read.branch}")))
            assert read.behind == len(list(second.iter_commits(f"{read.branch}..main")))
            assert read.base == second.merge_base("main", read.branch)[0].hexsha
            files = {file.path: file.kind for file in read.files or ()}
            changed = {diff.b_path for diff in second.commit(read.base).diff(None)}
            assert set(files) == changed | set(second.untracked_files)
            assert {path for path, kind in files.items() if kind == "untracked"} == set(second.untracked_files)
