"""An agent owns the configuration, hooks and attributes of its repository, and none of its programs may run."""

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from adapters.git import command, door, repository
from adapters.git.authority import GitAuthority
from adapters.git.command import git_directory
from adapters.git.failure import GitFailed
from adapters.git.hunks import GitHunks
from adapters.git.merges import GitMerges
from adapters.git.shadow import Shadow
from adapters.git.tastes import Tastes
from adapters.git.worktrees import GitWorktrees, git_folders, locate
from state.evidence.proposal import Merge, Proposal
from state.findings.conflict import Clash
from state.runs.run import run_key
from tests.promises import attacks

pytestmark = [pytest.mark.usefixtures("home"), attacks("execution")]

CLASHES = (Clash("b.txt", "content"),)
ELSEWHERE = {"fsmonitor_of_a_redirected_git_file"}
IN_THE_STORE = {"fsmonitor", "hook", "filter_smudge", "textconv", "parent_git_dir", "parent_external_diff"}
"""What could be in force where nothing but Headgate's own store is read."""


@pytest.fixture
def planted(vector: Any, hostile: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = hostile.build(tmp_path, vector)
    for name, value in made.parent.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(made.tree)
    return made


def test_the_canary_sings_when_plain_git_is_used(planted: Any, vector: Any) -> None:
    for _ in range(3):  # a script that was just written can be busy while another process forks: execve(2), ETXTBSY
        vector.fires(planted)
        if planted.sung():
            break
    assert planted.sung() > 0


async def test_the_room_runs_no_program_of_the_repository(planted: Any, vector: Any, tmp_path: Path) -> None:
    found = repository.find(str(planted.main))
    for start in (".", ".git", "nested", "sub"):
        if (planted.tree / start).is_dir():
            repository.find(str(planted.tree / start))
    room = GitWorktrees(found, tmp_path / "state")
    for _ in range(2):
        os.utime(planted.tree / "a.txt")
        trees, problems = await room.listed()
        assert [Path(tree.path).name for tree in trees] == ["repo", "tree"]
        assert problems == ()
        read = [await room.read(tree) for tree in trees]
        for tree in read:
            git_folders(tree)
            locate(tree.path, trees)
    assert planted.sung() == 0
    assert [tree.problem is None for tree in read] == [True, vector.name not in ELSEWHERE]
    await merged(planted, vector.name, tmp_path / "state")
    await delivered(planted, vector.name, tmp_path / "state")


async def merged(planted: Any, vector: str, state: Path) -> None:
    found = repository.find(str(planted.main))
    matrix = await GitMerges(found, state).compare()
    shown = [await GitHunks(found, state).hunks(pair.a_commit, pair.b_commit, "b.txt") for pair in matrix.pairs]
    assert planted.sung() == 0
    if vector in ELSEWHERE:
        assert "leads to another git directory" in matrix.left_out[str(planted.tree)]
    elif "promisor" in vector:  # the content of b.txt is somewhere else, and is not fetched
        assert {pair.problem is None for pair in matrix.pairs} == {False}
    else:
        assert {(Path(pair.a).name, pair.files) for pair in matrix.pairs if pair.b == "main"} == {("tree", CLASHES)}
        assert {len(hunks.regions) for hunks in shown} == {1}


async def delivered(planted: Any, vector: str, state: Path) -> None:
    """Take the agent's branch in, show it, write it out, make a merge of it and bring that back."""
    authority = GitAuthority(repository.find(str(planted.main)), state)
    found = await authority.propose(run_key("agent", "one"), str(planted.tree), "agent")
    assert planted.sung() == 0
    if vector in ELSEWHERE or "promisor" in vector:
        assert isinstance(found, str)
        return
    assert isinstance(found, Proposal) and found.conflicts == ("b.txt",), found
    if vector in IN_THE_STORE:
        assert [line.text for line in (await authority.diff(found, ["b.txt"]))[0].hunks[0].lines] == ["one", "agent"]
        assert await authority.since(found, found)
        (state / "out").mkdir()
        await authority.export(found.head_tree, state / "out")
        assert (state / "out/b.txt").read_text() == "agent\n"
    merge = Merge(found.target, found.base, found.head, found.head_tree, "Merge", "Ann <ann@test.invalid>", 1.0)
    told = await authority.deliver(merge, await authority.make(merge))
    assert planted.sung() == 0
    assert told.seen or ("info_attributes" in vector and "filter of its own" in told.text), told
    assert await authority.tip(merge.target) == (told.commit if told.moved else found.base)


async def test_no_command_that_the_door_lets_through_runs_a_program(planted: Any, tmp_path: Path) -> None:
    found = repository.find(str(planted.main))
    head = planted.common / "worktrees/tree"
    oid = door.ask_now(git_directory(str(head)), "rev-parse", "HEAD").out.decode().strip()
    shadow = Shadow(tmp_path / "state", found, str(planted.tree), str(head)).refresh(oid, oid, Tastes())
    asked: set[str] = set()
    for args in EVERY_COMMAND:
        place = shadow if args[0] in command.IN_SHADOW else git_directory(str(head))
        os.utime(planted.tree / "a.txt")
        asked.add(args[0])
        try:
            await door.ask(place, *args, fine=range(129))
        except GitFailed as failed:
            pytest.fail(failed.text)
    assert planted.sung() == 0
    assert asked == {*command.IN_SHADOW, *(words[0] for words in command.READS)}


EVERY_COMMAND = (
    ("version",),
    ("rev-parse", "HEAD", "refs/heads/main"),
    ("rev-list", "--left-right", "--count", "refs/heads/main...HEAD"),
    ("merge-base", "refs/heads/main", "HEAD"),
    ("for-each-ref",),
    ("worktree", "list", "--porcelain", "-z"),
    ("config", "--null", "--show-scope", "--get-regexp", "."),
    ("config", "--null", "--show-scope", "--get-all", "core.bare"),
    ("status", "--porcelain=v2", "-z", "--untracked-files=all"),
    ("diff", "--raw", "--numstat", "-z", "HEAD"),
    ("diff", "-p", "HEAD"),
    ("diff-index", "-p", "HEAD"),
    ("diff-files", "-p"),
    ("cat-file", "-p", "HEAD:b.txt"),
    ("ls-tree", "-z", "--full-tree", "-l", "HEAD", "b.txt"),
    ("ls-files", "-v", "-s", "-z"),
    ("check-attr", "-z", "filter", "merge", "--", "a.txt"),
    ("update-index", "--add", "a.txt"),
    ("diff-tree", "-r", "-p", "refs/heads/base", "HEAD"),
    ("merge-tree", "refs/heads/base", "HEAD"),
)
