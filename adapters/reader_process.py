"""A helper process of a first index: reads the logs that the core names and hands back what they tell, chunk by chunk.

It changes nothing outside itself and opens logs only to read. It ends when the core does, because its standard input
then ends or its standard output breaks; so it may be killed at any moment, and the core reads on by itself.
"""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from io import RawIOBase
from typing import BinaryIO

from adapters.agents.known import AGENTS
from adapters.frames import HEADER, Job, framed, read
from adapters.known_log import KnownLog, Told

_BEHIND = 5
"""Steps of niceness by which a helper stands back."""


def main() -> int:
    """Read logs until standard input ends."""
    # Ctrl-C reaches the whole foreground group; it is the core that decides when helpers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The core, which writes what is handed to it, and whoever looks at the board come first.
    os.nice(_BEHIND)
    # What is read is handed on and forgotten: there is nothing to search for cycles.
    gc.freeze()
    gc.disable()
    try:
        serve(os.fdopen(0, "rb"), os.fdopen(1, "wb", buffering=0))
    except BrokenPipeError:
        return 1
    return 0


def serve(jobs: BinaryIO, out: RawIOBase) -> None:
    """Answer each job with the frames of its log; a last frame of None says that the core should look at it itself."""
    put(out, framed(None, more=False))
    while len(header := jobs.read(HEADER.size)) == HEADER.size:
        job: Job = read(jobs.read(HEADER.unpack(header)[0]))
        for told, more in chunks(job):
            put(out, framed(told, more=more))
        gc.collect(0)


def chunks(job: Job) -> Iterator[tuple[Told | None, bool]]:
    """Give what a log tells from its mark on, up to the size that it had, and whether there is more."""
    name, place, mark, size, skims = job
    agent = next(one for one in AGENTS if one.name == name)
    log = KnownLog(agent, place, mark, judged=True, skims=skims)
    while True:
        told = log.advance()
        if not isinstance(told, Told):
            yield None, False
            return
        more = told.chunk.more and log.mark.offset < size
        yield told, more
        if not more:
            return


def put(out: RawIOBase, frame: bytes) -> None:
    """Write a whole frame."""
    view = memoryview(frame)
    while view:
        view = view[out.write(view) or 0 :]


if __name__ == "__main__":
    sys.exit(main())
