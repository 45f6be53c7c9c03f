"""Starts a client that is nobody's child: in a session of its own, its output kept, with nothing to read.

A process of our own forks it and ends at once, so that the client belongs to the system's first process and neither a
key of a terminal nor the end of Headgate reaches it.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from state.text import clean

_SECONDS = 10.0
_FORK = """
import os, sys
log, folder = sys.argv[1:3]
heard, told = os.pipe()
child = os.fork()
if child:
    os.close(told)
    why = os.read(heard, 4096)
    os.write(1, b"%d " % child + why)
    os._exit(1 if why else 0)
try:
    os.setsid()
    os.chdir(folder)
    taken = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    nothing = os.open("/dev/null", os.O_RDONLY)
    for stream, end in ((0, nothing), (1, taken), (2, taken)):
        os.dup2(end, stream)
    os.execve(sys.argv[3], sys.argv[3:], os.environ)
except OSError as failure:
    os.write(told, str(failure).encode())
    os._exit(127)
"""


async def start_detached(command: Sequence[str], folder: str, log: Path, environment: Mapping[str, str]) -> int | str:
    """Start a command, whose first word is a path, in `folder`, and give its pid; or the sentence why it did not start.

    What it prints is added to `log`, which only its owner reads.
    """
    words = (sys.executable, "-I", "-S", "-c", _FORK, str(log), folder, *command)
    starter = await asyncio.create_subprocess_exec(
        *words, cwd="/", env=dict(environment), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    try:
        told, _ = await asyncio.wait_for(starter.communicate(), _SECONDS)
    except TimeoutError:
        starter.kill()
        await starter.wait()
        return f"it did not start within {_SECONDS:.0f} s"
    pid, _, why = told.decode("utf-8", "replace").partition(" ")
    if why or not pid.isdecimal():
        return f"{clean(Path(command[0]).name, 80)} does not start: {clean(why, 300) or 'its starter failed'}"
    return int(pid)
