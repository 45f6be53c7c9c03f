"""The keys that this board's commands really have, for everything that shows or takes a key.

They hold for a whole board from its first line to its last, so they are known by the context it runs in, as its theme
is known to each widget: a sentence that names a key needs no word handed down to it for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING

from state.key_names import shown_key
from state.keymap import Keymap, keys_in
from state.screens import SCREENS

if TYPE_CHECKING:
    from state.command import Command, Danger
    from state.runs.view import View

NO_KEY = "no key"
UNBOUND = "no key is bound to it: give it one in config.toml, [keys]"
NEVER = "unbound"
"""A key that no keyboard has, of a command without any: Textual takes an empty list for one that is not set."""

_SET: ContextVar[Keymap | None] = ContextVar("set keys", default=None)
_COMMANDS = {one.id: one for screen in SCREENS for one in screen.commands}


def bind(keymap: Keymap) -> None:
    """Let these keys hold from here on."""
    _SET.set(keymap)


def textual_keymap() -> dict[str, str]:
    """Give the keys that were set as Textual takes them, by the ids of bindings."""
    return {name: ",".join(keys_of(_COMMANDS[name])) or NEVER for name in _SET.get() or {} if name in _COMMANDS}


def keys_of(command: Command) -> tuple[str, ...]:
    """Give the keys of a command, the one to show first."""
    return keys_in(command, _SET.get() or {})


def key(name: str) -> str:
    """Give the key of a command for a sentence; without any, its name in the palette. Raises `KeyError`."""
    command = _COMMANDS[name]
    if keys := keys_of(command):
        return shown_key(keys[0])
    return NO_KEY if command.danger != "none" or name == "palette" else f"{key('palette')}{command.title.lower()}"


def sign(name: str) -> str:
    """Give the key that stands before a name of its own, such as a pane's; nothing where there is none."""
    keys = keys_of(_COMMANDS[name])
    return shown_key(keys[0]) if keys else ""


def shown_keys(command: Command) -> str:
    """Give all keys of a command; one that decides or asks twice says where it has none."""
    return " ".join(map(shown_key, keys_of(command))) or (NO_KEY if command.danger != "none" else "")


def taken(commands: Iterable[Command], *dangers: Danger) -> dict[str, str]:
    """Give the commands of these dangers by their keys."""
    return {key: one.id for one in commands if one.danger in dangers for key in keys_of(one)}


def why_not(command: Command, view: View) -> str | None:
    """Say why a command cannot be used now; what asks twice cannot be without a key, because no name may confirm."""
    return UNBOUND if command.danger == "confirm" and not keys_of(command) else command.unavailable(view)
