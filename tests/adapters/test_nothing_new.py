"""A quick look says that nothing is new only where nothing is: each kind of news is seen by it."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from state.spool import Spool
from state.store.unmoved import YOUNG_NS, nothing_new, stamp
from tests.world import World


def settled(folder: Path) -> World:
    """Read a small world so long after it last changed that a quick look can be sure of it."""
    world = World(folder)
    world.claude("s1").append(world.claude("s1").prompt("begin"))
    world.claude("s2", cwd=folder).append(world.claude("s2", cwd=folder).prompt("elsewhere"))
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files, "."):
            os.utime(Path(parent, name), (time.time() - 600,) * 2, follow_symlinks=False)
    world.headgate("index")
    return world


def appended(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("more"))


def begun(world: World) -> None:
    world.claude("s3").append(world.claude("s3").prompt("new"))


def ordered(world: World) -> None:
    (house,) = (path for path in world.state.iterdir() if path.is_dir())
    Spool(house).order("refresh")


def rewritten(world: World) -> None:
    path = world.claude("s1").path
    old = path.stat()
    path.with_suffix(".new").write_bytes(path.read_bytes())
    path.with_suffix(".new").rename(path)
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    os.utime(path.parent, (time.time() - 600,) * 2)


NEWS: tuple[Callable[[World], object], ...] = (
    *(appended, begun, ordered, rewritten),
    lambda world: world.claude("s1").path.unlink(),
    lambda world: world.add_worktree("two"),
    lambda world: world.git("commit", "-q", "--allow-empty", "-m", "more"),
    lambda world: world.environment.update(CODEX_HOME=str(world.home)),
    lambda world: Path(world.environment["CODEX_HOME"], "sessions").mkdir(parents=True),
    lambda world: Path(world.environment["CLAUDE_CONFIG_DIR"], "sessions").mkdir(),
)


def test_nothing_is_new_after_a_reading(tmp_path: Path) -> None:
    world = settled(tmp_path)
    assert nothing_new(str(world.repository), world.environment)
    assert nothing_new(str(world.worktrees["one"]), world.environment)
    assert not nothing_new(str(tmp_path), world.environment)


@pytest.mark.parametrize("change", NEWS)
def test_each_kind_of_news_is_seen(tmp_path: Path, change: Callable[[World], object]) -> None:
    world = settled(tmp_path)
    change(world)
    assert not nothing_new(str(world.repository), world.environment)


def test_a_log_of_another_repository_may_grow_unseen(tmp_path: Path) -> None:
    world = settled(tmp_path)
    log = world.claude("s2", cwd=tmp_path)
    log.append(log.prompt("more"))
    assert nothing_new(str(world.repository), world.environment)


def test_what_changed_just_now_may_change_again(tmp_path: Path) -> None:
    changed = tmp_path.stat().st_mtime_ns
    assert stamp(str(tmp_path), changed + 1) != stamp(str(tmp_path), changed + 2)
    assert stamp(str(tmp_path), changed + 2 * YOUNG_NS) == stamp(str(tmp_path), changed + 3 * YOUNG_NS)


def test_the_quick_answer_is_the_one_of_the_whole_way(tmp_path: Path) -> None:
    world = settled(tmp_path)
    quick = json.loads(world.headgate("index", "--json"))
    whole = json.loads(world.headgate("index", "--json", "--repo", str(world.repository)))
    assert {**quick, "seconds": 0} == {**whole, "seconds": 0}
    assert [line.split(":")[0] for line in world.headgate("index").splitlines()] == [
        line.split(":")[0] for line in world.headgate("index", "--repo", str(world.repository)).splitlines()
    ]
