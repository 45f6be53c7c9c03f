"""A process is a run's when it holds the run's log open; its name chooses only where to look."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.process_table import ProcessTable, Running
from adapters.processes import is_held, started
from state.runs.event import ProcessGone, ProcessSeen, RunEnded
from state.runs.run import run_key
from tests.adapters.plain_agent import PROGRAM, World, append, line

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
Begin = Callable[..., subprocess.Popen[bytes]]
HERE = {"cwd": "/w/one"}


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Begin a process called like a program, in a directory, that holds a file open and waits."""
    begun: list[subprocess.Popen[bytes]] = []

    def process(
        program: str, file: Path | None = None, mode: str = ">>", at: Path = tmp_path, then: Path | None = None
    ) -> subprocess.Popen[bytes]:
        held = f'exec 7{mode}"{file}"; ' if file else ""
        turned = f'echo ready; read line; exec 7>>"{then}"; ' if then else ""
        words = [program, "-c", f"{held}{turned}echo ready; read line; :"]
        one = subprocess.Popen(words, executable="/bin/sh", cwd=at, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        begun.append(one)
        assert one.stdout is not None and one.stdout.readline() == b"ready\n"
        return one

    yield process
    for one in begun:
        if one.poll() is None:
            os.kill(one.pid, signal.SIGCONT)
            one.communicate(b"\n")


def hold(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)


def only(table: ProcessTable, pid: int) -> Running | None:
    return next((one for one in table.running() if one.pid == pid), None)


def test_a_process_is_found_by_its_program_with_what_it_writes(begin: Begin, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    process = begin(f"/opt/bin/{PROGRAM}", log)
    found = only(ProcessTable([PROGRAM]), process.pid)
    assert found is not None
    told = log.stat()
    assert (found.program, found.cwd, found.start) == (PROGRAM, str(tmp_path), str(started(process.pid)))
    assert (told.st_dev, told.st_ino) in found.written
    assert found.began is not None and abs(found.began - time.time()) < 60
    assert only(ProcessTable(["other"]), process.pid) is None


def test_a_file_that_is_only_read_is_not_the_processs_own(begin: Begin, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.touch()
    found = only(ProcessTable([PROGRAM]), begin(PROGRAM, log, "<").pid)
    assert found is not None and (log.stat().st_dev, log.stat().st_ino) not in found.written


def test_a_script_is_known_by_its_own_name_and_its_first_process_stands_for_all(tmp_path: Path) -> None:
    script = tmp_path / PROGRAM
    script.write_text(
        "import subprocess, sys\n"
        "child = sys.argv[1:] or subprocess.Popen([sys.executable, __file__, 'child'], stdin=subprocess.PIPE)\n"
        "print('ready', flush=True)\nsys.stdin.read()\n"
    )
    words = ["python3", "-I", str(script)]
    parent = subprocess.Popen(words, executable=sys.executable, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert [parent.stdout.readline(), parent.stdout.readline()] == [b"ready\n"] * 2
    assert [one.pid for one in ProcessTable([PROGRAM]).running()] == [parent.pid]
    parent.communicate()


def test_what_the_worker_of_a_program_writes_its_first_process_writes(tmp_path: Path) -> None:
    script, log = tmp_path / PROGRAM, tmp_path / "log.jsonl"
    script.write_text(
        "import subprocess, sys\n"
        "log = sys.argv[1:] and open(sys.argv[1], 'a')\n"
        f"child = log or subprocess.Popen([sys.executable, __file__, {str(log)!r}], stdin=subprocess.PIPE)\n"
        "print('ready', flush=True)\nsys.stdin.read()\n"
    )
    words = ["python3", "-I", str(script)]
    parent = subprocess.Popen(words, executable=sys.executable, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert [parent.stdout.readline(), parent.stdout.readline()] == [b"ready\n"] * 2
    found, told = only(ProcessTable([PROGRAM]), parent.pid), log.stat()
    assert found is not None and (told.st_dev, told.st_ino) in found.written
    parent.communicate()


def test_processes_of_other_users_and_other_names_are_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "stat").touch()
    for pid, words in ((7, b"plain\0"), (8, b"node\0--inspect\0/usr/bin/plain.js\0"), (9, b"vim\0plain\0")):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "cmdline").write_bytes(words)
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (x) S 1 " + " ".join(str(field) for field in range(5, 30)))
    (tmp_path / "stat").write_text("cpu 1\nbtime 1000\n")
    table = ProcessTable(["plain"], tmp_path)
    found = sorted((one.pid, one.start, one.cwd) for one in table.running())
    assert found == [(7, "22", None), (8, "22", None)]
    assert table.looked_into == 2
    stranger = ProcessTable(["plain"], tmp_path, user=os.getuid() + 1)
    assert (stranger.running(), stranger.looked_into) == ([], 0)
    assert not ProcessTable(["plain"], tmp_path / "nothing").exists


def test_a_stopped_process_is_held(begin: Begin) -> None:
    process = begin(PROGRAM)
    assert not is_held(process.pid)
    hold(process.pid)
    assert is_held(process.pid)
    assert not is_held(0)


# Together with the source


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("adapters.registry.WALK_SECONDS", 0.0)
    (tmp_path / "home").mkdir()
    return World(tmp_path / "home", everything=True)


async def test_the_process_that_holds_a_log_open_is_its_runs(world: World, begin: Begin) -> None:
    log = world.log("s", line(1, **HERE))
    world.log("other", line(1, **HERE))
    process = begin(PROGRAM, log)
    begin("unrelated", log)
    await world.catch_up()
    (seen,) = world.kinds(ProcessSeen)
    assert isinstance(seen, ProcessSeen)
    assert (seen.run, seen.pid, seen.sure, seen.status) == (run_key("plain", "s"), process.pid, True, None)
    assert seen.origin.at is None and seen.noticed is not None
    hold(process.pid)
    await world.catch_up()
    assert [event.held for event in world.kinds(ProcessSeen) if isinstance(event, ProcessSeen)] == [False, True]
    os.kill(process.pid, signal.SIGCONT)
    process.communicate(b"\n")
    world.restart()
    await world.catch_up()
    (gone,) = world.kinds(ProcessGone)
    assert isinstance(gone, ProcessGone) and gone.run == seen.run and gone.noticed is not None
    assert world.kinds(RunEnded) == []


async def test_a_process_that_goes_on_in_another_log_has_left_its_first_run(world: World, begin: Begin) -> None:
    first, second = world.log("s", line(1, **HERE)), world.log("t")
    process = begin(PROGRAM, first, then=second)
    await world.catch_up()
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(b"\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"ready\n"
    append(second, line(2, **HERE))
    await world.catch_up()
    assert [event.run for event in world.kinds(ProcessSeen)] == [run_key("plain", "s"), run_key("plain", "t")]
    assert [event.run for event in world.kinds(ProcessGone)] == [run_key("plain", "s")]
    assert [event.run for event in world.kinds(RunEnded)] == [run_key("plain", "s")], "as after /new"


async def test_the_only_process_in_a_runs_directory_is_likely_its_own(
    world: World, begin: Begin, tmp_path: Path
) -> None:
    old = world.log("old", line(1, cwd=str(tmp_path)))
    os.utime(old, (1e9, 1e9))
    process = begin(PROGRAM, at=tmp_path)
    world.log("new", line(1, cwd=str(tmp_path)))
    os.utime(world.log("new", line(1, cwd=str(tmp_path))), (time.time() + 2, time.time() + 2))
    await world.catch_up()
    (seen,) = world.kinds(ProcessSeen)
    assert isinstance(seen, ProcessSeen)
    assert (seen.run, seen.pid, seen.sure) == (run_key("plain", "new"), process.pid, False)


async def test_a_process_that_left_its_registry_is_on_its_way_out_and_not_sought(
    world: World, begin: Begin, tmp_path: Path
) -> None:
    os.utime(world.log("s", line(1, cwd=str(tmp_path))), (time.time() + 2, time.time() + 2))
    process = begin(PROGRAM, at=tmp_path)
    entry = {"pid": process.pid, "session": "s", "start": str(started(process.pid)), "waiting_for": None}
    (world.root / "sessions").mkdir()
    (world.root / "sessions" / "entry.json").write_text(json.dumps(entry))
    await world.catch_up()
    (world.root / "sessions" / "entry.json").unlink()
    await world.catch_up()
    assert [event.sure for event in world.kinds(ProcessSeen) if isinstance(event, ProcessSeen)] == [True]
    assert len(world.kinds(ProcessGone)) == 1


async def test_two_processes_in_one_directory_are_nobodys(world: World, begin: Begin, tmp_path: Path) -> None:
    begin(PROGRAM, at=tmp_path)
    begin(PROGRAM, at=tmp_path)
    os.utime(world.log("s", line(1, cwd=str(tmp_path))), (time.time() + 2, time.time() + 2))
    await world.catch_up()
    assert world.kinds(ProcessSeen) == []


async def test_the_table_is_walked_only_when_a_run_without_a_process_has_written(world: World, begin: Begin) -> None:
    log, lonely = world.log("s", line(1, **HERE)), world.log("lonely", line(1, **HERE))
    begin(PROGRAM, log)
    past = time.time() - 1  # a file's own time tells only to the tick whether it was written before a walk
    os.utime(lonely, (past, past))
    table = ProcessTable([PROGRAM])
    world.table = table
    world.restart()
    for _ in range(3):
        await world.catch_up()
    assert table.walks == 1
    looked_into = table.looked_into
    append(log, line(2))
    await world.catch_up()
    assert table.walks == 1, "its process is known"
    append(lonely, line(2))
    await world.catch_up()
    os.utime(lonely, (past, past))
    await world.catch_up()
    assert (table.walks, table.looked_into) == (2, 2 * looked_into)
