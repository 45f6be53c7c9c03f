"""Guards are put beside what is there, and taken out again byte for byte."""

import shutil
from pathlib import Path

import pytest

from adapters.git.repository import find
from adapters.install.git_hooks import GitHooks
from tests.world import World

OLD = '#!/bin/sh\n[ "$1" = prepared ] && cat >> heard\nexit 0\n'
MAIN = "refs/heads/main"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path.resolve())


def guards(world: World) -> GitHooks:
    repository = find(str(world.repository))
    house = world.state / repository.id
    house.mkdir(mode=0o700, parents=True, exist_ok=True)
    return GitHooks(repository, house, (MAIN,))


def files(*folders: Path) -> dict[str, tuple[bytes, int]]:
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mode) for path in found}


def put(world: World) -> GitHooks:
    made = guards(world)
    plan = made.plan()
    assert plan.refusal is None
    made.carry_out(plan)
    return guards(world)


def test_a_hook_that_was_there_hears_what_it_heard_and_comes_back_as_it_was(world: World) -> None:
    hooks = world.repository / ".git" / "hooks"
    hook = hooks / "reference-transaction"
    hook.write_text(OLD)
    hook.chmod(0o755)
    (hooks / "pre-push").write_text("off\n")  # without its bit git passes it over, and so do the guards
    (hooks / "pre-push").chmod(0o644)
    before = files(hooks)
    made = put(world)
    world.git("branch", "other")
    assert (world.repository / "heard").read_text().endswith("refs/heads/other\n")
    assert (hooks / "pre-push").stat().st_mode & 0o111 and not made.plan().open and made.installed
    undo = guards(world).plan_removal()
    assert undo.open and undo.notes == ()
    guards(world).undo(undo)
    assert files(hooks) == before and files(world.state) == {str(made.record.file): (b"{}", 0o100600)}


def test_a_hook_that_refuses_still_refuses(world: World) -> None:
    hook = world.repository / ".git" / "hooks" / "reference-transaction"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    put(world)
    with pytest.raises(Exception, match="returned non-zero"):
        world.git("branch", "other")


def test_the_folder_that_git_looks_in_is_obeyed_and_other_repositories_in_it_go_on(world: World) -> None:
    shared, other = world.folder / "shared", world.folder / "other"
    shared.mkdir()
    world.git("config", "core.hooksPath", str(shared))
    plan = guards(world).plan()
    assert any(str(shared) in note for note in plan.notes) and "other repositories" in " ".join(plan.notes)
    put(world)
    assert {path.name for path in shared.iterdir()} == {"reference-transaction", "pre-push"}
    world.git("init", "-q", "-b", "main", str(other))
    world.git("config", "core.hooksPath", str(shared), at=other)
    world.git("commit", "-q", "--allow-empty", "-m", "theirs", at=other)
    with pytest.raises(Exception, match="returned non-zero"):
        world.git("commit", "-q", "--allow-empty", "-m", "ours")
    shutil.rmtree(other)
    guards(world).undo(guards(world).plan_removal())
    assert list(shared.iterdir()) == []


def test_a_folder_in_the_work_tree_is_used_and_its_weakness_said(world: World) -> None:
    world.git("config", "core.hooksPath", ".hooks")
    plan = guards(world).plan()
    assert "linked worktrees have a folder of that name of their own" in " ".join(plan.notes)
    put(world)
    assert (world.repository / ".hooks" / "pre-push").exists()
    guards(world).undo(guards(world).plan_removal())
    assert not (world.repository / ".hooks").exists()


def test_a_link_is_not_followed_into_somebodys_file(world: World) -> None:
    hook = world.repository / ".git" / "hooks" / "pre-push"
    hook.symlink_to(world.repository / "a.py")
    plan = guards(world).plan()
    assert plan.refusal is not None and "is a link" in plan.refusal and not plan.open


def test_what_somebody_put_in_our_place_stays(world: World) -> None:
    put(world)
    hook = world.repository / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\n")
    guards(world).undo(guards(world).plan_removal())
    assert hook.read_text() == "#!/bin/sh\n" and not hook.with_name("reference-transaction").exists()
