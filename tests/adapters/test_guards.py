"""Real git asks the guards: a protected branch moves with a valid approval alone, and every other as before."""

import asyncio
import shutil
from pathlib import Path

import pytest

from adapters.git.repository import find
from adapters.guard.guarding import Move, moves_of
from adapters.guard.house import FILE, PATTERNS, patterns_of
from adapters.install.git_hooks import GitHooks
from state.approval.noting import Note
from tests.approved_world import ApprovedWorld

MAIN = "refs/heads/main"
PAST = ("-c", "core.hooksPath=/dev/null")


def guards(world: ApprovedWorld) -> GitHooks:
    repository = find(str(world.repository))
    house = world.state / repository.id
    house.mkdir(mode=0o700, parents=True, exist_ok=True)
    return GitHooks(repository, house, (MAIN, "refs/heads/release/*"))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> ApprovedWorld:
    made = ApprovedWorld(tmp_path_factory.mktemp("guarded").resolve())
    made.change()
    guards(made).carry_out(guards(made).plan())
    made.keep()
    return made


@pytest.fixture
def world(guarded: ApprovedWorld) -> ApprovedWorld:
    """Give a world in which guards stand, as it was at the beginning."""
    guarded.restore()
    return guarded


def note(world: ApprovedWorld, one: Note, *, announced: bool = True) -> None:
    """Leave word of an approval; not `announced` is as in a clone, where only the note says it."""
    assert asyncio.run(world.notes().note(one)) == ""
    if not announced:
        shutil.rmtree(world.house() / "merges")


def refused(world: ApprovedWorld, *words: str, at: Path | None = None) -> str:
    before = world.git("for-each-ref", "refs/heads/main", "refs/heads/release")
    status, said = world.try_git(*words, at=at)
    assert status != 0 and "headgate uninstall --enforce" in said, (status, said)
    assert world.git("for-each-ref", "refs/heads/main", "refs/heads/release") == before
    return said


def goes(world: ApprovedWorld, *words: str, at: Path | None = None) -> None:
    assert world.try_git(*words, at=at)[0] == 0, words


def test_a_protected_branch_takes_no_plain_commit_no_rewind_and_no_end(world: ApprovedWorld) -> None:
    assert "main is protected" in refused(world, "commit", "--allow-empty", "-m", "plain")
    assert "does not continue" in refused(world, "reset", "--hard", "HEAD~1")
    assert "would be deleted" in refused(world, "update-ref", "-d", MAIN)
    goes(world, "reset", "-q", "--hard", "HEAD")
    assert "names no approval" in refused(world, "merge", "-q", "--no-ff", "-m", "merge", "feat/one")
    assert "would begin at" in refused(world, "branch", "release/1", "feat/one")
    goes(world, "branch", "release/1", "main")


def test_other_branches_and_housekeeping_go_on_and_do_not_even_start_python(world: ApprovedWorld) -> None:
    (world.house() / FILE).unlink()  # whoever asks the guards now is refused
    goes(world, "branch", "other")
    goes(world, "commit", "--allow-empty", "-m", "work", at=world.worktrees["one"])
    goes(world, "branch", "-D", "other")
    assert "cannot read" in refused(world, "commit", "--allow-empty", "-m", "plain")


def test_packing_refs_moves_nothing(world: ApprovedWorld) -> None:
    goes(world, "pack-refs", "--all")
    goes(world, "gc", "-q")
    assert "would be deleted" in refused(world, "update-ref", "-d", MAIN)


@pytest.mark.parametrize("announced", [True, False])
def test_an_approved_merge_goes_by_the_word_of_the_core_or_by_its_note(world: ApprovedWorld, announced: bool) -> None:
    commit, one = world.merge()
    assert "no note on it" in refused(world, "merge", "-q", "--ff-only", commit)
    note(world, one, announced=announced)
    goes(world, "merge", "-q", "--ff-only", commit)
    assert world.id("main") == commit


def test_an_approval_for_another_branch_or_place_moves_nothing(world: ApprovedWorld) -> None:
    commit, one = world.merge(target="refs/heads/release/1")
    note(world, one)
    assert "it was approved for refs/heads/release/1" in refused(world, "update-ref", MAIN, commit)
    first, other = world.merge()
    note(world, other)
    goes(world, *PAST, "commit", "--allow-empty", "-m", "around")
    assert "does not continue" in refused(world, "update-ref", MAIN, first), "main is not where it was approved"


def test_a_push_of_what_nobody_approved_is_refused(world: ApprovedWorld) -> None:
    world.git("clone", "-q", "--bare", str(world.repository), str(world.folder / "remote"))
    world.git("remote", "add", "origin", str(world.folder / "remote"))
    commit, one = world.merge()
    note(world, one)
    goes(world, "merge", "-q", "--ff-only", commit)
    goes(world, "push", "-q", "origin", "main", "feat/one")
    goes(world, *PAST, "commit", "--allow-empty", "-m", "around")
    status, said = world.try_git("push", "-q", "origin", "main")
    assert status != 0 and "names no approval" in said
    assert "would be deleted" in world.try_git("push", "-q", "origin", ":main")[1]
    assert world.git("ls-remote", "origin", MAIN).split()[0] == commit


def test_what_was_fetched_is_the_remotes_own_and_what_was_only_written_is_not(world: ApprovedWorld) -> None:
    world.git("clone", "-q", "--bare", str(world.repository), str(world.folder / "remote"))
    world.git("remote", "add", "origin", str(world.folder / "remote"))
    world.git("fetch", "-q", "origin")
    forged = world.id("feat/one")
    world.git("update-ref", "refs/remotes/origin/main", forged)
    assert "names no approval" in refused(world, "merge", "-q", "--ff-only", "origin/main")
    world.git("push", "-q", str(world.folder / "remote"), "feat/one:refs/heads/other")
    world.git("update-ref", MAIN, forged, at=world.folder / "remote")
    world.git("update-ref", "refs/remotes/origin/main", "main")
    goes(world, "pull", "-q", "--ff-only", "origin", "main")
    assert world.id("main") == forged


def test_what_cannot_run_keeps_the_branch_where_it_is_and_says_the_way_out(world: ApprovedWorld) -> None:
    hook = world.repository / ".git" / "hooks" / "reference-transaction"
    hook.write_text(hook.read_text().replace("/python -I", "/python-that-is-gone -I"))
    said = refused(world, "commit", "--allow-empty", "-m", "plain")
    assert "cannot run" in said and "headgate init --enforce" in said
    goes(world, "branch", "other")


def test_a_policy_of_later_protects_more_and_never_less(world: ApprovedWorld) -> None:
    (world.house() / PATTERNS).write_text("refs/heads/stable\n")
    assert "stable is protected" in refused(world, "branch", "stable", "feat/one")
    assert "main is protected" in refused(world, "commit", "--allow-empty", "-m", "plain")
    (world.house() / PATTERNS).unlink()
    assert "main is protected" in refused(world, "commit", "--allow-empty", "-m", "plain")


def test_patterns_are_full_refs_and_nothing_that_a_shell_would_run() -> None:
    odd = ("main", "refs/heads/a b", "refs/heads/$(x)", "release/*")
    assert patterns_of(odd, MAIN) == (MAIN, "refs/heads/release/*")
    assert patterns_of((), "refs/remotes/origin/main") == ()


def test_what_git_tells_its_hooks_is_read() -> None:
    zero, one = "0" * 40, "a" * 40
    assert list(moves_of("reference-transaction", f"{zero} {one} {MAIN}\n")) == [Move(MAIN, None, one)]
    assert list(moves_of("pre-push", f"(delete) {zero} {MAIN} {one}\nodd\n")) == [Move(MAIN, one, None)]
