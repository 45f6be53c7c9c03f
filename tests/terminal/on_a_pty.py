"""The real program on a real pseudo-terminal, with pyte as its screen."""

import os
import pty
import select
import signal
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyte

from tests.warm import Place, start


def shown(lines: list[str], *texts: str) -> bool:
    """Say whether each of `texts` stands in some line."""
    return all(any(text in line for line in lines) for text in texts)


class Terminal:
    """A program on a pty. `received` is every byte it sent; `lines()` what a human would see."""

    module = "tui"

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
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (rows, columns))
        self._started = start(words, Place(self.module, at, environment, terminal=True), [slave] * 3)
        os.close(slave)
        self.pid = self._started.pid
        self.modes = termios.tcgetattr(self.master)

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

    def until(self, holds: Callable[[list[str]], bool], seconds: float = 60.0) -> list[str]:
        """Read until the screen's lines hold; fail with the screen otherwise."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if holds(self.lines()):
                return self.lines()
            self.read(0.1)
        raise AssertionError("the screen never showed it:\n" + "\n".join(self.lines()))

    def until_text(self, *texts: str, seconds: float = 60.0) -> list[str]:
        """Read until each of `texts` stands in some line; a frame comes in parts, so what is asserted is awaited."""
        return self.until(lambda lines: shown(lines, *texts), seconds)

    def quiet(self, seconds: float) -> int:
        """Count the bytes that come within `seconds`."""
        before, deadline = len(self.received), time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.read(left)
        return len(self.received) - before

    def ended(self, seconds: float = 0.0) -> int | None:
        """Give the exit status once the program ended, reading nothing; None if it has not within `seconds`."""
        self.status = self._started.ended(seconds)
        return self.status

    def wait(self, seconds: float = 45.0) -> int:
        """Wait for the program's end and give its exit status (128 + n for a signal)."""
        deadline = time.monotonic() + seconds
        while self.status is None:
            if self.ended() is not None:
                break
            if time.monotonic() > deadline:
                raise AssertionError("the program did not end:\n" + "\n".join(self.lines()))
            self.read(0.05)
        while self.read(0.05):
            pass
        return self.status if self.status >= 0 else 128 - self.status

    def close(self) -> None:
        """End the program, whatever it does, and let go of the terminal."""
        if self.ended() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.ended(10)
        os.close(self.master)


def answered(terminal: Terminal, answer: str) -> tuple[int, str]:
    """Answer what a verb asks before it writes, and give its exit status and what it showed."""
    terminal.until_text('Type "yes"')
    terminal.press(answer)
    deadline, status = time.monotonic() + 60, None
    while status is None and time.monotonic() < deadline:
        terminal.read(0.05)
        status = terminal.ended()
    while terminal.read(0.05):
        pass
    os.close(terminal.master)
    assert status is not None
    return status, "\n".join(terminal.lines())
