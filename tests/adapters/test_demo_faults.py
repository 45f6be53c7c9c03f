"""The faults of a demo are real ones, in its own folder alone, and what was done is told."""

import json
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import demo, demo_faults
from state.spool import take_lock

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "demo"
    folder.mkdir()
    demo.prepare(folder, 7, time.time())
    yield folder


async def test_each_fault_of_the_demo_is_made_and_told(folder: Path, tmp_path: Path) -> None:
    (log,) = (folder / "home/.claude/projects").glob("*perf-report-query/*.jsonl")
    (database,) = folder.glob("state/*/state.db")
    database.with_name("state.db-wal").touch()
    whole, kept = log.read_bytes(), database.read_bytes()
    beside = tmp_path / "beside"
    beside.write_text(json.dumps("not the demo's"))
    seen: list[tuple[str, int, int]] = []
    for fault in demo_faults.FAULTS:
        fault.make(folder)
        mode = log.lstat().st_mode
        seen.append((fault.what.split()[0], stat.S_IFMT(mode), log.lstat().st_size))
    half = len(whole) // 2
    assert [kind for _, kind, _ in seen] == [stat.S_IFREG] * 2 + [stat.S_IFIFO] + [stat.S_IFREG] * 3
    assert [size for _, kind, size in seen if kind == stat.S_IFREG] == [len(whole), half, half, half, half]
    assert not (folder / "ledger.worktrees/perf-report-query").exists()
    assert database.read_bytes() == b"\xff" * 65536 + kept[65536:]
    assert beside.read_text() == '"not the demo\'s"'
    assert demo_faults.made(folder) == ""
    (folder / "home/.claude/projects").joinpath(log.parent.name, log.name).write_bytes(whole)
    await demo_faults.go_wrong(folder, 1e6)
    told = demo_faults.made(folder).splitlines()
    assert [line.partition(" ")[2] for line in told] == [fault.what for fault in demo_faults.FAULTS]


def test_a_core_that_has_ended_is_not_sent_a_signal(folder: Path) -> None:
    (house,) = (folder / "state").iterdir()
    lock = house / "core.lock"
    held = take_lock(lock)
    assert held is not None
    os.close(held)
    lock.write_text(str(os.getpid()))
    demo_faults.FAULTS[0].make(folder)
