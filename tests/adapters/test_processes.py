"""A process is the one that a registry named only if it also started when the registry says."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.processes import started, verify

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.communicate(b"\n")


@needs_proc
def test_a_process_with_its_recorded_start_is_alive(child: subprocess.Popen[bytes]) -> None:
    assert verify(child.pid, str(started(child.pid))) == "alive"


@needs_proc
def test_another_start_means_that_the_number_was_given_again(child: subprocess.Popen[bytes]) -> None:
    ticks = started(child.pid)
    assert ticks is not None
    assert verify(child.pid, str(ticks - 1)) == "gone"


@needs_proc
def test_without_a_start_the_registrys_time_decides(child: subprocess.Popen[bytes]) -> None:
    now = time.time()
    assert verify(child.pid, None, now) == "alive"
    assert verify(child.pid, None, now - 3600) == "gone"
    assert verify(child.pid, None) == "uncertain"


@needs_proc
def test_a_dead_process_and_a_zombie_are_gone() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert "Z" in Path(f"/proc/{process.pid}/stat").read_text()
    assert verify(process.pid, None, time.time()) == "gone"
    process.wait()
    assert verify(process.pid, None) == "gone"
    assert [verify(pid, None) for pid in (0, -1)] == ["gone", "gone"]


@needs_proc
def test_a_program_name_with_parentheses_is_no_hurdle(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "stat").touch()
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text("7 (a) S 1 (b c) S " + " ".join(str(field) for field in range(4, 30)))
    assert started(7, tmp_path) == 22
    assert verify(7, "22", proc=tmp_path) == "alive"


def test_without_proc_nothing_is_certain_but_death(child: subprocess.Popen[bytes], tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert verify(child.pid, "1", proc=tmp_path) == "uncertain"
    assert verify(process.pid, "1", proc=tmp_path) == "gone"
