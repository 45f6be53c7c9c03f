"""The commands by which a human stops, holds, freezes, corrects, starts and escalates runs.

What can do harm asks twice and names the run that it is about: by its id, never by the row that the cursor stands on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from state.command import Command

if TYPE_CHECKING:
    from state.runs.view import View

_OVER = ("stopped", "done")


def over(view: View) -> str | None:
    """Say why nothing can be asked of the selected run any more; None where something can."""
    run = view.run
    if run is None:
        return "no run is selected"
    if run.state in _OVER:
        return "it is stopped" if run.state == "stopped" else "it is done"
    return "its process has ended" if run.alive is False else None


def _not_to_stop(view: View) -> str | None:
    if view.run is not None and (view.run.act_kind, view.run.act_state) == ("stop", "under_way"):
        return "it is being stopped"
    return None if view.left else over(view)


def _not_to_hold(view: View) -> str | None:
    run = view.run
    if run is not None and run.act_state == "under_way" and run.act_kind in ("stop", "hold", "resume"):
        return f"{run.act_kind} is under way"
    return None if run is not None and run.state in _OVER and run.frozen else over(view)


def _nothing_selected(view: View) -> str | None:
    return None if view.run else "no run is selected"


def _nothing_runs(view: View) -> str | None:
    return None if view.total else "there are no runs yet"


def _nothing_to_undo(view: View) -> str | None:
    return view.barred.get("undo")


CONTROL: tuple[Command, ...] = (
    Command(
        "stop",
        "Stop",
        ("x",),
        "Control",
        "ends the run, or what its stop left",
        footer="stop",
        danger="confirm",
        unavailable=_not_to_stop,
    ),
    Command("stop_all", "Stop all", ("X",), "Control", "ends every run, by a typed word", unavailable=_nothing_runs),
    Command(
        "hold",
        "Hold",
        ("H",),
        "Control",
        "halts its processes; again lets it go on",
        danger="confirm",
        unavailable=_not_to_hold,
    ),
    Command(
        "freeze",
        "Freeze run",
        ("f",),
        "Control",
        "denies its next call; again: thaws it",
        danger="confirm",
        unavailable=_nothing_selected,
    ),
    Command("freeze_all", "Freeze all", ("F",), "Control", "the same for every run", danger="confirm"),
    Command("send", "Correct", ("m",), "Control", "writes a message to the run", unavailable=_nothing_selected),
    Command("start", "Start", ("n",), "Control", "a worktree and a run in it"),
    Command(
        "escalate_run",
        "Escalate",
        ("E",),
        "Control",
        "to a stronger lane, reviewer or person",
        unavailable=_nothing_selected,
    ),
    Command(
        "undo",
        "Undo",
        ("u",),
        "Control",
        "your last freeze, hold, edit, escalation",
        danger="confirm",
        unavailable=_nothing_to_undo,
    ),
    Command("attach", "Attach", ("t",), "Control", "goes to its terminal, or says how", unavailable=_nothing_selected),
)
