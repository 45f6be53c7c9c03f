"""A hand that types faster than the screen: every letter arrives where it was meant to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.on_a_pty import Terminal, shown
from tests.world import ROOT, World


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Terminal]:
    world = World(tmp_path, ("one", "two"))
    for name, path in world.worktrees.items():
        log = world.claude(f"{name}-session", path)
        log.append(log.prompt(f"task {name}"))
    terminal = Terminal([], {**world.environment, "PYTHONPATH": str(ROOT)}, world.repository)
    terminal.until_text("task one", "task two")
    yield terminal
    terminal.close()


def test_letters_in_one_write_with_the_slash_are_the_filter(board: Terminal) -> None:
    board.press("/two")
    board.until(lambda lines: shown(lines, "/ two", "1 of 2") and not shown(lines, "task one"))
    board.press("\x1b")
    board.until_text("task one")


def test_letters_in_one_write_with_the_colon_are_the_palettes(board: Terminal) -> None:
    board.press(":quit\r")
    assert board.wait() == 0


def test_a_terminal_that_cannot_place_text_is_answered_with_a_sentence(tmp_path: Path) -> None:
    world = World(tmp_path, ())
    terminal = Terminal([], {**world.environment, "TERM": "dumb", "PYTHONPATH": str(ROOT)}, world.repository)
    try:
        assert terminal.wait() == 2
        assert "try `headgate status` or `watch`" in "".join(terminal.lines())
        assert b"\x1b" not in terminal.received
    finally:
        terminal.close()
