"""What `git revert` took back is found on the branch, for a merge and for each commit that came with it."""

from pathlib import Path

from adapters.git.repository import find
from adapters.git.reverts import GitReverts
from tests.approved_world import ApprovedWorld

MAIN = "refs/heads/main"


async def test_a_revert_of_a_merge_or_of_a_commit_in_it_is_found(tmp_path: Path, heard: Path) -> None:
    world = ApprovedWorld(tmp_path.resolve())
    head = world.change()
    merge, _ = world.merge(signed=False)
    world.git("merge", "-q", "--ff-only", merge)
    reverts = GitReverts(find(str(world.repository)))
    assert await reverts.of(MAIN, [merge]) == ()
    asked = len(heard.read_text().splitlines())
    assert await reverts.of(MAIN, [merge]) == () and len(heard.read_text().splitlines()) == asked + 1
    world.git("revert", "--no-edit", head)
    world.git("revert", "--no-edit", "HEAD")
    world.git("revert", "--no-edit", "-m", "1", merge)
    world.git("commit", "-q", "--allow-empty", "-m", f"odd\n\nThis reverts commit {'0' * 40}.")
    world.git("commit", "-q", "--allow-empty", "-m", f"said\n\nIt does not say: This reverts commit {merge}.")
    found = await reverts.of(MAIN, [merge])
    assert [(one.reverted, one.merge) for one in found] == [(head, merge), (merge, merge)]
    assert found[0].subject == 'Revert "change b.py"' and found[0].commit == world.id("HEAD~4") and found[0].at > 0


async def test_what_is_no_branch_is_not_asked_for(tmp_path: Path) -> None:
    world = ApprovedWorld(tmp_path.resolve())
    reverts = GitReverts(find(str(world.repository)))
    assert await reverts.of("--all", ["0" * 40]) == () and await reverts.of(MAIN, ["--all"]) == ()
    assert await reverts.of(MAIN, ["0" * 40]) == (), "a merge that is gone is found another time"
