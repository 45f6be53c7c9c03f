"""What a click of the mouse may do: move, look, copy, and open a field; never order anything of the core.

A hand that means one thing and hits another must cost nothing, so whatever is carried out is asked for by a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from state.command import Command

_GROUPS = frozenset({"Move", "Look", "Headgate"})
HARMLESS = frozenset(
    {"copy", "copy_text", "copy_record", "open_editor", "open_pager", "read_diff", "verify_ledger"}
    | {"decide", "edit", "send", "start", "escalate_run"}
)
"""Of the commands that do something those that only show something, or open a field to type in."""


def by_click(command: Command) -> bool:
    """Say whether a click on a command's place does what its key does."""
    return command.danger == "none" and (command.group in _GROUPS or command.id in HARMLESS)
