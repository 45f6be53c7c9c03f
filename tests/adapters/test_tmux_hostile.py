"""Names that tmux would run: `#(...)` in a branch or a directory is a name, and begins no program."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.tmux import Tmux
from tests.promises import attacks

pytestmark = [
    attacks("execution", "terminal"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="NOT TRIED: there is no tmux here"),
]


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Give what asks a tmux server of the test's own."""

    def tmux(*words: str) -> str:
        command = ["tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null", *words]
        names = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "S": str(tmp_path / "sung"), "LANG": "C.UTF-8"}
        return subprocess.run(command, env=names, check=True, capture_output=True, text=True).stdout

    tmux("new-session", "-d", "-s", "own", "-x", "80", "-y", "24", "sleep 60")
    yield tmux
    tmux("kill-server")


def test_a_branch_and_a_directory_that_name_a_program_begin_none(tmp_path: Path, told: Callable[..., str]) -> None:
    branch = "x#(>>$S)#{pid}##(>>$S)"
    folder = tmp_path / "#(touch $S)" / "a##b#{pid}"
    folder.mkdir(parents=True)
    where = tmp_path / "where"
    tmux = Tmux({"TMUX": f"{tmp_path}/socket,1,0", "PATH": "/usr/bin:/bin"})
    tmux.open_window(branch, str(folder), ["/bin/sh", "-c", f"pwd -P > {where}; sleep 60"])
    until = time.monotonic() + 20
    while not (where.exists() and where.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    assert where.read_text().strip() == str(folder)
    assert branch in told("list-windows", "-a", "-F", "#{window_name}").splitlines()
    assert [path.name for path in tmp_path.rglob("sung*")] == []
