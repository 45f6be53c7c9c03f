"""What can be done at a change, in its diff and in the ledger; their keys are of those screens alone.

Why one of them cannot be used is found by the screen that knows the change, and stands in `View.barred` by its id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from state.command import Command, Danger, Group

if TYPE_CHECKING:
    from state.runs.view import View


def _barred(name: str) -> Callable[[View], str | None]:
    return lambda view: view.barred.get(name)


def _command(
    name: str,
    title: str,
    keys: tuple[str, ...],
    group: Group,
    explains: str,
    footer: str | None = None,
    danger: Danger = "none",
) -> Command:
    return Command(name, title, keys, group, explains, footer, danger, _barred(name))


CHANGING: tuple[Command, ...] = (
    _command("open_diff", "Diff", ("v", "enter"), "Look", "what would be merged, hunk by hunk", "diff"),
    _command("line_origin", "Origin", ("o",), "Look", "what the line rests on", "origin"),
    _command("run_checks", "Run checks", ("t",), "Do", "the required ones, on the merge tree", "checks"),
    _command("end_checks", "End checks", ("x",), "Do", "ends the checks that run"),
    _command("merge_change", "Merge", ("M",), "Do", "exactly what was approved; asks twice", "merge", "confirm"),
    _command("rebuild", "Read again", ("b",), "Do", "takes the branch in and tells anew"),
    _command("since_decided", "Since then", ("s",), "Look", "range-diff since your last decision"),
    _command("decided_before", "Decided before", ("L",), "Look", "the ledger, on changes of this kind"),
    _command("next_change", "Next change", ("n",), "Move", "that waits for you, round and round", "next"),
    _command("previous_change", "Change before", ("p",), "Move", "round and round"),
    _command("leave_change", "To the board", ("escape", "q"), "Look", "what waits goes on waiting", "back"),
)
"""Beside the keys of a request (a, d, e, h), which mean the same here."""

DIFFING: tuple[Command, ...] = (
    _command("next_hunk", "Next hunk", ("c",), "Move", "across files", "hunk"),
    _command("previous_hunk", "Previous hunk", ("C",), "Move", "across files"),
    _command("next_file", "Next file", ("f",), "Move", "to its first line", "file"),
    _command("previous_file", "Previous file", ("F",), "Move", "to its first line"),
    _command("next_unseen", "Next not seen", ("u",), "Move", "round and round", "unseen"),
    _command("to_file", "To the file", ("enter",), "Move", "of the list at the top; folds a file or hunk"),
    _command("fold", "Fold", ("z",), "Look", "the hunk or file; again: unfolds it", "fold"),
    _command("fold_all", "Fold all files", ("Z",), "Look", "again: unfolds everything"),
    _command("mark_seen", "Seen", ("s",), "Do", "marks the hunk; again: takes it back", "seen"),
    _command("mark_file", "File seen", ("S",), "Do", "marks every hunk of the file"),
    _command("only_new", "Only new", ("o",), "Look", "only what changed since you looked last", "new"),
    _command("read_diff", "Read again", ("R",), "Do", "a worktree as it is now"),
    _command("leave_diff", "Back", ("escape", "v", "q"), "Look", "to the page of the change", "back"),
)

AUDITING: tuple[Command, ...] = (
    _command("search_ledger", "Search", ("slash",), "Look", "words in any entry", "search"),
    _command("open_entry", "Open", ("enter", "o"), "Look", "the entry as a story", "story"),
    _command("verify_ledger", "Verify", ("v",), "Do", "reads the whole chain again", "verify"),
    _command("leave_ledger", "Back", ("escape", "L", "q"), "Look", "nothing is changed", "back"),
)
