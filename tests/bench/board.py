"""The numbers of the board: its real process on a real pty, fed by a real database and bell, each beside its limit.

Run it: `uv run python -m tests.bench.board [--runs N] [--rounds N] [--only NAME…]`. It exits 1 when a limit is broken.
Starting is a ratio: a bare Textual app takes turns with the board, and processor time is compared beside wall time,
because other work on the machine changes the one much less. Python may keep what it compiled, as after an installation.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.on_a_real_pty import RealTerminal, cpu_seconds, rss_mb
from tests.bench.table import Table
from tests.world import ROOT, World

BARE = """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    def compose(self):
        yield Static("first of the bench")

Bare().run()
"""
RATE, BATCHES = 500, 20
"""Updates and batches a second: a core's watcher groups for 50 ms."""
ROW = b"of the bench"
MARKED = re.compile(rb"\x1b\[(\d+);1H(?:\x1b\[[0-9;]*m)*" + "▸".encode())
"""What puts the terminal's cursor at the start of a row and draws the board's cursor there."""


class Bench:
    """A repository, a writer of its database, and the board that is measured."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.world = World(folder)
        self.environment = {**self.world.environment, "PYTHONPATH": str(ROOT), "COLORTERM": "truecolor"}
        words = [sys.executable, "-m", "tests.bench.busy_core", str(self.world.repository), str(runs)]
        self.core = subprocess.Popen(
            words, cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.core.stdout is not None and self.core.stdout.readline() == "ready\n"

    def tell(self, words: str) -> None:
        """Tell the writer what to do from now on."""
        assert self.core.stdin is not None
        self.core.stdin.write(words + "\n")
        self.core.stdin.flush()

    def board(self) -> RealTerminal:
        """Start the board."""
        return RealTerminal([sys.executable, "-m", "tui"], self.environment, self.world.repository)

    def bare(self) -> RealTerminal:
        """Start an app that shows one line."""
        return RealTerminal([sys.executable, "-c", BARE], self.environment, self.world.repository)

    def close(self) -> None:
        """End the writer."""
        assert self.core.stdin is not None
        self.core.stdin.close()
        self.core.wait(20)


def first_row(open_one: Callable[[], RealTerminal]) -> tuple[float, float]:
    """Give the wall and processor seconds from the start to the first row on the terminal."""
    began = time.perf_counter()
    terminal = open_one()
    try:
        terminal.until(lambda: ROW in terminal.received)
        return time.perf_counter() - began, cpu_seconds(terminal.pid)
    finally:
        terminal.close()


def starting(bench: Bench, rounds: int, table: Table) -> None:
    """Let a bare app and the board start in turns."""
    first_row(bench.bare), first_row(bench.board)  # what is read from the disk stands in memory now
    bare, board = [], []
    for _ in range(rounds):
        bare.append(first_row(bench.bare))
        board.append(first_row(bench.board))
    wall, cpu = ([statistics.median(one[at] for one in some) * 1000 for some in (bare, board)] for at in (0, 1))
    table.row("start to first row, wall / bare app's", wall[1] / wall[0], 1.5, "x", f"{wall[1]:.0f} / {wall[0]:.0f} ms")
    table.row("start to first row, cpu / bare app's", cpu[1] / cpu[0], 1.5, "x", f"{cpu[1]:.0f} / {cpu[0]:.0f} ms")


def at_work(bench: Bench, seconds: float, table: Table) -> None:
    """Let the board rest, then change runs and press keys beside it."""
    terminal = bench.board()
    try:
        terminal.until(lambda: ROW in terminal.received)
        terminal.drain(3.0)
        before = len(terminal.received)
        table.row("cpu, idle", busy(terminal, seconds), 1.0, "% of a core", f"{len(terminal.received) - before} bytes")
        bench.tell(f"batch {RATE // BATCHES} {BATCHES}")
        terminal.drain(2.0)
        before = len(terminal.received)
        share = busy(terminal, seconds)
        painted = bytes(terminal.received[before:])
        frames = painted.count(b"\x1b[?2026h") / seconds
        also = f"{frames:.0f} frames and {len(painted) / seconds / 1024:.0f} KiB a second"
        table.row(f"cpu, {RATE} updates a second", share, 15.0, "% of a core", also)
        keyed(terminal, table, f"key to paint, {RATE} updates a second, p95")
        table.row("memory of the board", rss_mb(terminal.pid), 120.0, "MB")
        bench.tell("rest")
        terminal.drain(1.0)
        keyed(terminal, table, "key to paint, idle, p95")
        print(f"memory of the writer in the core's place: {rss_mb(bench.core.pid):.0f} MB")
    finally:
        terminal.close()


def busy(terminal: RealTerminal, seconds: float) -> float:
    """Give the share of one core that the board takes, in percent."""
    before, began = cpu_seconds(terminal.pid), time.perf_counter()
    terminal.drain(seconds)
    return (cpu_seconds(terminal.pid) - before) / (time.perf_counter() - began) * 100


def keyed(terminal: RealTerminal, table: Table, what: str, presses: int = 60) -> None:
    """Move the cursor down and up, and wait each time for its mark in the row where it goes."""
    times: list[float] = []
    at = int(MARKED.findall(terminal.received)[-1])
    for number in range(presses):
        step = -1 if number % 2 else 1
        before, began = len(terminal.received), time.perf_counter()
        terminal.press("j" if step > 0 else "k")
        at += step
        terminal.until(lambda wanted=b"%d" % at, since=before: wanted in MARKED.findall(terminal.received, since))
        times.append((time.perf_counter() - began) * 1000)
        terminal.drain(0.03 + (number % 7) * 0.01)
    times.sort()
    p95 = times[int(len(times) * 0.95) - 1]
    table.row(what, p95, 33.0, "ms", f"p50 {statistics.median(times):.1f} ms, most {times[-1]:.1f} ms")


def main() -> int:
    """Measure, print, and say whether the numbers hold."""
    told = argparse.ArgumentParser(description="measure the board")
    told.add_argument("--runs", type=int, default=200)
    told.add_argument("--rounds", type=int, default=7)
    told.add_argument("--seconds", type=float, default=10.0)
    told.add_argument("--only", choices=("start", "work"))
    asked, table = told.parse_args(), Table("board")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), asked.runs)
        try:
            if asked.only != "work":
                starting(bench, asked.rounds, table)
            if asked.only != "start":
                at_work(bench, asked.seconds, table)
        finally:
            bench.close()
    print("load", *os.getloadavg())
    return table.status


if __name__ == "__main__":
    sys.exit(main())
