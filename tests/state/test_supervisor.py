"""The core's loop over a scripted source: rows, revisions, bells, and what happens when the store takes nothing."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from state.board import BoardUnreadable
from state.ports import Batch, LogMark, Problem
from state.runs import event as ev
from state.runs.run import Origin, RunKey, Usage, run_key
from state.runs.worktree import ChangedFile, Worktree
from state.spool import Spool, hang_bell
from state.store.database import StoreUnwilling
from state.store.reader import StoreReader
from state.store.writer import Store
from state.supervisor import Header, StoreLost, Supervisor

KEY = run_key("codex", "one")
TREE = Worktree("/w/a", "/r/.git/worktrees/a", branch="feat/a", head="1" * 40)
HEADER = Header("repo", "main", ("/home/x/.codex/sessions",))


class ScriptedSource:
    """A `RunSource` that gives the batches it was given."""

    def __init__(self, *batches: Batch) -> None:
        self.waiting: asyncio.Queue[Batch] = asyncio.Queue()
        for batch in batches:
            self.waiting.put_nowait(batch)
        self.remembered: tuple[LogMark, ...] = ()
        self.located: tuple[Worktree, ...] = ()

    def remember(self, marks: Sequence[LogMark]) -> None:
        self.remembered = tuple(marks)

    def locate_in(self, worktrees: Sequence[Worktree]) -> None:
        self.located = tuple(worktrees)

    async def catch_up(self) -> AsyncIterator[Batch]:
        while not self.waiting.empty():
            yield self.waiting.get_nowait()

    async def read_whole(self, run: RunKey) -> bool:
        return False

    def gathered(self) -> Batch | None:
        return None

    def signs(self) -> dict[str, str]:
        return {}

    async def follow(self) -> AsyncIterator[Batch]:
        while True:
            yield await self.waiting.get()


class ScriptedWorktrees:
    """A `Worktrees` that answers from memory and counts how often it was asked."""

    def __init__(self, *trees: Worktree) -> None:
        self.trees = {tree.path: tree for tree in trees}
        self.read_paths: list[str] = []
        self.problem: Problem | None = None

    async def listed(self) -> tuple[tuple[Worktree, ...], tuple[Problem, ...]]:
        if self.problem:
            return (), (self.problem,)
        return tuple(self.trees.values()), ()

    async def read(self, worktree: Worktree) -> Worktree:
        self.read_paths.append(worktree.path)
        files = (ChangedFile("a.py", "modified", 3, 1), ChangedFile("b", "untracked"))
        return replace(worktree, files=files, ahead=len(self.read_paths), behind=0, read_at=50.0)


def story(*more: ev.Event) -> Batch:
    def at(offset: int) -> Origin:
        return Origin("/logs/one", offset, 10.0 + offset)

    events = (
        ev.RunFound(KEY, at(0), "codex", "one"),
        ev.PlaceEntered(KEY, at(0), "/w/a", "feat/a"),
        ev.WorktreeFound(KEY, at(0), "/w/a"),
        ev.PromptGiven(KEY, at(1), "mend the parser"),
        ev.RequestMetered(KEY, at(2), "codex:one:5", "gpt", Usage(output=5, requests=1)),
        *more,
    )
    mark = LogMark("/logs/one", "codex", run=KEY, belongs=True, inode=1, offset=3, records=3)
    return Batch(events=events, marks=(mark,), bytes=3, done=3, backlog=3)


class House:
    """A store, a spool and a supervisor in a directory of their own."""

    def __init__(self, folder: Path, source: ScriptedSource, trees: ScriptedWorktrees) -> None:
        self.spool = Spool(folder)
        self.store = Store(self.spool.database)
        self.now = 100.0
        self.trees, self.source = trees, source
        self.supervisor = Supervisor(self.store, self.spool, source, trees, HEADER, lambda: self.now)
        self.reader = StoreReader(self.spool)

    async def close(self) -> None:
        await self.reader.close()
        self.store.close()


def make_house(folder: Path, *batches: Batch) -> House:
    return House(folder, ScriptedSource(*batches), ScriptedWorktrees(TREE))


async def test_one_step_makes_the_board(tmp_path: Path) -> None:
    house = make_house(tmp_path, story())
    await house.supervisor.begin()
    await house.supervisor.once()
    shown = await house.reader.changes(0)
    (card,) = shown.cards
    assert (card.task_title, card.state, card.branch, card.changed_files, card.untracked_files) == (
        "mend the parser",
        "working",
        "feat/a",
        2,
        1,
    )
    assert (card.usage.output, card.usage.requests, card.ahead) == (5, 1, 1)
    assert (shown.repository, shown.base, shown.looked_in, shown.indexing) == ("repo", "main", HEADER.looked_in, None)
    assert house.supervisor.tally.figures() == {
        "files": 1, "bytes": 3, "records": 3, "not_understood": 0, "reread": 0, "skimmed": 0,
    }  # fmt: skip
    await house.close()


async def test_a_second_life_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    first = make_house(tmp_path, story())
    await first.supervisor.begin()
    await first.supervisor.once()
    await first.close()
    again = story()
    second = make_house(
        tmp_path, replace(again, events=(*again.events[-1:], ev.TurnEnded(KEY, Origin("/logs/one", 9, 30.0), "done")))
    )
    await second.supervisor.begin()
    assert [mark.offset for mark in second.source.remembered] == [3]
    await second.supervisor.once()
    (card,) = (await second.reader.changes(0)).cards
    assert (card.state, card.task_title, card.usage.output) == ("idle", "mend the parser", 5)
    await second.close()


async def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    other = run_key("codex", "two")
    found = ev.RunFound(other, Origin("/logs/two", 0, 1.0), "codex", "two")
    house = make_house(tmp_path, story(found))
    await house.supervisor.begin()
    await house.supervisor.once()
    before = await house.reader.changes(0)
    await house.supervisor.take(Batch(events=(ev.AgentSpoke(KEY, Origin("/logs/one", 9, 60.0), "on"),)))
    after = await house.reader.changes(before.rev)
    assert len(before.cards) == 2
    assert [card.id for card in after.cards] == [KEY]
    assert (await house.reader.changes(after.rev)).cards == ()
    await house.close()


async def test_a_commit_rings_every_board(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    await house.supervisor.begin()
    bell = hang_bell(house.spool.boards / "x.bell")
    await house.supervisor.take(story())
    assert os.read(bell, 10) == b"\n"
    os.close(bell)
    await house.close()


async def test_silence_changes_the_state_without_an_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.supervisor.TICK_SECONDS", 0.01)
    house = make_house(tmp_path, story())
    await house.supervisor.begin()
    await house.supervisor.once()
    rev = (await house.reader.changes(0)).rev
    house.now = 100.0 + 3600 * 5
    running = asyncio.create_task(house.supervisor.run())
    shown = await until(house, rev)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [(card.state, card.certain) for card in shown] == [("unknown", False)]
    await house.close()


async def until(house: House, rev: int) -> list[object]:
    while not (changed := await house.reader.changes(rev)).cards:
        await house.reader.rung()
    return list(changed.cards)


async def test_a_full_disk_loses_nothing_and_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.supervisor.RETRY_SECONDS", (0.01,))
    house = make_house(tmp_path)
    await house.supervisor.begin()
    real, told = house.store.transaction, []

    def failing() -> object:
        if len(told) < 3:
            told.append(house.spool.distress_file.exists())
            raise StoreUnwilling("database or disk is full")
        return real()

    monkeypatch.setattr(house.store, "transaction", failing)
    await house.supervisor.take(story())
    (card,) = (await house.reader.changes(0)).cards
    assert told == [False, True, True]
    assert card.task_title == "mend the parser"
    assert not house.spool.distress_file.exists()
    await house.close()


async def test_a_removed_database_ends_the_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.supervisor.TICK_SECONDS", 0.01)
    house = make_house(tmp_path, story())
    await house.supervisor.begin()
    house.spool.database.unlink()
    with pytest.raises(ExceptionGroup) as told:
        await house.supervisor.run()
    assert isinstance(told.value.exceptions[0], StoreLost)
    await house.close()


async def test_a_worktree_that_stirs_is_read_and_one_that_rests_is_not(tmp_path: Path) -> None:
    house = House(tmp_path, ScriptedSource(), ScriptedWorktrees(TREE, replace(TREE, path="/w/b")))
    await house.supervisor.begin()
    await house.supervisor.survey.finish()
    assert sorted(house.trees.read_paths) == ["/w/a", "/w/b"]
    await house.supervisor.take(Batch(stirred=frozenset({"/w/a", "/elsewhere"})))
    await house.supervisor.survey.finish()
    await house.supervisor.survey.finish()
    assert house.trees.read_paths[2:] == ["/w/a"]
    await house.close()


async def test_worktrees_come_and_go_without_a_restart(tmp_path: Path) -> None:
    house = make_house(tmp_path, story())
    await house.supervisor.begin()
    await house.supervisor.once()
    del house.trees.trees["/w/a"]
    house.trees.trees["/w/b"] = replace(TREE, path="/w/b", branch="feat/b")
    await house.supervisor.take(Batch(worktrees_changed=True))
    assert [tree.path for tree in house.source.located] == ["/w/b"]
    (card,) = (await house.reader.changes(0)).cards
    assert card.changed_files is None
    assert house.trees.read_paths == ["/w/a"]
    await house.supervisor.survey.finish()
    assert house.trees.read_paths == ["/w/a", "/w/b"]
    await house.close()


async def test_git_that_does_not_answer_is_a_problem_and_the_rest_goes_on(tmp_path: Path) -> None:
    house = make_house(tmp_path, story())
    house.trees.problem = Problem("/r", "git did not answer within 10 s", "see what holds it")
    await house.supervisor.begin()
    await house.supervisor.once()
    shown = await house.reader.changes(0)
    assert [problem.text for problem in shown.problems] == ["git did not answer within 10 s"]
    assert len(shown.cards) == 1
    await house.close()


async def test_an_order_is_carried_out_and_answered(tmp_path: Path) -> None:
    house = make_house(tmp_path, story())
    await house.supervisor.begin()
    await house.supervisor.survey.finish()
    orders = [house.spool.order("refresh"), house.spool.order("settle"), house.spool.order("dance")]
    await house.supervisor.once()
    answers = [house.spool.take_answer(order) for order in orders]
    assert answers[0] == {"text": "git is asked about every worktree"}
    assert answers[1] is not None and answers[1]["files"] == 1
    assert answers[2] is not None and "dance" in answers[2]["error"]
    assert house.trees.read_paths == ["/w/a", "/w/a"]
    await house.close()


async def test_a_story_is_told_oldest_first_with_its_places(tmp_path: Path) -> None:
    place = Origin("/logs/one", 7, 40.0)
    more = (
        ev.ToolBegun(KEY, place, "c", "Bash", "pytest"),
        ev.ToolEnded(KEY, Origin("/logs/one", 8, 45.0), "c", True, "1 failed"),
    )
    house = make_house(tmp_path, story(*more))
    await house.supervisor.begin()
    await house.supervisor.once()
    detail = await house.reader.detail(KEY)
    assert detail is not None
    assert [(line.kind, line.text, line.failed, line.offset) for line in detail.story] == [
        ("prompt", "mend the parser", False, 1),
        ("tool", "pytest", False, 7),
        ("result", "1 failed", True, 8),
    ]
    assert detail.worktree is not None and detail.worktree.branch == "feat/a"
    assert detail.origins["title"].offset == 1
    assert await house.reader.detail("no such run") is None
    await house.close()


@pytest.mark.parametrize("damage", ["{", "5", '[{"odd": 1}]', '[{"text": 1, "evidence": 3}]'])
async def test_a_row_that_is_not_as_the_core_writes_it_is_said_and_read_again(tmp_path: Path, damage: str) -> None:
    house = make_house(tmp_path, story())
    await house.supervisor.begin()
    await house.supervisor.once()
    with sqlite3.connect(house.spool.database) as database:
        (whole,) = database.execute("SELECT findings FROM run").fetchone()
        database.execute("UPDATE run SET findings = ?", (damage,))
    shown = await house.reader.changes(0)
    assert (shown.cards, await house.reader.cards()) == ((), ())
    assert any("table run is not as the core writes it" in problem.text for problem in shown.problems)
    with pytest.raises(BoardUnreadable, match="table run is not as the core writes it"):
        await house.reader.detail(KEY)
    with sqlite3.connect(house.spool.database) as database:
        database.execute("UPDATE run SET findings = ?", (whole,))
    assert [card.id for card in (await house.reader.changes(0)).cards] == [KEY]
    await house.close()
