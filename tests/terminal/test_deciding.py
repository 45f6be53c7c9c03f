"""Keys that come too early, too fast or from a paste, on a real terminal: T7 and T8 of research/reliability.md.

The times are those of a hand at a terminal, so they are waited for; what is asserted is only what was decided.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminal.on_a_pty import Terminal
from tests.tui.asking import PUSH
from tests.world import ROOT

FIRST = "exception gate · 2 of 3"
"""What stands in the head once the first request is drawn."""


class Deciding(Terminal):
    """The board alone, with requests; what it orders is written into a file."""

    module = "tests.tui.alone"

    def __init__(self, orders: Path) -> None:
        self.orders = orders
        plain = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "TZ": "UTC", "LANG": "C.UTF-8"}
        super().__init__(["asking", str(orders)], plain, ROOT)

    def decided(self) -> list[str]:
        """Give what was decided so far."""
        found = self.orders.read_text().splitlines() if self.orders.exists() else []
        return [line.strip() for line in found if not line.startswith("look")]

    def wait_for(self, holds: Callable[[], bool], seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while not holds() and time.monotonic() < deadline:
            self.read(0.05)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Deciding]:
    terminal = Deciding(tmp_path / "orders")
    terminal.until_text("need you")
    yield terminal
    terminal.close()


def test_keys_typed_ahead_and_early_decide_nothing_and_one_that_looked_does(board: Deciding) -> None:
    board.press("a")
    board.quiet(0.5)
    opened = time.monotonic()
    board.press("D")
    board.until_text(FIRST)
    early = 0
    for after in (0.01, 0.4):
        board.quiet(opened + after - time.monotonic())
        if time.monotonic() - opened < 0.48:  # a busy machine may draw later than that: then the key is not early
            board.press("a")
            early += 1
    board.quiet(0.25)
    assert board.decided() == []
    assert not early or any("too quick: look first" in line for line in board.lines())
    board.quiet(0.4)
    board.press("a")
    board.wait_for(lambda: bool(board.decided()))
    assert board.decided() == [f"approve {PUSH.id}"]
    board.until_text(f"approve {PUSH.id}: recorded: approve by ada")


def test_keys_in_one_write_with_the_one_that_opens_decide_nothing(board: Deciding) -> None:
    board.press("Da")
    board.until_text(FIRST)
    board.quiet(1.2)
    assert board.decided() == []


def test_a_pasted_text_decides_nothing_bracketed_or_not(board: Deciding) -> None:
    board.press("D")
    board.until_text(FIRST)
    board.quiet(1.0)
    board.press("\x1b[200~a\x1b[201~")
    board.until_text("pasted text decides nothing")
    board.quiet(1.0)
    for text in ("aa", "aaaaaa", "dddd\r", "approve"):
        board.press(text)
        board.quiet(1.0)
        assert board.decided() == [], text


def test_a_pasted_denial_needs_an_enter_of_its_own(board: Deciding) -> None:
    board.press("D")
    board.until_text(FIRST)
    board.quiet(1.0)
    board.press("d")
    board.until_text("why not?")
    board.quiet(1.0)
    board.press("no\r")
    board.quiet(0.8)
    assert board.decided() == []
    board.press("\x1b[200~not this way\n\x1b[201~")
    board.quiet(1.0)
    assert board.decided() == []
    board.press("\r")
    board.wait_for(lambda: bool(board.decided()))
    assert board.decided() == [f"deny {PUSH.id} nonot this way"]


def test_a_key_held_down_decides_nothing_and_not_the_next_one_either(board: Deciding) -> None:
    board.press("D")
    board.until_text(FIRST)
    board.quiet(1.0)
    for _ in range(60):
        board.press("a")
        board.quiet(0.033)
    assert len(board.decided()) <= 1, "the first press is a press, what follows is none"
    board.until_text("too quick: look first")
