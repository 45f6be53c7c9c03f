"""A program of its own on a pty, seen as bytes: what measures time must not spend it on drawing a screen."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class RealTerminal:
    """A program on a pty of 120 x 40. `received` is every byte it sent."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], at: Path) -> None:
        self.received = bytearray()
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (40, 120))
        self._child = subprocess.Popen(
            words,
            cwd=at,
            env=dict(environment),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.pid = self._child.pid

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self.master, keys.encode())

    def read(self, seconds: float) -> bytes:
        """Take what the program sends within `seconds`, answering what it asks the terminal; stop at the first."""
        if not select.select([self.master], [], [], max(0.0, seconds))[0]:
            return b""
        sent = os.read(self.master, 65536)
        self.received += sent
        if b"\x1b[?2026$p" in sent:
            self.press("\x1b[?2026;2$y")
        return sent

    def drain(self, seconds: float) -> None:
        """Read for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    def until(self, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        """Read until it holds. Raises `AssertionError` with what came last instead."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(bytes(self.received[-2000:]))
            self.read(1.0)

    def close(self) -> None:
        """End the program and let go of the terminal."""
        self._child.send_signal(signal.SIGKILL)
        self._child.wait()
        os.close(self.master)


def cpu_seconds(pid: int) -> float:
    """Give the processor seconds that a process and its ended children took."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(fields[at]) for at in (11, 12, 13, 14)) / TICKS


def rss_mb(pid: int) -> float:
    """Give the megabytes of memory that a process holds."""
    told = Path(f"/proc/{pid}/status").read_text()
    return int(told.split("VmRSS:")[1].split()[0]) * 1024 / 1e6
