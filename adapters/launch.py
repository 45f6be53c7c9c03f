"""Start Headgate's own processes: a repository's core, its helpers, and the demo's players. Never an agent's parent."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from state.problem import Problem

_LOG_BYTES = 1 << 20
_END_SECONDS = 5.0
_STANDARD_FILES = 3
_REFUSED = 2
"""The exit status of a core that says in one sentence why it cannot work."""
_MANY = 3
_LONGEST_REST = 10.0
FORKS = sys.platform == "linux"
"""Whether a copy of a process with threads may go on: libraries of macOS end it."""


def own_command(*words: str) -> list[str]:
    """Give the command line that runs this same Headgate with `words`.

    `-I` keeps the current directory and PYTHON* variables out of the import path: a worktree may hold a `tui.py`.
    """
    return [sys.executable, "-I", "-m", "tui", *words]


def start_core(root: str, log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start the core of the repository at `root`, in a session of its own so that no key of a terminal reaches it.

    What it says goes to `log`, which is begun anew when it has grown past 1 MiB. Raises `OSError`.
    """
    return _started(own_command("core", "--repo", root), log, environment, stdin=subprocess.DEVNULL)


def start_player(words: Sequence[str], log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a player of the demo; it ends when its standard input ends, so it never outlives who started it."""
    return _started(own_command(*words), log, environment, stdin=subprocess.PIPE)


def run_to_end(command: Sequence[str]) -> None:
    """Run a small program of Headgate's own to its end, which takes milliseconds. Raises `OSError` where it fails."""
    nothing = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command, cwd="/", stdin=nothing, stdout=nothing, stderr=nothing, timeout=_END_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise OSError(f"it did not end within {_END_SECONDS:g} s") from late
    if done.returncode:
        raise OSError(f"it ended with status {done.returncode}")


async def start_reader() -> Process:
    """Start a helper that reads logs for a first index; it ends when its standard input does. Raises `OSError`.

    Where the system can, it goes on in a copy of this process: to load the program anew takes as long as to read
    200 MB.
    """
    words = (sys.executable, "-I", "-m", "adapters.reader_process")
    pipe, before = asyncio.subprocess.PIPE, _becoming_reader() if FORKS else None
    return await asyncio.create_subprocess_exec(
        *words, cwd="/", stdin=pipe, stdout=pipe, limit=1 << 18, preexec_fn=before
    )


def _becoming_reader() -> Callable[[], None] | None:
    """Give what makes a copy of this process a helper in the place of starting the program.

    None while another thread is loading a module: a copy would wait for that thread, which it does not have.
    """
    from adapters.reader_process import main

    if any(getattr(getattr(one, "__spec__", None), "_initializing", False) for one in list(sys.modules.values())):
        return None

    def become() -> None:
        try:
            # Everything but the two pipes belongs to who started it: database, locks, watches, the way signals wake.
            os.closerange(_STANDARD_FILES, os.sysconf("SC_OPEN_MAX"))
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)
            os._exit(main())
        finally:
            os._exit(1)

    return become


def _started(command: Sequence[str], log: Path, environment: Mapping[str, str], stdin: int) -> subprocess.Popen[bytes]:
    grown = log.exists() and log.stat().st_size > _LOG_BYTES
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_TRUNC if grown else 0)
    descriptor = os.open(log, flags, 0o600)
    try:
        return subprocess.Popen(
            command,
            cwd="/",
            env=dict(environment),
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=descriptor,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)


class CoreKeeper:
    """Sees to it that one core works for a repository, and says when none will stay."""

    def __init__(self, root: str, log: Path, environment: Mapping[str, str]) -> None:
        self._root, self._log, self._environment = root, log, environment
        self._child: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._refused = False
        self._rest_until = 0.0

    def __call__(self) -> Problem | None:
        """Start a core unless one is on its way; give a problem when it has failed to stay several times."""
        complaint = self._kept()
        return Problem(str(self._log), complaint, f"{self._log} says more") if complaint else None

    def _kept(self) -> str | None:
        if self._child is not None and self._child.poll() is None:
            return self._complaint()
        if self._child is not None:
            # 0: another core holds the lock. Anything else is a failure of this one.
            self._note_end(self._child.returncode)
            self._child = None
        if time.monotonic() < self._rest_until:
            return self._complaint()
        try:
            self._child = start_core(self._root, self._log, self._environment)
        except OSError as error:
            self._failures += 1
            return f"the core could not be started: {error}"
        return self._complaint()

    def _note_end(self, status: int) -> None:
        """Count a failure, and rest the longer the more there were: to load a core takes a second of a processor."""
        self._refused = status == _REFUSED
        self._failures = self._failures + 1 if status else 0
        if self._failures >= _MANY:
            self._rest_until = time.monotonic() + min(_LONGEST_REST, 2.0 ** (self._failures - _MANY))

    def end(self) -> None:
        """End the core that was started here, if it still works, because its repository is about to go."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _complaint(self) -> str | None:
        if self._refused:
            return f"no core can work: {last_line(self._log).removeprefix('headgate: ')}"
        if self._failures < _MANY:
            return None
        return f"the core ended {self._failures} times in a row: {last_line(self._log)}"


def last_line(log: Path) -> str:
    """Give the last line that is not empty of a small log of our own."""
    try:
        text = log.read_text(errors="replace")
    except OSError as error:
        return str(error)
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
