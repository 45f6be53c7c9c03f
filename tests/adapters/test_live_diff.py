"""A worktree as it differs from its base just now: uncommitted work is shown, and nothing that it names is run."""

import asyncio
import os
from pathlib import Path
from types import ModuleType

import pytest

from adapters.git import live_diff, repository
from adapters.git.live_diff import BUSY, GitLive, _alone
from adapters.git.snapshot_store import SnapshotStore
from state.evidence.diffs import LiveDiff
from state.evidence.proposal import FileDiff

pytestmark = pytest.mark.usefixtures("home")


def lines_of(one: FileDiff) -> list[tuple[str, str]]:
    return [(line.kind, line.text) for hunk in one.hunks for line in hunk.lines]


async def live(main: Path, tree: Path, state: Path) -> LiveDiff:
    found = await GitLive(repository.find(str(main)), state).diff(str(tree))
    assert isinstance(found, LiveDiff), found
    return found


async def test_committed_uncommitted_and_untracked_work_is_one_difference(tmp_path: Path, hostile: ModuleType) -> None:
    main, tree = hostile.two_worktrees(tmp_path)
    planted = hostile.Planted(tmp_path, main, tree, tmp_path / "canary", tmp_path / "notes")
    planted.canary.write_text(f'#!/bin/sh\necho ran >> {planted.notes}\ncat "$@"\n')
    planted.canary.chmod(0o755)
    for key in ("diff.evil.textconv", "diff.evil.command", "filter.evil.clean", "filter.evil.smudge", "core.fsmonitor"):
        planted.config(key, str(planted.canary))
    planted.attributes("*.txt diff=evil filter=evil\nnew.txt -diff\n")
    (main / ".git/info/attributes").write_text("*.txt -diff\n")
    before = {path: path.stat().st_mtime_ns for path in (main / ".git").rglob("*") if path.is_file()}
    found = await live(main, tree, tmp_path / "state")
    assert not planted.sung() and before == {path: path.stat().st_mtime_ns for path in before}
    shown = {one.change.path: lines_of(one) for one in found.files}
    assert list(shown) == [".gitattributes", "a.txt", "b.txt", "new.txt"]
    assert shown["b.txt"] == [("deleted", "one"), ("added", "agent")], "against where it left the base, not its tip"
    assert shown["new.txt"] == [("added", "new")]
    assert ("deleted", "two") in shown["a.txt"] and ("added", "TWO") in shown["a.txt"]
    assert found.loose == {".gitattributes", "a.txt", "new.txt"} and found.base_ref == "refs/heads/main"
    room = GitLive(repository.find(str(main)), tmp_path / "state")
    assert await room.content(found.files[1].change.new_blob, 100) == (tree / "a.txt").read_bytes()
    assert "cannot be read" in str(await room.content("0" * 40, 100))


async def test_what_cannot_be_shown_is_said(tmp_path: Path, hostile: ModuleType) -> None:
    main, _ = hostile.two_worktrees(tmp_path)
    room = GitLive(repository.find(str(main)), tmp_path / "state")
    assert await room.diff(str(tmp_path / "none")) == f"{tmp_path / 'none'} is gone"
    (main / ".git/HEAD").unlink()
    os.mkfifo(main / ".git/HEAD")
    assert "not a regular file" in str(await room.diff(str(main)))


async def test_a_core_that_compares_all_worktrees_keeps_no_board_waiting(tmp_path: Path, hostile: ModuleType) -> None:
    main, tree = hostile.two_worktrees(tmp_path)
    (tmp_path / "state").mkdir()
    lock = SnapshotStore(tmp_path / "state", repository.find(str(main))).open()
    assert await asyncio.wait_for(live(main, tree, tmp_path / "state"), 9.0)
    os.close(lock)


async def test_another_board_is_waited_for_within_bounds(
    tmp_path: Path, hostile: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, tree = hostile.two_worktrees(tmp_path)
    (tmp_path / "state").mkdir()
    store = SnapshotStore(tmp_path / "state", repository.find(str(main)), "shown")
    lock = store.open()
    monkeypatch.setattr(live_diff, "PATIENCE", 0.01)
    assert await GitLive(repository.find(str(main)), tmp_path / "state").diff(str(tree)) == BUSY
    waiting = asyncio.create_task(_alone(store, 60.0))
    await asyncio.sleep(0.02)
    os.close(lock)
    os.close(await asyncio.wait_for(waiting, 2.0) or -1)


async def test_who_goes_away_while_another_works_leaves_the_store_open(tmp_path: Path, hostile: ModuleType) -> None:
    main, _ = hostile.two_worktrees(tmp_path)
    store = SnapshotStore(tmp_path / "state", repository.find(str(main)))
    (tmp_path / "state").mkdir()
    for held in (store.open(), None):
        waiting = asyncio.create_task(_alone(store, 60.0))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        if held is not None:
            os.close(held)
        os.close(await asyncio.wait_for(asyncio.to_thread(store.open), 2.0))
