"""A core that kills itself before its n-th effect: `python -m tests.faults.dying_core FOLDER NOW N`.

An effect is a commit of the database, a file written whole, or a file taken away. Prints how many there were where it
lives to the end.
"""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from state import gate_spool, spool
from tests.gates_world import GateHouse, found

left = 0
done = 0


def effect() -> None:
    """Die here where this is the effect that is not to happen."""
    global left, done
    if left:
        done += 1
        if done == left:
            os.kill(os.getpid(), signal.SIGKILL)


def before(real: Callable[..., Any]) -> Callable[..., Any]:
    def deadly(*given: Any, **named: Any) -> Any:
        effect()
        return real(*given, **named)

    return deadly


class Dying(sqlite3.Connection):
    """A real connection that dies before a commit."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        if arguments[0] == "COMMIT":
            effect()
        return super().execute(*arguments)


async def live(folder: Path, now: float, at: int) -> None:
    global left
    real = sqlite3.connect
    sqlite3.connect = lambda *a, **k: real(*a, factory=Dying, **k)  # type: ignore[assignment]
    for module in (gate_spool, spool):
        setattr(module, "write_whole", before(spool.write_whole))  # noqa: B010 - mypy would not know the attribute
    Path.unlink = before(Path.unlink)  # type: ignore[method-assign]
    house = GateHouse(folder, now)
    await house.begin(*found())
    left = at
    await house.core.once()
    print(done)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
