"""What can be done where money stands on the screen; their keys are of that screen alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from state.command import Command

if TYPE_CHECKING:
    from state.runs.view import View


def _nothing_to_open(view: View) -> str | None:
    return None if view.selected else "this line is made of nothing else"


def _no_place(view: View) -> str | None:
    return None if view.selected else "no place stands behind this line"


def _no_period(view: View) -> str | None:
    return view.barred.get("money_period")


def _one_group(view: View) -> str | None:
    return view.barred.get("money_group")


COUNTING: tuple[Command, ...] = (
    Command("money_now", "Now", ("1",), "Look", "what runs burn, and how budgets stand"),
    Command("money_time", "Over time", ("2",), "Look", "what was spent when, and by what"),
    Command("money_outcomes", "Outcomes", ("3",), "Look", "what an accepted change costs, and the rest"),
    Command("money_waste", "Waste", ("4",), "Look", "what was done twice, or for nothing"),
    Command("money_next", "Next part", ("tab", "l", "right"), "Look", "the part to the right", footer="part"),
    Command("money_previous", "Part before", ("shift+tab", "h", "left"), "Look", "the part to the left"),
    Command(
        "money_period",
        "Period",
        ("p",),
        "Look",
        "1 day, 7 days, 28 days",
        footer="period",
        unavailable=_no_period,
    ),
    Command(
        "money_group",
        "Group",
        ("b",),
        "Look",
        "by run, role, lane, model, task, day",
        footer="by",
        unavailable=_one_group,
    ),
    Command(
        "open_figure",
        "Open",
        ("enter",),
        "Look",
        "the events that a figure is made of; a run: its row",
        footer="open",
        unavailable=_nothing_to_open,
    ),
    Command("figure_place", "Evidence", ("o",), "Look", "the records behind a line", unavailable=_no_place),
    Command("leave_money", "To the board", ("escape", "dollar_sign", "q"), "Look", "nothing is changed", footer="back"),
)
"""Of the view they read: `selected` says that the cursor's line can be opened, `barred` what has no meaning here."""
