"""Following: what changes on the disk becomes a batch by itself, and a process that comes or goes is told."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.processes import started
from adapters.source import LogSource
from adapters.watch import Watch
from state.runs.event import PlaceEntered, ProcessGone, ProcessSeen, RunEnded, RunFound, WorktreeFound
from state.runs.run import run_key
from tests.adapters.plain_agent import World, append, line, tree, within

HERE, ELSE = {"cwd": "/w/one"}, {"cwd": "/elsewhere"}
PATIENCE = 60.0


class Followed(World):
    """A world whose source is followed in the background."""

    def restart(self, live_every: float = 60.0) -> LogSource:
        watch = Watch(live_every=live_every, all_every=60.0)
        self.source = LogSource([self.agent], self.environment, within, everything=self.everything, watch=watch)
        self.source.remember(list(self.marks.values()))
        self.source.locate_in(self.trees)
        self._news = asyncio.Event()
        return self.source

    async def follow(self) -> None:
        async for batch in self.source.follow():
            self.commit(batch)
            self._news.set()

    async def until(self, wanted: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not wanted():
                self._news.clear()
                await self._news.wait()

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.follow())
        await asyncio.sleep(0.2)
        try:
            yield
        finally:
            if task.done():
                task.result()
            task.cancel()
            await asyncio.wait([task])

    def present(self, pid: int, session: str, **more: object) -> Path:
        path = self.root / "sessions" / f"{pid}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        entry = {"session": session, "pid": pid, "start": str(started(pid)), "waiting_for": None, **more}
        path.with_suffix(".new").write_text(json.dumps(entry))
        path.with_suffix(".new").replace(path)
        return path


@pytest.fixture
async def world(tmp_path: Path) -> Followed:
    return Followed(tmp_path)


def waiting_process() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = waiting_process()
    yield process
    process.communicate(b"\n")


async def test_an_appended_line_is_one_batch(world: Followed) -> None:
    log = world.log("s", line(1, **HERE))
    async with world.following():
        before = len(world.batches)
        append(log, line(2))
        await world.until(lambda: world.told() == ["1", "2"])
        assert len(world.batches) == before + 1


async def test_a_new_log_a_new_folder_and_a_new_root_are_seen(world: Followed) -> None:
    async with world.following():
        world.log("s", line(1, **HERE))
        await world.until(lambda: world.told() == ["1"])
        world.log("t", line(2, **HERE))
        await world.until(lambda: world.told() == ["1", "2"])
        world.log("t/a", line("a"))
        await world.until(lambda: world.told() == ["1", "2", "a"])
        world.log("u", line(3, **HERE), folder="-w-one-deep")
        await world.until(lambda: world.told() == ["1", "2", "a", "3"])


async def test_foreign_logs_that_grow_cost_no_listing_and_no_batch(world: Followed) -> None:
    foreign = world.log("theirs", line(1, **ELSE))
    log = world.log("s", line(1, **HERE))
    async with world.following():
        listed, batches, heads = world.agent.listed, len(world.batches), len(world.agent.heads_read)
        append(foreign, line(2, **HERE))
        await asyncio.sleep(0.2)
        append(log, line(2))
        await world.until(lambda: world.told() == ["1", "2"])
        assert (world.agent.listed, len(world.batches)) == (listed, batches + 1)
        assert len(world.agent.heads_read) == heads


async def test_a_file_that_is_no_log_costs_one_listing_however_often_it_changes(world: Followed) -> None:
    log = world.log("s", line(1, **HERE))
    async with world.following():
        listed = world.agent.listed
        for number in range(5):
            append(log.with_suffix(".meta"), b"x")
            append(log, line(number + 2))
            await world.until(lambda number=number: len(world.told()) == number + 2)
        assert world.agent.listed == listed + 1


async def test_a_lost_notice_is_made_good_at_the_beat(world: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    log = world.log("s", line(1, **HERE))
    world.restart(live_every=0.1)
    monkeypatch.setattr(world.agent, "folders", lambda root: iter([str(root)]))
    async with world.following():
        append(log, line(2))
        await world.until(lambda: world.told() == ["1", "2"])


async def test_worktrees_that_appear_bring_their_logs_at_once(world: Followed) -> None:
    world.log("s", line(1, cwd="/w/new"))
    async with world.following():
        world.source.locate_in([*world.trees, tree("/w/new")])
        await world.until(lambda: world.told() == ["1"])


async def test_a_flood_in_one_log_does_not_starve_the_others(world: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.reading.PASS_SECONDS", 0.0)
    flooded, quiet = world.log("flood", line(0, **HERE)), world.log("quiet", line("q0", **HERE))
    async with world.following():
        with flooded.open("ab") as file:
            for number in range(1, 4001):
                file.write(line(number, pad="x" * 10_000))
        append(quiet, line("q1"))
        await world.until(lambda: len(world.told("flood")) == 4001 and len(world.told("quiet")) == 2)
        assert world.told("flood") == [str(number) for number in range(4001)]
        order = world.told()
        assert order.index("q1") < order.index("4000")


async def test_gits_folders_stir_their_worktree_and_tell_of_new_ones(world: Followed, tmp_path: Path) -> None:
    common, own = tmp_path / "repo" / ".git", tmp_path / "repo" / ".git" / "worktrees" / "one"
    own.mkdir(parents=True)
    folders = {
        str(tmp_path / "repo"): [str(common), str(own.parent)],
        "/w/one": [str(common), str(own.parent), str(own)],
    }
    async with world.following():
        world.source.watch_also(folders)
        await asyncio.sleep(0.2)
        before = len(world.batches)
        (own / "index.lock").touch()
        await asyncio.sleep(0.2)
        assert len(world.batches) == before
        (own / "index.lock").rename(own / "index")
        await world.until(lambda: len(world.batches) > before)
        assert (world.batches[-1].stirred, world.batches[-1].worktrees_changed) == ({"/w/one"}, False)
        before = len(world.batches)
        (own / "HEAD").write_text("ref: refs/heads/x\n")
        await world.until(lambda: len(world.batches) > before)
        assert (world.batches[-1].stirred, world.batches[-1].worktrees_changed) == ({"/w/one"}, True)
        before = len(world.batches)
        (own.parent / "two").mkdir()
        await world.until(lambda: len(world.batches) > before)
        assert (world.batches[-1].stirred, world.batches[-1].worktrees_changed) == (frozenset(), True)


async def test_what_changed_in_git_before_it_was_watched_is_found(world: Followed, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    world.source.watch_also({"/w/one": [str(own)]})
    (own / "HEAD").write_text("moved")
    batches = await world.catch_up()
    assert (batches[-1].stirred, batches[-1].worktrees_changed) == ({"/w/one"}, True)
    assert await world.catch_up() == []


async def test_a_live_process_is_seen_and_told_again_only_when_it_says_something_new(
    world: Followed, child: subprocess.Popen[bytes]
) -> None:
    world.log("s", line(1, **HERE))
    world.present(child.pid, "s", status="busy", at=100.0)
    world.present(os.getpid(), "theirs", cwd="/elsewhere")
    async with world.following():
        await world.until(lambda: world.kinds(ProcessSeen))
        world.present(child.pid, "s", status="busy", at=101.0)
        await asyncio.sleep(0.2)
        path = world.present(child.pid, "s", status="waiting", waiting_for="permission prompt", at=102.0)
        await world.until(lambda: len(world.kinds(ProcessSeen)) == 2)
    first, second = world.kinds(ProcessSeen)
    assert (first.run, first.pid, first.status, first.origin.at) == (run_key("plain", "s"), child.pid, "busy", 100.0)
    assert (second.status, second.waiting_for, second.origin.log) == ("waiting", "permission prompt", str(path))


async def test_a_process_that_dies_or_leaves_its_registry_is_gone(world: Followed) -> None:
    processes = [waiting_process(), waiting_process()]
    for number, process in enumerate(processes):
        world.log(f"s{number}", line(number, **HERE))
        world.present(process.pid, f"s{number}")
    world.restart(live_every=0.1)
    async with world.following():
        await world.until(lambda: len(world.kinds(ProcessSeen)) == 2)
        processes[0].communicate(b"\n")
        await world.until(lambda: [event.run for event in world.kinds(ProcessGone)] == [run_key("plain", "s0")])
        (world.root / "sessions" / f"{processes[1].pid}.json").unlink()
        await world.until(lambda: len(world.kinds(ProcessGone)) == 2)
    processes[1].communicate(b"\n")


async def test_a_process_that_ended_while_nobody_looked_is_told_by_the_next_life_once(world: Followed) -> None:
    process = waiting_process()
    world.log("s", line(1, **HERE))
    world.present(process.pid, "s")
    await world.catch_up()
    process.communicate(b"\n")
    for _ in range(3):
        world.restart()
        await world.catch_up()
    assert len(world.kinds(ProcessSeen)) == len(world.kinds(ProcessGone)) == 1


async def test_a_process_that_still_lives_is_not_told_again_by_the_next_life(
    world: Followed, child: subprocess.Popen[bytes]
) -> None:
    world.log("s", line(1, **HERE))
    world.present(child.pid, "s", status="idle")
    await world.catch_up()
    world.restart()
    await world.catch_up()
    assert len(world.kinds(ProcessSeen)) == 1
    assert world.kinds(ProcessGone) == []


async def test_a_reused_process_number_is_no_live_run(world: Followed, child: subprocess.Popen[bytes]) -> None:
    world.log("s", line(1, **HERE))
    world.present(child.pid, "s", start="1")
    await world.catch_up()
    assert world.kinds(ProcessSeen) == []


async def test_what_cannot_be_told_of_a_process_is_said(world: Followed, child: subprocess.Popen[bytes]) -> None:
    world.log("s", line(1, **HERE))
    path = world.present(child.pid, "s", start=None)
    await world.catch_up()
    assert world.kinds(ProcessSeen) == [], "a process that may be another is no proof of life"
    assert f"nothing tells whether process {child.pid}" in world.problems[str(path)]
    path.unlink()
    await world.catch_up()
    assert world.problems == {}


async def test_a_session_without_a_log_is_introduced_by_its_process(
    world: Followed, child: subprocess.Popen[bytes]
) -> None:
    world.present(child.pid, "s", cwd="/w/one/deep", at=time.time())
    await world.catch_up()
    run = run_key("plain", "s")
    assert [(type(event), event.run) for event, _ in world.events] == [
        (kind, run) for kind in (RunFound, PlaceEntered, WorktreeFound, ProcessSeen)
    ]
    world.trees = [tree("/w/one/deep")]
    world.restart()
    await world.catch_up()
    assert [event.worktree for event in world.kinds(WorktreeFound)] == ["/w/one", "/w/one/deep"]


async def test_a_session_that_goes_on_in_the_same_process_takes_it_over(
    world: Followed, child: subprocess.Popen[bytes]
) -> None:
    world.log("s", line(1, **HERE))
    world.log("t", line(2, **HERE))
    world.present(child.pid, "s")
    await world.catch_up()
    world.present(child.pid, "t")
    for _ in range(2):
        world.restart()
        await world.catch_up()
    assert [event.run for event in world.kinds(ProcessSeen)] == [run_key("plain", "s"), run_key("plain", "t")]
    assert [event.run for event in world.kinds(ProcessGone)] == [run_key("plain", "s")]
    assert [event.run for event in world.kinds(RunEnded)] == [run_key("plain", "s")]
