"""Which skimmed runs are read, and in which order."""

import asyncio
from dataclasses import replace

import pytest

from state import depths
from state.depths import Depths, at_once, named, skimmed_in
from state.runs.fleet import Fleet
from state.runs.run import Run, RunKey
from state.runs.worktree import Worktree
from state.tally import Tally
from tests.state.test_supervisor import ScriptedSource

HERE = Worktree(path="/w", git_dir="/w/.git")


def run(name: str, seen: float, skimmed: int, worktree: str | None = "/w") -> Run:
    return Run(RunKey(name), "claude-code", f"session-{name}", seen=seen, skimmed=skimmed, worktree=worktree)


RUNS = (
    run("old", 1.0, 30),
    run("new", 9.0, 30),
    run("mid", 5.0, 30),
    run("far", 99.0, 30, None),
    run("whole", 50.0, 0),
)
READABLE = sum(bool(one.skimmed) for one in RUNS)
FLEET = Fleet({one.key: one for one in RUNS}).with_worktrees([HERE])


class ReadSource(ScriptedSource):
    """Notes which runs are read, and reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.all_read = asyncio.Event()
        self.fleet = FLEET

    async def read_whole(self, run: RunKey) -> bool:
        self.read.append(run)
        if len(self.read) == READABLE:
            self.all_read.set()
        self.fleet = self.fleet.with_runs({run: replace(self.fleet.runs[run], skimmed=0)})
        return True


def test_runs_of_worktrees_come_first_and_of_these_the_newest() -> None:
    assert [one.key for one in skimmed_in(FLEET)] == ["new", "mid", "old", "far"]


def test_a_verb_reads_the_newest_within_its_bytes() -> None:
    assert list(at_once(FLEET, 60)) == ["new", "mid"]
    assert list(at_once(FLEET, 10_000)) == ["new", "mid", "old"]


def test_a_run_is_named_by_the_beginning_of_its_id_or_session() -> None:
    assert list(named("mi")(FLEET)) == list(named("session-mid")(FLEET)) == ["mid"]


async def test_what_a_human_opens_is_read_before_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depths, "LEAST_REST", 0.0)
    source = ReadSource()
    reading = Depths(lambda: source.fleet, source, Tally())
    reading.ask("old")
    reading.ask("unknown")
    task = asyncio.ensure_future(reading.run())
    await asyncio.wait_for(source.all_read.wait(), 60.0)
    task.cancel()
    assert source.read == ["old", "new", "mid", "far"]


async def test_a_run_that_could_not_be_read_is_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depths, "LEAST_REST", 0.0)
    source = ReadSource()
    reading = Depths(lambda: FLEET, source, Tally())
    task = asyncio.ensure_future(reading.run())
    await asyncio.wait_for(source.all_read.wait(), 60.0)
    await asyncio.sleep(0.05)
    task.cancel()
    assert source.read == ["new", "mid", "old", "far"]
