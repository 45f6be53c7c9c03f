"""A walk over the machine's processes misses nobody who lives, not even one that is just becoming another program."""

import shutil
import subprocess
from pathlib import Path

import pytest

from adapters import process_walk
from adapters.process_walk import walk

_MARK = b"HEADGATE_RUN=walked"
_STAT = "{pid} (sleep) S 1 {pid} {pid} 0 -1 {flags} " + " ".join(["0"] * 12) + " 77 " + " ".join(["0"] * 30)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A table of one process in the middle of execve(2): it has neither words nor settings yet."""
    return put(tmp_path, 7, flags=0)


def put(proc: Path, pid: int, flags: int) -> Path:
    home = proc / str(pid)
    home.mkdir()
    (home / "stat").write_text(_STAT.format(pid=pid, flags=flags))
    for name in ("environ", "cmdline"):
        (home / name).touch()
    return proc


def test_a_process_in_the_middle_of_its_beginning_is_looked_at_until_it_has_begun(
    proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def begin(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            (proc / "7" / "environ").write_bytes(b"A=b\0" + _MARK + b"\0")
            (proc / "7" / "cmdline").write_bytes(b"sleep\0")

    monkeypatch.setattr(process_walk.time, "sleep", begin)
    assert walk(proc, names=["HEADGATE_RUN"]).marked([_MARK]) == {7: _MARK}
    assert len(pauses) == 3


def test_who_never_begins_keeps_nobody_waiting_for_long(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(process_walk.time, "sleep", pauses.append)
    assert walk(proc, names=["HEADGATE_RUN"]).marked([_MARK]) == {}
    assert 0 < sum(pauses) < 0.1


def test_a_thread_of_the_kernel_and_a_program_without_settings_are_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, 7, flags=0x00200040)
    put(tmp_path, 8, flags=0)
    (tmp_path / "8" / "cmdline").write_bytes(b"sleep\0")
    monkeypatch.delattr(process_walk.time, "sleep")
    assert set(walk(tmp_path, names=["HEADGATE_RUN"]).by_pid) == {7, 8}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
def test_a_program_that_was_started_this_moment_is_found_by_its_label() -> None:
    program = shutil.which("sleep") or "sleep"
    for _ in range(50):
        child = subprocess.Popen([program, "60"], env={"HEADGATE_RUN": "walked"}, start_new_session=True)
        try:
            assert child.pid in walk(names=["HEADGATE_RUN"]).marked([_MARK])
        finally:
            child.kill()
            child.wait()
