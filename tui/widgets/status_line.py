"""The line above the keys: what the last key did or why it did nothing, and how the table is ordered and filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.spans import Span, Spans, spans
from tui.widgets.one_line import OneLine
from tui.wording import LOGS_UNASSIGNED, filtered, indexing_progress, problem_count, sorted_runs

if TYPE_CHECKING:
    from state.board import Snapshot
    from state.runs.view import View


class StatusLine(OneLine):
    """The last message at the left, standing facts at the right."""

    def show(self, view: View, message: str, role: str, board: Snapshot | None) -> None:
        """Say this."""
        self.say(spans((f" {message}" if message else "", role)), standing(view, board))


def standing(view: View, board: Snapshot | None) -> Spans:
    """Give the facts that hold until something changes."""
    parts: list[Span] = []
    unassigned = board.unassigned if board else 0
    if board and board.indexing is not None:
        parts += spans((f"{indexing_progress(board.indexing)}   ", "key"))
    if view.problems:
        parts += spans((f"! {problem_count(view.problems)}   ", "warn"))
    if unassigned and not view.total:
        parts += spans((f"{unassigned} {LOGS_UNASSIGNED}   ", "dim"))
    if view.filter:
        parts += spans((f"{filtered(view.filter, view.shown, view.total)}   ", "key"))
    parts += spans((f"{sorted_runs(view.total, view.sort)} " if view.total else "", "faint"))
    return tuple(parts)
