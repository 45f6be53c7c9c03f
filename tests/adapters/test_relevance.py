"""Whose a log is: its first records decide, its place only says where to look first."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.relevance import ELSEWHERE, NO_CWD, NO_CWD_YET, Territory
from state.ports import LogMark
from tests.adapters.plain_agent import World, append, line, tree, within

HERE, ELSE = {"cwd": "/w/one"}, {"cwd": "/elsewhere"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def territory(*paths: str, everything: bool = False) -> Territory:
    made = Territory(within, everything)
    made.settle([tree(path) for path in paths])
    return made


async def test_only_this_repositorys_logs_are_read(world: World) -> None:
    world.log("ours", line(1, **HERE))
    foreign = world.log("theirs", line(2, **ELSE), folder="-elsewhere")
    await world.catch_up()
    assert world.told() == ["1"]
    mark = world.marks[str(foreign)]
    assert (mark.belongs, mark.cwd, mark.why, mark.offset) == (False, "/elsewhere", ELSEWHERE, 0)


async def test_the_place_is_no_proof_either_way(world: World) -> None:
    world.log("ours", line(1, **HERE), folder="-elsewhere")
    world.log("theirs", line(2, cwd="/w-one"), folder="-w-one")
    await world.catch_up()
    assert world.told() == ["1"]


async def test_what_lies_where_ours_do_is_read_first(world: World) -> None:
    world.log("a", line("far", **HERE), folder="-elsewhere")
    world.log("z", line("near", **HERE), folder="-w-one-deep")
    await world.catch_up()
    assert world.told() == ["near", "far"]


async def test_the_head_of_a_foreign_log_is_read_once_for_ever(world: World) -> None:
    foreign = world.log("theirs", line(1, **ELSE))
    await world.catch_up()
    for _ in range(3):
        append(foreign, line(2, **HERE))
        await world.catch_up()
        world.restart()
    await world.catch_up()
    assert world.agent.heads_read == [str(foreign)]
    assert len(world.batches) == 1


async def test_another_file_in_a_foreign_logs_place_is_looked_at_again(world: World) -> None:
    foreign = world.log("theirs", line(1, **ELSE))
    await world.catch_up()
    foreign.rename(foreign.with_suffix(".old"))
    world.log("theirs", line(2, **HERE))
    await world.catch_up()
    assert world.told() == ["2"]


async def test_a_log_without_a_directory_yet_is_looked_at_again_when_it_grows(world: World) -> None:
    log = world.log("s", b'{"id"')
    await world.catch_up()
    assert world.marks[str(log)].why == NO_CWD_YET
    append(log, b':"1"}\n')
    await world.catch_up()
    read = len(world.agent.heads_read)
    await world.catch_up()
    assert len(world.agent.heads_read) == read
    append(log, line(2, **HERE))
    world.restart()
    await world.catch_up()
    assert world.told() == ["1", "2"]


async def test_a_directory_behind_the_first_records_is_not_searched_for_ever(world: World) -> None:
    log = world.log("s", *(line(number, pad="x" * 1000) for number in range(300)))
    await world.catch_up()
    assert world.marks[str(log)].why == NO_CWD
    read = len(world.agent.heads_read)
    append(log, line("late", **HERE))
    await world.catch_up()
    assert (len(world.agent.heads_read), world.told()) == (read, [])


async def test_a_directory_in_a_very_long_first_record_is_found(world: World) -> None:
    world.log("s", line(1, image="x" * 2_000_000, **HERE))
    await world.catch_up()
    assert world.told() == ["1"]


async def test_a_foreign_log_is_ours_when_its_worktree_appears_and_its_head_is_not_read_again(world: World) -> None:
    log = world.log("s", line(1, cwd="/w/new"), folder="-w-new")
    world.log("s/a", line("a"), folder="-w-new")
    await world.catch_up()
    heads = sorted(world.agent.heads_read)
    world.trees.append(tree("/w/new"))
    world.source.locate_in(world.trees)
    await world.catch_up()
    assert world.told() == ["1", "a"]
    assert world.marks[str(log)].belongs
    assert sorted(set(world.agent.heads_read)) == sorted(set(heads))


async def test_a_worktree_that_appears_between_two_lives_counts_too(world: World) -> None:
    world.log("s", line(1, cwd="/w/new"))
    await world.catch_up()
    world.trees.append(tree("/w/new"))
    world.restart()
    await world.catch_up()
    assert world.told() == ["1"]


async def test_a_log_stays_ours_when_its_worktree_is_gone(world: World) -> None:
    log = world.log("s", line(1, **HERE))
    await world.catch_up()
    world.trees = [tree("/w/main")]
    world.restart()
    append(log, line(2))
    await world.catch_up()
    log.write_bytes(line(3, **HERE))
    await world.catch_up()
    assert world.told() == ["1", "2", "3"]


async def test_a_subagents_log_belongs_with_its_main_log_or_by_its_own_directory(world: World) -> None:
    world.log("ours", line(1, **HERE))
    world.log("ours/a", line("a"))
    world.log("ours/b", line("b", **ELSE))
    world.log("theirs", line(2, **ELSE))
    world.log("theirs/c", line("c", **HERE))
    world.log("theirs/d", line("d", **ELSE))
    await world.catch_up()
    assert sorted(world.told()) == ["1", "a", "b", "c"]


async def test_a_subagents_log_that_was_there_first_follows_its_main_log(world: World) -> None:
    world.log("s/a", line("a"))
    await world.catch_up()
    assert world.told() == []
    world.log("s", line(1, **HERE))
    await world.catch_up()
    assert world.told() == ["1", "a"]


async def test_with_everything_all_logs_belong_as_soon_as_they_speak(tmp_path: Path) -> None:
    world = World(tmp_path, everything=True, trees=())
    world.log("one", line(1, **HERE))
    world.log("two", line(2))
    silent = world.log("three")
    await world.catch_up()
    assert sorted(world.told()) == ["1", "2"]
    append(silent, line(3))
    await world.catch_up()
    assert sorted(world.told()) == ["1", "2", "3"]


async def test_a_log_that_turns_out_to_be_another_session_is_begun_anew(world: World) -> None:
    log = world.log("s", line(1, session="old", **HERE))
    await world.catch_up()
    log.write_bytes(line(2, session="new", **HERE))
    await world.catch_up()
    append(log, line(3))
    await world.catch_up()
    assert (world.told("old"), world.told("new")) == (["1"], ["2", "3"])


async def test_a_log_that_becomes_another_repositorys_is_ours_no_more(world: World) -> None:
    log = world.log("s", line(1, session="old", **HERE))
    await world.catch_up()
    log.write_bytes(line(2, session="new", **ELSE))
    await world.catch_up()
    assert world.told() == ["1"]
    assert not world.marks[str(log)].belongs


@given(path=st.text(min_size=1, max_size=400).filter(lambda text: "\0" not in text))
def test_every_directory_is_likely_under_its_own_encoded_name(path: str) -> None:
    encoded = "".join(one if one.isascii() and one.isalnum() else "-" for one in f"/{path}")
    assert territory(f"/{path}").likely(f"/home/.claude/projects/{encoded[:200]}-more/s.jsonl")
    assert not territory("/somewhere/else").likely(f"/home/.claude/{'x' + encoded[1:]}/s.jsonl")


def test_without_worktrees_nothing_is_likely_and_nothing_belongs() -> None:
    made = territory()
    assert not made.likely("/home/.claude/projects/-w-one/s.jsonl")
    mark = LogMark("/l", "plain", session="s", cwd="/w/one")
    assert made.judge(mark, session_belongs=False).why == ELSEWHERE


def test_only_a_change_of_place_settles_worktrees_anew() -> None:
    asked: list[str] = []

    def locate(cwd: str, worktrees: object) -> str | None:
        asked.append(cwd)
        return None

    made, one = Territory(locate), tree("/w/one")
    assert made.settle([one])
    assert not made.settle([replace(one, head="moved", branch="other")])
    assert [made.worktree_of("/w/one"), made.worktree_of("/w/one")] == [None, None]
    assert asked == ["/w/one"]
    assert made.settle([replace(one, missing=True)])
    made.worktree_of("/w/one")
    assert asked == ["/w/one"] * 2
