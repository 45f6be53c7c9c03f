"""Kill any process at any moment and nothing is lost: the core, the board, the verbs, and the database under them."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import warm
from tests.promises import attacks
from tests.terminal.on_a_pty import Terminal
from tests.world import ROOT, ClaudeLog, World

pytestmark = attacks("once", "crash")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def board(world: World) -> Iterator[Terminal]:
    terminal = Terminal([], {**world.environment, "PYTHONPATH": str(ROOT)}, world.repository)
    yield terminal
    terminal.close()


def core(world: World) -> warm.Started:
    """A core at work; it has loaded already, so that what is killed in it is its work."""
    with Path(os.devnull).open("r+") as nothing:
        place = warm.Place("tui", world.repository, {**world.environment, "PYTHONPATH": str(ROOT)})
        return warm.start(["watch", "--json"], place, [nothing.fileno()] * 3)


def writer_of(world: World) -> int:
    return int((world.house() / "core.lock").read_text() or "0")


def stored(world: World) -> dict[str, int]:
    connection = sqlite3.connect(f"file:{world.house() / 'state.db'}?mode=ro", uri=True)
    found = {
        "calls": connection.execute("SELECT count(*) FROM event WHERE kind = 'tool'").fetchone()[0],
        "requests": connection.execute("SELECT usage_requests FROM run").fetchone()[0],
        "output": connection.execute("SELECT usage_output FROM run").fetchone()[0],
        "metered": connection.execute("SELECT count(*) FROM usage").fetchone()[0],
        "ok": connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok",
    }
    connection.close()
    return found


def test_a_core_killed_again_and_again_reads_every_line_once(world: World) -> None:
    log, lines, chance = world.claude("s1"), 0, random.Random(5)
    log.append(log.prompt("count with me"))
    for _ in range(8):
        child = core(world)
        deadline = time.monotonic() + chance.uniform(0.4, 1.6)
        while time.monotonic() < deadline:
            log.append(*(log.tool(f"echo {lines + one}") for one in range(5)))
            lines += 5
            time.sleep(0.01)
        os.kill(child.pid, signal.SIGKILL)
        assert child.ended(20) == -signal.SIGKILL
    world.told("index")
    found = stored(world)
    assert found == {"calls": lines, "requests": lines, "output": 10 * lines, "metered": lines, "ok": True}


def test_a_killed_core_is_replaced_and_the_board_goes_on(world: World, board: Terminal) -> None:
    log = world.claude("s1")
    log.append(log.prompt("survive the core"))
    board.until_text("survive the core")
    first = writer_of(world)
    os.kill(first, signal.SIGKILL)
    log.append(log.tool("echo after-the-kill"))
    board.until_text("after-the-kill")
    assert writer_of(world) != first
    board.press("q")
    assert board.wait() == 0


def test_a_killed_board_leaves_the_core_whole_and_the_next_board_shows_all(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("survive the board"))
    for number in range(3):
        terminal = Terminal([], {**world.environment, "PYTHONPATH": str(ROOT)}, world.repository)
        terminal.until_text("survive the board")
        log.append(log.tool(f"echo board-{number}"))
        terminal.until_text(f"board-{number}")
        terminal.close()
    world.told("index")
    assert stored(world)["calls"] == 3


def test_two_boards_share_one_core_which_ends_after_the_last(world: World, board: Terminal) -> None:
    log = world.claude("s1")
    log.append(log.prompt("seen twice"))
    board.until_text("seen twice")
    other = Terminal([], {**world.environment, "PYTHONPATH": str(ROOT)}, world.repository)
    other.until_text("seen twice")
    pid = writer_of(world)
    log.append(log.tool("echo both"))
    board.until_text("both")
    other.until_text("both")
    other.press("q")
    assert other.wait() == 0
    other.close()
    log.append(log.tool("echo still-there"))
    board.until_text("still-there")
    assert writer_of(world) == pid
    board.press("q")
    assert board.wait() == 0
    deadline = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(pid)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_verbs_work_with_a_core_and_without(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("two ways"))
    without = world.told("status")
    child = core(world)
    try:
        wait_for_writer(world, child.pid)
        log.append(log.tool("echo more"))
        wait_for(lambda: world.told("status")["runs"][0]["tool"] == "echo more")
        assert [run["task"]["title"] for run in without["runs"]] == ["two ways"]
    finally:
        os.kill(child.pid, signal.SIGINT)
        assert child.ended(20) == 0
    assert world.told("status")["runs"][0]["tool"] == "echo more"


def wait_for_writer(world: World, pid: int) -> None:
    wait_for(lambda: (world.house() / "spool" / "core.bell").exists() and writer_of(world) == pid)


def wait_for(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def test_a_removed_database_is_begun_anew_while_the_board_stays(world: World, board: Terminal) -> None:
    log = world.claude("s1")
    log.append(log.prompt("survive the file"))
    board.until_text("survive the file")
    for path in world.house().glob("state.db*"):
        path.unlink()
    os.kill(writer_of(world), signal.SIGKILL)
    log.append(log.tool("echo after-the-loss"))
    board.until_text("after-the-loss")
    assert stored(world)["calls"] == 1


def test_a_damaged_database_is_kept_aside_and_said(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("survive the damage"))
    world.told("status")
    (world.house() / "state.db").write_bytes(b"garbage " * 4096)
    document = world.told("status")
    assert [run["task"]["title"] for run in document["runs"]] == ["survive the damage"]
    assert any("damaged" in problem["text"] for problem in document["problems"])
    assert [path.name for path in world.house().iterdir() if "corrupt" in path.name]


def test_a_locked_database_delays_and_loses_nothing(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("wait for me"))
    world.told("status")
    holder = sqlite3.connect(world.house() / "state.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    child = core(world)
    log.append(log.tool("echo held-up"))
    time.sleep(1.0)
    holder.execute("ROLLBACK")
    holder.close()
    try:
        wait_for(lambda: stored(world)["calls"] == 1)
    finally:
        os.kill(child.pid, signal.SIGINT)
        assert child.ended(20) == 0


def test_a_restart_reads_only_what_is_new(world: World) -> None:
    log: ClaudeLog = world.claude("s1")
    log.append(log.prompt("read me once"), *(log.tool(f"echo {n}") for n in range(50)))
    first = world.told("index")
    assert (first["files"], first["records"]) == (1, 51)
    line = log.tool("echo new")
    log.append(line)
    second = world.told("index")
    assert (second["bytes"], second["records"], second["reread"]) == (len(line), 1, 0)
    third = world.told("index")
    assert (third["files"], third["bytes"], third["records"]) == (0, 0, 0)


def test_a_database_with_foreign_content_is_kept_aside_and_the_next_run_is_whole(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("survive the content"))
    world.told("status")
    for damage in (
        "DROP TABLE run",
        "UPDATE meta SET value = '{bad' WHERE key = 'rev'",
        "UPDATE run SET facts = '{bad'",
    ):
        connection = sqlite3.connect(world.house() / "state.db")
        connection.execute(damage)
        connection.commit()
        connection.close()
        said = world.headgate("status", status=2)
        assert "is damaged" in said and said.count("\n") == 1
        document = world.told("status")
        assert [run["task"]["title"] for run in document["runs"]] == ["survive the content"], document["problems"]


def test_an_odd_file_in_the_house_is_one_sentence(world: World) -> None:
    world.told("status")
    (world.house() / "core.lock").unlink()
    (world.house() / "core.lock").mkdir()
    said = world.headgate("status", status=2)
    assert "core.lock cannot be used" in said and said.count("\n") == 1
