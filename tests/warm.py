"""The real program without the second that it takes to load: a process that has loaded it forks itself for each verb.

A verb that runs here has its own process, directory, environment, standard files and exit status, as one started from
the shell does; only its modules stand in memory already. What is about starting itself (which modules a verb loads, a
terminal, a signal, a core at work) is tested on `python -m tui`.
"""

import array
import atexit
import json
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("tui.wiring", "tui.wiring_control", "tui.wiring_gates", "tui.wiring_install", "tui.wiring_policy")


class Warm:
    """The process that has loaded `headgate`, as the tests see it; it ends with its socket."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.warm"]
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=subprocess.DEVNULL)

    def run(
        self, words: Sequence[str], at: Path, environment: Mapping[str, str], seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """Run one verb to its end. Raises `TimeoutExpired` after `seconds`."""
        asked = json.dumps({"words": [*words], "at": str(at), "environment": {**environment}}).encode()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            files = array.array("i", (out.fileno(), err.fileno()))
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)]
            self._ours.sendmsg([struct.pack("!I", len(asked))], ancillary)
            self._ours.sendall(asked)
            status = self._status_within(seconds, words)
            return subprocess.CompletedProcess(words, status, _text(out), _text(err))

    def _status_within(self, seconds: float, words: Sequence[str]) -> int:
        (process,) = struct.unpack("!i", _exactly(self._ours, 4))
        self._ours.settimeout(seconds)
        try:
            return struct.unpack("!i", _exactly(self._ours, 4))[0]
        except TimeoutError:
            os.kill(process, signal.SIGKILL)
            self._ours.settimeout(None)
            _exactly(self._ours, 4)
            raise subprocess.TimeoutExpired(list(words), seconds) from None
        finally:
            self._ours.settimeout(None)

    def close(self) -> None:
        """End the process."""
        self._ours.close()
        self._process.wait()


_warm: list[Warm] = []


def run(
    words: Sequence[str], at: Path, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run one verb in the loaded program, which the first of a test process loads."""
    if not _warm:
        _warm.append(Warm())
        atexit.register(_warm[0].close)
    return _warm[0].run(words, at, environment, seconds)


def _text(file: tempfile._TemporaryFileWrapper) -> str:
    file.seek(0)
    return file.read().decode()


def _exactly(end: socket.socket, size: int) -> bytes:
    taken = b""
    while len(taken) < size:
        if not (more := end.recv(size - len(taken))):
            raise EOFError("the other end is gone")
        taken += more
    return taken


def _serve(end: socket.socket) -> None:
    """Answer until the tests are gone. Returns in a child only, which then runs the verb."""
    while True:
        head, files, _, _ = socket.recv_fds(end, 4, 2)
        if not head:
            sys.exit()
        asked = json.loads(_exactly(end, struct.unpack("!I", head)[0]))
        child = os.fork()
        if not child:
            return _become(end, asked, files)
        for file in files:
            os.close(file)
        end.sendall(struct.pack("!i", child))
        _, status = os.waitpid(child, 0)
        end.sendall(struct.pack("!i", os.waitstatus_to_exitcode(status)))


def _become(end: socket.socket, asked: dict, files: Sequence[int]) -> None:
    end.close()
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    os.chdir(asked["at"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, number in zip((nothing, *files), (0, 1, 2), strict=True):
        os.dup2(file, number)
        os.close(file)
    sys.argv[1:] = asked["words"]


if __name__ == "__main__":
    for room in ROOMS:
        __import__(room)
    _serve(socket.socket(fileno=os.dup(0)))
    runpy.run_module("tui", run_name="__main__", alter_sys=True)
