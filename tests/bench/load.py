"""Presses on Headgate as a day's work never does: `python -m tests.bench.load [PART…] [--quick] [--minutes N]`.

The parts: `streams`, 200 agents at 50 lines a second for ten minutes; `worktrees`, 1,000 of them; `history`, 100,000
runs of the past; `log`, one of 5 GB; `hooks`, 1,000 that ask at once; and `soak`, only where named: 40 agents at 5
lines a second for an hour, or `--minutes`, after which memory and open files must not have grown. `--quick` asks for a
part of each. The real core and a real board run on a terminal, and every call is counted against what was written.
Each part ends by itself. It exits 1 when a limit is broken.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load_hooks import hooks
from tests.bench.load_sizes import history, log, worktrees
from tests.bench.load_streams import Flow, streams
from tests.bench.table import Table, room

PARTS = ("streams", "worktrees", "history", "log", "hooks")


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    flow: Flow
    worktrees: int
    runs: int
    bytes: int
    hooks: int


FULL = Size(Flow(200, 50, 600.0), 1000, 100_000, 5_000_000_000, 1000)
QUICK = Size(Flow(200, 50, 20.0), 100, 10_000, 200_000_000, 100)


def main() -> int:
    """Press, print, and say whether the limits hold."""
    words = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__.partition("\n")[0])
    words.add_argument("parts", nargs="*", metavar="PART", help=", ".join((*PARTS, "soak")))
    words.add_argument("--quick", action="store_true", help="a part of each: a minute in place of an hour")
    words.add_argument("--minutes", type=float, default=60.0, help="how long the soak lasts")
    asked = words.parse_args()
    if unknown := set(asked.parts) - {*PARTS, "soak"}:
        words.error(f"no part is named {', '.join(sorted(unknown))}")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    table, size = Table("load"), QUICK if asked.quick else FULL
    with tempfile.TemporaryDirectory() as scratch, room("history") as kept:
        folder = Path(scratch).resolve()
        parts: Mapping[str, Callable[[], None]] = {
            "streams": lambda: streams(folder / "streams", size.flow, table),
            "worktrees": lambda: worktrees(folder / "worktrees", size.worktrees, table),
            "history": lambda: history(folder / "history", kept, size.runs, table),
            "log": lambda: log(folder / "log", size.bytes, table),
            "hooks": lambda: hooks(folder / "hooks", size.hooks, table),
            "soak": lambda: streams(folder / "soak", Flow(40, 5, asked.minutes * 60), table),
        }
        for part in asked.parts or PARTS:
            parts[part]()
        if "soak" not in asked.parts:
            table.not_measured("a soak of an hour", "on demand: `python -m tests.bench.load soak`")
    return table.status


if __name__ == "__main__":
    sys.exit(main())
