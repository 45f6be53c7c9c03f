"""What the app owes the terminal: its modes back however it ends, a title, and no raw byte of foreign text.

Textual restores the terminal when it leaves by itself. It does not when a signal ends the process, when the terminal is
closed under it, or when the terminal no longer takes output; those ways out are here.
"""

import asyncio
import contextlib
import os
import select
import signal
import sys
import termios
import threading
import time
import traceback
import unicodedata
from collections.abc import Callable
from types import FrameType
from typing import Any

from rich.segment import Segment
from rich.text import Text
from textual.color import Color
from textual.filter import LineFilter
from textual.worker import WorkerFailed

from state.text import clean

GRACE = 2.0
"""Seconds that an orderly end may take before the terminal is restored by hand and the process ended."""

_FLUSHES = 20

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_REPLACED = "�"

# What Textual's LinuxDriver switches on: bracketed paste, resize reports, mouse, kitty keys, alternate screen, hidden
# cursor, focus reports; and the line wrap that it switches off.
_RESTORE = (
    "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
_SAVE_TITLE, _RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"


class SafeText(LineFilter):
    """Replaces what could act on the terminal in every piece of text on its way out: the last of three doors."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Give the segments with nothing but printable text in them."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment if segment.control else Segment(_printable(segment.text), segment.style) for segment in segments
        ]


def _printable(text: str) -> str:
    return "".join(_REPLACED if unicodedata.category(letter) in _UNSAFE else letter for letter in text)


def crash_report(error: BaseException) -> Text:
    """Say what broke and where, without the values of any variable, because those are other people's text."""
    if isinstance(error, WorkerFailed):
        error = error.error
    told = traceback.TracebackException.from_exception(error, capture_locals=False)
    lines = [f"headgate stopped by an error of its own: {type(error).__name__}: {clean(str(error), 500)}"]
    lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in told.stack]
    cause = error.__cause__ or error.__context__
    if cause is not None:
        lines.append(f"  after {type(cause).__name__}: {clean(str(cause), 500)}")
    lines.append("The terminal has been restored; the agents and what was recorded are untouched.")
    return Text("\n".join(lines))


def titled(title: str) -> str:
    """Give the sequence that sets the terminal's title. Raises `ValueError` for a title that is not plain ASCII."""
    if not (title.isascii() and title.isprintable()):
        raise ValueError(f"not a safe title: {title!r}")
    return f"\x1b]2;{title}\x07"


class WaysOut:
    """Ends the app in order on SIGTERM, SIGHUP and a closed terminal, and by force where order takes too long.

    An app that is stopped gives the terminal back, and `again` is called when it goes on: all that it showed is gone.
    """

    def __init__(self, leave: Callable[[int], object], again: Callable[[], object]) -> None:
        self._leave, self._again, self._away = leave, again, False
        self._loop = asyncio.get_running_loop()
        self._input = sys.__stdin__.fileno() if sys.__stdin__ else -1
        self._output = sys.__stderr__.fileno() if sys.__stderr__ else -1
        self._modes = _modes(self._input)
        self._former: dict[int, Any] = {}
        self._timer: threading.Timer | None = None
        self._code = 0
        self._closed = False

    def watch(self) -> None:
        """Begin to listen. Call it before the terminal's modes are changed, in the main thread."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._former[number] = signal.signal(number, self._signalled)
        threading.Thread(target=self._wait_for_hangup, name="headgate-hangup", daemon=True).start()

    def watch_stops(self) -> None:
        """Begin to listen for a stop and its end. Call it once Textual's driver does, which is asked to act on them."""
        self._former[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, self._stopped)
        self._former[signal.SIGCONT] = signal.signal(signal.SIGCONT, self._continued)

    def close(self) -> None:
        """Say that the app has ended in order; the signals are again whose they were."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join(GRACE)  # it may be giving the terminal back just now
        for number, former in self._former.items():
            signal.signal(number, former)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self._go(128 + number)

    def _stopped(self, number: int, frame: FrameType | None) -> None:
        self._away = True
        self._former[number](number, frame)

    def _continued(self, number: int, frame: FrameType | None) -> None:
        """Take the terminal where it was given back.

        Textual 8 would begin to read it a second time after SIGSTOP, which gives nothing back, and then never end.
        """
        if self._away:
            self._away = False
            self._former[number](number, frame)
        with contextlib.suppress(RuntimeError):  # the loop is closed: the app has just ended by itself
            self._loop.call_soon_threadsafe(self._again)

    def _go(self, code: int) -> None:
        if self._code:
            return
        self._code = code
        self._in_time(self._let_go_of_output)
        with contextlib.suppress(RuntimeError):  # the loop is closed: the app has just ended by itself
            self._loop.call_soon_threadsafe(self._leave, code)

    def _in_time(self, deed: Callable[[], None]) -> None:
        self._timer = threading.Timer(GRACE, deed)
        self._timer.daemon = True
        self._timer.start()

    def _wait_for_hangup(self) -> None:
        """Sleep until the terminal is gone, because a terminal that is gone reads as an endless end of file."""
        if self._modes is None or not hasattr(select, "poll"):
            return
        poll = select.poll()
        poll.register(self._input, 0)
        for _, happened in poll.poll():
            if happened & (select.POLLHUP | select.POLLERR):
                self._go(128 + signal.SIGHUP)

    def _let_go_of_output(self) -> None:
        """Free a writer that waits for a terminal which takes no output, and give the terminal back by hand.

        What is written from now on goes nowhere, so that the app and what comes after it can end in order.
        """
        with contextlib.suppress(OSError, ValueError, termios.error):
            terminal, nowhere = os.dup(self._output), os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._output)
            for _ in range(_FLUSHES):  # what the writer had in hand fills the terminal again, piece by piece
                termios.tcflush(terminal, termios.TCOFLUSH)
                termios.tcflow(terminal, termios.TCOOFF)
                termios.tcflow(terminal, termios.TCOON)  # Linux wakes a waiting writer here, and not on the flush
                time.sleep(GRACE / 10 / _FLUSHES)
            if select.select([], [terminal], [], 0)[1]:
                os.write(terminal, (_RESTORE + _RESTORE_TITLE).encode())
        if self._modes is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._input, termios.TCSANOW, self._modes)
        if not self._closed:
            self._in_time(lambda: os._exit(self._code))


def save_title() -> str:
    """Give the sequence that puts the present title on the terminal's stack."""
    return _SAVE_TITLE


def restore_title() -> str:
    """Give the sequence that takes the title from the stack."""
    return _RESTORE_TITLE


def _modes(descriptor: int) -> list[int | list[bytes | int]] | None:
    try:
        return termios.tcgetattr(descriptor)
    except termios.error:
        return None
