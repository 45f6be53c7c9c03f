"""Bindings made from `state.commands`, so that footer, help and keys can never disagree.

Each binding has the command's id, by which a user's key map can change it. A decision has no binding here at all: it is
taken on its own screen, by the request's identity.
"""

from collections.abc import Iterable

from textual.binding import Binding

from state.commands import COMMANDS, Command

TAKES_TEXT = frozenset(
    {"filter", "palette", "edit", "stop_all", "send", "start", "escalate_run", "search_ledger", "find_text"}
)
"""Commands after which letters are text: they act before the next key is handed on, so that no fast hand loses one."""

SHOWN: dict[str, str] = {
    "slash": "/",
    "question_mark": "?",
    "exclamation_mark": "!",
    "dollar_sign": "$",
    "colon": ":",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}


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


def shown_key(key: str) -> str:
    """Give a key as it stands on the keyboard."""
    return SHOWN.get(key, key)


def shown_keys(command: Command) -> str:
    """Give all keys of a command."""
    return " ".join(shown_key(key) for key in command.keys)
