"""The source reads what is new in the logs of this repository, once, whatever became of them between two looks."""

import os
import shutil
from pathlib import Path

import pytest

from adapters import reading
from state.runs.event import LineNotUnderstood, LogRestarted, PlaceEntered, ToolEnded, WorktreeFound
from state.runs.run import run_key
from tests.adapters.plain_agent import World, append, line, told, tree

HERE = {"cwd": "/w/one"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_every_line_of_a_log_is_told_once_and_in_order(world: World) -> None:
    log = world.log("s", line(1, **HERE), line(2), b"\n", line(3))
    await world.catch_up()
    append(log, line(4))
    await world.catch_up()
    assert world.told() == ["1", "2", "3", "4"]
    mark = world.marks[str(log)]
    assert (mark.offset, mark.records, mark.reader) == (log.stat().st_size, 4, "4")
    assert (mark.session, mark.cwd, mark.run) == ("s", "/w/one", run_key("plain", "s"))


async def test_nothing_new_is_no_batch(world: World) -> None:
    world.log("s", line(1, **HERE))
    assert len(await world.catch_up()) == 1
    assert await world.catch_up() == []


async def test_the_next_life_goes_on_where_the_last_commit_was(world: World) -> None:
    log = world.log("s", line(1, **HERE), line(2))
    await world.catch_up()
    append(log, line(3))
    world.restart()
    await world.catch_up()
    assert world.told() == ["1", "2", "3"]
    assert world.marks[str(log)].reader == "3"


async def test_a_life_that_ends_within_a_log_repeats_and_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH", 1)
    lines = [line(number, pad="x" * 200_000, **HERE) for number in range(100)]
    world.log("s", *lines)
    world.log("s/a", *(line(f"a{number}") for number in range(10)))
    for _ in range(12):
        async for batch in world.restart().catch_up():
            world.commit(batch)
            break
    await world.catch_up()
    assert world.told("s") == [*(str(number) for number in range(100)), *(f"a{number}" for number in range(10))]


async def test_small_changes_of_many_logs_are_one_batch_and_many_bytes_are_several(world: World) -> None:
    for number in range(20):
        world.log(f"s{number}", line(number, **HERE))
    assert len(await world.catch_up()) == 1
    world.log("big", *(line(number, pad="x" * 1_000_000, **HERE) for number in range(20)))
    batches = await world.catch_up()
    assert len(batches) >= 4
    assert max(batch.bytes for batch in batches) <= reading.BATCH + 5_000_000
    assert [batch.done for batch in batches] == sorted({batch.done for batch in batches})
    assert {batch.backlog for batch in batches} == {batches[-1].done}


async def test_old_sessions_come_first_and_a_main_log_before_its_subagents(world: World) -> None:
    for age, name in ((10, "young"), (90, "old"), (95, "old/a"), (5, "old/b"), (50, "middle")):
        log = world.log(name, line(name, **HERE))
        os.utime(log, (1_700_000_000 - age, 1_700_000_000 - age))
    await world.catch_up()
    assert world.told() == ["old", "old/a", "old/b", "middle", "young"]


async def test_a_log_begun_anew_is_told_again_with_all_logs_of_its_run(world: World) -> None:
    log, side = world.log("s", line(1, **HERE), line(2)), world.log("s/a", line("a"))
    other = world.log("t", line("t", **HERE))
    await world.catch_up()
    log.write_bytes(line(3, **HERE))
    before = len(world.events)
    batches = await world.catch_up()
    new = [event for event, _ in world.events[before:]]
    assert isinstance(new[0], LogRestarted)
    assert (new[0].run, new[0].origin.log) == (run_key("plain", "s"), str(log))
    assert told(new) == ["3", "a"]
    assert {generation for _, generation in world.events[before:]} == {1}
    assert sum(batch.reread for batch in batches) == 2
    assert [world.marks[str(path)].generation for path in (log, side, other)] == [1, 1, 0]
    assert world.marks[str(log)].records == 1


async def test_events_of_two_generations_never_share_a_batch(world: World) -> None:
    first, second = world.log("a", line(1, **HERE)), world.log("s", line(2, **HERE))
    side = world.log("s/x", line("x"))
    await world.catch_up()
    append(first, line(3))
    append(side, line("y"))
    second.write_bytes(line(4, **HERE))
    for batch in await world.catch_up():
        restarts = [number for number, event in enumerate(batch.events) if isinstance(event, LogRestarted)]
        assert restarts in ([], [0])
    assert world.told("s")[2:] in (["y", "4", "x", "y"], ["4", "x", "y"])


async def test_a_subagents_log_begun_anew_begins_the_run_anew(world: World) -> None:
    world.log("s", line(1, **HERE))
    side = world.log("s/a", line("a"))
    await world.catch_up()
    side.write_bytes(line("b"))
    await world.catch_up()
    assert world.told() == ["1", "a", "1", "b"]


async def test_a_restart_is_remembered_by_the_next_life(world: World) -> None:
    log = world.log("s", line(1, **HERE), line(2))
    await world.catch_up()
    log.write_bytes(line(3, **HERE))
    world.restart()
    await world.catch_up()
    world.restart()
    await world.catch_up()
    assert world.told() == ["1", "2", "3"]
    assert world.marks[str(log)].generation == 1


async def test_a_deleted_log_is_no_problem_and_its_return_is_a_restart(world: World) -> None:
    log = world.log("s", line(1, **HERE), line(2))
    await world.catch_up()
    log.unlink()
    assert await world.catch_up() == []
    world.log("s", line(5, **HERE))
    await world.catch_up()
    assert world.told() == ["1", "2", "5"]
    assert len(world.kinds(LogRestarted)) == 1
    assert world.problems == {}


async def test_a_deleted_project_and_a_file_in_its_place_do_no_harm(world: World) -> None:
    log, other = world.log("s", line(1, **HERE)), world.log("t", line(2, **HERE), folder="-w-main")
    await world.catch_up()
    shutil.rmtree(log.parent)
    log.parent.write_bytes(b"no directory")
    append(other, line(3))
    await world.catch_up()
    assert world.told() == ["1", "2", "3"]


async def test_a_log_that_moved_goes_on_under_its_new_name(world: World) -> None:
    log = world.log("s", line(1, **HERE), line(2))
    await world.catch_up()
    moved = log.parent.parent / "archive" / log.name
    moved.parent.mkdir()
    log.rename(moved)
    append(moved, line(3))
    await world.catch_up()
    world.restart()
    moved.rename(log)
    append(log, line(4))
    await world.catch_up()
    assert world.told() == ["1", "2", "3", "4"]
    assert world.kinds(LogRestarted) == []


async def test_another_log_of_the_same_name_and_inode_is_not_taken_for_the_moved_one(world: World) -> None:
    log = world.log("s", line(1, **HERE), line(2))
    await world.catch_up()
    log.unlink()
    world.log("s", line(7, **HERE), line(8), line(9), folder="-w-main")
    await world.catch_up()
    assert world.told() == ["1", "2", "7", "8", "9"]
    assert world.kinds(LogRestarted) == []


async def test_of_two_copies_only_the_longer_is_read_and_the_other_takes_over(world: World) -> None:
    short = world.log("s", line(1, **HERE), line(2), folder="-w-one")
    long = world.log("s", line(1, **HERE), line(2), line(3), folder="-w-one-copy")
    await world.catch_up()
    assert world.told() == ["1", "2", "3"]
    assert world.marks[str(short)].why == f"a copy of {long}"
    append(short, line(3) + line(4))
    await world.catch_up()
    assert world.told() == ["1", "2", "3"]
    long.unlink()
    world.restart()
    await world.catch_up()
    assert world.told() == ["1", "2", "3", "4"]


async def test_the_worktree_of_a_run_is_told_when_it_changes(world: World) -> None:
    log = world.log("s", line(1, **HERE), line(2, cwd="/w/one/deep"), line(3, cwd="/w/main"))
    await world.catch_up()
    assert [event.worktree for event in world.kinds(WorktreeFound)] == ["/w/one", "/w/main"]
    entered = world.kinds(PlaceEntered)[2]
    assert world.kinds(WorktreeFound)[1].origin == entered.origin
    append(log, line(4))
    await world.catch_up()
    assert len(world.kinds(WorktreeFound)) == 2


async def test_the_worktree_is_told_again_when_worktrees_come_and_go(world: World) -> None:
    world.log("s", line(1, cwd="/w/main/.trees/x"))
    await world.catch_up()
    world.trees.append(tree("/w/main/.trees/x"))
    world.source.locate_in(list(reversed(world.trees)))
    await world.catch_up()
    world.source.locate_in(world.trees[1:2])
    await world.catch_up()
    assert [event.worktree for event in world.kinds(WorktreeFound)] == ["/w/main", "/w/main/.trees/x", None]


async def test_the_next_life_tells_the_worktrees_of_runs_that_say_nothing_new(world: World) -> None:
    world.log("s", line(1, **HERE), line(2, cwd="/w/main"))
    await world.catch_up()
    world.trees = [tree("/w/one")]
    world.restart()
    await world.catch_up()
    found = world.kinds(WorktreeFound)
    assert [event.worktree for event in found] == ["/w/one", "/w/main", None]
    assert found[-1].origin.at is None


async def test_a_tool_result_stirs_the_worktree_of_its_run(world: World) -> None:
    log = world.log("s", line(1, **HERE), line(2))
    assert [batch.stirred for batch in await world.catch_up()] == [frozenset()]
    append(log, line(3, tool="edit"))
    assert [batch.stirred for batch in await world.catch_up()] == [{"/w/one"}]
    world.log("s/a", line("a", tool="edit"))
    assert [batch.stirred for batch in await world.catch_up()] == [{"/w/one"}]
    assert len(world.kinds(ToolEnded)) == 2


async def test_records_that_nobody_understands_are_counted_and_lose_nothing(world: World) -> None:
    log = world.log("s", line(1, **HERE), b"\xff\xfe\0 garbage\n", line(2), b'{"a":1{"id":3}\n', line(4))
    await world.catch_up()
    assert world.told() == ["1", "2", "4"]
    assert (world.marks[str(log)].records, world.marks[str(log)].not_understood) == (5, 2)
    assert len(world.kinds(LineNotUnderstood)) == 2
