"""The real program without the second that it takes to load: a process that has loaded it forks itself for each start.

What runs here has its own process, directory, environment, standard files, terminal and exit status, as if a shell had
started it; only its modules stand in memory already. What is about starting itself (which modules a verb loads, a pipe
that closes, a core) is tested on `python -m tui`.
"""

import atexit
import fcntl
import gc
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.price_catalogue import Catalogue
from state.findings.pack import pack
from state.policy.shipped import default_policy
from state.settings import shipped

ROOT = Path(__file__).parents[1]
LOADED = (
    "tui.wiring",
    *(f"tui.wiring_{room}" for room in ("audit", "checks", "control", "evidence", "gates", "install", "merge")),
    *("tui.wiring_policy", "tui.wiring_report", "tui.wiring_verify", "tui.wiring_budget", "tui.wiring_reading"),
    *("tui.wiring_config", "tui.wiring_doctor"),
    *(
        "tui.opening",
        "tui.demo",
        "tests.tui.asking",
        "tests.tui.fake_reader",
        "tests.tui.test_hostile",
        "tests.gates_world",
    ),
)
_PATIENCE = 60.0
_NUMBER = struct.Struct("!i")


class Started:
    """A process that was started here: `pid`, and its exit status (minus the signal) once it ended."""

    def __init__(self, end: socket.socket) -> None:
        self._end, self.status = end, None
        self.pid = _number(end)

    def __del__(self) -> None:
        self._end.close()

    def ended(self, seconds: float = 0.0) -> int | None:
        """Wait so long for the end; give the status, or None while it runs."""
        if self.status is None and select.select([self._end], [], [], seconds)[0]:
            self.status: int | None = _number(self._end)
        return self.status


@dataclass(frozen=True)
class Place:
    """Where a program runs: its module, directory and environment, and whether its files are its own terminal."""

    module: str
    at: Path
    environment: Mapping[str, str]
    terminal: bool = False


class Warm:
    """The process that has loaded the program, as the tests see it; it ends with its socket."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.warm"]
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=subprocess.DEVNULL)

    def start(self, words: Sequence[str], place: Place, files: Sequence[int]) -> Started:
        """Start the module with these words; `files` are its standard input, output and error."""
        asked = {"words": [*words], "module": place.module, "at": str(place.at), "terminal": place.terminal}
        told = json.dumps({**asked, "environment": {**place.environment}}).encode()
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._ours, [_NUMBER.pack(len(told))], [*files, theirs.fileno()])
        self._ours.sendall(told)
        return Started(ours)

    def close(self) -> None:
        """End the process."""
        self._ours.close()
        self._process.wait()


_warm: list[Warm] = []


def start(words: Sequence[str], place: Place, files: Sequence[int]) -> Started:
    """Start the module in the loaded program, which the first of a test process loads."""
    if not _warm:
        _warm.append(Warm())
        atexit.register(_warm[0].close)
    return _warm[0].start(words, place, files)


def run(
    words: Sequence[str], at: Path, environment: Mapping[str, str], seconds: float = _PATIENCE, module: str = "tui"
) -> subprocess.CompletedProcess[str]:
    """Run one verb, or another module, to its end with nothing to read. Raises `TimeoutExpired` after `seconds`."""
    with Path(os.devnull).open() as nothing, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        files = [file.fileno() for file in (nothing, out, err)]
        verb = start(words, Place(module, at, environment), files)
        if (status := verb.ended(seconds)) is None:
            os.kill(verb.pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(words), seconds)
        told = [os.pread(file, os.fstat(file).st_size, 0).decode() for file in files[1:]]
    return subprocess.CompletedProcess([*words], status, *told)


def _number(end: socket.socket) -> int:
    return _NUMBER.unpack(_exactly(end, _NUMBER.size))[0]


def _exactly(end: socket.socket, size: int) -> bytes:
    taken = b""
    while len(taken) < size:
        if not (more := end.recv(size - len(taken))):
            raise EOFError("the other end is gone")
        taken += more
    return taken


def _serve(end: socket.socket) -> str:
    """Start what is asked for until the tests are gone. Returns only in a process that was started, with its module."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        head, files, _, _ = socket.recv_fds(end, _NUMBER.size, 4)
        if not head:
            sys.exit()
        asked = json.loads(_exactly(end, _NUMBER.unpack(head)[0]))
        if not os.fork():
            end.close()
            _watch_over(files)
            return _become(asked, files)
        for file in files:
            os.close(file)


def _watch_over(files: list[int]) -> None:
    """Fork once more and tell of that process; only it returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told = socket.socket(fileno=files.pop())
    if child := os.fork():
        for file in files:
            os.close(file)
        told.sendall(_NUMBER.pack(child))
        _, status = os.waitpid(child, 0)
        told.sendall(_NUMBER.pack(os.waitstatus_to_exitcode(status)))
        os._exit(0)
    told.close()


def _become(asked: dict, files: Sequence[int]) -> str:
    if asked["terminal"]:
        os.setsid()
        fcntl.ioctl(files[0], termios.TIOCSCTTY, 0)
    for number, file in enumerate(files):
        os.dup2(file, number)
    for file in files:
        os.close(file)
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    os.chdir(asked["at"])
    sys.argv[1:] = asked["words"]
    return asked["module"]


if __name__ == "__main__":
    for room in LOADED:
        __import__(room)
    Catalogue().size()  # what is only loaded at the first question stands in memory too
    for read_once in (pack, default_policy, shipped):
        read_once()
    gc.collect()
    gc.freeze()  # a search for cycles in a copy would copy every page of what stands here
    control = socket.socket(fileno=os.dup(0))
    # Names are enough.
    assert len(os.listdir("/proc/self/task")) == 1, "a process with threads must not fork"  # noqa: PTH208
    module = _serve(control)
    control.close()
    runpy.run_module(module, run_name="__main__", alter_sys=True)
