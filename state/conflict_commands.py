"""What can be done where the conflicts stand on the screen; their keys are of that screen alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from state.command import Command

if TYPE_CHECKING:
    from state.runs.view import View


def _no_conflict(view: View) -> str | None:
    return None if view.shown else "no two of them conflict, as far as they were compared"


def _nothing_there(view: View) -> str | None:
    return None if view.selected else "these two merge, as far as they were compared"


def _no_cell(view: View) -> str | None:
    return None if view.zoomed else "there is no cell to go to"


def _one_repository(view: View) -> str | None:
    return None if view.total > 1 else "there is one repository"


CONFLICTING: tuple[Command, ...] = (
    Command("cell_left", "Left", ("h", "left"), "Move", "the cell to the left", unavailable=_no_cell),
    Command("cell_right", "Right", ("l", "right"), "Move", "the cell to the right", unavailable=_no_cell),
    Command(
        "next_conflict",
        "Next conflict",
        ("n",),
        "Move",
        "round and round",
        footer="next",
        unavailable=_no_conflict,
    ),
    Command(
        "open_conflict",
        "Open",
        ("enter",),
        "Look",
        "the lines that clash, and what both say",
        footer="open",
        unavailable=_nothing_there,
    ),
    Command(
        "conflict_evidence",
        "Evidence",
        ("o",),
        "Look",
        "what a finding about the two rests on",
        footer="evidence",
        unavailable=_nothing_there,
    ),
    Command("next_repository", "Next repository", ("tab",), "Move", "round and round", unavailable=_one_repository),
    Command("leave_conflicts", "To the board", ("escape", "c", "q"), "Look", "nothing is changed", footer="back"),
)
"""Of the view they read: `selected` is a cell in which something was found, `shown` how many there are, `total` the
repositories, and `zoomed` says that the cursor stands in the matrix."""
