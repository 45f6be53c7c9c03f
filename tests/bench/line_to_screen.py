"""From a line in a log to the painted row, on a real pty; and what an idle board costs.

Run it: `uv run python -m tests.bench.line_to_screen`. It prints the median beside what this machine takes in the same
run for the two file watches and the two repaint clocks that no design of three processes avoids, and exits 1 when the
median is over 100 ms, when a batch takes more than one repaint, or when idle paints a frame or starts a process.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.table import Table
from tests.terminal.on_a_pty import Terminal
from tests.world import ROOT, ClaudeLog, World

LIMIT_MS = 100.0
LINES = 40
IDLE_SECONDS = 5.0


def main() -> int:
    """Measure, print, and say whether the numbers hold."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), ("one", "two", "three"))
        logs = [world.claude(f"{name}-session", path) for name, path in world.worktrees.items()]
        for log in logs:
            log.append(log.prompt(f"task of {log.session}"))
        floor = asyncio.run(watch_floor(Path(folder)))
        terminal = Terminal([], {**world.environment, "PYTHONPATH": str(ROOT)}, world.repository)
        try:
            return measure(terminal, logs[0], floor)
        finally:
            terminal.close()


def measure(terminal: Terminal, log: ClaudeLog, floor: float) -> int:
    """Append lines one at a time, then let the board rest."""
    terminal.until_text("task of one-session")
    terminal.quiet(2.0)
    times, frames = [], []
    for number in range(LINES):
        marker = f"step-{number:04d}"
        before = len(terminal.received)
        began = time.perf_counter()
        log.append(log.tool(f"echo {marker}"))
        while marker.encode() not in terminal.received[before:]:
            if time.perf_counter() - began > 10:
                raise AssertionError(f"{marker} never came\n" + "\n".join(terminal.lines()))
            terminal.read(1.0)
        times.append((time.perf_counter() - began) * 1000)
        terminal.quiet(0.25)
        frames.append(bytes(terminal.received[before:]).count(b"\x1b[?2026h"))
    processes = children_reaped(terminal.pid)
    idle = terminal.quiet(IDLE_SECONDS)
    started = children_reaped(terminal.pid) - processes
    return judge(times, frames, floor, idle, started)


def judge(times: list[float], frames: list[int], floor: float, idle: int, started: int) -> int:
    """Tell what was measured; 1 when a limit is broken."""
    median, table = statistics.median(times), Table("line_to_screen")
    worst = sorted(times)[int(len(times) * 0.95) - 1]
    also = f"p95 {worst:.1f} ms; {median / floor:.1f} times one watch of this run, {floor:.1f} ms"
    table.row("line to screen, median", median, LIMIT_MS, "ms", also)
    table.row("repaints a line, median", statistics.median(frames), 1, "frames", f"most {max(frames)}")
    table.row(f"painted in {IDLE_SECONDS:.0f} idle seconds", idle, 0, "bytes")
    table.row(f"page faults of processes started in {IDLE_SECONDS:.0f} idle seconds", started, 0, "faults")
    return table.status


async def watch_floor(folder: Path) -> float:
    """Give the median milliseconds from a write to watchfiles' word of it, with the settings that the core uses."""
    from watchfiles import awatch

    place = folder / "floor"
    place.mkdir()
    target, times = place / "file", []
    target.touch()
    watching = awatch(place, debounce=50, step=5, recursive=False)
    for _ in range(15):
        pending = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0.1)
        began = time.perf_counter()
        with target.open("ab") as file:
            file.write(b"x\n")
        await pending
        times.append((time.perf_counter() - began) * 1000)
    await watching.aclose()
    return statistics.median(times)


def children_reaped(board: int) -> int:
    """Count the minor page faults of all children that the board and its core have waited for: 0 more, no process."""
    names = [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
    pids = [str(board), *(name for name in names if parent_of(name) == board)]
    return sum(int(fields_of(pid)[8]) for pid in pids)


def parent_of(pid: str) -> int:
    fields = fields_of(pid)
    return int(fields[1]) if fields else 0


def fields_of(pid: str) -> list[str]:
    """Give the fields of /proc/PID/stat after the name, so that index 1 is the parent and 8 the children's faults."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


if __name__ == "__main__":
    sys.exit(main())
