"""Waits for an answer in the spool, and for the end of the client that would hear it.

Polling costs a `stat` each time; an answer is seen within a tenth of a second at first, and a quarter after that.
"""

import posix
import select
import signal
import time
from collections.abc import Callable
from typing import Any

from adapters.hook import files

_QUICK, _CALM, _FIRST = 0.1, 0.25, 5.0
_BEAT = 1.0
_LATE = 5.0


class Gone(Exception):
    """The client that asked has ended, so that nobody hears an answer; or the question was taken away."""


class Lifted(Exception):
    """What the call waited for holds no more, and nobody answered it."""


def answer(
    path: str, question: str | None, deadline: float, lifted: Callable[[], bool] | None = None
) -> dict[str, Any] | None:
    """Wait until the answer lies at `path`, None once `deadline` (seconds since 1970) has passed.

    The `question` is touched each second, so that the core sees that somebody waits. Raises `Gone`, and `OSError` or
    `ValueError` for an answer that cannot be read. Raises `Lifted` where `lifted` says, each second, that nothing is
    to be waited for any more.
    """
    began, parent = time.monotonic(), posix.getppid()
    left = deadline - time.time()
    signal.setitimer(signal.ITIMER_REAL, max(left, 0.0) + _LATE)
    ends, beat = began + left, began
    hearer = select.poll()
    hearer.register(1, 0)  # an output that nobody reads any more is told without being asked for; poll(2)
    while True:
        found = files.read(path)
        now = time.monotonic()
        if found is not None or now >= ends or time.time() >= deadline:
            return found if now < ends else None
        if posix.getppid() != parent:
            raise Gone("the client that asked has ended")
        if now >= beat:
            if question is not None:
                _touch(question)
            if lifted is not None and lifted():
                raise Lifted
            beat = now + _BEAT
        pause = _QUICK if now - began < _FIRST else _CALM
        if hearer.poll(min(pause, max(ends - now, 0.001)) * 1000):
            raise Gone("the client that asked listens no more")


def take_away(question: str) -> None:
    """Take the question out of the spool; where that cannot be done it falls silent by itself."""
    try:
        posix.unlink(question)
    except OSError:
        return


def _touch(question: str) -> None:
    try:
        posix.utime(question)
    except FileNotFoundError:
        raise Gone("the question was taken out of the spool") from None
