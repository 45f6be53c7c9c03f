"""`headgate demo` as a user runs it: on a real terminal, seen through pyte, and gone afterwards without a trace."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminal.on_a_pty import Terminal

ROOT = Path(__file__).parents[2]
STATES = {"working", "waiting", "idle", "blocked", "stopped", "done", "unknown"}
_ROW = re.compile(r"^[ ▸]+\S (\w+) ")
Demo = Callable[..., Terminal]
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Give an environment whose home is empty and whose temporary files lie in a directory of their own."""
    (tmp_path / "home").mkdir()
    (tmp_path / "tmp").mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "tmp"),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def demo(environment: dict[str, str], tmp_path: Path) -> Iterator[Demo]:
    opened: list[Terminal] = []

    def start(*words: str, **also: str) -> Terminal:
        terminal = Terminal(["demo", *words], {**environment, **also}, tmp_path, columns=120, rows=40)
        opened.append(terminal)
        return terminal

    yield start
    for terminal in opened:
        terminal.close()


def states_on(lines: list[str]) -> set[str]:
    """Give the words in the state column."""
    found = (_ROW.match(line) for line in lines)
    return {row[1] for row in found if row} & STATES


def processes_of(folder: Path) -> dict[int, str]:
    """Give the command lines of processes that work in `folder`, by their pid."""
    lines: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            lines[int(entry.parent.name)] = line
    return lines


def gone(tmp_path: Path) -> bool:
    """Say whether a demo left neither a file nor a process nor a trace in the user's home."""
    left = [*(tmp_path / "tmp").iterdir(), *(tmp_path / "home").iterdir()]
    return not left and not processes_of(tmp_path)


def eventually(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_demo_shows_every_state_and_a_new_run_and_leaves_nothing_behind(demo: Demo, tmp_path: Path) -> None:
    terminal, seen = demo("--speed", "20"), set[str]()

    def everything(lines: list[str]) -> bool:
        seen.update(states_on(lines))
        return seen == STATES and any("Secrets must not reach" in line for line in lines)

    terminal.until(everything, 120)
    terminal.press("q")
    assert terminal.wait() == 0
    assert gone(tmp_path)
    assert termios.tcgetattr(terminal.master) == terminal.modes
    assert terminal.received.rindex(b"\x1b[?1049l") > terminal.received.rindex(b"\x1b[?1049h")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_demo_that_is_ended_from_outside_leaves_nothing_behind(
    demo: Demo, tmp_path: Path, number: signal.Signals
) -> None:
    terminal = demo("--speed", "20")
    terminal.until_text("need you")
    os.kill(terminal.pid, number)
    assert terminal.wait() == 128 + number
    eventually(lambda: gone(tmp_path))


def test_a_terminal_that_is_closed_takes_the_demo_with_it(
    environment: dict[str, str], demo: Demo, tmp_path: Path
) -> None:
    terminal = Terminal(["demo"], environment, tmp_path)
    try:
        terminal.until_text("need you")
    finally:
        os.close(terminal.master)
    terminal.ended(60)
    eventually(lambda: gone(tmp_path))


def test_a_player_that_died_is_told_of_at_the_end(demo: Demo, tmp_path: Path) -> None:
    terminal = demo()
    terminal.until_text("need you")
    (player,) = (pid for pid, line in processes_of(tmp_path).items() if "demo-player" in line)
    os.kill(player, signal.SIGKILL)
    eventually(lambda: not any("demo-player" in line for line in processes_of(tmp_path).values()))
    terminal.press("q")
    assert terminal.wait() == 0
    assert b"headgate: the demo's player ended early with status -9: it said nothing" in terminal.received
    assert gone(tmp_path)


def test_without_git_it_says_so_and_leaves_nothing_behind(demo: Demo, tmp_path: Path) -> None:
    terminal = demo(PATH=str(tmp_path / "home"))
    assert terminal.wait() == 2
    assert b"headgate: git " in terminal.received and terminal.received.count(b"\n") == 1
    assert gone(tmp_path)


def test_without_a_terminal_it_says_one_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tui", "demo"]
    done = subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "headgate: demo opens the board, which needs a terminal: run it in one\n"
    assert gone(tmp_path)


def test_recorded_logs_are_shown_as_they_are_played_and_leave_nothing_behind(
    environment: dict[str, str], tmp_path: Path
) -> None:
    said = {"role": "user", "content": "Round the totals"}
    records = [{"type": "user", "cwd": "/home/ana/shop", "timestamp": "2025-01-02T03:04:05Z", "message": said}]
    (tmp_path / "log.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in records))
    terminal = Terminal(["replay", str(tmp_path / "log.jsonl")], environment, tmp_path, columns=120, rows=40)
    try:
        terminal.until_text("Round the totals", seconds=60)
        assert not any("tour" in line for line in terminal.lines())
        terminal.press("q")
        assert terminal.wait() == 0
    finally:
        terminal.close()
    assert gone(tmp_path)


_BROKEN = """
import argparse, os
from adapters import demo, launch
from tui.demo import run_demo

def broken(repository, environment):
    assert os.path.isdir(repository) and environment["HOME"].startswith(os.environ["TMPDIR"])
    raise RuntimeError("the board broke")

run_demo(
    argparse.Namespace(speed=1.0, seed=7, faults=False),
    os.environ, surroundings=demo.surroundings, prepare=demo.prepare,
    start_player=launch.start_player, open_board=broken,
)
"""


def test_a_board_that_breaks_leaves_nothing_behind(environment: dict[str, str], tmp_path: Path) -> None:
    master, slave = pty.openpty()
    try:
        words = [sys.executable, "-c", _BROKEN]
        done = subprocess.run(words, env=environment, stdin=slave, stdout=slave, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(master)
        os.close(slave)
    assert done.returncode == 1 and done.stderr.endswith(b"RuntimeError: the board broke\n")
    assert gone(tmp_path)


def test_the_gates_are_real_and_an_answer_moves_the_story_on(demo: Demo, tmp_path: Path) -> None:
    terminal = demo("--speed", "20")
    terminal.until_text("approve its plan: Retire the CSV exports", seconds=90)
    terminal.press("D")
    terminal.until_text("✗ MISSING  rollback")
    for _ in range(5):
        terminal.quiet(1.0)
        terminal.press("a")
        terminal.quiet(1.5)
        if not any("too quick" in line for line in terminal.lines()):
            break
    until = time.monotonic() + 60
    wanted = "to approve: open its evidence (o) and type a reason"
    while not any(wanted in line for line in terminal.lines()) and time.monotonic() < until:
        terminal.press("D" if any("enter open" in line for line in terminal.lines()) else "n")
        terminal.quiet(1.0)
    terminal.until_text(wanted)
    assert any("scope.outside_plan" in line or "risky-files" in line for line in terminal.lines())
    log = next((tmp_path / "tmp").glob("headgate-demo-*/home/.claude/projects/*retire-exports/*.jsonl")).read_text()
    assert "denies this call by the rule force-push" in log and "approved your plan" in log
    terminal.press("\x1b")
    terminal.quiet(0.5)
    terminal.press("q")
    assert terminal.wait() == 0, "a hook that still waits keeps nobody"
    assert gone(tmp_path)
