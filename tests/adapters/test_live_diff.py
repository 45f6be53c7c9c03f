"""A worktree as it differs from its base just now: uncommitted work is shown, and nothing that it names is run."""

import asyncio
import os
from pathlib import Path
from types import ModuleType

import pytest

from adapters.git import repository
from adapters.git.live_diff import GitLive, _held
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


async def test_who_goes_away_while_another_works_leaves_the_store_open(tmp_path: Path, hostile: ModuleType) -> None:
    main, _ = hostile.two_worktrees(tmp_path)
    store = SnapshotStore(tmp_path / "state", repository.find(str(main)))
    (tmp_path / "state").mkdir()
    lock = store.open()

    async def wait() -> None:
        async with _held(store):
            raise AssertionError("it is held by another")

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.02)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    os.close(lock)
    os.close(await asyncio.wait_for(asyncio.to_thread(store.open), 2.0))
