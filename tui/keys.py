"""Bindings made from `state.commands`, so that footer, help and keys can never disagree.

Each binding has the command's id, by which a user's key map can change it. A decision has no binding here at all: it is
taken on its own screen, by the request's identity.
"""

from collections.abc import Iterable

from textual.binding import Binding

from state.commands import COMMANDS, Command
from state.key_names import shown_key as shown_key
from tui.bound_keys import shown_keys as shown_keys

TAKES_TEXT = frozenset(
    {"filter", "palette", "edit", "stop_all", "send", "start", "escalate_run", "search_ledger", "find_text"}
)
"""Commands after which letters are text: they act before the next key is handed on, so that no fast hand loses one."""


def bindings(commands: Iterable[Command] = COMMANDS, only: Iterable[str] | None = None) -> list[Binding]:
    """Give the bindings of commands, of `only` those ids if given; one that decides or asks twice has none."""
    wanted = None if only is None else set(only)
    return [
        Binding(
            ",".join(command.keys),
            f"command('{command.id}')",
            command.title,
            id=command.id,
            show=False,
            priority=command.id in TAKES_TEXT,
        )
        for command in commands
        if command.keys and command.danger == "none" and (wanted is None or command.id in wanted)
    ]
