"""A process that stands for an agent's in the demo: it does nothing, and ends with the player, however that ends.

It waits for the end of a pipe that the player alone holds, so that not even a killed player leaves it behind. Like the
real ones it can be held and stopped by its pid, and like Codex it may hold its log open.
"""

import os
import subprocess
from pathlib import Path

from adapters.processes import is_held, started


class StandIn:
    """The process of one run, called like its agent's program; `log` is held open for writing."""

    def __init__(self, program: str, log: Path | None = None) -> None:
        """Begin it. Raises `OSError` where the system has no `cat`."""
        held = () if log is None else (os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC),)
        try:
            self._process = subprocess.Popen(
                [program],
                executable="/bin/cat",
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=held,
                start_new_session=True,
            )
        finally:
            for descriptor in held:
                os.close(descriptor)
        self.pid = self._process.pid
        self.start = started(self.pid)

    @property
    def is_gone(self) -> bool:
        """Say whether it has ended; it leaves no zombie behind then."""
        return self._process.poll() is not None

    @property
    def is_held(self) -> bool:
        """Say whether a signal holds it."""
        return is_held(self.pid)

    def end(self) -> None:
        """Let it end, held or not."""
        self._process.kill()
        self._process.communicate()
