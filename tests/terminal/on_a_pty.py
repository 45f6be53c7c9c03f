"""The real program on a real pseudo-terminal, with pyte as its screen."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte


def shown(lines: list[str], *texts: str) -> bool:
    """Say whether each of `texts` stands in some line."""
    return all(any(text in line for line in lines) for text in texts)


class Terminal:
    """A program on a pty. `received` is every byte it sent; `lines()` what a human would see."""

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        at: Path,
        columns: int = 120,
        rows: int = 40,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.received = bytearray()
        self.status: int | None = None
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            self._become(words, environment, at, columns, rows)
        self.modes = termios.tcgetattr(self.master)

    def _become(self, words: Sequence[str], environment: Mapping[str, str], at: Path, columns: int, rows: int) -> None:
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.chdir(at)
            os.execve(sys.executable, [sys.executable, "-m", "tui", *words], dict(environment))
        finally:
            os._exit(127)

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self.master, keys.encode())

    def read(self, seconds: float) -> bytes:
        """Take what the program sends within `seconds`, answering what it asks the terminal; stop at the first."""
        ready, _, _ = select.select([self.master], [], [], max(0.0, seconds))
        if not ready:
            return b""
        try:
            sent = os.read(self.master, 65536)
        except OSError:
            return b""
        self.received += sent
        if b"\x1b[?2026$p" in sent:
            self.press("\x1b[?2026;2$y")
        self._stream.feed(sent)
        return sent

    def lines(self) -> list[str]:
        """Give the screen's lines without trailing blanks."""
        return [line.rstrip() for line in self.screen.display]

    def until(self, holds: Callable[[list[str]], bool], seconds: float = 30.0) -> list[str]:
        """Read until the screen's lines hold; fail with the screen otherwise."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if holds(self.lines()):
                return self.lines()
            self.read(0.1)
        raise AssertionError("the screen never showed it:\n" + "\n".join(self.lines()))

    def until_text(self, *texts: str, seconds: float = 30.0) -> list[str]:
        """Read until each of `texts` stands in some line; a frame comes in parts, so what is asserted is awaited."""
        return self.until(lambda lines: shown(lines, *texts), seconds)

    def quiet(self, seconds: float) -> int:
        """Count the bytes that come within `seconds`."""
        before, deadline = len(self.received), time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.read(left)
        return len(self.received) - before

    def wait(self, seconds: float = 15.0) -> int:
        """Wait for the program's end and give its exit status (128 + n for a signal)."""
        deadline = time.monotonic() + seconds
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                break
            if time.monotonic() > deadline:
                raise AssertionError("the program did not end:\n" + "\n".join(self.lines()))
            self.read(0.05)
        while self.read(0.05):
            pass
        return self.status if self.status >= 0 else 128 - self.status

    def close(self) -> None:
        """End the program, whatever it does, and let go of the terminal."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.status = -signal.SIGKILL
        os.close(self.master)
