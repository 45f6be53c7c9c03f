"""Opens screens over the board, each loaded when it is first opened: its start is not to wait for what is not seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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


def find_or_filter(board: BoardScreen, filtering: Callable[[], None]) -> Awaitable[object] | None:
    """Filter the runs; within a pane look for words in its text, and in the whole log where that is the pane.

    The next key waits for the field that it is typed into.
    """
    view = board.view
    if view.place != "detail":
        return filtering()
    if view.pane == "log" and board.headgate.reading.logs is not None:
        return board.run_command("read_log")
    from tui.screens.pane_text import PaneTextScreen

    whose = (view.run.task_title if view.run else None) or board.table.cursor or ""
    lines = board.detail.lines
    return board.app.push_screen(PaneTextScreen(f"{view.pane} · {whose}", lines.lines, lines.at))
