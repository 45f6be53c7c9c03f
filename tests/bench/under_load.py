"""A board on a terminal with its core, and what both take of the machine while something presses on them."""

import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.board import MARKED
from tests.bench.on_a_real_pty import RealTerminal, cpu_seconds, rss_mb
from tests.bench.table import Table
from tests.world import ROOT, World

CORE_MB, BOARD_MB, WAL_MB = 300.0, 120.0, 64.0
KEY_MS = 150.0
RUNS = 6
FDS = 4
"""How many more files a process may hold open at the end than after it came to rest at the beginning."""
MB_IN_TEN_MINUTES = 1.0
LONG = 600.0
"""Seconds under which a slope of memory says nothing: caches fill first."""


@dataclass(slots=True)
class Gauge:
    """What one process takes: samples of its memory and its open files, and its processor time."""

    name: str
    pid: int
    began: float = field(default_factory=time.monotonic)
    times: list[float] = field(default_factory=list[float])
    memory: list[float] = field(default_factory=list[float])
    files: list[int] = field(default_factory=list[int])
    cpu: list[float] = field(default_factory=list[float])

    def read(self) -> None:
        """Take one sample; none once the process has ended."""
        with suppress(OSError, IndexError):
            held, spent = rss_mb(self.pid), cpu_seconds(self.pid)
            open_now = sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())
            self.times.append(time.monotonic() - self.began)
            self.memory.append(held)
            self.files.append(open_now)
            self.cpu.append(spent)

    def told(self, table: Table, most_mb: float) -> None:
        """Tell what was sampled."""
        if len(self.times) < 2:
            table.not_measured(f"the {self.name}", "it ended before it was looked at twice")
            return
        share = (self.cpu[-1] - self.cpu[0]) / (self.times[-1] - self.times[0]) * 100
        table.row(f"cpu of the {self.name}", share, 100.0, "% of a core")
        table.row(f"memory of the {self.name}, most", max(self.memory), most_mb, "MB", f"at first {self.memory[0]:.0f}")
        rest = self.files[len(self.files) // 5]
        table.row(f"more open files of the {self.name}", max(0, self.files[-1] - rest), FDS, "files", f"{rest} at rest")
        self._sloped(table)

    def _sloped(self, table: Table) -> None:
        """Tell how memory and files grow, over what is left when the first quarter is taken for warming up."""
        begin = len(self.times) // 4
        what = f"growth of the {self.name}'s memory in ten minutes"
        if self.times[-1] < LONG:
            table.not_measured(what, f"{self.times[-1]:.0f} s are too short: `python -m tests.bench.load soak`")
            return
        memory, files = (
            statistics.linear_regression(self.times[begin:], some[begin:]).slope * 600
            for some in (self.memory, [float(one) for one in self.files])
        )
        table.row(what, memory, MB_IN_TEN_MINUTES, "MB")
        table.row(f"growth of the {self.name}'s open files in ten minutes", files, 0.5, "files")


class Watched:
    """The board and its core at work in a world; a thread reads the database and the gauges meanwhile."""

    def __init__(self, world: World) -> None:
        self.world = world
        environment = {**world.environment, "PYTHONPATH": str(ROOT), "COLORTERM": "truecolor"}
        self.began = time.perf_counter()
        self.terminal = RealTerminal([sys.executable, "-m", "tui"], environment, world.repository)
        self.gauges: list[Gauge] = []
        self.counts: list[tuple[float, dict[str, int]]] = []
        """When which sessions were first seen in the database with how many requests; only what is new."""
        self.wal = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def first_row(self, text: str, seconds: float = 300.0) -> float:
        """Wait until the terminal shows a text; gives the seconds since the start."""
        self.terminal.until(lambda: text.encode() in self.terminal.received, seconds)
        return time.perf_counter() - self.began

    def measure(self) -> None:
        """Begin to look at the processes and the database."""
        house = self.world.house()
        core = int((house / "core.lock").read_text())
        self.gauges = [Gauge("core", core), Gauge("board", self.terminal.pid)]
        self._thread.start()

    def rows(self, table: Table) -> None:
        """Tell what was sampled so far."""
        for gauge, most in zip(self.gauges, (CORE_MB, BOARD_MB), strict=True):
            gauge.told(table, most)
        table.row("write-ahead log, most", self.wal, WAL_MB, "MB")

    def keys(self, presses: int, pause: float = 0.5) -> list[float]:
        """Move the cursor up and down; gives the milliseconds until its mark stood in another row, in their order.

        It begins at the first row, and there are others: where the cursor cannot move, nothing is painted.
        """
        took: list[float] = []
        self.terminal.press("k")
        self.terminal.drain(0.3)
        for number in range(presses):
            before, began = len(self.terminal.received), time.perf_counter()
            self.terminal.press("k" if number % 2 else "j")
            self.terminal.until(lambda since=before: bool(MARKED.search(self.terminal.received, since)))
            took.append((time.perf_counter() - began) * 1000)
            self.terminal.drain(pause)
        return sorted(took)

    def close(self) -> None:
        """End the thread, the board, and with it its core."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self.terminal.close()

    def _look(self) -> None:
        known: dict[str, int] = {}
        number = 0
        with closing(sqlite3.connect(f"file:{self.world.house() / 'state.db'}?mode=ro", uri=True, timeout=10)) as at:
            while not self._over.wait(0.05):
                found = {
                    str(one): int(count) for one, count in at.execute("SELECT session_id, usage_requests FROM run")
                }
                self.counts.append((time.time(), dict(found.items() - known.items())))
                known = found
                number += 1
                if number % 20 == 1:
                    self._gauge()

    def _gauge(self) -> None:
        for gauge in self.gauges:
            gauge.read()
        with suppress(FileNotFoundError):
            self.wal = max(self.wal, Path(self.world.house() / "state.db-wal").stat().st_size / 1e6)


def some_runs(world: World) -> None:
    """Let a few agents begin, because a cursor needs rows to move between."""
    for number in range(RUNS):
        log = world.claude(f"begun-{number}")
        log.append(log.prompt(f"task of number {number}"))


def asked(world: World, sql: str, *words: object) -> list[tuple[object, ...]]:
    """Ask the database of a world, as any client may."""
    with closing(sqlite3.connect(f"file:{world.house() / 'state.db'}?mode=ro", uri=True, timeout=10)) as at:
        return at.execute(sql, words).fetchall()


@contextmanager
def watched(world: World) -> Iterator[Watched]:
    """Open a board in a world and end it afterwards; its core ends by itself, and is waited for."""
    one = Watched(world)
    try:
        yield one
    finally:
        one.close()
        gone = time.monotonic() + 30
        while time.monotonic() < gone and any(Path(f"/proc/{gauge.pid}").exists() for gauge in one.gauges):
            time.sleep(0.1)


def quantile(some: Sequence[float], share: float) -> float:
    """Give the value that such a share of them does not exceed."""
    ordered = sorted(some)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
