"""Every user command as a record: the screen's bindings, footer, palette and help are made from these and nothing else.

A command that cannot be used now stays where it is and says why, so that the hand's memory holds.
"""

from collections.abc import Iterable

from state.change_commands import AUDITING as AUDITING
from state.change_commands import CHANGING as CHANGING
from state.change_commands import DIFFING as DIFFING
from state.command import GROUPS as GROUPS
from state.command import Command as Command
from state.command import Group
from state.conflict_commands import CONFLICTING as CONFLICTING
from state.control.commands import CONTROL
from state.money_commands import COUNTING as COUNTING
from state.reading_commands import LOGGING as LOGGING
from state.reading_commands import PANING as PANING
from state.reading_commands import READING as READING
from state.runs.view import View


def _no_runs(view: View) -> str | None:
    if view.place == "detail" or view.shown:
        return None
    return "no run matches the filter" if view.total else "there are no runs yet"


def _nothing_selected(view: View) -> str | None:
    return None if view.selected else "no run is selected"


def _nobody_waits(view: View) -> str | None:
    return None if view.needing or view.requests else "nothing needs you"


def _no_problems(view: View) -> str | None:
    return None if view.problems else "there are no problems"


def _nowhere_back(view: View) -> str | None:
    return None if view.place != "table" or view.zoomed or view.filter else "nothing to go back from"


def _not_to_zoom(view: View) -> str | None:
    return view.barred.get("zoom")


def _nothing_to_sort(view: View) -> str | None:
    return None if view.total else "there are no runs yet"


def _no_requests(view: View) -> str | None:
    return None if view.requests else "no request waits for you"


def _takes_no_answer(view: View) -> str | None:
    return view.ended


def _not_to_approve(view: View) -> str | None:
    return (None if view.late else view.ended) or view.lacking


def _nothing_shown(view: View) -> str | None:
    return None if view.selected else "no request is shown"


COMMANDS: tuple[Command, ...] = (
    Command("down", "Down", ("j", "down"), "Move", "the next row or line", unavailable=_no_runs),
    Command("up", "Up", ("k", "up"), "Move", "the row or line before", unavailable=_no_runs),
    Command("first", "First", ("g", "home"), "Move", "the first row or line", unavailable=_no_runs),
    Command("last", "Last", ("G", "end"), "Move", "the last row or line", unavailable=_no_runs),
    Command("page_down", "Page down", ("pagedown", "J"), "Move", "one page on", unavailable=_no_runs),
    Command("page_up", "Page up", ("pageup", "K"), "Move", "one page back", unavailable=_no_runs),
    Command(
        "next_waiting",
        "Next need",
        ("w",),
        "Move",
        "to the next run that waits for you",
        footer="next",
        unavailable=_nobody_waits,
    ),
    Command(
        "open",
        "Open",
        ("enter",),
        "Look",
        "into the detail; again: the whole screen",
        footer="open",
        unavailable=_nothing_selected,
    ),
    Command(
        "decide",
        "Decide",
        ("D",),
        "Do",
        "this run's request, else the first",
        footer="decide",
        unavailable=_no_requests,
    ),
    Command("back", "Back", ("escape",), "Look", "one level back; then clears the filter", unavailable=_nowhere_back),
    Command(
        "evidence",
        "Evidence",
        ("o",),
        "Look",
        "the record behind a line or a finding",
        unavailable=_nothing_selected,
    ),
    Command("read_log", "Read log", ("O",), "Look", "the whole log, at the line", unavailable=_nothing_selected),
    Command("pane_facts", "Facts", ("1",), "Look", "what is known, and from where", unavailable=_nothing_selected),
    Command("pane_plan", "Plan", ("2",), "Look", "the agent's plan and its steps", unavailable=_nothing_selected),
    Command("pane_calls", "Tool calls", ("3",), "Look", "the last tool calls", unavailable=_nothing_selected),
    Command("pane_files", "Files", ("4",), "Look", "files that differ from the base", unavailable=_nothing_selected),
    Command("pane_log", "Log", ("5",), "Look", "the end of the run's log", unavailable=_nothing_selected),
    Command("pane_tests", "Tests", ("6",), "Look", "claimed and verified test runs", unavailable=_nothing_selected),
    Command(
        "next_pane",
        "Next pane",
        ("tab", "l", "right"),
        "Look",
        "the pane to the right",
        unavailable=_nothing_selected,
    ),
    Command(
        "previous_pane",
        "Previous pane",
        ("shift+tab", "h", "left"),
        "Look",
        "the pane to the left",
        unavailable=_nothing_selected,
    ),
    Command("zoom", "Zoom", ("z",), "Look", "this half alone; again: both", unavailable=_not_to_zoom),
    Command(
        "filter",
        "Filter",
        ("slash",),
        "Look",
        "runs by their words; a pane: its text",
        footer="filter",
        unavailable=_nothing_to_sort,
    ),
    Command(
        "sort",
        "Sort",
        ("s",),
        "Look",
        "by need, recency, task, branch, state",
        footer="sort",
        unavailable=_nothing_to_sort,
    ),
    Command("conflicts", "Conflicts", ("c",), "Look", "matrix of worktrees that do not merge"),
    Command("change", "Change", ("v",), "Look", "its evidence, checks and diff", unavailable=_nothing_selected),
    Command("live_diff", "Diff now", ("V",), "Look", "its worktree against the base", unavailable=_nothing_selected),
    Command("ledger", "Ledger", ("L",), "Look", "who decided what, with a search"),
    Command("money", "Money", ("dollar_sign",), "Look", "burn, budgets, outcomes, waste"),
    Command(
        "copy",
        "Copy",
        ("y",),
        "Do",
        "the run's id, or the line of the detail",
        unavailable=_nothing_selected,
    ),
    Command(
        "edit",
        "Edit",
        ("e",),
        "Do",
        "say what its task, owner and role are",
        unavailable=_nothing_selected,
    ),
    Command("refresh", "Read again", ("R",), "Do", "asks the core to look at everything now"),
    *CONTROL,
    Command(
        "problems",
        "Problems",
        ("exclamation_mark",),
        "Headgate",
        "what went wrong, and what to do",
        unavailable=_no_problems,
    ),
    Command("theme", "Theme", ("T",), "Headgate", "the next one"),
    Command("palette", "Commands", ("colon", "ctrl+p"), "Headgate", "every command by name", footer="more"),
    Command("help", "Help", ("question_mark",), "Headgate", "keys, states and columns", footer="help"),
    Command("quit", "Quit", ("q", "ctrl+c"), "Headgate", "closes the board; the agents go on", footer="quit"),
)

DECIDING: tuple[Command, ...] = (
    Command(
        "approve",
        "Approve",
        ("a",),
        "Do",
        "lets exactly this go, once",
        footer="approve",
        danger="decides",
        unavailable=_not_to_approve,
    ),
    Command(
        "approve_amount",
        "Approve with an amount",
        ("u",),
        "Do",
        "of a budget: lets it go on with the ceiling that you type",
        danger="decides",
        unavailable=_not_to_approve,
    ),
    Command(
        "deny",
        "Deny",
        ("d",),
        "Do",
        "refuses it; the model reads why",
        footer="deny",
        danger="decides",
        unavailable=_takes_no_answer,
    ),
    Command(
        "escalate",
        "Escalate",
        ("e",),
        "Do",
        "lets a person or a reviewer decide",
        footer="escalate",
        danger="decides",
        unavailable=_takes_no_answer,
    ),
    Command(
        "freeze_run",
        "Freeze",
        ("h",),
        "Do",
        "denies the run's calls until it is thawed",
        footer="freeze",
        danger="decides",
        unavailable=_nothing_shown,
    ),
    Command(
        "request_evidence",
        "Open evidence",
        ("o",),
        "Look",
        "the call, the rule and the log",
        footer="evidence",
        unavailable=_nothing_shown,
    ),
    Command("next_request", "Next request", ("n",), "Move", "round and round", footer="next", unavailable=_no_requests),
    Command("previous_request", "Previous request", ("p",), "Move", "round and round", unavailable=_no_requests),
    Command("into_run", "Into the run", ("enter",), "Look", "its detail on the board", unavailable=_nothing_shown),
    Command("leave_request", "To the board", ("escape",), "Look", "what waits goes on waiting", footer="back"),
)
"""What can be done where a request stands on the screen; their keys are of that screen alone."""

_ELSEWHERE = (*DECIDING, *CONFLICTING, *CHANGING, *DIFFING, *AUDITING, *COUNTING, *READING, *LOGGING, *PANING)
_BY_ID = {one.id: one for one in (*COMMANDS, *_ELSEWHERE)}


def command(name: str) -> Command:
    """Give the command of that id. Raises `KeyError`."""
    return _BY_ID[name]


def in_group(group: Group, commands: Iterable[Command] = COMMANDS) -> tuple[Command, ...]:
    """Give the commands of one group, in their order."""
    return tuple(one for one in commands if one.group == group)
