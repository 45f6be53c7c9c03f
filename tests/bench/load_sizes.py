"""Many of everything: worktrees, runs of the past, and one log that is larger than anything should be."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from adapters.log_reading import LogFiles, OpenLog
from state.log_text import Sought, Whole
from state.reading import Wanted
from tests.bench.history import History
from tests.bench.ingest import bare_pass, held
from tests.bench.made_logs import Maker
from tests.bench.table import Table, made_once
from tests.bench.under_load import BOARD_MB, CORE_MB, KEY_MS, RUNS, Watched, asked, quantile, some_runs, watched
from tests.world import ROOT, ClaudeLog, World

FIRST_S, ROW_S = 10.0, 1.0
INDEX_MB, READS = 200.0, 2.0
"""Memory while a log is read, and how many times as long as decoding its lines alone this may take."""
LOOKS = 3.0
"""How many times as long as reading its bytes a search through a log may take."""
NEEDLE = "a needle of the bench"


def worktrees(folder: Path, count: int, table: Table) -> None:
    """Open the board on so many worktrees, and let an agent begin in the last of them."""
    folder.mkdir(parents=True)
    world = World(folder)
    last = _many(world, count)
    some_runs(world)
    with watched(world) as board:
        table.row(f"first row, {count:,} worktrees", board.first_row("task of number"), FIRST_S, "s")
        ((listed,),) = asked(board.world, "SELECT count(*) FROM worktree")
        table.row("of them not in the database", count + 1 - int(str(listed)), 0, "worktrees")
        board.terminal.drain(5.0)
        board.measure()
        late = world.claude("last-session", last)
        began = time.perf_counter()
        late.append(late.prompt("task of the last"))
        _until(board, lambda: bool(asked(board.world, "SELECT 1 FROM run WHERE session_id = 'last-session'")))
        table.row("a run in the last of them stands in the database", time.perf_counter() - began, ROW_S, "s")
        table.row("key to paint, p95", quantile(board.keys(10, 0.2), 0.95), KEY_MS, "ms")
        board.terminal.drain(3.0)
        board.rows(table)


def _until(board: Watched, holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never stood in the database"
        board.terminal.drain(0.05)


def _many(world: World, count: int) -> Path:
    """Make worktrees as git does, by copying one: a process of git for each would take minutes."""
    one = world.worktrees["one"]
    admin = world.repository / ".git/worktrees"
    head = world.git("rev-parse", "HEAD").strip()
    for number in range(count - 1):
        name, tree = f"more-{number:04}", one.parent / f"more-{number:04}"
        shutil.copytree(one, tree, symlinks=True)
        shutil.copytree(admin / one.name, admin / name)
        (tree / ".git").write_text(f"gitdir: {admin / name}\n")
        (admin / name / "gitdir").write_text(f"{tree}/.git\n")
        (admin / name / "HEAD").write_text(f"ref: refs/heads/feat/{name}\n")
        (world.repository / f".git/refs/heads/feat/{name}").write_text(f"{head}\n")
    assert world.git("worktree", "list").count("\n") == count + 1
    return one.parent / f"more-{count - 2:04}"


def history(folder: Path, kept: Path, runs: int, table: Table) -> None:
    """Open the board on a database with so many runs of the past and one of today."""
    folder.mkdir(parents=True)
    world = World(folder)
    world.headgate("status")
    past = made_once(kept / f"{runs}.db", History(runs).make)
    house = world.house()
    for old in house.glob("state.db*"):
        old.unlink()
    shutil.copy(past, house / "state.db")
    some_runs(world)
    with watched(world) as board:
        table.row(f"first row of today, {runs:,} runs of the past", board.first_row("task of number"), FIRST_S, "s")
        board.terminal.drain(3.0)
        board.measure()
        table.row("key to paint, p95", quantile(board.keys(10, 0.2), 0.95), KEY_MS, "ms")
        ((found,),) = asked(board.world, "SELECT count(*) FROM run")
        table.row("runs of the past that are gone", runs + RUNS - int(str(found)), 0, "runs")
        for gauge, most in zip(board.gauges, (CORE_MB, BOARD_MB), strict=True):
            gauge.read()
            table.row(f"memory of the {gauge.name}", gauge.memory[-1], most, "MB")


def log(folder: Path, size: int, table: Table) -> None:
    """Read a log of so many bytes to its end, follow it, and look through all of it for words in its last line."""
    folder.mkdir(parents=True)
    world = World(folder)
    size = Maker(world.home / ".claude", str(world.worktrees["one"])).make(size, 1)
    path = next(world.home.rglob("*.jsonl"))
    bare, decoded = _seconds(lambda: _read(path)), _seconds(lambda: bare_pass([path]))
    took, most = _indexed(world)
    what, also = f"a log of {size / 1e6:,.0f} MB", f"{took:.1f} s to {decoded:.1f} s"
    table.row(f"first index of {what}, to its typed decode", took / decoded, READS, "x", also)
    table.row("most memory meanwhile", most, INDEX_MB, "MB")
    with watched(world) as board:
        board.first_row("feat/one")
        board.terminal.drain(3.0)
        ((before,),) = asked(board.world, "SELECT usage_requests FROM run")
        began, late = time.perf_counter(), ClaudeLog(world, path.stem, world.worktrees["one"])
        with path.open("ab") as file:
            file.write(late.tool(f"echo {NEEDLE}"))
        _until(board, lambda: asked(board.world, "SELECT usage_requests FROM run") != [(before,)])
        table.row("its next line stands in the database", time.perf_counter() - began, ROW_S, "s")
    opened = LogFiles(world.environment).open(str(path), "claude-code")
    look = _seconds(lambda: opened.window_now(None, 40, Whole()))
    table.row("a window of 40 lines at its end", look * 1000, KEY_MS, "ms")
    found = list[Sought]()
    wanted = Wanted(NEEDLE)
    found_in = _seconds(lambda: found.append(_sought(opened, wanted)))
    assert found[0].begin is not None and found[0].begin >= size, found
    table.row("words found through all of it, to reading its bytes", found_in / bare, LOOKS, "x", f"{found_in:.1f} s")


def _sought(opened: OpenLog, wanted: Wanted) -> Sought:
    return opened.find_now(wanted, 0, lambda _: None, threading.Event(), forward=True, here=False)


def _indexed(world: World) -> tuple[float, float]:
    """Index by the real program; gives the seconds that it took and the most memory that it held, in MB."""
    environment, most = {**world.environment, "PYTHONPATH": str(ROOT)}, 0.0
    began, words = time.perf_counter(), [sys.executable, "-m", "tui", "index", "--json"]
    child = subprocess.Popen(words, cwd=world.repository, env=environment, stdout=subprocess.DEVNULL)
    while child.poll() is None:
        most = max(most, held(child.pid))
        time.sleep(0.1)
    assert child.returncode == 0
    return time.perf_counter() - began, most


def _read(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
