"""Runs one command between its walls to its end, or ends all of it: by the clock, by its size, or by a human's word.

Whatever it left behind is looked for by its label and ended before anything is said of it.
"""

import asyncio
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from adapters.checks.leftovers import end_labelled
from adapters.checks.output import Output
from adapters.checks.walls import PROCESSES, Walled
from adapters.process_walk import walk

Cut = Literal["", "time", "memory", "processes", "disk"]
"""Which limit ended it; "" where it ended by itself."""
_LOOK_SECONDS = 0.5
_OWN_MEMORY = ("RssAnon:", "RssShmem:", "VmSwap:")
"""Lines of proc(5)'s status, in kB: what is the process's own and not a file's."""
_BLOCK = 1 << 16
_PAUSE_SECONDS = 0.01
"""Between two blocks of a flood of which the middle is left out anyway: so it costs neither time nor disk."""
_DRAIN_SECONDS = 3.0
_LEAST_FREE = 256 << 20
"""Bytes that stay free on the disk that holds Headgate's state."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a command may take. `place` lies on the disk that must not fill up."""

    seconds: float
    megabytes: int
    place: Path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. `status` is its exit status, minus the signal that ended it; `left` counts what lives on."""

    status: int
    cut: Cut
    output: Output
    left: int


async def ran(walls: Walled, limits: Limits, told: Callable[[str], None]) -> Ended:
    """Run it to its end; being cancelled ends all of it first. Raises `OSError` where it cannot be started."""
    read, write = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *walls.command,
            cwd="/",
            env=dict(walls.environment),
            stdin=DEVNULL,
            stdout=write,
            stderr=write,
            start_new_session=True,
        )
    except BaseException:
        os.close(read)
        raise
    finally:
        os.close(write)
    output = Output()
    reading = asyncio.create_task(_read(read, output, told))
    watching = asyncio.create_task(_outgrown(process.pid, limits))
    ending = asyncio.create_task(process.wait())
    cut: Cut = ""
    try:
        done, _ = await asyncio.wait({ending, watching}, timeout=limits.seconds, return_when=asyncio.FIRST_COMPLETED)
        if ending not in done:
            cut = watching.result() if watching in done else "time"
    finally:
        _kill(process.pid if process.returncode is None else None)
        watching.cancel()
        left = await end_labelled(walls.label)
        status = await ending
        await asyncio.wait({reading}, timeout=_DRAIN_SECONDS)
        reading.cancel()
        await asyncio.gather(reading, watching, return_exceptions=True)
    return Ended(status, cut, output, left)


def _kill(pid: int | None) -> None:
    """End a process and its group; where it began a sandbox, the kernel ends what is inside with it."""
    for number in (pid,) if pid is not None else ():
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(number, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


async def _read(descriptor: int, output: Output, told: Callable[[str], None]) -> None:
    """Take what is printed, by a pipe of our own: a process that outlives the command must not hold up its end."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=_BLOCK)
    file = os.fdopen(descriptor, "rb", buffering=0)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    try:
        while block := await reader.read(_BLOCK):
            output.take(block)
            told(output.last)
            if output.full:
                await asyncio.sleep(_PAUSE_SECONDS)
    finally:
        transport.close()


async def _outgrown(pid: int, limits: Limits) -> Cut:
    """Look at it until it takes more than it may, and say of what."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        taken, processes = await asyncio.to_thread(measured, pid)
        if taken > limits.megabytes << 20:
            return "memory"
        if processes > PROCESSES:
            return "processes"
        if shutil.disk_usage(limits.place).free < _LEAST_FREE:
            return "disk"


def measured(pid: int) -> tuple[int, int]:
    """Give the bytes of memory of a process and all below it that are their own, and how many they are."""
    below = walk().below([pid])
    return sum(_own_bytes(one) for one in below), len(below)


def _own_bytes(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text(errors="replace")
    except OSError:
        return 0
    words = [line.split() for line in text.splitlines() if line.startswith(_OWN_MEMORY)]
    return sum(int(one[1]) << 10 for one in words)
