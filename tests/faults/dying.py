"""The real program, killed with SIGKILL before its n-th effect: `python -m tests.faults.dying MODULE N TOLD WORDS…`.

An effect is whatever outlives a process: a file that is opened to be written, renamed, linked, removed or given rights,
a directory or pipe made, a process started, a statement of SQL that writes. The interpreter itself tells of all but the
last before they happen (https://docs.python.org/3.11/library/audit_events.html). With N = 0 nothing dies, and how many
effects there were is written to TOLD.
"""

import atexit
import os
import runpy
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

EFFECTS = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate", "os.utime"}
    | {"subprocess.Popen", "os.posix_spawn", "fcntl.flock", "shutil.rmtree"}
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_READING = ("SELECT", "PRAGMA", "WITH")


class Doom:
    """Counts effects, and dies before one of them; nothing counts before `begin`."""

    def __init__(self, at: int) -> None:
        self.at, self.done, self.counts = at, 0, False

    def effect(self) -> None:
        if self.counts:
            self.done += 1
            if self.done == self.at:
                os.kill(os.getpid(), signal.SIGKILL)

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in EFFECTS or (event == "open" and _to_write(arguments)):
            self.effect()


def _to_write(arguments: tuple[Any, ...]) -> bool:
    path, _, flags = arguments
    return isinstance(flags, int) and bool(flags & _WRITES) and path != os.devnull and not isinstance(path, int)


def begin(at: int) -> Doom:
    """Hear of every effect of this process from now on."""
    doom = Doom(at)
    real = sqlite3.connect

    class Dying(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            if not str(arguments[0]).lstrip().upper().startswith(_READING):
                doom.effect()
            return super().execute(*arguments)

        def executemany(self, *arguments: Any) -> sqlite3.Cursor:
            doom.effect()
            return super().executemany(*arguments)

    sqlite3.connect = lambda *a, **k: real(*a, **{"factory": Dying, **k})  # type: ignore[assignment]
    sys.addaudithook(doom.heard)
    doom.counts = True
    return doom


def _die_in(module: str, at: int, told: Path) -> None:
    doom = begin(at)

    def tell() -> None:
        doom.counts = False
        told.write_text(str(doom.done))

    atexit.register(tell)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    given = sys.argv[1:4]
    sys.argv[1:] = sys.argv[4:]
    _die_in(given[0], int(given[1]), Path(given[2]))
