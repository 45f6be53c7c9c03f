"""Opens screens over the board, each loaded when it is first opened: its start is not to wait for what is not seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.board import BoardScreen


def open_money(board: BoardScreen, into: Callable[[str], None]) -> None:
    """Open the money screen; `into` leads from it to a run."""
    from tui.screens.money import MoneyScreen

    board.app.push_screen(MoneyScreen(board.headgate.pump, board.headgate.now, into))


def open_conflicts(board: BoardScreen) -> None:
    """Open the conflicts screen at the run under the cursor."""
    from tui.screens.conflicts import ConflictsScreen

    board.app.push_screen(ConflictsScreen(board.headgate.pump, board.headgate.now, board.table.cursor))
