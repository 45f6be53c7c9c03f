"""The door lets reading commands through, ends what hangs with all its children, and says what went wrong."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from adapters.git import door
from adapters.git.command import Place, git_directory
from adapters.git.failure import GitFailed

pytestmark = pytest.mark.usefixtures("home")
FakeGit = Callable[[str], Path]


@pytest.fixture
def fake_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGit:
    """Put a script first on PATH as `git`; what it must tell goes to the file that is given back."""

    def put(script: str) -> Path:
        folder, notes = tmp_path / "bin", tmp_path / "notes"
        folder.mkdir()
        (folder / "git").write_text(f"#!/bin/sh\nnotes={notes}\n{script}\n")
        (folder / "git").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
        return notes

    return put


@pytest.fixture
def repo(tmp_path: Path, hostile: ModuleType) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    hostile.git(folder, "init", "-q", "-b", "main")
    return folder


async def test_an_answer_has_the_output_and_the_status(repo: Path) -> None:
    answer = await door.ask(Place(str(repo)), "rev-parse", "--is-bare-repository")
    assert (answer.status, answer.out) == (0, b"false\n")
    assert door.ask_now(Place(str(repo)), "rev-parse", "--is-bare-repository") == answer


@pytest.mark.parametrize(
    "args",
    [
        ("push",),
        ("fetch",),
        ("add", "-A"),
        ("worktree", "add", "x"),
        ("config", "user.name", "x"),
        ("stash", "create"),
        ("status",),
        ("diff",),
        ("cat-file", "-p", "HEAD"),
    ],
)
async def test_what_writes_or_reads_a_work_tree_without_a_shadow_is_refused(args: tuple[str, ...], repo: Path) -> None:
    with pytest.raises(ValueError, match="not let through"):
        await door.ask(Place(str(repo)), *args)


async def test_a_missing_git_is_one_sentence_with_a_remedy(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo))
    with pytest.raises(GitFailed) as caught:
        await door.ask(Place(str(repo)), "version")
    assert caught.value.reason == "missing"
    assert caught.value.problem().text == "git is not on PATH"
    assert "install git" in caught.value.problem().remedy


async def test_a_directory_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(GitFailed, match=r"/gone is gone$") as caught:
        await door.ask(Place(str(tmp_path / "gone")), "version")
    assert caught.value.reason == "not_started"
    with pytest.raises(GitFailed, match=r"/gone is gone$"):
        door.ask_now(Place(str(tmp_path / "gone")), "version")


async def test_a_failure_quotes_git_in_clean_words(fake_git: FakeGit, repo: Path) -> None:
    fake_git(r"printf 'hint: no\nfatal: bad \033]52;c;eA==\007 thing\nmore\n' >&2; exit 128")
    with pytest.raises(GitFailed) as caught:
        await door.ask(Place(str(repo)), "version")
    assert caught.value.status == 128
    assert caught.value.text == f"git version failed in {repo}: bad ␛]52;c;eA==␇ thing"
    assert (await door.ask(Place(str(repo)), "version", fine=(0, 128))).status == 128


@pytest.mark.parametrize("waiting", [False, True])
async def test_a_command_that_hangs_is_ended_with_its_children(
    waiting: bool, fake_git: FakeGit, repo: Path, hostile: ModuleType
) -> None:
    notes = fake_git("sleep 300 &\necho $$ $! > $notes\nwait")
    with pytest.raises(GitFailed, match=r"git version did not answer within 0.5 s in .* and was ended") as caught:
        if waiting:
            door.ask_now(Place(str(repo)), "version", limit=0.5)
        else:
            await door.ask(Place(str(repo)), "version", limit=0.5)
    assert caught.value.reason == "timeout"
    pids = [int(word) for word in notes.read_text().split()]
    assert len(pids) == 2
    assert hostile.alive(pids) == []


async def test_a_child_that_outlives_git_and_holds_its_output_is_ended(
    fake_git: FakeGit, repo: Path, hostile: ModuleType
) -> None:
    notes = fake_git("sleep 300 &\necho $! > $notes\nexit 0")
    with pytest.raises(GitFailed, match="did not answer"):
        await door.ask(Place(str(repo)), "version", limit=0.5)
    assert hostile.alive([int(notes.read_text())]) == []


async def test_a_cancelled_question_leaves_no_process(fake_git: FakeGit, repo: Path, hostile: ModuleType) -> None:
    notes = fake_git("echo $$ > $notes\nsleep 300")
    asking = asyncio.create_task(door.ask(Place(str(repo)), "version"))
    for _ in range(500):
        if notes.exists() and notes.read_text():
            break
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert hostile.alive([int(notes.read_text())]) == []


async def test_a_question_cancelled_while_it_starts_leaves_no_process(
    fake_git: FakeGit, repo: Path, hostile: ModuleType
) -> None:
    notes = fake_git("echo $$ > $notes\nsleep 300")
    for pause in (0, 1, 2, 3, 5):
        asking = asyncio.create_task(door.ask(Place(str(repo)), "version"))
        for _ in range(pause):
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        if notes.exists() and notes.read_text():
            assert hostile.alive([int(notes.read_text())]) == []


async def test_endless_output_is_cut_off(
    fake_git: FakeGit, repo: Path, hostile: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_OUTPUT", 2**20)
    notes = fake_git("echo $$ > $notes\nexec yes")
    with pytest.raises(GitFailed, match="git version printed more than 1 MiB"):
        await door.ask(Place(str(repo)), "version")
    assert hostile.alive([int(notes.read_text())]) == []


async def test_endless_complaints_do_not_block(fake_git: FakeGit, repo: Path) -> None:
    fake_git("yes | head -c 3000000 >&2\necho done")
    assert (await door.ask(Place(str(repo)), "version")).out == b"done\n"


async def test_two_run_at_a_time(fake_git: FakeGit, repo: Path) -> None:
    notes = fake_git("echo + >> $notes\nsleep 0.1\necho - >> $notes")
    await asyncio.gather(*(door.ask(Place(str(repo)), "version") for _ in range(6)))
    running = [0]
    for sign in notes.read_text().split():
        running.append(running[-1] + (1 if sign == "+" else -1))
    assert max(running) == 2
    assert len(running) == 13


async def test_nothing_of_the_parent_but_its_path_reaches_git(
    fake_git: FakeGit, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_DIR", "GIT_EXTERNAL_DIFF", "LD_PRELOAD_NOT", "SSH_ASKPASS", "EDITOR", "LANGUAGE"):
        monkeypatch.setenv(name, "planted")
    fake_git("env")
    out = (await door.ask(Place(str(repo)), "version")).out.decode()
    assert "planted" not in out
    assert f"HOME={os.environ['HOME']}" not in out.splitlines()
    assert {"GIT_OPTIONAL_LOCKS=0", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C"} <= set(
        out.splitlines()
    )


async def test_git_reads_nothing_from_the_terminal_and_leads_its_own_session(fake_git: FakeGit, repo: Path) -> None:
    fake_git("cat\ncut -d' ' -f1,5,6 /proc/$$/stat")
    pid, group, session = (await door.ask(Place(str(repo)), "version")).out.split()
    assert pid == group == session


def test_a_made_repository_has_the_same_commits_each_time(tmp_path: Path) -> None:
    heads: list[bytes] = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        door.make(["init", "-q", "-b", "main"], str(folder))
        (folder / "a.txt").write_text("a\n")
        door.make(["add", "a.txt"], str(folder))
        door.make(["commit", "-q", "-m", "first"], str(folder), at=1_700_000_000)
        door.make(["worktree", "add", "-q", "-b", "agent", str(tmp_path / f"{name}-tree")], str(folder))
        heads.append(door.ask_now(git_directory(str(folder / ".git")), "rev-parse", "refs/heads/agent").out)
        assert not list((folder / ".git").glob("hooks/*"))
    assert heads[0] == heads[1]


@pytest.mark.parametrize("args", [[], ["push"], ["worktree", "remove", "x"], ["checkout", "main"]])
def test_making_lets_only_what_makes_a_repository_through(args: list[str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a command that makes"):
        door.make(args, str(tmp_path))
