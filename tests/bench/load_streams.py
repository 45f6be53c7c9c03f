"""Many agents at once: so many streams at so many lines a second, and every call counted against what was written."""

import json
import select
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.stream_writer import BEATS, OUTPUT
from tests.bench.table import Table
from tests.bench.under_load import KEY_MS, Watched, asked, quantile, watched
from tests.world import ROOT, World

ROW_MS, BEHIND = 1000.0, 10.0
PATIENCE = 300.0
TREES = 20


@dataclass(frozen=True, slots=True)
class Flow:
    """So many streams at so many lines a second each, for so many seconds."""

    streams: int
    rate: int
    seconds: float

    @property
    def name(self) -> str:
        """Say it in words."""
        return f"{self.streams} streams, {self.rate}/s, {self.seconds:.0f} s"


@dataclass(frozen=True, slots=True)
class Written:
    """What the writer says that it wrote: when each beat was, and how many calls each session made."""

    beats: list[float]
    calls: dict[str, int]


def streams(folder: Path, flow: Flow, table: Table) -> None:
    """Let the writer write and the board be looked at; then count by session."""
    folder.mkdir(parents=True)
    world = World(folder, tuple(f"tree-{number:02}" for number in range(min(TREES, flow.streams))))
    writer = _writer(world, flow)
    try:
        with watched(world) as board:
            board.first_row("of the load")
            board.terminal.drain(3.0)
            board.measure()
            written, keys = _pressed(writer, board)
            behind = _caught_up(board, written)
            _told(table, flow, board, written, keys, behind)
    finally:
        writer.kill()
        writer.wait()


def _writer(world: World, flow: Flow) -> subprocess.Popen[str]:
    trees = [str(path) for path in world.worktrees.values()]
    words = {"home": str(world.home), "trees": trees, "streams": flow.streams, "rate": flow.rate}
    command = [sys.executable, "-m", "tests.bench.stream_writer", json.dumps({**words, "seconds": flow.seconds})]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    writer = subprocess.Popen(command, cwd=ROOT, env=world.environment, text=True, **pipes)
    assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
    return writer


def _pressed(writer: subprocess.Popen[str], board: Watched) -> tuple[Written, list[float]]:
    """Press keys while the writer writes; gives what it wrote, and the milliseconds of the keys."""
    assert writer.stdin is not None and writer.stdout is not None
    writer.stdin.write("go\n")
    writer.stdin.flush()
    keys: list[float] = []
    while not select.select([writer.stdout], [], [], 0)[0]:
        keys += board.keys(2)
    told = json.loads(writer.stdout.readline())
    return Written(told["beats"], told["calls"]), keys


def _caught_up(board: Watched, written: Written) -> float:
    """Wait until every call stands in the database, or nothing comes any more; gives the seconds that it took."""
    began, wanted, last, since = time.monotonic(), sum(written.calls.values()), -1, time.monotonic()
    while time.monotonic() - began < PATIENCE:
        ((now,),) = asked(board.world, "SELECT total(usage_requests) FROM run")
        if int(str(now).partition(".")[0]) >= wanted or time.monotonic() - since > 20:
            break
        if now != last:
            last, since = now, time.monotonic()
        board.terminal.drain(0.2)
    return time.monotonic() - began


def off(world: World, calls: Mapping[str, int]) -> list[int]:
    """Compare by session what stands in the database with the calls that were written.

    Gives three numbers a session, of requests, of output tokens, and of calls in the run's story: 0 where it is right,
    less where some are lost, more where some count twice.
    """
    told = {str(row[0]): row[1:] for row in asked(world, _RUNS)}
    noted = {str(row[0]): row[1:] for row in asked(world, _CALLS)}
    found = [(*told.get(one, (0, 0)), *noted.get(one, (0,))) for one in calls]
    wanted = [(count, count * OUTPUT, count) for count in calls.values()]
    return [int(str(have)) - want for pair in zip(found, wanted, strict=True) for have, want in zip(*pair, strict=True)]


def _told(table: Table, flow: Flow, board: Watched, written: Written, keys: list[float], behind: float) -> None:
    differences, every = off(board.world, written.calls), sum(written.calls.values()) * (2 + OUTPUT)
    also = f"{len(written.calls)} runs, {sum(written.calls.values()):,} calls: requests, tokens, story"
    table.row(f"lost, {flow.name}", -sum(one for one in differences if one < 0), 0, f"of {every:,}", also)
    table.row("counted twice", sum(one for one in differences if one > 0), 0, f"of {every:,}")
    late = _latencies(board, written, flow)
    if late:
        also = f"p50 {quantile(late, 0.5):.0f}, p95 {quantile(late, 0.95):.0f}, most {max(late):.0f} ms"
        table.row("line to row of the database, p99", quantile(late, 0.99), ROW_MS, "ms", also)
    else:
        table.not_measured("line to row of the database, p99", "no row was seen while lines were written")
    also = f"p50 {quantile(keys, 0.5):.0f}, most {max(keys):.0f} ms of {len(keys)} keys"
    table.row("key to paint, p99", quantile(keys, 0.99), KEY_MS, "ms", also)
    table.row("until the last line was counted", behind, BEHIND, "s")
    board.rows(table)


_RUNS = "SELECT session_id, usage_requests, usage_output FROM run"
_CALLS = "SELECT session_id, count(*) FROM event JOIN run ON run.id = event.run WHERE event.kind = 'tool' GROUP BY 1"


def _latencies(board: Watched, written: Written, flow: Flow) -> list[float]:
    """Give the milliseconds from each beat of each stream until a reader of the database saw all of its calls."""
    seen: dict[str, tuple[list[int], list[float]]] = {one: ([], []) for one in written.calls}
    for at, changed in list(board.counts):
        for session, count in changed.items():
            if session in seen:
                seen[session][0].append(count)
                seen[session][1].append(at)
    late: list[float] = []
    for number, beat in enumerate(written.beats):
        calls = ((number + 1) * flow.rate // BEATS + 1) // 2
        for counts, times in seen.values():
            if (first := bisect_left(counts, calls)) < len(counts):
                late.append(max(0.0, times[first] - beat) * 1000)
    return late
