"""The policy is what the base branch holds, whatever lies in a worktree; what is odd is said and never obeyed."""

import os
from pathlib import Path
from types import ModuleType

import pytest

from adapters.git.policy import GitPolicy, policies_of
from adapters.git.repository import find
from state.policy.document import LONGEST
from state.ports import PolicyFound, Problem

pytestmark = pytest.mark.usefixtures("home")
TEXT = 'schema = 1\n[[rule]]\nid = "a"\ncommands = ["make x"]\nthen = "deny"\nbecause = "b"\n'


@pytest.fixture
def trees(tmp_path: Path, hostile: ModuleType) -> tuple[Path, Path]:
    return hostile.two_worktrees(tmp_path)


def put(tree: Path, text: str | bytes = TEXT) -> None:
    (tree / ".headgate").mkdir(exist_ok=True)
    (tree / ".headgate/policy.toml").write_bytes(text if isinstance(text, bytes) else text.encode())


async def read(tree: Path, known: str | None = None) -> PolicyFound | Problem | None:
    return await GitPolicy(find(str(tree))).read(known)


async def test_the_committed_file_is_read_and_the_worktree_s_is_not(
    trees: tuple[Path, Path], hostile: ModuleType
) -> None:
    main, other = trees
    assert await read(other) is None
    put(main)
    put(other, TEXT.replace("deny", "allow"))
    assert await read(other) is None
    hostile.git(main, "add", ".headgate")
    hostile.git(main, "commit", "-qm", "policy")
    hostile.git(other, "add", ".headgate")
    hostile.git(other, "commit", "-qm", "looser")
    put(main, "schema = 2\n")
    found = await read(other)
    blob = hostile.git(main, "rev-parse", "main:.headgate/policy.toml").strip()
    assert found == PolicyFound(blob, TEXT, ".headgate/policy.toml on main")
    assert await read(main, known=blob) == PolicyFound(blob, None, ".headgate/policy.toml on main")


async def test_no_git_is_asked_while_the_branch_stands_as_it_stood(
    trees: tuple[Path, Path], hostile: ModuleType, heard: Path
) -> None:
    main, other = trees
    put(main)
    await commit(main, hostile)
    source = GitPolicy(find(str(main)))
    found = await source.read("default")
    assert isinstance(found, PolicyFound)
    await source.read(found.blob)
    heard.write_text("")
    hostile.git(other, "commit", "-q", "--allow-empty", "-m", "other")
    put(other, "x")
    for _ in range(3):
        assert await source.read(found.blob) == PolicyFound(found.blob, None, source.name)
    assert "ls-tree" not in heard.read_text()
    put(main, TEXT.replace("make x", "make y"))
    await commit(main, hostile)
    again = await source.read(found.blob)
    assert isinstance(again, PolicyFound) and again.text is not None and "make y" in again.text
    hostile.git(main, "pack-refs", "--all")
    assert await source.read(again.blob) == PolicyFound(again.blob, None, source.name)


async def commit(main: Path, hostile: ModuleType) -> PolicyFound | Problem | None:
    hostile.git(main, "add", "-A")
    hostile.git(main, "commit", "-qm", "policy")
    return await read(main)


async def test_a_link_is_not_followed(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    main, _ = trees
    put(main)
    (main / ".headgate/policy.toml").rename(main / "real.toml")
    (main / ".headgate/policy.toml").symlink_to("../real.toml")
    found = await commit(main, hostile)
    assert isinstance(found, Problem) and "no plain file" in found.text and found.remedy


async def test_a_linked_folder_is_no_policy(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    main, _ = trees
    (main / "real").mkdir()
    (main / "real/policy.toml").write_text(TEXT)
    (main / ".headgate").symlink_to("real")
    assert await commit(main, hostile) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"#" * (LONGEST + 1), "larger than"), (b"schema = 1\xff\n", "no text in UTF-8"), (b"schema = 1\0\n", "a NUL")],
)
async def test_what_is_no_text_of_a_sane_size_is_said(
    text: bytes, said: str, trees: tuple[Path, Path], hostile: ModuleType
) -> None:
    put(trees[0], text)
    found = await commit(trees[0], hostile)
    assert isinstance(found, Problem) and said in found.text


async def test_a_directory_in_its_place_is_said(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    (trees[0] / ".headgate/policy.toml").mkdir(parents=True)
    (trees[0] / ".headgate/policy.toml/x").write_text("x")
    found = await commit(trees[0], hostile)
    assert isinstance(found, Problem) and "no plain file" in found.text


async def test_a_branch_that_is_gone_has_no_policy(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    main, _ = trees
    put(main)
    await commit(main, hostile)
    repository = find(str(main))
    hostile.git(main, "checkout", "-q", "--detach")
    hostile.git(main, "branch", "-qD", "main")
    assert await GitPolicy(repository).read() is None
    assert await GitPolicy(repository).read("default") is None
    gone = await GitPolicy(repository).read("f" * 40)
    assert isinstance(gone, Problem) and "the branch is gone" in gone.text


async def test_a_fifo_in_place_of_the_branch_is_not_waited_for(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    main, _ = trees
    put(main)
    await commit(main, hostile)
    source = GitPolicy(find(str(main)), limit=600.0)
    (main / ".git/refs/heads/main").unlink()
    os.mkfifo(main / ".git/refs/heads/main")
    found = await source.read("f" * 40)
    assert isinstance(found, Problem) and "not a regular file" in found.text


async def test_an_object_that_was_written_over_is_not_obeyed(trees: tuple[Path, Path], hostile: ModuleType) -> None:
    main, _ = trees
    put(main)
    found = await commit(main, hostile)
    assert isinstance(found, PolicyFound)
    looser = main / "looser"
    looser.write_text(TEXT.replace("deny", "allow"))
    other = hostile.git(main, "hash-object", "-w", "looser").strip()
    objects = main / ".git/objects"
    target = objects / found.blob[:2] / found.blob[2:]
    target.chmod(0o644)
    target.write_bytes((objects / other[:2] / other[2:]).read_bytes())
    again = await read(main)
    assert isinstance(again, Problem), "an object under a false name was taken for the policy"


async def test_a_tampered_repository_changes_nothing_in_force(
    trees: tuple[Path, Path], hostile: ModuleType, tmp_path: Path
) -> None:
    main, _ = trees
    put(main)
    found = await commit(main, hostile)
    assert isinstance(found, PolicyFound)
    policies = policies_of(find(str(main)), tmp_path / "state" / "r")
    (tmp_path / "state" / "r").mkdir(parents=True)
    await policies.look()
    assert policies.in_force.blob == found.blob
    os.truncate(main / ".git/HEAD", 0)
    (main / ".git/refs/heads/main").write_text("0" * 40 + "\n")
    await policies.look()
    assert policies.in_force.blob == found.blob and policies.problems()
