"""What goes wrong in a demo that is asked to show it: one fault after the other, each in the demo's own folder.

The board is left to name each and to go on by itself. What was done when stands in a file, and is told at the end.
"""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from adapters.demo_service import REPOSITORY
from state.spool import take_lock

TOLD = "faults.txt"
_QUIET = "perf-report-query"
"""The worktree of a run that the script leaves alone: nobody writes there any more."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `at` so many seconds after the beginning, in words, and how it is made in the demo's folder."""

    at: float
    what: str
    make: Callable[[Path], None]


async def go_wrong(folder: Path, speed: float) -> None:
    """Make each fault at its time, and write down when. Raises `OSError` where one cannot be made."""
    clock = asyncio.get_running_loop().time
    began = clock()
    for fault in FAULTS:
        await asyncio.sleep(max(0.0, began + fault.at / speed - clock()))
        await asyncio.to_thread(fault.make, folder)
        with (folder / TOLD).open("a") as told:
            told.write(f"{time.strftime('%H:%M:%S')} {fault.what}\n")


def made(folder: Path) -> str:
    """Give the lines of what went wrong so far, "" where nothing did. Why: the board is compared with them."""
    with suppress(FileNotFoundError):
        return (folder / TOLD).read_text()
    return ""


def _kill_core(folder: Path) -> None:
    for lock in folder.glob("state/*/core.lock"):
        held = take_lock(lock)
        if held is not None:
            os.close(held)  # nobody holds it, and the number in it may be another's by now
            continue
        with suppress(ValueError, ProcessLookupError):
            os.kill(int(lock.read_text()), signal.SIGKILL)


def _log(folder: Path) -> Path:
    return next((folder / "home/.claude/projects").glob(f"*{_QUIET}/*.jsonl"))


def _cut_log(folder: Path) -> None:
    log = _log(folder)
    os.truncate(log, log.stat().st_size // 2)


def _replace_log(folder: Path) -> None:
    log = _log(folder)
    log.rename(log.with_suffix(".away"))
    os.mkfifo(log, 0o600)


def _put_back(folder: Path) -> None:
    log = _log(folder)
    log.with_suffix(".away").replace(log)


def _remove_worktree(folder: Path) -> None:
    shutil.rmtree(folder / f"{REPOSITORY}.worktrees" / _QUIET, ignore_errors=True)


def _damage_database(folder: Path) -> None:
    _kill_core(folder)
    for database in folder.glob("state/*/state.db"):
        with database.open("r+b") as file:
            file.write(b"\xff" * 65536)
        # What stands in the write-ahead log would stand in for the damaged pages (sqlite.org/wal.html).
        os.truncate(f"{database}-wal", 0)


FAULTS = (
    Fault(15, "the core was killed with SIGKILL", _kill_core),
    Fault(30, "a log lost its second half", _cut_log),
    Fault(45, "that log was replaced by a FIFO that nobody writes to", _replace_log),
    Fault(60, "it was put back", _put_back),
    Fault(75, "a run's worktree was removed", _remove_worktree),
    Fault(90, "the core was killed, and the beginning of the state database overwritten", _damage_database),
)
"""In the order of their times, in seconds."""
