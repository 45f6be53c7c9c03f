"""What can be done wherever a text is read, and in the log of a run; their keys are of those screens alone.

Why one of them cannot be used is found by the screen that knows the text, and stands in `View.barred` by its id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from state.command import Command, Group

if TYPE_CHECKING:
    from state.runs.view import View


def _barred(name: str) -> Callable[[View], str | None]:
    return lambda view: view.barred.get(name)


def _command(
    name: str, title: str, keys: tuple[str, ...], group: Group, explains: str, footer: str | None = None
) -> Command:
    return Command(name, title, keys, group, explains, footer, unavailable=_barred(name))


READING: tuple[Command, ...] = (
    _command("find_text", "Search", ("slash",), "Move", "words; a capital makes capitals count", "search"),
    _command("find_next", "Next match", ("n",), "Move", "of the words searched for", "match"),
    _command("find_previous", "Match before", ("N",), "Move", "of the words searched for"),
    _command("wrap_text", "Wrap", ("W",), "Look", "long lines whole, or cut at the edge"),
    _command("copy_text", "Copy", ("y",), "Do", "what is marked, else the line", "copy"),
    _command("open_editor", "Editor", ("e",), "Do", "a private copy in $EDITOR", "editor"),
    _command("open_pager", "Pager", ("P",), "Do", "the text in $PAGER", "pager"),
)
"""The one mechanism of reading (`tui/screens/reading.py`). A screen that uses one of these keys for itself leaves the
command out, or gives it other keys."""

LOGGING: tuple[Command, ...] = (
    _command("next_call", "Next call", ("c",), "Move", "of a tool", "call"),
    _command("previous_call", "Call before", ("C",), "Move", "of a tool"),
    _command("next_failure", "Next failure", ("x",), "Look", "a call that failed, or an error", "failure"),
    _command("previous_failure", "Failure before", ("X",), "Look", "a call that failed, or an error"),
    _command("follow_log", "Follow", ("f",), "Move", "to the end, and on as it grows", "follow"),
    _command("toggle_record", "Whole record", ("enter",), "Look", "or its first lines only", "whole"),
    _command("toggle_records", "All records", ("a",), "Look", "whole, or their first lines only"),
    _command("next_log", "Next log", ("tab",), "Look", "of the run: its subagents' too"),
    _command("copy_record", "Copy record", ("Y",), "Do", "the whole of it, as the log has it"),
    _command("leave_log", "Back", ("escape", "q"), "Look", "ends a search first", "back"),
)

PANING: tuple[Command, ...] = (_command("leave_pane", "Back", ("escape", "q"), "Look", "ends a search first", "back"),)
