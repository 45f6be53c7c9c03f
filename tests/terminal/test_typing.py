"""A hand that types faster than the screen: every letter arrives where it was meant to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.on_a_pty import Terminal
from tests.world import ROOT, World


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Terminal]:
    world = World(tmp_path, ("one", "two"))
    for name, path in world.worktrees.items():
        log = world.claude(f"{name}-session", path)
        log.append(log.prompt(f"task {name}"))
    terminal = Terminal([], {**world.environment, "PYTHONPATH": str(ROOT)}, world.repository)
    terminal.until_text("task one")
    terminal.until_text("task two")
    yield terminal
    terminal.close()


def holds(lines: list[str], *texts: str) -> bool:
    """Say whether each text stands somewhere on the screen; a frame comes in parts, so a wait is for all of them."""
    return all(any(text in line for line in lines) for text in texts)


def test_letters_in_one_write_with_the_slash_are_the_filter(board: Terminal) -> None:
    board.press("/two")
    board.until(lambda lines: holds(lines, "/ two", "1 of 2") and not holds(lines, "task one"))
    board.press("\x1b")
    board.until_text("task one")


def test_letters_in_one_write_with_the_colon_are_the_palettes(board: Terminal) -> None:
    board.press(":quit\r")
    assert board.wait() == 0
