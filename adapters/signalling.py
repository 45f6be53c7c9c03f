"""A signal that reaches the process that is meant, or none.

A pid alone is given again. So the process is held by a descriptor that the kernel ties to it (pidfd_open(2), Linux 5.3)
before its start is compared: between that and the signal nobody can take its place. Where the system has no such
descriptor the start is compared right before, which leaves microseconds.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from adapters.processes import PROC, started
from state.control.hands import Member

GONE = "it has ended"
_TAKEN = "it has ended, and another process has its number now"


def send(member: Member, number: signal.Signals, proc: Path = PROC) -> str:
    """Send a signal to a process that is still the same one; gives why it did not get it, "" where it did."""
    if member.pid <= 1 or member.pid == os.getpid():
        return "it is never signalled"
    if not hasattr(signal, "pidfd_send_signal"):
        return _checked(member, proc) or _sent(lambda: os.kill(member.pid, number))
    try:
        descriptor = os.pidfd_open(member.pid)
    except ProcessLookupError:
        return GONE
    except OSError:
        return _checked(member, proc) or _sent(lambda: os.kill(member.pid, number))
    try:
        return _checked(member, proc) or _sent(lambda: signal.pidfd_send_signal(descriptor, number))
    finally:
        os.close(descriptor)


def _checked(member: Member, proc: Path) -> str:
    now = started(member.pid, proc)
    if now == member.start:
        return ""
    return GONE if now is None else _TAKEN


def _sent(kill: Callable[[], None]) -> str:
    try:
        kill()
    except ProcessLookupError:
        return GONE
    except PermissionError:
        return "it belongs to another user"
    return ""
