"""What the board leaves behind on a real terminal, however it ends."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.promises import attacks
from tests.terminal.on_a_pty import Terminal
from tests.tui.test_hostile import PAYLOADS
from tui.terminal import GRACE

pytestmark = attacks("terminal")

ROOT = Path(__file__).parents[2]
SWITCHED_ON = re.compile(rb"\x1b\[\?(1000|1003|1006|1015|1016|1004|1049|2004|2048)h")


class Alone(Terminal):
    """The board alone, without a core."""

    module = "tests.tui.alone"


Started = Callable[..., Alone]


@pytest.fixture
def started() -> Iterator[Started]:
    terminals: list[Alone] = []

    def start(*words: str, **environment: str) -> Alone:
        terminals.append(Alone(words, {**plain_environment(), **environment}, ROOT))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


def plain_environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": "UTC", "LANG": "C.UTF-8"}


def assert_restored(terminal: Alone) -> None:
    """Each mode that was switched on was switched off later, and the line discipline is as it was."""
    sent = bytes(terminal.received)
    switched = set(SWITCHED_ON.findall(sent))
    assert b"1049" in switched
    for mode in switched:
        assert sent.rfind(b"\x1b[?" + mode + b"l") > sent.rfind(b"\x1b[?" + mode + b"h"), mode
    assert sent.rfind(b"\x1b[?25h") > sent.rfind(b"\x1b[?25l")
    assert sent.rfind(b"\x1b[<u") > sent.rfind(b"\x1b[>")
    assert termios.tcgetattr(terminal.master)[:4] == terminal.modes[:4]


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda one: one.press("q"), 0),
        (lambda one: one.press("\x03"), 0),
        (lambda one: os.kill(one.pid, signal.SIGTERM), 128 + signal.SIGTERM),
        (lambda one: os.kill(one.pid, signal.SIGHUP), 128 + signal.SIGHUP),
    ],
    ids=["q", "ctrl+c", "SIGTERM", "SIGHUP"],
)
def test_the_terminal_is_given_back(started: Started, end: Callable[[Alone], object], status: int) -> None:
    terminal = started()
    terminal.until_text("Retry a failed")
    end(terminal)
    assert terminal.wait() == status
    assert_restored(terminal)


def test_a_crash_gives_the_terminal_back_and_shows_no_foreign_byte(started: Started) -> None:
    terminal = started("crash")
    assert terminal.wait() == 1
    assert_restored(terminal)
    report = bytes(terminal.received).rsplit(b"\x1b[?1004l", 1)[1]
    assert b"headgate stopped by an error of its own: RuntimeError: broke on" in report
    assert b"foreign_words" not in report and b"alone.py" in report
    assert not [payload for payload in PAYLOADS if "\x1b" in payload and payload.encode() in report]


def test_a_signal_ends_a_board_whose_terminal_takes_no_output_and_lets_it_clear_away(
    started: Started, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    terminal = started("busy", str(done))
    terminal.until_text("Retry a failed")
    time.sleep(1.5)  # nobody reads: the pty fills and the writer blocks
    os.kill(terminal.pid, signal.SIGTERM)
    deadline = time.monotonic() + 2 * GRACE + 8
    while terminal.status is None and time.monotonic() < deadline:
        terminal.ended(0.05)
    assert terminal.status == 128 + signal.SIGTERM
    assert done.read_text() == "cleared away"
    while terminal.read(0.05):
        pass
    assert_restored(terminal)


def test_a_board_that_is_stopped_and_resized_goes_on_whole_and_ends_in_order(started: Started) -> None:
    terminal = started()
    terminal.until_text("Retry a failed", "Document the public API")
    terminal.press("\x1a")  # ctrl+z is a key like any other, and bound to nothing
    os.kill(terminal.pid, signal.SIGTSTP)
    terminal.until(lambda lines: state_of(terminal.pid) == "T")
    while terminal.read(0.05):
        pass
    assert_restored(terminal)
    for stop in (None, signal.SIGSTOP):
        if stop:
            os.kill(terminal.pid, stop)
            terminal.until(lambda lines: state_of(terminal.pid) == "T")
        before = len(terminal.received)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.until(lambda lines, before=before: b"Document the public API" in terminal.received[before:])
    for number in range(60):
        termios.tcsetwinsize(terminal.master, (1 + number * 37 % 60, 1 + number * 89 % 200))
        terminal.read(0.005)
    before = len(terminal.received)
    termios.tcsetwinsize(terminal.master, (40, 120))
    terminal.until(lambda lines: b"Document the public API" in terminal.received[before:])
    terminal.press("q")
    assert terminal.wait() == 0
    assert_restored(terminal)


def state_of(pid: int) -> str:
    """Give the letter of a process's state, "T" where it is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


@pytest.mark.parametrize("controlling", [True, False], ids=["with SIGHUP", "without SIGHUP"])
def test_a_closed_terminal_ends_the_board_without_spinning(controlling: bool) -> None:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (40, 120))
    board = subprocess.Popen(
        [sys.executable, "-m", "tests.tui.alone"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env=plain_environment(),
        start_new_session=True,
        preexec_fn=(lambda: os.close(os.open(os.ttyname(0), os.O_RDWR))) if controlling else None,
    )
    os.close(slave)
    try:
        seen = b""
        while b"Retry a failed" not in seen:
            assert select.select([master], [], [], 20)[0], seen
            seen += os.read(master, 65536)
    finally:
        os.close(master)
    before = os.times()
    board.wait(timeout=GRACE + 10)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert board.returncode in (128 + signal.SIGHUP, 120), "120 is Python's own word for a stderr that is gone"
    assert spent < 6.0, "the processor time of the whole life of the board"


def test_no_payload_reaches_the_terminal(started: Started) -> None:
    terminal = started("hostile")
    terminal.until_text("1 needs you", "␛")
    for key in "12345\rjjy\x1b\x1b!":
        terminal.press(key)
        terminal.quiet(0.15)
    sent = bytes(terminal.received)
    attacks = [payload for payload in PAYLOADS if not payload.isprintable() and payload != "\ud800"]
    assert [payload for payload in attacks if payload.encode() in sent] == []
    assert "␛".encode() in sent


def test_columns_stay_aligned_with_wide_text(started: Started) -> None:
    terminal = started()
    lines = terminal.until_text("state", "注文", "✓ 118", "Document the public API")
    titles = next(line for line in lines if "state" in line and "task" in line)
    at = cell_len(titles[: titles.index("tests")])
    wide = next(number for number, line in enumerate(lines) if "注文" in line)
    cells = terminal.screen.buffer[wide]
    assert "".join(cells[column].data for column in range(at, at + 5)) == "✓ 118"


def test_without_colour_nothing_is_coloured(started: Started) -> None:
    terminal = started(NO_COLOR="1")
    terminal.until_text("Retry a failed")
    codes = set(re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.received)))
    assert codes and [code for code in codes if not _plain(code)] == []


def _plain(code: bytes) -> bool:
    """Say whether an SGR sequence sets only attributes and default colours."""
    return all(part in (b"", b"0", b"1", b"2", b"3", b"4", b"7", b"39", b"49") for part in code.split(b";"))


def test_the_title_says_how_many_need_you(started: Started) -> None:
    terminal = started()
    terminal.until(lambda lines: b"\x1b]2;headgate: 3 need you: asks leave: Bash git push" in terminal.received)
    terminal.press("q")
    terminal.wait()
    assert terminal.received.rfind(b"\x1b[23;2t") > terminal.received.rfind(b"\x1b]2;")
