"""The third pane: the tool calls of the story, each with the end of its result beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.panes.empty import empty
from tui.panes.log import story_line

if TYPE_CHECKING:
    from state.board import CallLine, Detail
    from tui.panes.line import Line

_KINDS = ("tool", "result", "asked", "answered")


def calls(detail: Detail, now: float) -> list[Line]:
    """Give the lines of the pane, oldest first."""
    told: list[CallLine] = [line for line in detail.story if line.kind in _KINDS]
    return [story_line(line, now, detail.card.worktree) for line in told] or empty("calls")
