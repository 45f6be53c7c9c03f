"""Whether a process that a registry names is still that process, read from /proc and without asking anyone.

A pid alone proves nothing, because pids are given again: the process must also have started when the registry says.
"""

import os
from pathlib import Path
from typing import Literal

Verdict = Literal["alive", "gone", "uncertain"]

PROC = Path("/proc")
"""Where Linux shows its processes as files (proc(5))."""
_SAME_START_SECONDS = 2.0
"""How far the boot time in /proc/stat, a whole second, may lie from the clock that a registry was written by."""


def verify(pid: int, start: str | None, at: float | None = None, proc: Path = PROC) -> Verdict:
    """Say whether process `pid` is the one that a registry meant.

    `start` is field 22 of `/proc/<pid>/stat` as the registry recorded it (proc(5): clock ticks after boot). Without it,
    a process that already ran at `at` (seconds since 1970), when the registry was written, had the pid then and is the
    same. "uncertain": a process of that number runs, and nothing tells whether it is the one.
    """
    if pid <= 0:
        return "gone"
    if not (proc / "self" / "stat").exists():
        return _signalled(pid)
    ticks = started(pid, proc)
    if ticks is None:
        return "gone"
    if start is not None:
        return "alive" if start == str(ticks) else "gone"
    return "uncertain" if at is None else _by_time(ticks, at, proc)


def started(pid: int, proc: Path = PROC) -> int | None:
    """Give when a process started, in clock ticks after boot; None when it does not run (a zombie does not)."""
    try:
        text = (proc / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in parentheses and may hold spaces and parentheses itself (proc(5)).
    fields = text[text.rfind(")") + 1 :].split()
    return None if len(fields) < 20 or fields[0] in "ZX" else int(fields[19])


def is_held(pid: int, proc: Path = PROC) -> bool:
    """Say whether a signal stopped a process (SIGSTOP, SIGTSTP): state T of proc(5), not t, which a debugger sets."""
    try:
        text = (proc / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return False
    return text[text.rfind(")") + 1 :].split()[:1] == ["T"]


def began(ticks: int, proc: Path = PROC) -> float | None:
    """Give a start in clock ticks after boot as seconds since 1970, a whole second off at most; None: no boot time."""
    booted = _booted(proc)
    return None if booted is None else booted + ticks / os.sysconf("SC_CLK_TCK")


def _by_time(ticks: int, at: float, proc: Path) -> Verdict:
    start = began(ticks, proc)
    if start is None:
        return "uncertain"
    return "alive" if start <= at + _SAME_START_SECONDS else "gone"


def _booted(proc: Path) -> int | None:
    for line in (proc / "stat").read_text().splitlines():
        if line.startswith("btime "):
            return int(line.split()[1])
    return None


def _signalled(pid: int) -> Verdict:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "gone"
    except (PermissionError, OverflowError):
        return "uncertain"
    return "uncertain"
