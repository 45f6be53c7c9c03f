"""What reading logs costs, as ratios to limits measured in the same run; every row of issue 3's table of numbers.

Run it: `uv run python -m tests.bench.ingest [--bytes N] [--files N] [--repeat N] [--ccusage PATH]`. It writes logs into
a temporary directory, lets the contenders take turns, and compares medians. It exits 1 when a limit is broken. On a
machine that does other work the ratios of wall times say little: `load` is printed for that.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from adapters.agents.known import AGENTS
from adapters.git.worktrees import locate
from adapters.source import LogSource
from state.store.writer import Store
from tests.bench.made_logs import Maker
from tests.bench.one_line import costs_of_a_line
from tests.bench.table import Table
from tests.world import ROOT, World

GB = 1_000_000_000


class Cache(msgspec.Struct, gc=False):
    """Cache writes, in the bare pass."""

    ephemeral_5m_input_tokens: int = 0
    ephemeral_1h_input_tokens: int = 0


class Usage(msgspec.Struct, gc=False):
    """Tokens, in the bare pass."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_creation: Cache | None = None


class Message(msgspec.Struct, gc=False):
    """A message, in the bare pass."""

    id: str | None = None
    model: str | None = None
    usage: Usage | None = None


class Record(msgspec.Struct, gc=False):
    """A line, in the bare pass."""

    type: str | None = None
    timestamp: str | None = None
    sessionId: str | None = None
    requestId: str | None = None
    message: Message | None = None


def bare_pass(paths: list[Path]) -> int:
    """Decode every line with typed msgspec, block by block, in this one process; gives the number of lines."""
    decode, lines = msgspec.json.Decoder(Record).decode, 0
    for path in paths:
        with path.open("rb", buffering=0) as file:
            rest = b""
            while block := file.read(1 << 20):
                *whole, rest = (rest + block).split(b"\n")
                for line in whole:
                    decode(line)
                lines += len(whole)
    return lines


BARE_START = """
import os, sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for (path,) in connection.execute("SELECT path FROM log"):
    os.lstat(path)
"""
"""The least that a process can do at a warm start: open the database and ask the system about every file."""


class Bench:
    """One set of logs in one world, and what it takes to read them."""

    def __init__(self, folder: Path, size: int, files: int, ccusage: str | None) -> None:
        self.world, self.ccusage = World(folder), ccusage
        self.root = self.world.home / ".claude"
        self.size = Maker(self.root, str(self.world.worktrees["one"])).make(size, files)
        self.paths = sorted(self.root.rglob("*.jsonl"))

    def bare(self) -> None:
        """The limit of a cold index."""
        bare_pass(self.paths)

    def cold(self) -> None:
        """A first index by the real program."""
        shutil.rmtree(self.world.state, ignore_errors=True)
        told = self.world.told_within(600, "index")
        assert (told["bytes"], told["reread"]) == (self.size, 0), told

    def known(self) -> tuple[Store, LogSource]:
        """Take up what a first index left: open the database, load it, and remember the marks."""
        store = Store(self.database())
        source = LogSource(AGENTS, self.world.environment, locate, everything=True)
        source.remember(store.load().marks)
        return store, source

    def warm(self) -> None:
        """A start at which nothing is new, by the real program."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("headgate")), "index", "--json"],
            cwd=self.world.repository,
            env=self.world.environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        assert b'"files": 0, "bytes": 0' in done.stdout

    async def ready(self) -> None:
        """The same inside a board's core: what was known is loaded and every log is looked at."""
        store, source = self.known()
        found = [batch async for batch in source.catch_up()]
        store.close()
        assert sum(batch.bytes for batch in found) == 0

    def start(self) -> None:
        """The limit of a warm start, in a process of its own as well."""
        subprocess.run([sys.executable, "-c", BARE_START, str(self.database())], check=True)

    def database(self) -> Path:
        """Name the database of the one house."""
        (house,) = [path for path in self.world.state.iterdir() if path.is_dir()]
        return house / "state.db"

    def peer(self) -> None:
        """The same logs read by ccusage, with its own prices and without the network."""
        words = [str(self.ccusage), "daily", "--offline", "--json"]
        subprocess.run(words, env=self.world.environment, stdout=subprocess.DEVNULL, check=True)

    def memory(self) -> float:
        """The most that core and helpers held together during a first index, in MB; shared pages count once each."""
        shutil.rmtree(self.world.state, ignore_errors=True)
        child = subprocess.Popen(
            [sys.executable, "-m", "tui", "index", "--json"],
            cwd=self.world.repository,
            env={**self.world.environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
        )
        most = 0.0
        while child.poll() is None:
            most = max(most, held(child.pid))
            time.sleep(0.05)
        return most


def held(pid: int) -> float:
    """Give the proportional set size of a process and its children, in MB."""
    total = 0.0
    for one in (pid, *children(pid)):
        try:
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1000
        except OSError:
            continue
    return total


def children(pid: int) -> list[int]:
    """Give the processes that a process started."""
    try:
        return [
            int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in (task / "children").read_text().split()
        ]
    except OSError:
        return []


def seconds(work: Callable[[], object]) -> float:
    """Give the wall time of some work."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def processor(work: Callable[[], object]) -> float:
    """Give the CPU time of some work, that of ended child processes included."""
    began = os.times()
    work()
    ended = os.times()
    return sum(ended[:4]) - sum(began[:4])


def in_turns(repeat: int, **works: Callable[[], object]) -> dict[str, float]:
    """Give the median wall time of each, taken in turns; the CPU time that each took is printed beside."""
    times: dict[str, list[float]] = {name: [] for name in works}
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeat):
        for name, work in works.items():
            taken[name].append(processor(lambda name=name, work=work: times[name].append(seconds(work))))
    told = (f"{name} {statistics.median(some) * 1000:.0f} ms" for name, some in taken.items())
    print(f"processor time: {', '.join(told)}", flush=True)
    return {name: statistics.median(some) for name, some in times.items()}


def against_the_peer(table: Table, what: str, took: dict[str, float], limit: float) -> None:
    """Tell what the last of ours took to what ccusage took, where it is there."""
    if "peer" in took:
        table.row(f"{what} / ccusage", took[what.split()[0]] / took["peer"], limit, "x")
    else:
        table.not_measured(f"{what} / ccusage", "no ccusage here: npm install ccusage@20, then --ccusage PATH")


def cold_rows(bench: Bench, repeat: int, table: Table) -> None:
    """A first index against the bare pass and against ccusage."""
    works: dict[str, Callable[[], object]] = {
        "bare": bench.bare,
        "cold": bench.cold,
        **({"peer": bench.peer} if bench.ccusage else {}),
    }
    bench.bare()
    took = in_turns(repeat, **works)
    print(
        f"{bench.size / 1e6:.0f} MB, {len(bench.paths)} files: " + ", ".join(f"{k} {v:.2f} s" for k, v in took.items())
    )
    table.row("cold index / bare typed decode", took["cold"] / took["bare"], 2.0, "x")
    against_the_peer(table, "cold index", took, 1.5)


def warm_rows(bench: Bench, repeat: int, table: Table) -> None:
    """A start with nothing new against a bare look at the files and against ccusage, all as processes.

    When a board's core would be ready, which loads the program and every run, is told beside them.
    """
    bench.world.headgate("index", seconds=600)
    works: dict[str, Callable[[], object]] = {
        "start": bench.start,
        "warm": bench.warm,
        "core ready": lambda: asyncio.run(bench.ready()),
    }
    took = in_turns(repeat, **works, **({"peer": bench.peer} if bench.ccusage else {}))
    print(", ".join(f"{name} {value * 1000:.0f} ms" for name, value in took.items()))
    table.row("warm start / (stat of all files + opening)", took["warm"] / took["start"], 1.5, "x")
    against_the_peer(table, "warm start", took, 0.3)


def line_rows(folder: Path, table: Table) -> None:
    """One appended line, and whether its cost depends on what came before."""
    short, long = costs_of_a_line(folder / "lines", 200, 20_000)
    table.row("one appended line: CPU beyond decoding it", short * 1000, 1.0, "ms")
    table.row("the same after a hundred times as much", long / short, 1.5, "x")


def main() -> int:
    """Measure, print, and say whether the numbers hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bytes", type=int, default=GB)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ccusage", default=shutil.which("ccusage"))
    chosen = parser.parse_args()
    table = Table("ingest")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "half").mkdir()
        (folder / "whole").mkdir()
        half = Bench(folder / "half", chosen.bytes // 2, chosen.files // 2, None)
        bench = Bench(folder / "whole", chosen.bytes, chosen.files, chosen.ccusage)
        print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} processors")
        cold_rows(bench, chosen.repeat, table)
        warm_rows(bench, max(5, chosen.repeat), table)
        table.row("most memory while indexing", bench.memory(), 200, "MB")
        took = in_turns(chosen.repeat, half=half.cold, whole=bench.cold)
        linear = took["whole"] / took["half"] / (bench.size / half.size)
        table.row("growth: time of twice the bytes / twice the time", linear, 1.2, "x")
        line_rows(folder, table)
    return table.status


if __name__ == "__main__":
    sys.exit(main())
